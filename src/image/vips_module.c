/* SPDX-License-Identifier: MIT */
/* The loadable module foveate-vips: WebP, GIF and TIFF through libvips, each by its explicit loader
 * and never by libvips' own guess. It is apart because libvips brings a hundred libraries and GLib,
 * which aborts when memory runs out: the library has judged the size before this is called. It must
 * use no symbol of the library, and leave a host's own use of libvips as it finds it. */
#include "vips_module.h"

#include <unistd.h>
#include <vips/vips.h>

extern __attribute__((visibility("default"))) const struct fov_vips_table fov_vips_module_table;

/* The process in which libvips was started: its threads and locks do not survive a fork(). Written
 * once, under the caller's lock, before any other function is called. */
static pid_t home;

static int is_forked(char *message, size_t message_size)
{
    if (home == getpid())
        return 0;
    g_strlcpy(message, "libvips was started before fork() and cannot be used in the child process",
              message_size);
    return 1;
}

/* libvips has one error buffer for all threads: what is there now may be another thread's, so it is
 * only ever a detail behind a sentence of the library's own. */
static void take_message(char *message, size_t message_size)
{
    g_strlcpy(message, vips_error_buffer(), message_size);
    vips_error_clear();
    for (char *p = message; *p != '\0'; p++) {
        if (*p == '\n')
            *p = p[1] != '\0' ? ';' : '\0';
    }
}

/* Nothing may be printed: GLib writes libvips' warnings to stderr unless somebody takes them. */
static void drop_log(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer user)
{
    (void)domain;
    (void)level;
    (void)text;
    (void)user;
}

static int start(char *message, size_t message_size)
{
    /* A host that uses libvips itself keeps its settings; those that matter are set on each image.
     */
    const int is_ours = g_type_from_name("VipsObject") == 0;
    if (VIPS_INIT("foveate") != 0) {
        take_message(message, message_size);
        return FOV_VIPS_UNAVAILABLE;
    }
    if (is_ours) {
        g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG,
                          drop_log, NULL);
        vips_concurrency_set(1);
        vips_cache_set_max(0);
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 13
        vips_block_untrusted_set(TRUE);
#endif
    }
    home = getpid();
    return FOV_VIPS_DONE;
}

