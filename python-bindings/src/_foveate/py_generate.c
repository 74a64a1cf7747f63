/* SPDX-License-Identifier: MIT */
/* A model asked without a session: foveate._model makes lists of tuples of what it is given, here
 * they become a conversation and a request, and the reply becomes a tuple again. An assistant's
 * message is made as a reply and taken, since only so it keeps what its server sent. */
#include "py_internal.h"

struct asking {
    struct py_state *state;
    struct py_model *model;
    fov_conversation *conversation;
    fov_reply *reply;
    fov_tool *tools;
    fov_cancel *cancel;
    fov_request request;
    fov_error err;
    fov_status rc;
};

/* ---- what it is asked ----------------------------------------------------------------------- */

/* (kind, text, call_id, name, arguments, is_error, image_id, data) */
static bool add_part(struct asking *a, PyObject *tuple)
{
    fov_conversation *conversation = a->conversation;
    fov_part part = {.kind = 0};
    Py_buffer data = {.buf = NULL};
    int kind, is_error;
    fov_error *err = &a->err;
    PyObject *bytes;
    fov_status rc;

    if (!PyArg_ParseTuple(tuple, "izzzzpzO", &kind, &part.text, &part.call_id, &part.name,
                          &part.arguments, &is_error, &part.image_id, &bytes) ||
        (bytes != Py_None && PyObject_GetBuffer(bytes, &data, PyBUF_SIMPLE) < 0))
        return false;
    part.kind = kind;
    part.is_error = is_error;
    part.data = data.buf;
    part.size = data.buf ? (size_t)data.len : 0;
    Py_BEGIN_ALLOW_THREADS rc = fov_conversation_add_part(conversation, &part, err);
    Py_END_ALLOW_THREADS if (data.buf) PyBuffer_Release(&data);
    if (rc < 0)
        py_raise(a->state, err);
    return rc >= 0;
}

static bool add_assistant(struct asking *a, PyObject *parts, const char *raw, Py_ssize_t raw_size)
{
    fov_reply *reply = a->reply;
    fov_status rc = FOV_OK;

    for (Py_ssize_t i = 0; rc >= 0 && i < PyList_Size(parts); i++) {
        const char *text, *id, *name, *arguments, *image;
        int kind, is_error;
        PyObject *bytes;

        if (!PyArg_ParseTuple(PyList_GetItem(parts, i), "izzzzpzO", &kind, &text, &id, &name,
                              &arguments, &is_error, &image, &bytes))
            return false;
        if (kind == FOV_PART_TEXT)
            rc = fov_reply_add_text(reply, text, &a->err);
        else if (kind == FOV_PART_CALL)
            rc = fov_reply_add_call(reply, id, name, arguments, &a->err);
        else
            return py_fail(a->state, FOV_E_ARG, "messages",
                           "an assistant's message has texts and calls only") != NULL;
    }
    if (rc >= 0 && raw)
        rc = fov_reply_set_raw(reply, raw, (size_t)raw_size, &a->err);
    if (rc >= 0)
        rc = fov_conversation_take_reply(a->conversation, reply, &a->err);
    return rc >= 0 || py_raise(a->state, &a->err) != NULL;
}

/* (role, raw, [part, …]) */
static bool add_message(struct asking *a, PyObject *tuple)
{
    Py_ssize_t raw_size;
    const char *raw;
    PyObject *parts;
    int role;

    if (!PyArg_ParseTuple(tuple, "iz#O!", &role, &raw, &raw_size, &PyList_Type, &parts))
        return false;
    if (role == FOV_ROLE_ASSISTANT)
        return add_assistant(a, parts, raw, raw_size);
    if (fov_conversation_add(a->conversation, role, &a->err) < 0)
        return py_raise(a->state, &a->err) != NULL;
    for (Py_ssize_t i = 0; i < PyList_Size(parts); i++)
        if (!add_part(a, PyList_GetItem(parts, i)))
            return false;
    return true;
}

/* [(name, description, parameters, is_strict), …], whose strings live as long as the list. */
static bool take_tools(struct asking *a, PyObject *list)
{
    const Py_ssize_t count = PyList_Size(list);

    a->tools = PyMem_Calloc((size_t)count + 1, sizeof(*a->tools));
    if (!a->tools)
        return PyErr_NoMemory() != NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        fov_tool *tool = &a->tools[i];
        int is_strict;

        if (!PyArg_ParseTuple(PyList_GetItem(list, i), "sssp", &tool->name, &tool->description,
                              &tool->parameters, &is_strict))
            return false;
        tool->is_strict = is_strict;
    }
    a->request.tools = a->tools;
    a->request.tool_count = (size_t)count;
    a->request.tool_choice = count > 0 ? FOV_TOOL_CHOICE_AUTO : FOV_TOOL_CHOICE_NONE;
    return true;
}

