/* SPDX-License-Identifier: MIT */
/* A session and who may be in it. One thread at a time holds its lock; others wait for it without
 * the GIL, and the wait ends on Ctrl-C. Reading the graph needs no lock, only that the session is
 * not freed meanwhile. A function that serves a session may not call back into it, which is an
 * error instead of a wait for itself. */
#include "py_internal.h"

struct py_state *py_state_of(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

bool py_lock_wait(PyThread_type_lock lock)
{
    PyLockStatus got = PyThread_acquire_lock_timed(lock, 0, 0);

    while (got != PY_LOCK_ACQUIRED) {
        Py_BEGIN_ALLOW_THREADS got = PyThread_acquire_lock_timed(lock, 100000, 1);
        Py_END_ALLOW_THREADS if (got != PY_LOCK_ACQUIRED && PyErr_CheckSignals() < 0) return false;
    }
    return true;
}

bool py_session_enter(struct py_session *self)
{
    struct py_state *state = py_state_of((PyObject *)self);

    if (!py_context_alive(state, self->context))
        return false;
    const unsigned long here = PyThread_get_thread_ident();
    if (self->owner == here || self->worker == here) {
        py_fail(state, FOV_E_STATE, "session",
                "the session is being asked by this very thread: the function that serves it may "
                "read its looks, and make new ones only by its reply");
        return false;
    }
    if (!py_lock_wait(self->lock))
        return false;
    if (!self->session || self->is_closed) {
        PyThread_release_lock(self->lock);
        py_fail(state, FOV_E_STATE, "session", "the session is closed");
        return false;
    }
    self->owner = here;
    return true;
}

void py_session_leave(struct py_session *self)
{
    self->owner = self->worker = 0;
    PyThread_release_lock(self->lock);
}

bool py_session_read_begin(struct py_session *self)
{
    struct py_state *state = py_state_of((PyObject *)self);

    if (!py_context_alive(state, self->context))
        return false;
    if (!self->session || self->is_closed) {
        py_fail(state, FOV_E_STATE, "session", "the session is closed");
        return false;
    }
    self->readers++;
    return true;
}

static void free_session(struct py_session *self)
{
    fov_session *session = self->session;
    fov_model *model = self->function_model;

    self->session = NULL;
    self->function_model = NULL;
    Py_BEGIN_ALLOW_THREADS fov_session_free(session);
    fov_model_free(model);
    Py_END_ALLOW_THREADS
}

void py_session_read_end(struct py_session *self)
{
    if (--self->readers == 0 && self->is_closed)
        free_session(self);
}

static PyObject *close_session(PyObject *object, PyObject *unused)
{
    struct py_session *self = (struct py_session *)object;
    fov_status rc;
    fov_error err;

    (void)unused;
    if (!py_context_alive(py_state_of(object), self->context))
        return NULL;
    if (self->is_closed)
        Py_RETURN_NONE;
    if (!py_session_enter(self))
        return NULL;
    fov_session *session = self->session;
    Py_BEGIN_ALLOW_THREADS rc = fov_session_close(session, &err);
    Py_END_ALLOW_THREADS self->is_closed = true;
    py_session_leave(self);
    if (self->readers == 0)
        free_session(self);
    if (rc < 0)
        return py_raise(py_state_of(object), &err);
    Py_RETURN_NONE;
}

/* ---- making --------------------------------------------------------------------------------- */

/* Show an original to the graph and keep it; its number, or -1 with an exception. */
static int32_t add_source(struct py_session *self, struct py_image *image)
{
    struct py_state *state = py_state_of((PyObject *)self);
    fov_session *session = self->session;
    int32_t number = -1;
    fov_status rc;
    fov_error err;

    if (!py_context_alive(state, image->context))
        return -1;
    if (image->context != self->context) {
        py_fail(state, FOV_E_ARG, "image",
                "the image was opened before configure() was called, the session or its model "
                "after, or the other way round; open them all under the same settings");
        return -1;
    }
    if (!py_image_ready(state, image))
        return -1;
    Py_BEGIN_ALLOW_THREADS rc = fov_session_add_image(session, image->image, &number, &err);
    Py_END_ALLOW_THREADS if (rc < 0)
    {
        py_raise(state, &err);
        return -1;
    }
    return PyList_Append(self->sources, (PyObject *)image) < 0 ? -1 : number;
}

static PyObject *add_image(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    struct py_image *image;
    int32_t number;

    if (!PyArg_ParseTuple(args, "O!", py_state_of(object)->image_type, &image) ||
        !py_session_enter(self))
        return NULL;
    number = add_source(self, image);
    py_session_leave(self);
    return number < 0 ? NULL : PyLong_FromLong(number);
}

/* A model object, the name of a function, or None. */
static bool take_model(struct py_session *self, PyObject *model, fov_model **out)
{
    struct py_state *state = py_state_of((PyObject *)self);
    fov_error err;

    *out = NULL;
    if (model == Py_None)
        return true;
    if (PyUnicode_Check(model)) {
        Py_INCREF(model);
        self->function_name = model;
        self->function_class =
            (fov_model_class){(uint32_t)sizeof(fov_model_class),
                              PyUnicode_AsUTF8AndSize(model, NULL), py_function_generate, NULL};
        if (!self->function_class.name)
            return false;
        if (fov_model_new(&self->function_model, self->context->ctx, &self->function_class, self,
                          &err) < 0) {
            py_raise(state, &err);
            return false;
        }
        *out = self->function_model;
        return true;
    }
    if (Py_TYPE(model) != state->model_type) {
        PyErr_SetString(PyExc_TypeError, "model must be a Model, a str or None");
        return false;
    }
    Py_INCREF(model);
    self->model = (struct py_model *)model;
    *out = self->model->model;
    if (!py_context_alive(state, self->model->context))
        return false;
    if (self->model->context == self->context)
        return true;
    py_fail(state, FOV_E_ARG, "model",
            "the model was made before configure() was called and the session after it; make both "
            "under the same settings");
    return false;
}

static bool start(struct py_session *self, PyObject *images, PyObject *model,
                  const fov_session_opts *opts)
{
    struct py_state *state = py_state_of((PyObject *)self);
    const Py_ssize_t count = PyList_Size(images);
    fov_model *asked;
    fov_status rc;
    fov_error err;

    if (fov_cancel_new(&self->cancel, self->context->ctx, &err) < 0) {
        py_raise(state, &err);
        return false;
    }
    if (!take_model(self, model, &asked))
        return false;
    fov_session_opts all = *opts;
    all.on_event = py_session_event;
    all.user = self;
    all.cancel = self->cancel;
    Py_BEGIN_ALLOW_THREADS rc =
        fov_session_new(&self->session, self->context->ctx, asked, &all, &err);
    Py_END_ALLOW_THREADS if (rc < 0)
    {
        py_raise(state, &err);
        return false;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *image = PyList_GetItem(images, i);
        if (Py_TYPE(image) != state->image_type) {
            PyErr_SetString(PyExc_TypeError, "images must be a list of Image");
            return false;
        }
        if (add_source(self, (struct py_image *)image) < 0)
            return false;
    }
    return true;
}

static struct py_session *allocate(PyTypeObject *type)
{
    struct py_state *state = PyType_GetModuleState(type);
    struct py_session *self = PyObject_New(struct py_session, type);

    if (!self)
        return NULL;
    /* All but the head that PyObject_New has filled in. */
    memset((char *)self + sizeof(PyObject), 0, sizeof(*self) - sizeof(PyObject));
    self->serial = ++state->sessions;
    self->context = py_context_current(state);
    self->lock = PyThread_allocate_lock();
    self->sources = PyList_New(0);
    self->shown = PyDict_New();
    if (self->context && self->lock && self->sources && self->shown)
        return self;
    if (!PyErr_Occurred())
        PyErr_NoMemory();
    Py_DECREF((PyObject *)self);
    return NULL;
}

static PyObject *new_session(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"images", "model", "profile", "preset", "out",    "system", "calls",
                            "rounds", "looks", "time_ms", "tokens", "strict", "evict",  NULL};
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    PyObject *images, *model, *out = NULL;
    struct py_session *self;
    bool is_started;
    int strict = 0, evict = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!OzzO&zIIIIIpp", names, &PyList_Type, &images,
                                     &model, &opts.profile, &opts.preset, PyUnicode_FSConverter,
                                     &out, &opts.system, &opts.calls_max, &opts.rounds_max,
                                     &opts.images_max, &opts.time_ms, &opts.max_output_tokens,
                                     &strict, &evict))
        return NULL;
    opts.strict_tools = strict;
    opts.evict_dropped = evict;
    /* An empty path stands for no transcript. */
    opts.out_dir = PyBytes_Size(out) > 0 ? PyBytes_AsString(out) : NULL;
    self = allocate(type);
    is_started = self && start(self, images, model, &opts);
    Py_DECREF(out);
    if (!is_started)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void dealloc(PyObject *object)
{
    struct py_session *self = (struct py_session *)object;
    PyTypeObject *type = Py_TYPE(object);

    if (self->context && py_context_is_ours(self->context)) {
        if (self->session || self->function_model)
            free_session(self);
        fov_cancel_free(self->cancel);
        if (self->lock)
            PyThread_free_lock(self->lock);
    }
    Py_XDECREF((PyObject *)self->model);
    Py_XDECREF(self->function_name);
    Py_XDECREF(self->sources);
    Py_XDECREF(self->shown);
    Py_XDECREF((PyObject *)self->context);
    PyObject_Free(self);
    Py_DECREF((PyObject *)type);
}

