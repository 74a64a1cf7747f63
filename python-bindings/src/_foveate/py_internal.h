/* SPDX-License-Identifier: MIT */
/* The extension module foveate._foveate: foveate's public headers as Python sees them.
 *
 *     py_module.c    the module, its types and functions      py_error.c    statuses as exceptions
 *     py_context.c   one context, and what a fork does to it  py_table.c    operations, profiles
 *     py_image.c     pictures in                              py_pixels.c   pictures out
 *     py_model.c     models that are built in                 py_function.c a callable as a model
 *     py_generate.c  a model asked without a session          py_beside.c   waiting, Ctrl-C
 *     py_session.c   a session, its lock                      py_look.c     operations and mappings
 *     py_ask.c       questions                                py_transcript.c  verify, replay, show
 *
 * Rules: only foveate's public headers and CPython's limited API of 3.11; every call that reads,
 * renders, sends or waits is made without the GIL; no C object outlives its context.
 */
#ifndef FOV_PY_INTERNAL_H
#define FOV_PY_INTERNAL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <foveate.h>
#include <stdbool.h>
#include <string.h>

/* Put a reference that is owned here in the place of another; the old one goes last, since its
 * going may run Python code. */
#define PY_REPLACE(place, value)  \
    do {                          \
        PyObject *old_ = (place); \
        (place) = (value);        \
        Py_XDECREF(old_);         \
    } while (0)

/* A function in a type's slot, which is a void pointer: C has no direct conversion. */
#define PY_SLOT(function) ((void *)(uintptr_t)(function))

enum { ERROR_COUNT = 13 }; /* Error itself, then one for each status from -1 down */

struct py_state { /* of the module */
    PyTypeObject *context_type, *image_type, *model_type, *session_type;
    PyObject *errors[ERROR_COUNT];
    PyObject *context; /* what new objects are made from; NULL until the first */
    uint64_t sessions; /* made so far */
    bool is_closed;    /* to the modules: this process was forked from one that had opened them */
};

struct py_context {
    PyObject_HEAD fov_context *ctx;
    long pid; /* of the process that made it */
};

struct py_session;

struct py_image {
    PyObject_HEAD struct py_context *context;
    fov_image *image;           /* NULL: a look that was not rendered yet */
    struct py_session *session; /* whose look it is, until it is rendered */
    int32_t node;               /* the look's number */
    uint64_t origin;            /* the serial number of the session that made it; 0: none */
    fov_size size;
    PyObject *name;   /* "img_3", or None */
    PyObject *file;   /* the encoded bytes that a model is shown; NULL: none were made */
    PyObject *pixels; /* rows as bytes, once they were asked for */
    Py_ssize_t shape[3], strides[3];
};

struct py_model {
    PyObject_HEAD struct py_context *context;
    fov_model *model;
    PyThread_type_lock lock; /* a model is asked by one session at a time */
    unsigned long owner;     /* the thread that holds it; 0: none */
    unsigned long worker;    /* the thread that calls back meanwhile; 0: none */
    const char *profile;     /* static storage */
};

struct py_session {
    PyObject_HEAD struct py_context *context;
    fov_session *session; /* NULL: closed */
    uint64_t serial;      /* from 1: an address may be used again, this is not */
    fov_cancel *cancel;
    struct py_model *model; /* NULL: none, or a function */
    fov_model *function_model;
    fov_model_class function_class; /* its name belongs to function_name */
    PyObject *function_name;
    PyObject *sources; /* list of Image, whose contexts and pixels must live */
    PyObject *shown;   /* dict of name to Image, as a function was shown them */

    PyThread_type_lock lock; /* one thread at a time is in the session */
    unsigned long owner;     /* the thread that holds it; 0: none */
    unsigned long worker;    /* the thread that asks for it and calls back; 0: none */
    uint32_t readers;        /* threads that read the graph without the lock */
    bool is_closed;          /* the last reader frees */

    /* while a question is asked */
    PyObject *adapter, *function, *on_event; /* borrowed from the asking frame */
    PyObject *raised[3];                     /* the first exception of a callback */
};

/* ---- py_error.c ----------------------------------------------------------------------------- */