static int load(VipsImage **out, int32_t format, void *data, size_t size, VipsFailOn fail_on)
{
    switch (format) {
    case FOV_VIPS_WEBP:
        return vips_webpload_buffer(data, size, out, "page", 0, "n", 1, "access",
                                    VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
    case FOV_VIPS_GIF:
        return vips_gifload_buffer(data, size, out, "page", 0, "n", 1, "access",
                                   VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
    case FOV_VIPS_TIFF:
        return vips_tiffload_buffer(data, size, out, "page", 0, "n", 1, "access",
                                    VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
    default:
        vips_error("foveate", "format %d has no loader here", (int)format);
        return -1;
    }
}

/* 8 and 16 bits are taken as they are; all else (float, 32 bits, Lab) goes to 8-bit sRGB by
 * libvips' own rules. */
static int is_plain(const VipsImage *image)
{
    const VipsBandFormat format = image->BandFmt;
    if (format != VIPS_FORMAT_UCHAR && format != VIPS_FORMAT_USHORT)
        return 0;
    switch (image->Type) {
    case VIPS_INTERPRETATION_MULTIBAND:
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_CMYK:
        return image->Bands >= 1 && image->Bands <= 5;
    default:
        return 0;
    }
}

static int make_plain(VipsImage **image)
{
    VipsImage *colour = NULL, *bytes = NULL;
    if (is_plain(*image))
        return 0;
    int rc = vips_colourspace(*image, &colour, VIPS_INTERPRETATION_sRGB, NULL);
    if (rc == 0)
        rc = vips_cast_uchar(colour, &bytes, NULL);
    if (rc == 0 && (bytes->Bands < 1 || bytes->Bands > 5)) {
        vips_error("foveate", "%d bands are left, and 1 to 5 are read", bytes->Bands);
        rc = -1;
    }
    if (colour != NULL)
        g_object_unref(colour);
    if (rc != 0) {
        if (bytes != NULL)
            g_object_unref(bytes);
        return rc;
    }
    g_object_unref(*image);
    *image = bytes;
    return 0;
}

static int open_picture(struct fov_vips_picture *out, int32_t format, const void *data, size_t size,
                        int is_lenient, char *message, size_t message_size)
{
    VipsImage *image = NULL;
    memset(out, 0, sizeof(*out));
    if (is_forked(message, message_size))
        return FOV_VIPS_FORKED;
    /* libvips reads through the pointer only, though its type says otherwise. */
    void *bytes = (void *)(guintptr)data;
    if (load(&image, format, bytes, size, is_lenient ? VIPS_FAIL_ON_NONE : VIPS_FAIL_ON_ERROR) !=
            0 ||
        make_plain(&image) != 0) {
        take_message(message, message_size);
        if (image != NULL)
            g_object_unref(image);
        return FOV_VIPS_BROKEN;
    }
    *out = (struct fov_vips_picture){image, image->Xsize, image->Ysize, image->Bands};
    return FOV_VIPS_DONE;
}

/* round(v * 255 / 65535) is round(v / 257), and 257 is odd, so there are no ties. */
static void narrow_row(uint8_t *out, const uint16_t *in, int count)
{
    for (int i = 0; i < count; i++)
        out[i] = (uint8_t)((in[i] + 128) / 257);
}

static int read_rows(VipsRegion *region, const struct fov_vips_picture *picture, uint8_t *narrow,
                     fov_vips_row_fn on_row, void *user)
{
    const int strip = 16; /* rows at once: what a sequential loader likes */
    VipsImage *image = picture->image;
    for (int top = 0; top < image->Ysize; top += strip) {
        const VipsRect want = {0, top, image->Xsize, VIPS_MIN(strip, image->Ysize - top)};
        if (vips_region_prepare(region, &want) != 0)
            return FOV_VIPS_BROKEN;
        for (int y = top; y < top + want.height; y++) {
            /* What is valid may begin above the strip, and always at the left edge. */
            const uint8_t *row =
                region->data + (size_t)(y - region->valid.top) * (size_t)region->bpl;
            if (image->BandFmt == VIPS_FORMAT_USHORT) {
                const void *wide = row; /* libvips aligns rows for their samples */
                narrow_row(narrow, wide, image->Xsize * image->Bands);
                row = narrow;
            }
            if (on_row(row, y, user) != 0)
                return FOV_VIPS_STOPPED;
        }
    }
    return FOV_VIPS_DONE;
}

/* Pulled through one region in the caller's thread: no worker threads of libvips' are made. */
static int read_picture(struct fov_vips_picture *picture, fov_vips_row_fn on_row, void *user,
                        char *message, size_t message_size)
{
    VipsImage *image = picture->image;
    if (is_forked(message, message_size))
        return FOV_VIPS_FORKED;
    VipsRegion *region = vips_region_new(image);
    uint8_t *narrow = g_try_malloc_n((gsize)image->Xsize, (gsize)image->Bands);
    int rc = FOV_VIPS_BROKEN;
    if (region == NULL || narrow == NULL)
        g_strlcpy(message, "memory ran out", message_size);
    else
        rc = read_rows(region, picture, narrow, on_row, user);
    if (rc == FOV_VIPS_BROKEN && region != NULL && narrow != NULL)
        take_message(message, message_size);
    if (region != NULL)
        g_object_unref(region);
    g_free(narrow);
    /* The host's thread may end without a word to libvips: its buffers are given back now. */
    vips_thread_shutdown();
    return rc;
}

static void close_picture(struct fov_vips_picture *picture)
{
    if (picture->image != NULL && home == getpid())
        g_object_unref(picture->image);
    picture->image = NULL;
}

const struct fov_vips_table fov_vips_module_table = {
    .abi = FOV_VIPS_ABI,
    .start = start,
    .open = open_picture,
    .read = read_picture,
    .close = close_picture,
};
