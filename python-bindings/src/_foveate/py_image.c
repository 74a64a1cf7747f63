/* SPDX-License-Identifier: MIT */
/* foveate.Image: a picture from a path, from bytes, from pixels in a buffer (NumPy and its kin), or
 * from what foveate._inputs can turn into one of these (PIL). Also a look that a session made,
 * whose pixels come when they are first wanted. */
#include "py_internal.h"

#include <stdio.h>

static struct py_image *allocate(struct py_state *state, struct py_context *context)
{
    struct py_image *self = PyObject_New(struct py_image, state->image_type);

    if (!self)
        return NULL;
    self->context = context;
    self->image = NULL;
    self->session = NULL;
    self->node = -1;
    self->origin = 0;
    self->size = (fov_size){0, 0};
    self->file = self->pixels = NULL;
    self->name = Py_None;
    Py_INCREF(Py_None);
    Py_INCREF((PyObject *)context);
    return self;
}

PyObject *py_image_wrap(struct py_state *state, struct py_context *context, fov_image *image)
{
    struct py_image *self = allocate(state, context);

    if (!self) {
        fov_image_unref(image);
        return NULL;
    }
    self->image = image;
    self->size = fov_image_size(image);
    return (PyObject *)self;
}

static bool set_name(struct py_image *self, const char *name)
{
    PyObject *text = py_text(name);

    if (!text)
        return false;
    PY_REPLACE(self->name, text);
    return true;
}

PyObject *py_image_of_look(struct py_state *state, struct py_session *session, int32_t node)
{
    struct py_image *self = allocate(state, session->context);
    char name[16];

    if (!self)
        return NULL;
    Py_INCREF((PyObject *)session);
    self->session = session;
    self->node = node;
    self->origin = session->serial;
    self->size = fov_graph_size(fov_session_graph(session->session), node);
    snprintf(name, sizeof(name), "img_%d", (int)node);
    if (!set_name(self, name)) {
        Py_DECREF((PyObject *)self);
        return NULL;
    }
    return (PyObject *)self;
}

PyObject *py_image_of_file(struct py_state *state, const struct py_session *session,
                           const char *name, const void *data, size_t size)
{
    struct py_context *context = session->context;
    PyObject *file = PyBytes_FromStringAndSize(data, (Py_ssize_t)size), *made = NULL;
    fov_image *image = NULL;
    fov_status rc;
    fov_error err;

    if (!file)
        return NULL;
    Py_BEGIN_ALLOW_THREADS rc = fov_image_open_memory(&image, context->ctx, data, size, NULL, &err);
    Py_END_ALLOW_THREADS made =
        rc < 0 ? py_raise(state, &err) : py_image_wrap(state, context, image);
    if (!made) {
        Py_DECREF(file);
        return NULL;
    }
    ((struct py_image *)made)->file = file;
    ((struct py_image *)made)->origin = session->serial;
    if (!set_name((struct py_image *)made, name)) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}

/* ---- pictures in ---------------------------------------------------------------------------- */

struct input {
    struct py_state *state;
    struct py_context *context;
    fov_image_opts opts;
};

static PyObject *finish(const struct input *in, fov_status rc, fov_image *image,
                        const fov_error *err)
{
    return rc < 0 ? py_raise(in->state, err) : py_image_wrap(in->state, in->context, image);
}

static PyObject *from_path(const struct input *in, PyObject *path)
{
    PyObject *bytes = NULL, *made;
    fov_image *image = NULL;
    fov_status rc;
    fov_error err;

    if (!PyUnicode_FSConverter(path, &bytes))
        return NULL;
    const char *name = PyBytes_AsString(bytes);
    Py_BEGIN_ALLOW_THREADS rc = fov_image_open(&image, in->context->ctx, name, &in->opts, &err);
    Py_END_ALLOW_THREADS made = finish(in, rc, image, &err);
    Py_DECREF(bytes);
    return made;
}

static PyObject *from_file_bytes(const struct input *in, const void *data, size_t size)
{
    fov_image *image = NULL;
    fov_status rc;
    fov_error err;

    Py_BEGIN_ALLOW_THREADS rc =
        fov_image_open_memory(&image, in->context->ctx, data, size, &in->opts, &err);
    Py_END_ALLOW_THREADS return finish(in, rc, image, &err);
}

