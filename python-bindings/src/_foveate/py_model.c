/* SPDX-License-Identifier: MIT */
/* Models that the library brings: the reader, a server's, a script. A model is asked by one session
 * at a time; sessions that share one take turns. */
#include "py_internal.h"

static PyObject *wrap(struct py_state *state, struct py_context *context, fov_status rc,
                      fov_model *model, const fov_error *err, const char *profile)
{
    struct py_model *self;

    if (rc < 0)
        return py_raise(state, err);
    self = PyObject_New(struct py_model, state->model_type);
    if (!self) {
        fov_model_free(model);
        return NULL;
    }
    self->context = context;
    Py_INCREF((PyObject *)context);
    self->model = model;
    self->profile = profile;
    self->owner = self->worker = 0;
    self->lock = PyThread_allocate_lock();
    if (!self->lock) {
        Py_DECREF((PyObject *)self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

bool py_model_enter(struct py_state *state, struct py_model *self)
{
    const unsigned long here = PyThread_get_thread_ident();

    if (self->owner == here || self->worker == here) {
        py_fail(state, FOV_E_STATE, "model",
                "the model is being asked, and this thread serves that question; make another "
                "Model to ask meanwhile");
        return false;
    }
    if (!py_lock_wait(self->lock))
        return false;
    self->owner = here;
    return true;
}

void py_model_leave(struct py_model *self)
{
    self->owner = self->worker = 0;
    PyThread_release_lock(self->lock);
}

static PyObject *new_reader(PyObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"no_looks", NULL};
    struct py_state *state = PyType_GetModuleState((PyTypeObject *)type);
    fov_reader_opts opts = FOV_READER_OPTS_INIT;
    struct py_context *context;
    fov_model *model = NULL;
    fov_status rc;
    PyObject *made;
    int no_looks = 0;
    fov_error err;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p:reader", names, &no_looks) ||
        !(context = py_context_current(state)))
        return NULL;
    opts.no_looks = no_looks;
    rc = fov_reader_new(&model, context->ctx, &opts, &err);
    made = wrap(state, context, rc, model, &err, "reader");
    Py_DECREF((PyObject *)context);
    return made;
}

static PyObject *new_script(PyObject *type, PyObject *args)
{
    struct py_state *state = PyType_GetModuleState((PyTypeObject *)type);
    struct py_context *context;
    fov_model *model = NULL;
    const char *text;
    Py_ssize_t size;
    fov_status rc;
    PyObject *made;
    fov_error err;

    if (!PyArg_ParseTuple(args, "s#:script", &text, &size) ||
        !(context = py_context_current(state)))
        return NULL;
    rc = fov_model_new_script(&model, context->ctx, text, (size_t)size, &err);
    made = wrap(state, context, rc, model, &err, "generic");
    Py_DECREF((PyObject *)context);
    return made;
}

static bool take_tool_images(const struct py_state *state, const char *where, int32_t *out)
{
    *out = FOV_TOOL_IMAGES_DEFAULT;
    if (!where)
        return true;
    if (strcmp(where, "native") == 0)
        *out = FOV_TOOL_IMAGES_NATIVE;
    else if (strcmp(where, "follow") == 0)
        *out = FOV_TOOL_IMAGES_FOLLOW;
    else
        py_fail(state, FOV_E_ARG, "tool_images",
                "tool_images is \"%.32s\", it takes \"follow\" or \"native\"", where);
    return *out != FOV_TOOL_IMAGES_DEFAULT;
}

static bool take_counts(const struct py_state *state, int timeout_ms, int retries,
                        fov_provider_opts *opts)
{
    if (timeout_ms < 0 || retries < -1) {
        py_fail(state, FOV_E_ARG, timeout_ms < 0 ? "timeout_ms" : "retries",
                timeout_ms < 0 ? "timeout_ms is %d, it takes 0 (the default) or more"
                               : "retries is %d, it takes 0 or more, or -1 for the default",
                timeout_ms < 0 ? timeout_ms : retries);
        return false;
    }
    opts->timeout_ms = (uint32_t)timeout_ms;
    opts->no_retries = retries == 0;
    opts->max_retries = retries > 0 ? (uint32_t)retries : 0;
    return true;
}

static PyObject *new_server(PyObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"name",        "provider",        "base_url", "api_key",    "detail",
                            "extra",       "replay",          "record",   "timeout_ms", "retries",
                            "tool_images", "allow_plain_key", NULL};
    struct py_state *state = PyType_GetModuleState((PyTypeObject *)type);
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    int timeout_ms = 0, retries = -1, allow_plain_key = 0;
    const char *where = NULL;
    struct py_context *context;
    fov_model *model = NULL;
    fov_status rc;
    PyObject *made;
    fov_error err;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s|$zzzzzzziizp:server", names, &opts.model,
                                     &opts.provider, &opts.base_url, &opts.api_key,
                                     &opts.image_detail, &opts.extra, &opts.replay, &opts.record,
                                     &timeout_ms, &retries, &where, &allow_plain_key) ||
        !take_tool_images(state, where, &opts.tool_images) ||
        !take_counts(state, timeout_ms, retries, &opts) || !(context = py_context_current(state)))
        return NULL;
    opts.allow_plain_key = allow_plain_key;
    Py_BEGIN_ALLOW_THREADS rc = fov_model_new_provider(&model, context->ctx, &opts, &err);
    Py_END_ALLOW_THREADS made = wrap(state, context, rc, model, &err,
                                     fov_profile_name(fov_profile_for_model(opts.model, NULL)));
    Py_DECREF((PyObject *)context);
    return made;
}

