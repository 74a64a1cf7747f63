/* SPDX-License-Identifier: MIT */
/* Pictures out: files, pixels as a buffer, and the ways in which NumPy, PIL and notebooks ask for
 * them. Pixels are decoded once and shared by all views, which keep them alive. */
#include "py_internal.h"

enum { NOTEBOOK_EDGE = 1200 }; /* wider than a notebook's column, small enough to embed */

static PyObject *encode(PyObject *object, const fov_encode_opts *opts)
{
    struct py_image *self = (struct py_image *)object;
    struct py_state *state = py_state_of(object);
    fov_bytes out = {NULL, 0, NULL};
    fov_status rc;
    fov_error err;

    if (!py_image_ready(state, self))
        return NULL;
    Py_BEGIN_ALLOW_THREADS rc = fov_image_encode(&out, self->image, opts, &err);
    Py_END_ALLOW_THREADS return rc < 0 ? py_raise(state, &err) : py_take_bytes(&out);
}

/* The file that a model is shown, when it has that format. */
static PyObject *as_shown(const struct py_image *self, int32_t format)
{
    if (!self->file || fov_encoded_format(PyBytes_AsString(self->file),
                                          (size_t)PyBytes_Size(self->file)) != format)
        return NULL;
    Py_INCREF(self->file);
    return self->file;
}

PyObject *py_image_png(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"max_edge", NULL};
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    PyObject *shown;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$i:png", names, &opts.max_edge))
        return NULL;
    shown = opts.max_edge ? NULL : as_shown((struct py_image *)self, FOV_FORMAT_PNG);
    opts.format = FOV_FORMAT_PNG;
    return shown ? shown : encode(self, &opts);
}

PyObject *py_image_jpeg(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"quality", "max_edge", NULL};
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;
    PyObject *shown;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$ii:jpeg", names, &opts.quality,
                                     &opts.max_edge))
        return NULL;
    shown =
        opts.quality || opts.max_edge ? NULL : as_shown((struct py_image *)self, FOV_FORMAT_JPEG);
    opts.format = FOV_FORMAT_JPEG;
    return shown ? shown : encode(self, &opts);
}

PyObject *py_image_file(PyObject *object, PyObject *unused)
{
    struct py_image *self = (struct py_image *)object;
    PyObject *made;

    (void)unused;
    if (!self->file) {
        made = encode(object, NULL);
        if (!made)
            return NULL;
        if (self->file) /* another thread was first; the bytes are equal */
            Py_DECREF(made);
        else
            self->file = made;
    }
    Py_INCREF(self->file);
    return self->file;
}

PyObject *py_image_mime(PyObject *object, void *unused)
{
    PyObject *file = py_image_file(object, NULL), *mime;

    (void)unused;
    if (!file)
        return NULL;
    mime = py_text(
        fov_format_mime(fov_encoded_format(PyBytes_AsString(file), (size_t)PyBytes_Size(file))));
    Py_DECREF(file);
    return mime;
}

PyObject *py_image_data_url(PyObject *object, PyObject *unused)
{
    PyObject *file = py_image_file(object, NULL), *mime = NULL, *module = NULL, *url = NULL;
    PyObject *digits = NULL, *text = NULL;

    (void)unused;
    if (file)
        mime = py_image_mime(object, NULL);
    if (mime)
        module = PyImport_ImportModule("base64");
    if (module)
        digits = PyObject_CallMethod(module, "b64encode", "O", file);
    if (digits)
        text = PyUnicode_DecodeASCII(PyBytes_AsString(digits), PyBytes_Size(digits), NULL);
    if (text)
        url = PyUnicode_FromFormat("data:%U;base64,%U", mime, text);
    Py_XDECREF(text);
    Py_XDECREF(digits);
    Py_XDECREF(module);
    Py_XDECREF(mime);
    Py_XDECREF(file);
    return url;
}

PyObject *py_image_repr_png(PyObject *self, PyObject *unused)
{
    fov_encode_opts opts = FOV_ENCODE_OPTS_INIT;

    (void)unused;
    opts.format = FOV_FORMAT_PNG;
    opts.max_edge = NOTEBOOK_EDGE;
    return encode(self, &opts);
}

/* ---- pixels --------------------------------------------------------------------------------- */

/* Decode once into self->pixels; false with an exception. */
static bool decode(PyObject *object)
{
    struct py_image *self = (struct py_image *)object;
    struct py_state *state = py_state_of(object);
    fov_image_info info = {.struct_size = (uint32_t)sizeof(info)};
    PyObject *rows;
    fov_status rc;
    fov_error err;

    if (!py_image_ready(state, self))
        return false;
    if (self->pixels)
        return true;
    if (fov_image_get_info(self->image, &info, &err) < 0) {
        py_raise(state, &err);
        return false;
    }
    const int32_t bands = info.has_alpha ? 4 : 3;
    const fov_size size = fov_image_size(self->image);
    const size_t stride = (size_t)size.width * (size_t)bands;
    rows = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)stride * size.height);
    if (!rows)
        return false;
    char *data = PyBytes_AsString(rows);
    Py_BEGIN_ALLOW_THREADS rc = fov_image_read(
        self->image, (fov_box){0, 0, size.width, size.height}, bands, data, stride, &err);
    Py_END_ALLOW_THREADS if (rc < 0 || self->pixels)
    {
        Py_DECREF(rows);
        if (rc < 0)
            py_raise(state, &err);
        return rc >= 0;
    }
    self->shape[0] = size.height;
    self->shape[1] = size.width;
    self->shape[2] = bands;
    self->strides[0] = (Py_ssize_t)stride;
    self->strides[1] = bands;
    self->strides[2] = 1;
    self->pixels = rows;
    return true;
}

PyObject *py_image_tobytes(PyObject *self, PyObject *unused)
{
    (void)unused;
    if (!decode(self))
        return NULL;
    Py_INCREF(((struct py_image *)self)->pixels);
    return ((struct py_image *)self)->pixels;
}

int py_image_getbuffer(PyObject *object, Py_buffer *view, int flags)
{
    struct py_image *self = (struct py_image *)object;

    view->obj = NULL;
    if (!decode(object))
        return -1;
    if (PyBuffer_FillInfo(view, object, PyBytes_AsString(self->pixels), PyBytes_Size(self->pixels),
                          1, flags) < 0)
        return -1;
    if (flags & PyBUF_ND) {
        view->ndim = 3;
        view->shape = self->shape;
        view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? self->strides : NULL;
    }
    return 0;
}

PyObject *py_image_array_interface(PyObject *object, void *unused)
{
    struct py_image *self = (struct py_image *)object;

    (void)unused;
    if (!decode(object))
        return NULL;
    return Py_BuildValue("{s:(nnn),s:s,s:O,s:i}", "shape", self->shape[0], self->shape[1],
                         self->shape[2], "typestr", "|u1", "data", self->pixels, "version", 3);
}

PyObject *py_image_pil(PyObject *object, PyObject *unused)
{
    const struct py_image *self = (struct py_image *)object;
    PyObject *module, *made;

    (void)unused;
    if (!decode(object))
        return NULL;
    module = PyImport_ImportModule("PIL.Image");
    if (!module)
        return NULL;
    made = PyObject_CallMethod(module, "frombytes", "s(ii)O", self->shape[2] == 4 ? "RGBA" : "RGB",
                               (int)self->shape[1], (int)self->shape[0], self->pixels);
    Py_DECREF(module);
    return made;
}