static PyObject *from_pixels(const struct input *in, const void *data, Py_ssize_t width,
                             Py_ssize_t height, Py_ssize_t bands, Py_ssize_t stride)
{
    fov_image *image = NULL;
    fov_status rc;
    fov_error err;

    if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX ||
        (bands != 1 && bands != 3 && bands != 4))
        return py_fail(in->state, FOV_E_ARG, "image",
                       "pixels are %zd wide, %zd high, with %zd bands; the shape is (height, "
                       "width) or (height, width, bands), at least 1 x 1, with 1, 3 or 4 bands",
                       width, height, bands);
    Py_BEGIN_ALLOW_THREADS rc =
        fov_image_new_pixels(&image, in->context->ctx, data, (int32_t)width, (int32_t)height,
                             (int32_t)bands, (size_t)stride, &err);
    Py_END_ALLOW_THREADS return finish(in, rc, image, &err);
}

/* Rows may have any stride that does not run backwards; within a row pixels must touch. */
static bool rows_touch(const Py_buffer *view, Py_ssize_t bands)
{
    return view->strides[0] >= view->shape[1] * bands && view->strides[1] == bands &&
           (view->ndim == 2 || view->strides[2] == 1);
}

static PyObject *from_array(const struct input *in, const Py_buffer *view)
{
    const Py_ssize_t bands = view->ndim == 3 ? view->shape[2] : 1;
    PyObject *made;
    void *copy;

    if (rows_touch(view, bands))
        return from_pixels(in, view->buf, view->shape[1], view->shape[0], bands, view->strides[0]);
    copy = PyMem_Malloc(view->len > 0 ? (size_t)view->len : 1);
    if (!copy)
        return PyErr_NoMemory();
    if (PyBuffer_ToContiguous(copy, view, view->len, 'C') < 0)
        made = NULL;
    else
        made = from_pixels(in, copy, view->shape[1], view->shape[0], bands, view->shape[1] * bands);
    PyMem_Free(copy);
    return made;
}

static PyObject *from_buffer(const struct input *in, PyObject *source)
{
    PyObject *made;
    Py_buffer view;

    if (PyObject_GetBuffer(source, &view, PyBUF_STRIDES | PyBUF_FORMAT) < 0)
        return NULL;
    if (view.itemsize != 1 ||
        (view.format && strcmp(view.format, "B") != 0 && strcmp(view.format, "b") != 0 &&
         strcmp(view.format, "c") != 0) ||
        (view.ndim > 1 && view.format && strcmp(view.format, "B") != 0))
        made = py_fail(in->state, FOV_E_ARG, "image",
                       "the elements are of format \"%.16s\" and %zd bytes; pixels are unsigned "
                       "bytes (uint8), 0 to 255",
                       view.format ? view.format : "B", view.itemsize);
    else if (view.ndim == 1 && view.strides[0] == 1)
        made = from_file_bytes(in, view.buf, (size_t)view.len);
    else if (view.ndim == 2 || view.ndim == 3)
        made = from_array(in, &view);
    else
        made = py_fail(in->state, FOV_E_ARG, "image",
                       "the buffer has %d dimensions; a file's bytes have 1, without gaps, pixels "
                       "have 2 or 3",
                       view.ndim);
    PyBuffer_Release(&view);
    return made;
}

/* What is neither path nor buffer: foveate._inputs gives its pixels, or says that it cannot. */
static PyObject *from_other(const struct input *in, PyObject *source)
{
    PyObject *module = PyImport_ImportModule("foveate._inputs"), *pixels = NULL, *made = NULL;
    Py_ssize_t width, height, bands;
    Py_buffer view;
    PyObject *data;

    if (module)
        pixels = PyObject_CallMethod(module, "pixels_of", "O", source);
    Py_XDECREF(module);
    if (!pixels)
        return NULL;
    if (PyArg_ParseTuple(pixels, "Onnn", &data, &width, &height, &bands) &&
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) == 0) {
        if (width > 0 && height > 0 && bands > 0 && view.len / width / bands == height &&
            view.len % (width * bands) == 0)
            made = from_pixels(in, view.buf, width, height, bands, width * bands);
        else
            py_fail(in->state, FOV_E_ARG, "image", "%zd bytes are no %zd x %zd pixels of %zd bands",
                    view.len, width, height, bands);
        PyBuffer_Release(&view);
    }
    Py_DECREF(pixels);
    return made;
}