static bool open_parts(struct asking *a, PyObject *messages, PyObject *tools)
{
    fov_context *ctx = a->model->context->ctx;

    if (fov_conversation_new(&a->conversation, ctx, &a->err) < 0 ||
        fov_reply_new(&a->reply, ctx, &a->err) < 0 || fov_cancel_new(&a->cancel, ctx, &a->err) < 0)
        return py_raise(a->state, &a->err) != NULL;
    a->request.conversation = a->conversation;
    a->request.cancel = a->cancel;
    for (Py_ssize_t i = 0; i < PyList_Size(messages); i++)
        if (!add_message(a, PyList_GetItem(messages, i)))
            return false;
    return take_tools(a, tools);
}

/* ---- what it says --------------------------------------------------------------------------- */

static bool append_take(PyObject *list, PyObject *item)
{
    const bool is_added = item && PyList_Append(list, item) == 0;

    Py_XDECREF(item);
    return is_added;
}

/* ([text, …], [(id, name, arguments), …], usage, stop, raw). The raw text is read from the
 * conversation, where the reply goes last. */
static PyObject *said(struct asking *a)
{
    PyObject *texts = PyList_New(0), *calls = PyList_New(0),
             *stop = py_text(fov_reply_stop(a->reply));
    const size_t last = fov_conversation_count(a->conversation);
    bool is_whole = texts && calls && stop;
    fov_usage u;
    fov_part part;

    fov_reply_get_usage(a->reply, &u);
    for (size_t i = 0; is_whole && fov_reply_get_part(a->reply, i, &part) == FOV_OK; i++)
        is_whole =
            part.kind == FOV_PART_CALL
                ? append_take(calls, Py_BuildValue("(NNN)", py_text(part.call_id),
                                                   py_text(part.name), py_text(part.arguments)))
                : append_take(texts, py_text(part.text));
    if (is_whole && fov_conversation_take_reply(a->conversation, a->reply, &a->err) < 0) {
        py_raise(a->state, &a->err);
        is_whole = false;
    }
    if (!is_whole) {
        Py_XDECREF(texts);
        Py_XDECREF(calls);
        Py_XDECREF(stop);
        return NULL;
    }
    return Py_BuildValue("(NN(LLLLL)NN)", texts, calls, (long long)u.input_tokens,
                         (long long)u.output_tokens, (long long)u.cached_tokens,
                         (long long)u.reasoning_tokens, (long long)u.image_tokens, stop,
                         py_text(fov_conversation_raw(a->conversation, last, NULL)));
}

static void run(void *arg)
{
    struct asking *a = arg;

    a->rc = fov_model_generate(a->model->model, &a->request, a->reply, &a->err);
}

static PyObject *ask(struct asking *a)
{
    PyObject *raised[3] = {NULL, NULL, NULL}, *made = NULL;
    const struct py_beside beside = {run, a, a->cancel, raised};

    if (!py_model_enter(a->state, a->model))
        return NULL;
    if (py_run_beside(&beside) && !raised[0])
        made = a->rc < 0 ? py_raise(a->state, &a->err) : said(a);
    py_model_leave(a->model);
    if (raised[0])
        PyErr_Restore(raised[0], raised[1], raised[2]);
    return made;
}

PyObject *py_model_generate(PyObject *object, PyObject *args)
{
    struct asking a = {.state = py_state_of(object), .model = (struct py_model *)object};
    PyObject *messages, *tools, *made = NULL;
    fov_request *r = &a.request;

    r->struct_size = (uint32_t)sizeof(*r);
    if (!PyArg_ParseTuple(args, "O!O!IIII", &PyList_Type, &messages, &PyList_Type, &tools,
                          &r->round, &r->rounds_left, &r->max_output_tokens, &r->timeout_ms) ||
        !py_context_alive(a.state, a.model->context))
        return NULL;
    if (open_parts(&a, messages, tools))
        made = ask(&a);
    PyMem_Free(a.tools);
    fov_cancel_free(a.cancel);
    fov_reply_free(a.reply);
    fov_conversation_free(a.conversation);
    return made;
}

/* model(messages, tools, info): foveate._model.ask(model, …), which is imported when it is used. */
PyObject *py_model_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"messages", "tools", "info", NULL};
    PyObject *messages, *tools = Py_None, *info = Py_None, *module, *name, *made = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:Model", names, &messages, &tools, &info) ||
        !(module = PyImport_ImportModule("foveate._model")))
        return NULL;
    /* Interned: Python's cache of methods would keep each new string by its address. */
    name = PyUnicode_InternFromString("ask");
    if (name)
        made = PyObject_CallMethodObjArgs(module, name, self, messages, tools, info, NULL);
    Py_XDECREF(name);
    Py_DECREF(module);
    return made;
}
