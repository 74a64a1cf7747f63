/* SPDX-License-Identifier: MIT */
/* A Python callable as a model: the conversation and the tools become lists of dicts, the adapter
 * (foveate._model.answer) calls the function and brings what it returns into one form, and that
 * fills the reply. An exception is kept whole and leaves ask() unchanged. */
#include "py_internal.h"

void py_keep_raised(PyObject *raised[3])
{
    if (raised[0])
        PyErr_Clear();
    else
        PyErr_Fetch(&raised[0], &raised[1], &raised[2]);
}

/* ---- what the function is given ------------------------------------------------------------- */

/* An image is delivered once in a session's life and never changes: its object is kept. */
static PyObject *shown_image(struct py_session *self, const fov_part *part)
{
    PyObject *image = PyDict_GetItemString(self->shown, part->image_id);

    if (image) {
        Py_INCREF(image);
        return image;
    }
    image = py_image_of_file(py_state_of((PyObject *)self), self, part->image_id, part->data,
                             part->size);
    if (image && PyDict_SetItemString(self->shown, part->image_id, image) < 0)
        Py_CLEAR(image);
    return image;
}

static PyObject *part_dict(struct py_session *self, const fov_part *part)
{
    switch (part->kind) {
    case FOV_PART_TEXT:
        return Py_BuildValue("{s:s,s:N}", "type", "text", "text", py_text(part->text));
    case FOV_PART_IMAGE:
        return Py_BuildValue("{s:s,s:N,s:N,s:N,s:i,s:i}", "type", "image", "id",
                             py_text(part->image_id), "image", shown_image(self, part), "mime",
                             py_text(part->mime), "width", (int)part->width, "height",
                             (int)part->height);
    case FOV_PART_CALL:
        return Py_BuildValue("{s:s,s:N,s:N,s:N}", "type", "call", "id", py_text(part->call_id),
                             "name", py_text(part->name), "arguments", py_text(part->arguments));
    case FOV_PART_RESULT:
        return Py_BuildValue("{s:s,s:N,s:N,s:N,s:O}", "type", "result", "id",
                             py_text(part->call_id), "name", py_text(part->name), "text",
                             py_text(part->text), "is_error", part->is_error ? Py_True : Py_False);
    default:
        return Py_BuildValue("{s:s}", "type", "unknown");
    }
}

static bool append_take(PyObject *list, PyObject *item)
{
    const bool is_added = item && PyList_Append(list, item) == 0;

    Py_XDECREF(item);
    return is_added;
}

static PyObject *message_dict(struct py_session *self, const fov_conversation *conversation,
                              size_t message)
{
    static const char *const roles[] = {"system", "user", "assistant", "tool"};
    const int32_t role = fov_conversation_role(conversation, message);
    const size_t count = fov_conversation_part_count(conversation, message);
    PyObject *parts = PyList_New(0), *made;
    const char *raw;
    fov_part part;

    for (size_t i = 0; parts && i < count; i++)
        if (fov_conversation_get_part(conversation, message, i, &part) < 0 ||
            !append_take(parts, part_dict(self, &part)))
            Py_CLEAR(parts);
    if (!parts)
        return NULL;
    made = Py_BuildValue("{s:s,s:N}", "role",
                         role >= 0 && role <= FOV_ROLE_TOOL ? roles[role] : "unknown", "content",
                         parts);
    /* What a server sent, for a function that hands the conversation on to one. */
    raw = fov_conversation_raw(conversation, message, NULL);
    if (made && raw) {
        PyObject *text = py_text(raw);
        if (!text || PyDict_SetItemString(made, "raw", text) < 0)
            Py_CLEAR(made);
        Py_XDECREF(text);
    }
    return made;
}

static PyObject *messages_of(struct py_session *self, const fov_request *request)
{
    const size_t count = fov_conversation_count(request->conversation);
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && i < count; i++)
        if (!append_take(list, message_dict(self, request->conversation, i)))
            Py_CLEAR(list);
    return list;
}