/* An interned name: Python's cache of attributes keeps every other one for a while. */
static bool is_path(PyObject *source)
{
    PyObject *name;
    bool is_one;

    if (PyUnicode_Check(source))
        return true;
    name = PyUnicode_InternFromString("__fspath__");
    is_one = name && PyObject_HasAttr(source, name);
    Py_XDECREF(name);
    return is_one;
}

static PyObject *new_image(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"source", "lenient", NULL};
    struct input in = {.state = PyType_GetModuleState(type), .opts = FOV_IMAGE_OPTS_INIT};
    PyObject *source, *made;
    int lenient = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$p:Image", names, &source, &lenient))
        return NULL;
    if (Py_TYPE(source) == in.state->image_type) {
        Py_INCREF(source);
        return source;
    }
    in.opts.lenient = lenient;
    in.context = py_context_current(in.state);
    if (!in.context)
        return NULL;
    if (is_path(source))
        made = from_path(&in, source);
    else if (PyObject_CheckBuffer(source))
        made = from_buffer(&in, source);
    else
        made = from_other(&in, source);
    Py_DECREF((PyObject *)in.context);
    return made;
}

/* ---- facts about it ------------------------------------------------------------------------- */

bool py_image_ready(struct py_state *state, struct py_image *self)
{
    struct py_session *session = self->session;
    fov_image *image = NULL;
    fov_status rc;
    fov_error err;

    if (!py_context_alive(state, self->context))
        return false;
    if (self->image)
        return true;
    Py_INCREF((PyObject *)session);
    if (!py_session_read_begin(session)) {
        Py_DECREF((PyObject *)session);
        return false;
    }
    fov_graph *graph = fov_session_graph(session->session);
    Py_BEGIN_ALLOW_THREADS rc = fov_graph_render(graph, self->node, NULL, NULL, &image, &err);
    Py_END_ALLOW_THREADS py_session_read_end(session);
    if (rc < 0)
        py_raise(state, &err);
    else if (self->image)
        fov_image_unref(image); /* another thread was first */
    else
        self->image = image;
    if (self->image)
        Py_CLEAR(self->session);
    Py_DECREF((PyObject *)session);
    return self->image != NULL;
}

static PyObject *get_size(PyObject *object, void *unused)
{
    const struct py_image *self = (struct py_image *)object;
    (void)unused;
    return Py_BuildValue("(ii)", (int)self->size.width, (int)self->size.height);
}

static PyObject *get_info(PyObject *object, void *unused)
{
    struct py_image *self = (struct py_image *)object;
    fov_image_info info = {.struct_size = (uint32_t)sizeof(info)};
    struct py_state *state = py_state_of(object);
    fov_error err;

    (void)unused;
    if (!py_image_ready(state, self))
        return NULL;
    if (fov_image_get_info(self->image, &info, &err) < 0)
        return py_raise(state, &err);
    return Py_BuildValue("{s:s,s:i,s:i,s:i,s:i,s:i,s:O,s:O,s:O,s:O}", "format",
                         fov_format_name(info.format), "width", info.width, "height", info.height,
                         "orientation", info.orientation, "bits", info.bits, "channels",
                         info.channels, "has_alpha", info.has_alpha ? Py_True : Py_False, "has_icc",
                         info.has_icc ? Py_True : Py_False, "is_progressive",
                         info.is_progressive ? Py_True : Py_False, "is_damaged",
                         info.is_damaged ? Py_True : Py_False);
}

static PyObject *get_sha256(PyObject *object, void *unused)
{
    (void)unused;
    if (!py_image_ready(py_state_of(object), (struct py_image *)object))
        return NULL;
    return py_text(fov_image_sha256(((struct py_image *)object)->image));
}

static PyObject *get_name(PyObject *object, void *unused)
{
    (void)unused;
    Py_INCREF(((struct py_image *)object)->name);
    return ((struct py_image *)object)->name;
}