/* ---- asking it ------------------------------------------------------------------------------ */

static PyObject *cancel(PyObject *object, PyObject *unused)
{
    struct py_session *self = (struct py_session *)object;

    (void)unused;
    if (!py_context_alive(py_state_of(object), self->context))
        return NULL;
    fov_cancel_set(self->cancel);
    Py_RETURN_NONE;
}

static PyObject *owns(PyObject *object, PyObject *args)
{
    struct py_image *image;

    if (!PyArg_ParseTuple(args, "O!", py_state_of(object)->image_type, &image))
        return NULL;
    return PyBool_FromLong(image->origin == ((struct py_session *)object)->serial);
}

static PyObject *get_closed(PyObject *object, void *unused)
{
    (void)unused;
    return PyBool_FromLong(((struct py_session *)object)->is_closed);
}

static PyObject *get_counts(PyObject *object, void *unused)
{
    struct py_session *self = (struct py_session *)object;
    PyObject *made;

    (void)unused;
    if (!py_session_read_begin(self))
        return NULL;
    fov_graph *graph = fov_session_graph(self->session);
    made =
        Py_BuildValue("(ii)", (int)fov_graph_image_count(graph), (int)fov_graph_fact_count(graph));
    py_session_read_end(self);
    return made;
}

static PyMethodDef methods[] = {
    {"add_image", add_image, METH_VARARGS, "add_image($self, image, /)\n--\n\nIts number."},
    {"apply", py_session_apply, METH_VARARGS,
     "apply($self, op, arguments, /)\n--\n\n(image, count, fact, note, is_same)"},
    {"ask", py_session_ask, METH_VARARGS,
     "ask($self, question, adapter, function, on_event, /)\n--\n\n"
     "(status, text, reason, evidence, rounds, calls, images, usage)"},
    {"call", py_session_call, METH_VARARGS,
     "call($self, name, arguments, /)\n--\n\n(is_error, is_same, image, fact, text, picture)"},
    {"cancel", cancel, METH_NOARGS, "cancel($self, /)\n--\n\nEnd what is running, any thread."},
    {"close", close_session, METH_NOARGS, "close($self, /)\n--\n\nFinish the transcript."},
    {"describe", py_session_describe, METH_VARARGS, "describe($self, image, /)\n--\n\nJSON."},
    {"fact", py_session_fact, METH_VARARGS, "fact($self, fact, /)\n--\n\nJSON."},
    {"from_source", py_session_from_source, METH_VARARGS,
     "from_source($self, image, source, x, y, /)\n--\n\n(x, y) in the image."},
    {"look", py_session_look, METH_VARARGS, "look($self, image, /)\n--\n\nAn Image."},
    {"owns", owns, METH_VARARGS, "owns($self, image, /)\n--\n\nWhether it is a look of this."},
    {"recipe", py_session_recipe, METH_VARARGS,
     "recipe($self, image, /)\n--\n\nSHA-256 of how it was made."},
    {"to_source", py_session_to_source, METH_VARARGS,
     "to_source($self, image, x, y, /)\n--\n\n(source, x, y)"},
    {"tools", py_session_tools, METH_VARARGS, "tools($self, dialect, /)\n--\n\nJSON."},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef members[] = {{"closed", get_closed, NULL, "Whether close() was called.", NULL},
                                {"counts", get_counts, NULL, "Images and facts so far.", NULL},
                                {NULL, NULL, NULL, NULL, NULL}};

static const char doc[] =
    "Core(images, model, profile, preset, out, system, calls, rounds, looks, time_ms, tokens, "
    "strict, evict)\n--\n\n"
    "What foveate.Session is built on: numbers and JSON text instead of values.";

static PyType_Slot slots[] = {{Py_tp_new, PY_SLOT(new_session)}, {Py_tp_dealloc, PY_SLOT(dealloc)},
                              {Py_tp_methods, methods},          {Py_tp_getset, members},
                              {Py_tp_doc, (void *)doc},          {0, NULL}};
PyType_Spec py_session_spec = {"foveate._foveate.Core", sizeof(struct py_session), 0,
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
