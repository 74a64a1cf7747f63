/* SPDX-License-Identifier: MIT */
/* The context behind everything: made with the first object, kept by each that was made from it,
 * freed with the last. After fork() the child has the memory but not the threads and maybe held
 * locks of its parent: objects from before are refused there with an error, never waited for. */
#define _GNU_SOURCE /* dl_iterate_phdr() */

#include "py_internal.h"

#include <link.h>
#include <unistd.h>

/* In place of the modules' folder where they must not be used: nothing can lie below /dev/null, and
 * the library's sentence shows the path. */
static const char closed_folder[] =
    "/dev/null (libvips and tesseract were used before fork() and do not survive it; start a "
    "process anew, as multiprocessing's spawn does)";

bool py_context_is_ours(const struct py_context *context)
{
    return context->pid == (long)getpid();
}

bool py_context_alive(const struct py_state *state, const struct py_context *context)
{
    if (py_context_is_ours(context))
        return true;
    py_fail(state, FOV_E_STATE, "fork",
            "this object was made in process %ld, and this is process %ld, forked from it; make "
            "images, models and sessions anew after fork()",
            context->pid, (long)getpid());
    return false;
}

static int is_module(struct dl_phdr_info *info, size_t size, void *unused)
{
    const char *slash = info->dlpi_name ? strrchr(info->dlpi_name, '/') : NULL;

    (void)size;
    (void)unused;
    return slash &&
           (strcmp(slash, "/foveate-ocr.so") == 0 || strcmp(slash, "/foveate-vips.so") == 0);
}

static struct py_context *make(struct py_state *state, const fov_context_opts *opts)
{
    struct py_context *self = PyObject_New(struct py_context, state->context_type);
    const struct py_context *old = (struct py_context *)state->context;
    fov_context_opts all = FOV_CONTEXT_OPTS_INIT;
    fov_error err;

    if (opts)
        all = *opts;
    /* The first context after fork(): what is loaded now was loaded by the parent. */
    if (old && !py_context_is_ours(old) && dl_iterate_phdr(is_module, NULL) != 0)
        state->is_closed = true;
    if (state->is_closed)
        all.module_path = closed_folder;

    if (!self)
        return NULL;
    self->ctx = NULL;
    self->pid = (long)getpid();
    if (fov_context_new(&self->ctx, &all, &err) < 0) {
        py_raise(state, &err);
        Py_DECREF((PyObject *)self);
        return NULL;
    }
    return self;
}

struct py_context *py_context_current(struct py_state *state)
{
    struct py_context *current = (struct py_context *)state->context;

    if (!current || !py_context_is_ours(current)) {
        current = make(state, NULL);
        if (!current)
            return NULL;
        PY_REPLACE(state->context, (PyObject *)current);
    }
    Py_INCREF((PyObject *)current);
    return current;
}

/* Where each number of configure() goes: the members of fov_limits are 32 or 64 bits wide. */
struct setting {
    uint64_t *wide;
    uint32_t *narrow;
};

static bool set_number(const struct py_state *state, const char *name, PyObject *value,
                       struct setting to)
{
    const unsigned long long max = to.wide ? UINT64_MAX : UINT32_MAX;
    unsigned long long number;

    if (!PyLong_Check(value)) {
        py_fail(state, FOV_E_ARG, name, "%s must be a whole number", name);
        return false;
    }
    number = PyLong_AsUnsignedLongLong(value);
    if (PyErr_Occurred() || number > max) {
        PyErr_Clear();
        py_fail(state, FOV_E_ARG, name, "%s must be between 0 (the default) and %llu", name, max);
        return false;
    }
    if (to.wide)
        *to.wide = number;
    else
        *to.narrow = (uint32_t)number;
    return true;
}

PyObject *py_configure(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"module_path",  "threads",     "input_bytes", "pixels",
                            "edge",         "output_edge", "nodes",       "json_depth",
                            "json_bytes",   "reply_bytes", "cache_bytes", "memory_bytes",
                            "operation_ms", NULL};
    struct py_state *state = PyModule_GetState(module);
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_limits *l = &opts.limits;
    const struct setting settings[] = {
        {NULL, &opts.threads},   {&l->input_bytes, NULL},  {&l->pixels, NULL},
        {NULL, &l->edge},        {NULL, &l->output_edge},  {NULL, &l->nodes},
        {NULL, &l->json_depth},  {&l->json_bytes, NULL},   {&l->reply_bytes, NULL},
        {&l->cache_bytes, NULL}, {&l->memory_bytes, NULL}, {NULL, &l->op_ms}};
    PyObject *given[13] = {NULL}, *path = NULL;
    struct py_context *made = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOOOOOOOOOOO", names, &given[0], &given[1],
                                     &given[2], &given[3], &given[4], &given[5], &given[6],
                                     &given[7], &given[8], &given[9], &given[10], &given[11],
                                     &given[12]))
        return NULL;
    for (int i = 1; i < 13; i++)
        if (given[i] && !set_number(state, names[i], given[i], settings[i - 1]))
            return NULL;
    if (given[0] && given[0] != Py_None && !PyUnicode_FSConverter(given[0], &path))
        return NULL;
    opts.module_path = path ? PyBytes_AsString(path) : NULL;
    made = make(state, &opts);
    Py_XDECREF(path);
    if (!made)
        return NULL;
    PY_REPLACE(state->context, (PyObject *)made);
    Py_RETURN_NONE;
}

static void dealloc(PyObject *object)
{
    struct py_context *self = (struct py_context *)object;
    PyTypeObject *type = Py_TYPE(object);

    if (py_context_is_ours(self)) {
        Py_BEGIN_ALLOW_THREADS fov_context_free(self->ctx);
        Py_END_ALLOW_THREADS
    }
    PyObject_Free(self);
    Py_DECREF((PyObject *)type);
}

static PyType_Slot slots[] = {{Py_tp_dealloc, PY_SLOT(dealloc)}, {0, NULL}};
PyType_Spec py_context_spec = {"foveate._foveate._Context", sizeof(struct py_context), 0,
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
