/* SPDX-License-Identifier: MIT */
/* The operation table and the profiles as lists of dicts, for menus, documents and bindings. */
#include "py_internal.h"

static PyObject *choices_of(const fov_op_param *param)
{
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && param->choices && param->choices[i]; i++) {
        PyObject *choice = py_text(param->choices[i]);
        if (!choice || PyList_Append(list, choice) < 0)
            Py_CLEAR(list);
        Py_XDECREF(choice);
    }
    return list;
}

static PyObject *default_of(const fov_op_param *param)
{
    const int32_t type = param->type;

    if (!(param->flags & FOV_PARAM_HAS_DEFAULT))
        Py_RETURN_NONE;
    if (type == FOV_PARAM_BOOL)
        return PyBool_FromLong(param->def != 0);
    if (type == FOV_PARAM_ENUM)
        return py_text(param->choices[(size_t)param->def]);
    if (type == FOV_PARAM_COLOR) {
        char hex[16];
        PyOS_snprintf(hex, sizeof(hex), "#%06x", (unsigned)param->def);
        return py_text(hex);
    }
    return type == FOV_PARAM_INT ? PyLong_FromDouble(param->def) : PyFloat_FromDouble(param->def);
}

static PyObject *param_dict(const fov_op_param *param)
{
    static const char *const types[] = {"",       "number", "int",   "bool",  "enum",
                                        "text",   "color",  "box",   "point", "boxes",
                                        "points", "lines",  "labels", "ticks", "facts"};
    const size_t known = sizeof(types) / sizeof(types[0]);
    const size_t type = (size_t)param->type < known ? (size_t)param->type : 0;

    return Py_BuildValue("{s:s,s:s,s:N,s:s,s:s,s:N,s:d,s:d,s:N,s:O,s:O,s:O}", "name", param->name,
                         "type", types[type], "alias", py_text(param->alias), "doc", param->doc,
                         "unit", param->unit, "choices", choices_of(param), "min", param->min,
                         "max", param->max, "default", default_of(param), "is_required",
                         param->flags & FOV_PARAM_REQUIRED ? Py_True : Py_False, "is_hidden",
                         param->flags & FOV_PARAM_HIDDEN ? Py_True : Py_False, "is_auto",
                         param->flags & FOV_PARAM_AUTO ? Py_True : Py_False);
}

