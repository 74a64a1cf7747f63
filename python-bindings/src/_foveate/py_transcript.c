/* SPDX-License-Identifier: MIT */
/* Transcripts: verified, replayed, shown as text or painted. */
#include "py_internal.h"

struct report {
    PyObject *function; /* NULL: none */
    PyObject *raised[3];
};

/* The library goes on after an exception of the function; it is not called again. */
static void report_line(const char *line, void *user)
{
    struct report *report = user;
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *text, *result = NULL;

    if (!report->raised[0]) {
        text = py_text(line);
        if (text)
            result = PyObject_CallFunctionObjArgs(report->function, text, NULL);
        if (!result)
            PyErr_Fetch(&report->raised[0], &report->raised[1], &report->raised[2]);
        Py_XDECREF(result);
        Py_XDECREF(text);
    }
    PyGILState_Release(gil);
}

static PyObject *outcome(const struct py_state *state, struct report *report, fov_status rc,
                         const fov_replayed *r, const fov_error *err)
{
    if (report->raised[0]) {
        PyErr_Restore(report->raised[0], report->raised[1], report->raised[2]);
        return NULL;
    }
    if (rc < 0)
        return py_raise(state, err);
    return Py_BuildValue("(iiiiiiis)", (int)r->sources, (int)r->images, (int)r->facts,
                         (int)r->deliveries, (int)r->skipped, (int)r->differing, (int)r->cut_lines,
                         r->digest);
}

/* verify when `out` is NULL, else replay into it. */
static PyObject *remake(PyObject *module, const char *dir, const char *out, PyObject *function)
{
    struct py_state *state = PyModule_GetState(module);
    struct report report = {function == Py_None ? NULL : function, {NULL, NULL, NULL}};
    const fov_replay_fn line = report.function ? report_line : NULL;
    fov_replayed replayed = FOV_REPLAYED_INIT;
    struct py_context *context = py_context_current(state);
    fov_status rc;
    fov_error err;

    if (!context)
        return NULL;
    Py_BEGIN_ALLOW_THREADS if (out) rc =
        fov_transcript_replay(context->ctx, dir, out, line, &report, &replayed, &err);
    else rc = fov_transcript_verify(context->ctx, dir, line, &report, &replayed, &err);
    Py_END_ALLOW_THREADS Py_DECREF((PyObject *)context);
    return outcome(state, &report, rc, &replayed, &err);
}

PyObject *py_verify(PyObject *module, PyObject *args)
{
    PyObject *dir, *function, *made;

    if (!PyArg_ParseTuple(args, "O&O", PyUnicode_FSConverter, &dir, &function))
        return NULL;
    made = remake(module, PyBytes_AsString(dir), NULL, function);
    Py_DECREF(dir);
    return made;
}

PyObject *py_replay(PyObject *module, PyObject *args)
{
    PyObject *dir, *out, *function, *made;

    if (!PyArg_ParseTuple(args, "O&O&O", PyUnicode_FSConverter, &dir, PyUnicode_FSConverter, &out,
                          &function))
        return NULL;
    made = remake(module, PyBytes_AsString(dir), PyBytes_AsString(out), function);
    Py_DECREF(dir);
    Py_DECREF(out);
    return made;
}

PyObject *py_show(PyObject *module, PyObject *args)
{
    static const char *const forms[] = {"tree", "dot", "mermaid"};
    struct py_state *state = PyModule_GetState(module);
    fov_bytes text = {NULL, 0, NULL};
    struct py_context *context = NULL;
    PyObject *dir, *made = NULL;
    const char *name;
    int32_t form = 0;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "O&s", PyUnicode_FSConverter, &dir, &name))
        return NULL;
    while (form <= FOV_SHOW_MERMAID && strcmp(forms[form], name) != 0)
        form++;
    if (form > FOV_SHOW_MERMAID)
        py_fail(state, FOV_E_ARG, "form",
                "form is \"%.32s\", it takes \"tree\", \"dot\" or \"mermaid\"", name);
    else
        context = py_context_current(state);
    if (context) {
        const char *path = PyBytes_AsString(dir);
        Py_BEGIN_ALLOW_THREADS rc = fov_transcript_show(context->ctx, path, form, &text, &err);
        Py_END_ALLOW_THREADS made = rc < 0 ? py_raise(state, &err) : py_take_text(&text);
        Py_DECREF((PyObject *)context);
    }
    Py_DECREF(dir);
    return made;
}

PyObject *py_picture(PyObject *module, PyObject *args)
{
    struct py_state *state = PyModule_GetState(module);
    fov_picture_opts opts = FOV_PICTURE_OPTS_INIT;
    struct py_context *context;
    PyObject *dir, *made = NULL;
    fov_image *picture = NULL;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "O&i", PyUnicode_FSConverter, &dir, &opts.width))
        return NULL;
    context = py_context_current(state);
    if (context) {
        const char *path = PyBytes_AsString(dir);
        Py_BEGIN_ALLOW_THREADS rc =
            fov_transcript_picture(context->ctx, path, &opts, &picture, &err);
        Py_END_ALLOW_THREADS made =
            rc < 0 ? py_raise(state, &err) : py_image_wrap(state, context, picture);
        Py_DECREF((PyObject *)context);
    }
    Py_DECREF(dir);
    return made;
}