static PyObject *get_name(PyObject *object, void *unused)
{
    struct py_model *self = (struct py_model *)object;
    (void)unused;
    if (!py_context_alive(py_state_of(object), self->context))
        return NULL;
    return py_text(fov_model_name(self->model));
}

static PyObject *get_profile(PyObject *object, void *unused)
{
    (void)unused;
    return py_text(((struct py_model *)object)->profile);
}

static void dealloc(PyObject *object)
{
    struct py_model *self = (struct py_model *)object;
    PyTypeObject *type = Py_TYPE(object);

    if (py_context_is_ours(self->context)) {
        Py_BEGIN_ALLOW_THREADS fov_model_free(self->model);
        Py_END_ALLOW_THREADS if (self->lock) PyThread_free_lock(self->lock);
    }
    Py_DECREF((PyObject *)self->context);
    PyObject_Free(self);
    Py_DECREF((PyObject *)type);
}

static PyMethodDef methods[] = {
    {"reader", (PyCFunction)(void (*)(void))new_reader, METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "reader($type, /, *, no_looks=False)\n--\n\n"
     "The embedded offline reader of charts, tables and labels.\n\n"
     "With no_looks it answers from the whole picture only: what looking again is worth."},
    {"server", (PyCFunction)(void (*)(void))new_server, METH_VARARGS | METH_KEYWORDS | METH_CLASS,
     "server($type, /, name, *, provider=None, base_url=None, api_key=None, detail=None,\n"
     "       extra=None, replay=None, record=None, timeout_ms=0, retries=-1, tool_images=None,\n"
     "       allow_plain_key=False)\n--\n\n"
     "A model behind a server that speaks OpenAI's Chat Completions.\n\n"
     "name is the server's name for it, base_url its address (the provider's own when left out),\n"
     "detail the image detail to ask for, extra a JSON object whose members are added to each\n"
     "request, record a .wire file to write the exchanges to and replay one to play them from,\n"
     "retries the tries after the first (-1: 2), tool_images \"follow\" or \"native\". The key\n"
     "goes to that host only; nothing is read from the environment here."},
    {"script", new_script, METH_VARARGS | METH_CLASS,
     "script($type, json, /)\n--\n\n"
     "A model that says what a JSON array of replies says, one a round, for tests:\n"
     "[{\"calls\":[{\"name\":\"zoom\",\"arguments\":{\"box\":[0,0,50,50]}}]}, "
     "{\"text\":\"ANSWER: 42\"}]"},
    {"_generate", py_model_generate, METH_VARARGS,
     "_generate($self, messages, tools, round, rounds_left, max_output_tokens, timeout_ms, /)\n"
     "--\n\n(texts, calls, usage, stop, raw); see foveate._model."},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef members[] = {{"name", get_name, NULL, "As transcripts show it.", NULL},
                                {"profile", get_profile, NULL, "The profile that fits it.", NULL},
                                {NULL, NULL, NULL, NULL, NULL}};

static const char doc[] = "A model that the library brings; made by Model.reader(), Model.server() "
                          "and Model.script().\n\n"
                          "Sessions may share one; they then take turns. It can be called as a "
                          "function that is a model\n"
                          "is, model(messages, tools, info), and returns what such a function "
                          "returns: for functions\n"
                          "that ask another model, and for tests.";

static PyType_Slot slots[] = {
    {Py_tp_dealloc, PY_SLOT(dealloc)}, {Py_tp_call, PY_SLOT(py_model_call)},
    {Py_tp_methods, methods},          {Py_tp_getset, members},
    {Py_tp_doc, (void *)doc},          {0, NULL}};
PyType_Spec py_model_spec = {
    "foveate.Model", sizeof(struct py_model), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
