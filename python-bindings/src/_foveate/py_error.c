/* SPDX-License-Identifier: MIT */
/* Statuses become exceptions: one class for each, below foveate.Error, and below the built-in one
 * that a Python program would catch for it. The sentence stays the library's. */
#include "py_internal.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    fov_status status;
    const char *name;
    const char *doc;
} classes[ERROR_COUNT] = {
    {FOV_OK, "Error",
     "Something that foveate could not do. `status` is the library's code, "
     "`where` the field, file or step, `detail` an errno or HTTP status, or 0."},
    {FOV_E_ARG, "ArgError", "An argument is not allowed."},
    {FOV_E_MEMORY, "OutOfMemoryError", "Memory ran out."},
    {FOV_E_LIMIT, "LimitError", "A limit would be passed; see configure()."},
    {FOV_E_IMAGE, "ImageError", "The image cannot be read."},
    {FOV_E_IO, "FileError", "A file cannot be read or written."},
    {FOV_E_NET, "NetError", "The connection failed."},
    {FOV_E_PROVIDER, "ProviderError",
     "The model's server refused or answered something "
     "unexpected."},
    {FOV_E_CANCELLED, "CancelledError", "The question was cancelled."},
    {FOV_E_STATE, "StateError", "The object is not in a state that allows this call."},
    {FOV_E_UNSUPPORTED, "UnsupportedError", "This build or format cannot do that."},
    {FOV_E_MISMATCH, "MismatchError", "What was re-made differs from what was recorded."},
    {FOV_E_INTERNAL, "InternalError", "A defect in foveate."},
};

static PyObject *builtin_base(fov_status status)
{
    switch (status) {
    case FOV_E_ARG:
        return PyExc_ValueError;
    case FOV_E_MEMORY:
        return PyExc_MemoryError;
    case FOV_E_IO:
        return PyExc_OSError;
    case FOV_E_NET:
        return PyExc_ConnectionError;
    case FOV_E_STATE:
        return PyExc_RuntimeError;
    case FOV_E_UNSUPPORTED:
        return PyExc_NotImplementedError;
    default:
        return NULL;
    }
}

static PyObject *make_class(const struct py_state *state, int i)
{
    PyObject *base = builtin_base(classes[i].status), *bases = NULL, *members, *made = NULL;
    char name[64];

    snprintf(name, sizeof(name), "foveate.%s", classes[i].name);
    members = Py_BuildValue("{s:s,s:s,s:i}", "status",
                            fov_status_name(i == 0 ? FOV_E_INTERNAL : classes[i].status), "where",
                            "", "detail", 0);
    if (i > 0)
        bases = base ? PyTuple_Pack(2, state->errors[0], base) : PyTuple_Pack(1, state->errors[0]);
    if (members && (i == 0 || bases))
        made = PyErr_NewExceptionWithDoc(name, classes[i].doc, bases, members);
    Py_XDECREF(bases);
    Py_XDECREF(members);
    return made;
}

bool py_errors_add(PyObject *module, struct py_state *state)
{
    for (int i = 0; i < ERROR_COUNT; i++) {
        state->errors[i] = make_class(state, i);
        if (!state->errors[i] ||
            PyModule_AddObjectRef(module, classes[i].name, state->errors[i]) < 0)
            return false;
    }
    return true;
}

PyObject *py_raise(const struct py_state *state, const fov_error *err)
{
    const int i = err->status < 0 && err->status > -ERROR_COUNT ? -err->status : 0;
    PyObject *message = py_text(err->message), *where = py_text(err->where), *made = NULL;
    PyObject *status = py_text(fov_status_name(err->status)), *detail;

    detail = PyLong_FromLong(err->detail);
    if (message && where && status && detail)
        made = PyObject_CallFunctionObjArgs(state->errors[i], message, NULL);
    if (made && PyObject_SetAttrString(made, "status", status) == 0 &&
        PyObject_SetAttrString(made, "where", where) == 0 &&
        PyObject_SetAttrString(made, "detail", detail) == 0)
        PyErr_SetObject(state->errors[i], made);
    Py_XDECREF(made);
    Py_XDECREF(message);
    Py_XDECREF(where);
    Py_XDECREF(status);
    Py_XDECREF(detail);
    return NULL;
}

PyObject *py_fail(const struct py_state *state, fov_status status, const char *where,
                  const char *format, ...)
{
    fov_error err = {status, 0, "", ""};
    va_list args;

    va_start(args, format);
    vsnprintf(err.message, sizeof(err.message), format, args);
    va_end(args);
    snprintf(err.where, sizeof(err.where), "%s", where);
    return py_raise(state, &err);
}