static PyObject *params_of(const fov_op *op)
{
    fov_op_param param = FOV_OP_PARAM_INIT;
    PyObject *list = PyList_New(0);

    for (size_t i = 0; list && fov_op_param_at(&param, op, i) == FOV_OK; i++) {
        PyObject *one = param_dict(&param);
        if (!one || PyList_Append(list, one) < 0)
            Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

static PyObject *words_of(const fov_op *op, const char *(*at)(const fov_op *, size_t))
{
    PyObject *list = PyList_New(0);
    const char *word;

    for (size_t i = 0; list && (word = at(op, i)) != NULL; i++) {
        PyObject *text = py_text(word);
        if (!text || PyList_Append(list, text) < 0)
            Py_CLEAR(list);
        Py_XDECREF(text);
    }
    return list;
}

static const char *example_at(const fov_op *op, size_t index)
{
    return fov_op_example(op, index, NULL);
}

/* The index-th of the presets that the operation is in. */
static const char *preset_at(const fov_op *op, size_t index)
{
    for (size_t i = 0; fov_op_preset_name(i) != NULL; i++)
        if ((fov_op_presets(op) >> i & 1) != 0 && index-- == 0)
            return fov_op_preset_name(i);
    return NULL;
}

static PyObject *op_dict(const fov_op *op)
{
    static const char *const kinds[] = {"", "geometry", "pixels", "marks", "fact", "state"};
    const int32_t kind = fov_op_kind(op);
    const fov_op_inputs inputs = fov_op_input_count(op);
    const bool is_known = kind > 0 && kind <= FOV_OP_STATE;

    return Py_BuildValue(
        "{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:N,s:N,s:N,s:N,s:N}", "name", fov_op_name(op), "summary",
        fov_op_summary(op), "when", fov_op_when(op), "since", fov_op_since(op), "kind",
        kinds[is_known ? kind : 0], "inputs_min", inputs.min, "inputs_max", inputs.max, "aliases",
        words_of(op, fov_op_alias), "examples", words_of(op, example_at), "params", params_of(op),
        "inputs", words_of(op, fov_op_input_name), "presets", words_of(op, preset_at));
}

PyObject *py_ops(PyObject *module, PyObject *unused)
{
    PyObject *list = PyList_New(0);

    (void)module;
    (void)unused;
    for (const fov_op *op = fov_op_next(NULL, NULL); list && op; op = fov_op_next(NULL, op)) {
        PyObject *one = op_dict(op);
        if (!one || PyList_Append(list, one) < 0)
            Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

PyObject *py_schema(PyObject *module, PyObject *args)
{
    struct py_state *state = PyModule_GetState(module);
    fov_bytes text = {NULL, 0, NULL};
    struct py_context *context;
    const char *op, *dialect, *space;
    fov_status rc;
    fov_error err;

    if (!PyArg_ParseTuple(args, "sss", &op, &dialect, &space) ||
        !(context = py_context_current(state)))
        return NULL;
    rc = fov_op_schema(&text, context->ctx, op, dialect, space, &err);
    PyObject *made = rc < 0 ? py_raise(state, &err) : py_take_text(&text);
    Py_DECREF((PyObject *)context);
    return made;
}

PyObject *py_profiles(PyObject *module, PyObject *unused)
{
    PyObject *list = PyList_New(0);

    (void)module;
    (void)unused;
    for (const fov_profile *p = fov_profile_next(NULL); list && p; p = fov_profile_next(p)) {
        PyObject *one = Py_BuildValue("{s:s,s:s,s:s,s:s,s:s,s:s}", "name", fov_profile_name(p),
                                      "summary", fov_profile_summary(p), "as_of",
                                      fov_profile_as_of(p), "source", fov_profile_source(p),
                                      "space", fov_profile_space(p), "frame", fov_profile_frame(p));
        if (!one || PyList_Append(list, one) < 0)
            Py_CLEAR(list);
        Py_XDECREF(one);
    }
    return list;
}

PyObject *py_profile_for(PyObject *module, PyObject *args)
{
    const char *model;

    (void)module;
    if (!PyArg_ParseTuple(args, "s", &model))
        return NULL;
    return py_text(fov_profile_name(fov_profile_for_model(model, NULL)));
}

PyObject *py_fit(PyObject *module, PyObject *args)
{
    struct py_state *state = PyModule_GetState(module);
    fov_fit_opts opts = FOV_FIT_OPTS_INIT;
    int width, height, may_enlarge, many_images, edge_max;
    fov_fit fit = FOV_FIT_INIT;
    const char *name;
    fov_error err;

    if (!PyArg_ParseTuple(args, "siippi", &name, &width, &height, &may_enlarge, &many_images,
                          &edge_max))
        return NULL;
    const fov_profile *profile = fov_profile_find(name);
    if (!profile)
        return py_fail(state, FOV_E_ARG, "profile",
                       "there is no profile \"%.60s\"; see profiles(), and profile_for() for a "
                       "model's",
                       name);
    opts.may_enlarge = may_enlarge;
    opts.many_images = many_images;
    opts.edge_max = edge_max;
    if (fov_profile_fit(profile, (fov_size){width, height}, &opts, &fit, &err) < 0)
        return py_raise(state, &err);
    return Py_BuildValue("(iiLddOd)", (int)fit.width, (int)fit.height, (long long)fit.tokens,
                         fit.sx, fit.sy, fit.is_thin ? Py_True : Py_False, fit.ratio_max);
}

PyObject *py_key_variable(PyObject *module, PyObject *args)
{
    const char *provider;

    (void)module;
    if (!PyArg_ParseTuple(args, "z", &provider))
        return NULL;
    return py_text(fov_provider_key_env(provider ? provider : fov_provider_next(NULL)));
}