static PyObject *repr(PyObject *object)
{
    const struct py_image *self = (struct py_image *)object;

    if (self->name != Py_None)
        return PyUnicode_FromFormat("<foveate.Image %U, %d x %d>", self->name,
                                    (int)self->size.width, (int)self->size.height);
    return PyUnicode_FromFormat("<foveate.Image %d x %d>", (int)self->size.width,
                                (int)self->size.height);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* No garbage collection: an image refers to its session until it is rendered, and a session to its
 * sources, which are rendered; there is no way around in a circle. */
static void dealloc(PyObject *object)
{
    struct py_image *self = (struct py_image *)object;
    PyTypeObject *type = Py_TYPE(object);

    if (self->image && py_context_is_ours(self->context))
        fov_image_unref(self->image);
    Py_XDECREF((PyObject *)self->session);
    Py_XDECREF(self->file);
    Py_XDECREF(self->pixels);
    Py_XDECREF(self->name);
    Py_XDECREF((PyObject *)self->context);
    PyObject_Free(self);
    Py_DECREF((PyObject *)type);
}

static PyMethodDef methods[] = {
    {"png", (PyCFunction)(void (*)(void))py_image_png, METH_VARARGS | METH_KEYWORDS,
     "png($self, /, *, max_edge=0)\n--\n\n"
     "The picture as a PNG file, exact; with max_edge no side is longer than that many pixels.\n\n"
     "A picture that a model was shown as PNG gives those very bytes."},
    {"jpeg", (PyCFunction)(void (*)(void))py_image_jpeg, METH_VARARGS | METH_KEYWORDS,
     "jpeg($self, /, *, quality=0, max_edge=0)\n--\n\n"
     "The picture as a JPEG file, on white where it is transparent.\n\n"
     "quality is 1 to 100; 0 stands for 92 for line art and 90 for photographs."},
    {"file", py_image_file, METH_NOARGS,
     "file($self, /)\n--\n\n"
     "The picture as a file: the bytes that a model is shown, else a PNG or JPEG as the pixels\n"
     "suggest. `mime` tells which."},
    {"data_url", py_image_data_url, METH_NOARGS,
     "data_url($self, /)\n--\n\nfile() as text for a web page or a server: "
     "data:image/png;base64,…"},
    {"tobytes", py_image_tobytes, METH_NOARGS,
     "tobytes($self, /)\n--\n\n"
     "The pixels, row by row, 3 bytes each (sRGB), or 4 with straight alpha."},
    {"pil", py_image_pil, METH_NOARGS, "pil($self, /)\n--\n\nThe picture as a PIL.Image.Image."},
    {"_repr_png_", py_image_repr_png, METH_NOARGS,
     "_repr_png_($self, /)\n--\n\nWhat a notebook shows: a PNG of at most 1200 pixels a side."},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef members[] = {
    {"size", get_size, NULL, "Width and height in pixels, upright.", NULL},
    {"info", get_info, NULL, "What its file or buffer holds: format, bits, channels and so on.",
     NULL},
    {"sha256", get_sha256, NULL, "SHA-256 of the file as given; of pixels, their size and rows.",
     NULL},
    {"name", get_name, NULL, "What its session calls it, as in \"img_3\"; None without one.", NULL},
    {"mime", py_image_mime, NULL, "The type of file(): \"image/png\" or \"image/jpeg\".", NULL},
    {"__array_interface__", py_image_array_interface, NULL,
     "NumPy's array interface, version 3: uint8, (height, width, bands), read-only.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static const char doc[] =
    "Image(source, *, lenient=False)\n--\n\n"
    "A picture: a path, the bytes of a file, a buffer of pixels (NumPy and its kin: uint8, of\n"
    "shape (height, width) or (height, width, 1, 3 or 4)), or a PIL image.\n\n"
    "It never changes and may be shared by threads. A file's EXIF orientation is applied; pixels\n"
    "are 8-bit sRGB, 3 bands, or 4 with straight alpha. With lenient, what a damaged file lacks\n"
    "becomes grey, and info[\"is_damaged\"] says so. It offers its pixels as a read-only buffer.";

static PyType_Slot slots[] = {{Py_tp_new, PY_SLOT(new_image)},
                              {Py_tp_dealloc, PY_SLOT(dealloc)},
                              {Py_tp_repr, PY_SLOT(repr)},
                              {Py_tp_methods, methods},
                              {Py_tp_getset, members},
                              {Py_tp_doc, (void *)doc},
                              {Py_bf_getbuffer, PY_SLOT(py_image_getbuffer)},
                              {0, NULL}};
PyType_Spec py_image_spec = {"foveate.Image", sizeof(struct py_image), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};
