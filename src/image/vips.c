/* SPDX-License-Identifier: MIT */
/* WebP, GIF and TIFF by the module foveate-vips, which is opened on first need: a program that
 * never meets these formats never loads libvips. Rows come as stored and become sRGB here, by the
 * same rules and the same profile code as PNG and JPEG. It must hand the module only bytes that
 * probing has accepted. */
#include "image/codec_internal.h"
#include "image/vips_module.h"

_Static_assert((int)FOV_VIPS_WEBP == (int)FOV_FORMAT_WEBP &&
                   (int)FOV_VIPS_GIF == (int)FOV_FORMAT_GIF &&
                   (int)FOV_VIPS_TIFF == (int)FOV_FORMAT_TIFF,
               "the module's names for formats");

enum { GREY = 128, MESSAGE = 160 };

struct job {
    fov_image *image;
    const fov_cancel *cancel;
    const struct fov_colour *colour;
    struct fov_pixels *px;
    int32_t width, bands; /* of the rows that come */
    int32_t rows_done;
};

/* Runs under the lock of the context's slots; libvips' own start is idempotent and locked by GLib,
 * so that two contexts do not harm each other. */
static void *module_make(fov_context *ctx, fov_error *err)
{
    char message[MESSAGE] = "";
    struct fov_vips_table *table = fov__module_open(ctx, "vips", FOV_VIPS_SYMBOL, err);
    if (table == NULL)
        return NULL;
    if (table->abi != FOV_VIPS_ABI) {
        fov__fail(err, FOV_E_UNSUPPORTED, 0, "module",
                  "foveate-vips.so has interface %u where %u is needed: it belongs to another "
                  "version than %s",
                  (unsigned)table->abi, FOV_VIPS_ABI, FOV_VERSION_STRING);
        return NULL;
    }
    if (table->start(message, sizeof(message)) != FOV_VIPS_DONE) {
        fov__fail(err, FOV_E_UNSUPPORTED, 0, "module", "libvips does not start: %s", message);
        return NULL;
    }
    return table;
}

static void module_free(void *service)
{
    (void)service; /* it stays loaded: GLib does not survive being unloaded */
}

/* Stored colour times alpha becomes straight colour. */
static void unmultiply(uint8_t *pixel)
{
    const uint32_t a = pixel[3];
    for (int c = 0; c < 3 && a != 0; c++) {
        const uint32_t v = (pixel[c] * 255u + a / 2) / a;
        pixel[c] = (uint8_t)(v < 255 ? v : 255);
    }
}

static void spread_row(const struct job *job, uint8_t *out, const uint8_t *in, int32_t width)
{
    const int32_t bands = job->bands, out_bands = job->px->bands;
    for (int32_t x = 0; x < width; x++, in += bands, out += out_bands) {
        out[0] = in[0];
        out[1] = bands >= 3 ? in[1] : in[0];
        out[2] = bands >= 3 ? in[2] : in[0];
        if (out_bands == 4) {
            out[3] = bands == 2 || bands == 4 ? in[bands - 1] : 255;
            if (job->image->is_premultiplied)
                unmultiply(out);
        }
    }
}

static int on_row(const uint8_t *row, int32_t y, void *user)
{
    struct job *job = user;
    struct fov_pixels *px = job->px;
    if (fov_cancel_is_set(job->cancel))
        return 1;
    if (y >= px->height)
        return 0;
    const int32_t width = job->width < px->width ? job->width : px->width;
    uint8_t *out = fov__pixels_row(px, y);
    if (job->image->is_cmyk) {
        /* A fifth sample lies between: rows are few, so pixel by pixel is fast enough. */
        for (int32_t x = 0; x < width; x++)
            fov__colour_row(job->colour, out + 3 * (size_t)x, row + (size_t)job->bands * (size_t)x,
                            1);
    } else {
        spread_row(job, out, row, width);
        if (!fov__colour_is_identity(job->colour))
            fov__colour_row(job->colour, out, out, width);
    }
    job->rows_done = y + 1;
    return 0;
}

static fov_status fail_by(const struct job *job, int code, const char *message, fov_error *err)
{
    char field[32];
    fov__format(field, sizeof(field), "image.%s", fov_format_name(job->image->info.format));
    if (code == FOV_VIPS_STOPPED)
        return fov__cancelled(err);
    if (code == FOV_VIPS_FORKED)
        return fov__fail(err, FOV_E_STATE, 0, field, "%s", message);
    return fov__probe_damage(job->image, err, "libvips cannot decode row %d of %d: %s",
                             (int)job->rows_done, (int)job->image->raw_height, message);
}

