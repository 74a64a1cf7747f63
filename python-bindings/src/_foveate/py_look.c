/* SPDX-License-Identifier: MIT */
/* Operations, as a model calls them (call) and as a program does (apply), the looks they made, and
 * points through their mappings. Arguments and descriptions cross as JSON text. */
#include "py_internal.h"

/* The pictures that a call made, as its model is shown them. */
static PyObject *pictures_of(struct py_state *state, struct py_session *self,
                             const fov_tool_result *result)
{
    PyObject *list = PyList_New(0);

    for (int32_t i = 0; list && i < result->image_count; i++) {
        fov_part part;
        fov_error err;
        PyObject *picture;

        if (fov_session_picture(self->session, result->image + i, &part, &err) < 0) {
            Py_DECREF(list);
            return py_raise(state, &err);
        }
        picture = py_image_of_file(state, self, part.image_id, part.data, part.size);
        if (!picture || PyList_Append(list, picture) < 0)
            Py_CLEAR(list);
        Py_XDECREF(picture);
    }
    return list;
}

static PyObject *tool_result(struct py_state *state, struct py_session *self,
                             const fov_tool_result *result)
{
    PyObject *pictures = pictures_of(state, self, result), *text = py_text(result->text);
    PyObject *made = NULL;

    if (text && pictures)
        made = Py_BuildValue("(OOiiOO)", result->is_error ? Py_True : Py_False,
                             result->is_same ? Py_True : Py_False, (int)result->image,
                             (int)result->fact, text, pictures);
    Py_XDECREF(text);
    Py_XDECREF(pictures);
    return made;
}

PyObject *py_session_call(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    fov_tool_result result = FOV_TOOL_RESULT_INIT;
    const char *name, *arguments;
    PyObject *made;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "ss", &name, &arguments) || !py_session_enter(self))
        return NULL;
    fov_session *session = self->session;
    fov_cancel_reset(self->cancel);
    Py_BEGIN_ALLOW_THREADS rc = fov_session_call(session, name, arguments, &result, &err);
    Py_END_ALLOW_THREADS
        /* Inside the lock: the result is the session's until its next call. */
        made = rc < 0 ? py_raise(py_state_of(object), &err)
                      : tool_result(py_state_of(object), self, &result);
    py_session_leave(self);
    return made;
}

PyObject *py_session_apply(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    fov_applied applied = FOV_APPLIED_INIT;
    const char *op, *arguments;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "ss", &op, &arguments) || !py_session_enter(self))
        return NULL;
    fov_session *session = self->session;
    fov_cancel_reset(self->cancel);
    Py_BEGIN_ALLOW_THREADS rc = fov_session_apply(session, op, arguments, &applied, &err);
    Py_END_ALLOW_THREADS py_session_leave(self);
    if (rc < 0)
        return py_raise(py_state_of(object), &err);
    return Py_BuildValue("(iiisO)", (int)applied.image, (int)applied.image_count, (int)applied.fact,
                         applied.note, rc == FOV_NOTE_SAME ? Py_True : Py_False);
}

/* ---- reading the graph ---------------------------------------------------------------------- */

PyObject *py_session_look(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    struct py_state *state = py_state_of(object);
    PyObject *made;
    int32_t count;
    int number;

    if (!PyArg_ParseTuple(args, "i", &number) || !py_session_read_begin(self))
        return NULL;
    count = fov_graph_image_count(fov_session_graph(self->session));
    if (number < 0 || number >= count)
        made = py_fail(state, FOV_E_ARG, "image", "there is no image %d; there are %d", number,
                       (int)count);
    else
        made = py_image_of_look(state, self, number);
    py_session_read_end(self);
    return made;
}

typedef fov_status (*describe_fn)(fov_graph *, int32_t, fov_bytes *, fov_error *);

static PyObject *describe_with(PyObject *object, PyObject *args, describe_fn describe)
{
    struct py_session *self = (struct py_session *)object;
    fov_bytes text = {NULL, 0, NULL};
    fov_status rc;
    fov_error err;
    int number;

    if (!PyArg_ParseTuple(args, "i", &number) || !py_session_read_begin(self))
        return NULL;
    rc = describe(fov_session_graph(self->session), number, &text, &err);
    py_session_read_end(self);
    return rc < 0 ? py_raise(py_state_of(object), &err) : py_take_text(&text);
}

PyObject *py_session_describe(PyObject *self, PyObject *args)
{
    return describe_with(self, args, fov_graph_describe);
}

PyObject *py_session_fact(PyObject *self, PyObject *args)
{
    return describe_with(self, args, fov_graph_fact);
}

PyObject *py_session_recipe(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    const char *recipe;
    PyObject *made;
    int number;

    if (!PyArg_ParseTuple(args, "i", &number) || !py_session_read_begin(self))
        return NULL;
    recipe = fov_graph_recipe_sha256(fov_session_graph(self->session), number);
    made = recipe
               ? py_text(recipe)
               : py_fail(py_state_of(object), FOV_E_ARG, "image", "there is no image %d", number);
    py_session_read_end(self);
    return made;
}

PyObject *py_session_to_source(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    fov_point point, out = {0, 0};
    int32_t source = -1;
    fov_status rc;
    fov_error err;
    int number;

    if (!PyArg_ParseTuple(args, "idd", &number, &point.x, &point.y) || !py_session_read_begin(self))
        return NULL;
    rc = fov_graph_to_source(fov_session_graph(self->session), number, point, &source, &out, &err);
    py_session_read_end(self);
    return rc < 0 ? py_raise(py_state_of(object), &err)
                  : Py_BuildValue("(idd)", (int)source, out.x, out.y);
}

PyObject *py_session_from_source(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    fov_point point, out = {0, 0};
    int number, source;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "iidd", &number, &source, &point.x, &point.y) ||
        !py_session_read_begin(self))
        return NULL;
    rc = fov_graph_from_source(fov_session_graph(self->session), number, source, point, &out, &err);
    py_session_read_end(self);
    return rc < 0 ? py_raise(py_state_of(object), &err) : Py_BuildValue("(dd)", out.x, out.y);
}

PyObject *py_session_tools(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    fov_bytes text = {NULL, 0, NULL};
    const char *dialect;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "z", &dialect) || !py_session_enter(self))
        return NULL;
    rc = fov_session_tools(self->session, dialect, &text, &err);
    py_session_leave(self);
    return rc < 0 ? py_raise(py_state_of(object), &err) : py_take_text(&text);
}
