/* SPDX-License-Identifier: MIT */
/* Waiting for what takes long in C. Python runs the handlers of signals on its main thread only,
 * which must not sit in a C function then: the function runs on a thread of its own, and the one
 * that waits wakes now and then to see Ctrl-C. */
#include "py_internal.h"

struct task {
    const struct py_beside *what;
    PyThread_type_lock done; /* held while it runs */
};

static void run(void *arg)
{
    const struct task *task = arg;

    task->what->run(task->what->arg);
    PyThread_release_lock(task->done);
}

static void wait_for(const struct task *task)
{
    bool is_cancelled = false;
    PyLockStatus got = PY_LOCK_FAILURE;

    while (got != PY_LOCK_ACQUIRED) {
        Py_BEGIN_ALLOW_THREADS got = PyThread_acquire_lock_timed(task->done, 50000, 0);
        Py_END_ALLOW_THREADS if (got == PY_LOCK_ACQUIRED || is_cancelled ||
                                 PyErr_CheckSignals() == 0) continue;
        is_cancelled = true;
        py_keep_raised(task->what->raised);
        fov_cancel_set(task->what->cancel);
    }
    PyThread_release_lock(task->done);
}

bool py_run_beside(const struct py_beside *what)
{
    struct task task = {what, PyThread_allocate_lock()};

    if (!task.done) {
        PyErr_NoMemory();
        return false;
    }
    PyThread_acquire_lock(task.done, 1);
    if (PyThread_start_new_thread(run, &task) == (unsigned long)-1) {
        PyThread_release_lock(task.done);
        PyThread_free_lock(task.done);
        PyErr_SetString(PyExc_RuntimeError, "no thread can be started to wait beside");
        return false;
    }
    wait_for(&task);
    PyThread_free_lock(task.done);
    return true;
}