bool py_errors_add(PyObject *module, struct py_state *state);
/* Both set the exception and return NULL. */
PyObject *py_raise(const struct py_state *state, const fov_error *err);
PyObject *py_fail(const struct py_state *state, fov_status status, const char *where,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- py_context.c --------------------------------------------------------------------------- */

extern PyType_Spec py_context_spec;
struct py_context *py_context_current(struct py_state *state); /* new reference, or NULL */
/* False, with StateError, in a process that was forked after the context was made. */
bool py_context_alive(const struct py_state *state, const struct py_context *context);
bool py_context_is_ours(const struct py_context *context); /* the same without an exception */
PyObject *py_configure(PyObject *module, PyObject *args, PyObject *kwargs);

/* ---- py_image.c, py_pixels.c ---------------------------------------------------------------- */

extern PyType_Spec py_image_spec;
/* Take the reference to `image` (may be NULL: rendered later from `session`). */
PyObject *py_image_wrap(struct py_state *state, struct py_context *context, fov_image *image);
PyObject *py_image_of_look(struct py_state *state, struct py_session *session, int32_t node);
PyObject *py_image_of_file(struct py_state *state, const struct py_session *session,
                           const char *name, const void *data, size_t size);
bool py_image_ready(struct py_state *state, struct py_image *self);

PyObject *py_image_png(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *py_image_jpeg(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *py_image_file(PyObject *self, PyObject *unused);
PyObject *py_image_data_url(PyObject *self, PyObject *unused);
PyObject *py_image_repr_png(PyObject *self, PyObject *unused);
PyObject *py_image_tobytes(PyObject *self, PyObject *unused);
PyObject *py_image_pil(PyObject *self, PyObject *unused);
PyObject *py_image_array_interface(PyObject *self, void *unused);
PyObject *py_image_mime(PyObject *self, void *unused);
int py_image_getbuffer(PyObject *self, Py_buffer *view, int flags);

/* ---- py_model.c, py_function.c -------------------------------------------------------------- */

extern PyType_Spec py_model_spec;
fov_status py_function_generate(void *user, const fov_request *request, fov_reply *reply,
                                fov_error *err);
/* A list of (id, name, arguments) as calls of a reply; a status, with an exception or err. */
fov_status py_fill_calls(fov_reply *reply, PyObject *calls, fov_error *err);
/* Keep the exception that is set, if it is the first; never leaves one set. */
void py_keep_raised(PyObject *raised[3]);
/* One thread at a time asks a model; false with an exception. A function that serves this very
 * question may not ask it again. */
bool py_model_enter(struct py_state *state, struct py_model *self);
void py_model_leave(struct py_model *self);

/* ---- py_generate.c, py_beside.c ------------------------------------------------------------- */

PyObject *py_model_call(PyObject *self, PyObject *args, PyObject *kwargs);
PyObject *py_model_generate(PyObject *self, PyObject *args);

/* Run a function on a thread of its own and wait without the GIL. A signal's exception sets the
 * flag, is kept in `raised`, and the function is waited for. False with an exception when no thread
 * can be had. */
struct py_beside {
    void (*run)(void *arg);
    void *arg;
    fov_cancel *cancel;
    PyObject **raised;
};
bool py_run_beside(const struct py_beside *what);

/* ---- py_session.c --------------------------------------------------------------------------- */

extern PyType_Spec py_session_spec;
struct py_state *py_state_of(PyObject *self);
bool py_session_enter(struct py_session *self); /* takes the lock; false with an exception */
void py_session_leave(struct py_session *self);
bool py_session_read_begin(struct py_session *self); /* the graph alone, without the lock */
void py_session_read_end(struct py_session *self);
bool py_lock_wait(PyThread_type_lock lock); /* false with the exception of a signal's handler */
void py_session_event(const fov_event *event, void *user);

/* ---- py_look.c, py_ask.c -------------------------------------------------------------------- */

PyObject *py_session_call(PyObject *self, PyObject *args);
PyObject *py_session_apply(PyObject *self, PyObject *args);
PyObject *py_session_look(PyObject *self, PyObject *args);
PyObject *py_session_describe(PyObject *self, PyObject *args);
PyObject *py_session_fact(PyObject *self, PyObject *args);
PyObject *py_session_recipe(PyObject *self, PyObject *args);
PyObject *py_session_to_source(PyObject *self, PyObject *args);
PyObject *py_session_from_source(PyObject *self, PyObject *args);
PyObject *py_session_tools(PyObject *self, PyObject *args);
PyObject *py_session_ask(PyObject *self, PyObject *args);

/* ---- py_table.c, py_transcript.c ------------------------------------------------------------ */

PyObject *py_ops(PyObject *module, PyObject *unused);
PyObject *py_schema(PyObject *module, PyObject *args);
PyObject *py_profiles(PyObject *module, PyObject *unused);
PyObject *py_profile_for(PyObject *module, PyObject *args);
PyObject *py_fit(PyObject *module, PyObject *args);
PyObject *py_key_variable(PyObject *module, PyObject *args);
PyObject *py_verify(PyObject *module, PyObject *args);
PyObject *py_replay(PyObject *module, PyObject *args);
PyObject *py_show(PyObject *module, PyObject *args);
PyObject *py_picture(PyObject *module, PyObject *args);

PyObject *py_text(const char *text); /* None for NULL; what is no UTF-8 is replaced */
PyObject *py_take_text(fov_bytes *bytes);
PyObject *py_take_bytes(fov_bytes *bytes);

#endif
