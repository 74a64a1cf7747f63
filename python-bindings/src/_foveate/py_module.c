/* SPDX-License-Identifier: MIT */
/* The module: its types, its functions, its state. Nothing of the library is touched while it is
 * imported; the context comes with the first object. */
#include "py_internal.h"

PyObject *py_text(const char *text)
{
    if (!text)
        Py_RETURN_NONE;
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

PyObject *py_take_text(fov_bytes *bytes)
{
    PyObject *text =
        PyUnicode_DecodeUTF8((const char *)bytes->data, (Py_ssize_t)bytes->size, "replace");
    fov_bytes_free(bytes);
    return text;
}

PyObject *py_take_bytes(fov_bytes *bytes)
{
    PyObject *made = PyBytes_FromStringAndSize((const char *)bytes->data, (Py_ssize_t)bytes->size);
    fov_bytes_free(bytes);
    return made;
}

static PyObject *version(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return py_text(fov_version());
}

static PyObject *encoder(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return py_text(fov_encode_identity());
}

static PyMethodDef functions[] = {
    {"configure", (PyCFunction)(void (*)(void))py_configure, METH_VARARGS | METH_KEYWORDS,
     "configure($module, /, *, module_path=None, threads=0, input_bytes=0, pixels=0, edge=0,\n"
     "          output_edge=0, nodes=0, json_depth=0, json_bytes=0, reply_bytes=0,\n"
     "          cache_bytes=0, memory_bytes=0, operation_ms=0)\n--\n\n"
     "Set limits, and threads to render with, for what is made from now on; 0 is the default.\n\n"
     "input_bytes (64 MiB), pixels (200 million) and edge (30000) bound one image, output_edge\n"
     "(8192) one delivery, nodes (4096) a session's images and facts, json_depth (32) and\n"
     "json_bytes (64 KiB) a call's arguments, reply_bytes (32 MiB) a server's reply, cache_bytes\n"
     "(512 MiB) the pixels kept, memory_bytes (4 GiB) all of it, operation_ms (10000) one\n"
     "operation. Images, models and sessions made before and after do not mix."},
    {"encoder", encoder, METH_NOARGS,
     "encoder($module, /)\n--\n\n"
     "Names and versions of what encodes: bytes are comparable only between equal ones."},
    {"fit", py_fit, METH_VARARGS,
     "fit($module, profile, width, height, may_enlarge, many_images, edge_max, /)\n--\n\n"
     "(width, height, tokens, sx, sy, is_thin, ratio_max)"},
    {"key_variable", py_key_variable, METH_VARARGS,
     "key_variable($module, provider, /)\n--\n\n"
     "The environment variable that usually holds a provider's key; None for what is none."},
    {"ops", py_ops, METH_NOARGS,
     "ops($module, /)\n--\n\n"
     "The table of operations: names, texts, and parameters with types, ranges and defaults."},
    {"profiles", py_profiles, METH_NOARGS,
     "profiles($module, /)\n--\n\n"
     "What model families see: names, summaries, when and where the facts were read."},
    {"profile_for", py_profile_for, METH_VARARGS,
     "profile_for($module, model, /)\n--\n\n"
     "The name of the profile for a model as its server spells it; \"generic\" when no rule knows "
     "it."},
    {"picture", py_picture, METH_VARARGS, "picture($module, path, width, /)\n--\n\nAn Image."},
    {"replay", py_replay, METH_VARARGS,
     "replay($module, path, out, report, /)\n--\n\nCounts and the digest."},
    {"schema", py_schema, METH_VARARGS, "schema($module, op, dialect, space, /)\n--\n\nJSON."},
    {"show", py_show, METH_VARARGS, "show($module, path, form, /)\n--\n\nText."},
    {"verify", py_verify, METH_VARARGS,
     "verify($module, path, report, /)\n--\n\nCounts and the digest."},
    {"version", version, METH_NOARGS, "version($module, /)\n--\n\nThe library's, as in \"0.1.0\"."},
    {NULL, NULL, 0, NULL}};

static bool add_type(PyObject *module, PyType_Spec *spec, PyTypeObject **out)
{
    *out = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    return *out && PyModule_AddType(module, *out) == 0;
}

static int exec(PyObject *module)
{
    struct py_state *state = PyModule_GetState(module);

    state->context_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &py_context_spec, NULL);
    if (!state->context_type || !py_errors_add(module, state) ||
        !add_type(module, &py_image_spec, &state->image_type) ||
        !add_type(module, &py_model_spec, &state->model_type) ||
        !add_type(module, &py_session_spec, &state->session_type))
        return -1;
    return 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    struct py_state *state = PyModule_GetState(module);

    Py_VISIT(state->context_type);
    Py_VISIT(state->image_type);
    Py_VISIT(state->model_type);
    Py_VISIT(state->session_type);
    for (int i = 0; i < ERROR_COUNT; i++)
        Py_VISIT(state->errors[i]);
    return 0;
}

static int clear(PyObject *module)
{
    struct py_state *state = PyModule_GetState(module);

    Py_CLEAR(state->context);
    Py_CLEAR(state->context_type);
    Py_CLEAR(state->image_type);
    Py_CLEAR(state->model_type);
    Py_CLEAR(state->session_type);
    for (int i = 0; i < ERROR_COUNT; i++)
        Py_CLEAR(state->errors[i]);
    return 0;
}

static void free_module(void *module)
{
    clear(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, PY_SLOT(exec)}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                                        "foveate._foveate",
                                        "foveate's library; use the package foveate.",
                                        sizeof(struct py_state),
                                        functions,
                                        slots,
                                        traverse,
                                        clear,
                                        free_module};

PyMODINIT_FUNC PyInit__foveate(void);
PyMODINIT_FUNC PyInit__foveate(void)
{
    return PyModuleDef_Init(&definition);
}