/* A GIF is given without what follows its first frame, ended properly. */
static fov_status take_bytes(fov_bytes *copy, const fov_image *image, fov_error *err)
{
    *copy = (fov_bytes){NULL, 0, NULL};
    if (image->info.format != FOV_FORMAT_GIF)
        return FOV_OK;
    *copy = fov__bytes_new(image->ctx, image->first_end + 1);
    if (copy->data == NULL)
        return fov__fail_memory(err, "image.gif", image->first_end + 1);
    memcpy(copy->data, image->encoded.data, image->first_end);
    copy->data[image->first_end] = 0x3b;
    return FOV_OK;
}

/* What the rows do not reach: transparent where a GIF's frame ends, grey where a file is cut. */
static void clear(struct job *job)
{
    struct fov_pixels *px = job->px;
    const bool is_gif = job->image->info.format == FOV_FORMAT_GIF;
    for (int32_t y = 0; y < px->height; y++) {
        uint8_t *row = fov__pixels_row(px, y);
        memset(row, is_gif ? 0 : GREY, px->stride);
        for (int32_t x = 0; x < px->width && px->bands == 4 && !is_gif; x++)
            row[4 * x + 3] = 255;
    }
}

static fov_status check_picture(const struct job *job, const struct fov_vips_picture *picture,
                                fov_error *err)
{
    const fov_image *image = job->image;
    const bool is_gif = image->info.format == FOV_FORMAT_GIF;
    const bool same = picture->width == image->raw_width && picture->height == image->raw_height;
    if ((!same && !is_gif) || (image->is_cmyk && picture->bands < 4))
        return fov__fail(err, FOV_E_IMAGE, 0, "image",
                         "libvips sees %d x %d pixels of %d samples where the header says %d x %d",
                         (int)picture->width, (int)picture->height, (int)picture->bands,
                         (int)image->raw_width, (int)image->raw_height);
    return FOV_OK;
}

static fov_status decode(struct job *job, const struct fov_vips_table *table,
                         const fov_bytes *bytes, fov_error *err)
{
    char message[MESSAGE] = "";
    fov_image *image = job->image;
    struct fov_vips_picture picture;
    fov_status rc = fov__pixels_new(&job->px, image->ctx, image->raw_width, image->raw_height,
                                    image->info.has_alpha ? 4 : 3, err);
    if (rc < 0)
        return rc;
    clear(job);
    int code = table->open(&picture, image->info.format, bytes->data, bytes->size,
                           image->is_lenient, message, sizeof(message));
    if (code == FOV_VIPS_DONE) {
        rc = check_picture(job, &picture, err);
        job->width = picture.width;
        job->bands = picture.bands;
        if (rc == FOV_OK)
            code = table->read(&picture, on_row, job, message, sizeof(message));
        table->close(&picture);
    }
    return code == FOV_VIPS_DONE || rc < 0 ? rc : fail_by(job, code, message, err);
}

fov_status fov__vips_decode(struct fov_pixels **out, fov_image *image, const fov_cancel *cancel,
                            fov_error *err)
{
    *out = NULL;
    fov_error made;
    fov__ok(&made);
    const struct fov_vips_table *table =
        fov__service(image->ctx, FOV__SLOT_VIPS, module_make, module_free, &made);
    if (table == NULL) {
        if (err != NULL)
            *err = made;
        return made.status < 0 ? made.status : FOV_E_UNSUPPORTED;
    }
    struct job job = {.image = image, .cancel = cancel};
    struct fov_colour *colour = NULL;
    fov_bytes copy = {NULL, 0, NULL};
    fov_status rc = fov__colour_new(&colour, image, err);
    job.colour = colour;
    if (rc == FOV_OK)
        rc = take_bytes(&copy, image, err);
    if (rc == FOV_OK)
        rc = decode(&job, table, copy.data != NULL ? &copy : &image->encoded, err);
    fov__colour_free(colour);
    fov_bytes_free(&copy);
    if (rc < 0) {
        fov__pixels_unref(job.px);
        job.px = NULL;
    }
    *out = job.px;
    return rc;
}