/* None at all when they were withdrawn for the last round. */
static PyObject *tools_of(const fov_request *request)
{
    const size_t count = request->tool_choice == FOV_TOOL_CHOICE_NONE ? 0 : request->tool_count;
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && i < count; i++) {
        const fov_tool *tool = &request->tools[i];
        if (!append_take(list, Py_BuildValue("(NNNO)", py_text(tool->name),
                                             py_text(tool->description), py_text(tool->parameters),
                                             tool->is_strict ? Py_True : Py_False)))
            Py_CLEAR(list);
    }
    return list;
}

/* ---- what it gives back --------------------------------------------------------------------- */

fov_status py_fill_calls(fov_reply *reply, PyObject *calls, fov_error *err)
{
    const Py_ssize_t count = PyList_Size(calls);
    const char *id, *name, *arguments;
    fov_status rc = FOV_OK;

    for (Py_ssize_t i = 0; rc >= 0 && i < count; i++) {
        if (!PyArg_ParseTuple(PyList_GetItem(calls, i), "zss", &id, &name, &arguments))
            return FOV_E_ARG;
        rc = fov_reply_add_call(reply, id, name, arguments, err);
    }
    return rc;
}

/* `answer` is (text, [(id, name, arguments)], usage, stop, raw); a status, with an exception or
 * err. */
static fov_status fill(fov_reply *reply, PyObject *answer, fov_error *err)
{
    long long usage[6];
    const char *text, *stop, *raw;
    PyObject *calls;
    Py_ssize_t raw_size;
    fov_status rc = FOV_OK;

    if (!PyArg_ParseTuple(answer, "zO!(LLLLLL)zz#", &text, &PyList_Type, &calls, &usage[0],
                          &usage[1], &usage[2], &usage[3], &usage[4], &usage[5], &stop, &raw,
                          &raw_size))
        return FOV_E_ARG;
    if (text)
        rc = fov_reply_add_text(reply, text, err);
    if (rc >= 0)
        rc = py_fill_calls(reply, calls, err);
    if (rc >= 0 && stop)
        rc = fov_reply_set_stop(reply, stop, err);
    if (rc >= 0 && raw)
        rc = fov_reply_set_raw(reply, raw, (size_t)raw_size, err);
    if (rc >= 0) {
        const fov_usage spent = {usage[0], usage[1], usage[2], usage[3], usage[4], usage[5]};
        fov_reply_set_usage(reply, &spent);
    }
    return rc;
}

static PyObject *call_adapter(struct py_session *self, const fov_request *request)
{
    PyObject *messages = messages_of(self, request), *tools = NULL, *info = NULL, *answer = NULL;

    if (messages)
        tools = tools_of(request);
    if (tools)
        info = Py_BuildValue("{s:I,s:I,s:I,s:I}", "round", request->round, "rounds_left",
                             request->rounds_left, "max_output_tokens", request->max_output_tokens,
                             "timeout_ms", request->timeout_ms);
    if (info)
        answer = PyObject_CallFunctionObjArgs(self->adapter, self->function, messages, tools, info,
                                              NULL);
    Py_XDECREF(info);
    Py_XDECREF(tools);
    Py_XDECREF(messages);
    return answer;
}

fov_status py_function_generate(void *user, const fov_request *request, fov_reply *reply,
                                fov_error *err)
{
    struct py_session *self = user;
    fov_error why = {FOV_E_PROVIDER, 0, "function", "the model's function raised an exception"};
    PyObject *answer = NULL;
    fov_status rc = FOV_E_PROVIDER;
    PyGILState_STATE gil;

    gil = PyGILState_Ensure();
    if (!self->raised[0]) /* an event's exception is on its way: nothing more is called */
        answer = call_adapter(self, request);
    if (answer)
        rc = fill(reply, answer, &why);
    Py_XDECREF(answer);
    if (PyErr_Occurred()) {
        py_keep_raised(self->raised);
        rc = FOV_E_PROVIDER;
    }
    PyGILState_Release(gil);
    if (rc < 0 && err) {
        *err = why;
        err->status = rc;
    }
    return rc;
}
