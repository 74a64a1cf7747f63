/* SPDX-License-Identifier: MIT */
/* A question. A Python function answers on the thread that asks, where its exceptions, context
 * variables and debugger belong. A built-in model is asked on a thread of its own (py_beside.c), so
 * that the one that waits can see Ctrl-C and cancel. */
#include "py_internal.h"

struct question {
    fov_session *session;
    const char *text;
    fov_answer answer;
    fov_error err;
    fov_status rc;
};

static void run(void *arg)
{
    struct question *q = arg;

    q->rc = fov_session_ask(q->session, q->text, &q->answer, &q->err);
}

void py_session_event(const fov_event *event, void *user)
{
    static const char *const kinds[] = {"source", "round", "said",  "look",
                                        "fact",   "error", "answer"};
    struct py_session *self = user;
    PyGILState_STATE gil;
    PyObject *made, *result = NULL;

    if (!self->on_event || event->kind < 0 || event->kind > FOV_EVENT_ANSWER)
        return;
    gil = PyGILState_Ensure();
    self->worker = PyThread_get_thread_ident();
    if (self->model)
        self->model->worker = self->worker;
    made = Py_BuildValue("{s:s,s:I,s:i,s:N,s:N,s:N}", "kind", kinds[event->kind], "round",
                         event->round, "image", (int)event->image, "text", py_text(event->text),
                         "tool", py_text(event->tool), "arguments", py_text(event->arguments));
    if (made)
        result = PyObject_CallFunctionObjArgs(self->on_event, made, NULL);
    if (!result) {
        py_keep_raised(self->raised);
        fov_cancel_set(self->cancel);
    }
    Py_XDECREF(result);
    Py_XDECREF(made);
    PyGILState_Release(gil);
}

static PyObject *answer(struct py_state *state, const struct question *q)
{
    const fov_answer *a = &q->answer;
    const fov_usage *u = &a->usage;
    PyObject *evidence;

    if (q->rc < 0)
        return py_raise(state, &q->err);
    evidence = PyTuple_New((Py_ssize_t)a->evidence_count);
    for (size_t i = 0; evidence && i < a->evidence_count; i++) {
        PyObject *name = PyUnicode_FromFormat("img_%d", (int)a->evidence[i]);
        if (!name || PyTuple_SetItem(evidence, (Py_ssize_t)i, name) < 0)
            Py_CLEAR(evidence);
    }
    if (!evidence)
        return NULL;
    return Py_BuildValue("(sNNNIII(LLLLLL))", fov_status_name(q->rc), py_text(a->text),
                         py_text(a->reason         ? a->reason
                                 : q->rc == FOV_OK ? NULL
                                                   : fov_status_text(q->rc)),
                         evidence, a->rounds, a->calls, a->images, (long long)u->input_tokens,
                         (long long)u->output_tokens, (long long)u->cached_tokens,
                         (long long)u->reasoning_tokens, (long long)u->image_tokens,
                         (long long)u->requests);
}

/* Inside the session's lock, and the model's. */
static PyObject *ask_locked(struct py_session *self, struct question *q)
{
    bool has_run = true;

    memset(self->raised, 0, sizeof(self->raised));
    fov_cancel_reset(self->cancel);
    q->session = self->session;
    if (self->function) {
        Py_BEGIN_ALLOW_THREADS run(q);
        Py_END_ALLOW_THREADS
    } else {
        has_run = py_run_beside(&(struct py_beside){run, q, self->cancel, self->raised});
    }
    if (self->raised[0]) {
        PyErr_Restore(self->raised[0], self->raised[1], self->raised[2]);
        memset(self->raised, 0, sizeof(self->raised));
        return NULL;
    }
    return has_run ? answer(py_state_of((PyObject *)self), q) : NULL;
}

PyObject *py_session_ask(PyObject *object, PyObject *args)
{
    struct py_session *self = (struct py_session *)object;
    struct question q = {.answer = FOV_ANSWER_INIT};
    PyObject *adapter, *function, *on_event, *made = NULL;

    if (!PyArg_ParseTuple(args, "sOOO", &q.text, &adapter, &function, &on_event) ||
        !py_session_enter(self))
        return NULL;
    if (!self->model || py_model_enter(py_state_of(object), self->model)) {
        self->adapter = adapter;
        self->function = function == Py_None ? NULL : function;
        self->on_event = on_event == Py_None ? NULL : on_event;
        made = ask_locked(self, &q);
        self->adapter = self->function = self->on_event = NULL;
        if (self->model)
            py_model_leave(self->model);
    }
    py_session_leave(self);
    return made;
}
