/* SPDX-License-Identifier: MIT */
/* PNG rows, as few as the piece needs: by png_unpack.c where most of the picture is wanted, by
 * libpng where rows can be left out and for all that is interlaced or damaged. libpng is fed a
 * stream that our own chunk walk has cleared: header, the palette and transparency that fit,
 * pixels, and nothing else, so that no ancillary chunk ever reaches it. Nothing that changes after
 * setjmp() lives in the frame that calls it: all of it is in struct job, which the caller owns. */
#include "image/codec_internal.h"

#include <png.h>
#include <setjmp.h>

enum { SIGNATURE = 8, GREY = 128 };

struct job {
    fov_image *image;
    const fov_cancel *cancel;
    struct fov_recti rect; /* level pixels */
    int32_t shrink, bands;
    struct fov_colour *colour;
    struct fov_pixels *out;
    struct fov_pixels *whole; /* interlaced pictures only */
    uint8_t *strip;           /* `shrink` raw rows, or their part that the piece covers */
    int32_t rows_done;        /* of `out` */
    /* The stream: a run of bytes, then the next chunk from `pos`. */
    size_t pos;
    const uint8_t *run;
    size_t run_left;
    png_structp png;
    png_infop info;
    bool has_room; /* `out` is the whole, and stored rows have room in it */
    bool is_out_of_memory, is_cancelled;
    char message[96];
};

static void on_error(png_structp png, png_const_charp message)
{
    struct job *job = png_get_error_ptr(png);
    fov__format(job->message, sizeof(job->message), "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    const struct job *job = png_get_error_ptr(png);
    fov__log(job->image->ctx, FOV_LOG_DEBUG, "image.png: libpng notes: %s", message);
}

static png_voidp on_alloc(png_structp png, png_alloc_size_t size)
{
    struct job *job = png_get_mem_ptr(png);
    void *ptr = fov__alloc(job->image->ctx, size);
    job->is_out_of_memory = job->is_out_of_memory || ptr == NULL;
    return ptr;
}

static void on_free(png_structp png, png_voidp ptr)
{
    const struct job *job = png_get_mem_ptr(png);
    fov__free(job->image->ctx, ptr);
}

static bool is_wanted(const fov_image *image, const struct fov_png_chunk *chunk)
{
    return chunk->offset == SIGNATURE || /* IHDR */
           (chunk->offset == image->png_plte && image->info.channels == 1) ||
           (chunk->offset == image->png_trns && chunk->offset != 0) ||
           chunk->type == FOV__PNG_TYPE('I', 'D', 'A', 'T') ||
           chunk->type == FOV__PNG_TYPE('I', 'E', 'N', 'D');
}

static bool next_run(struct job *job)
{
    const fov_bytes *file = &job->image->encoded;
    struct fov_png_chunk chunk;
    while (fov__png_chunk_next(&chunk, file->data, file->size, &job->pos)) {
        if (!is_wanted(job->image, &chunk))
            continue;
        job->run = file->data + chunk.offset;
        job->run_left = job->pos - chunk.offset;
        return true;
    }
    return false;
}

static void on_read(png_structp png, png_bytep out, size_t size)
{
    struct job *job = png_get_io_ptr(png);
    while (size > 0) {
        if (job->run_left == 0 && !next_run(job))
            png_error(png, "the file ends before the pixels do");
        const size_t n = size < job->run_left ? size : job->run_left;
        memcpy(out, job->run, n);
        out += n;
        size -= n;
        job->run += n;
        job->run_left -= n;
    }
}

static void set_up(struct job *job)
{
    png_structp png = job->png;
    const fov_limits *limits = &job->image->ctx->limits;
    png_set_user_limits(png, limits->edge, limits->edge);
    png_set_chunk_cache_max(png, 4);
    png_set_chunk_malloc_max(png, 1024 * 1024);
    /* The walk has judged the check sums, strictly or leniently. */
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    job->run = job->image->encoded.data;
    job->run_left = SIGNATURE;
    job->pos = SIGNATURE;
    png_set_read_fn(png, job, on_read);
    png_read_info(png, job->info);
    png_set_expand(png);
    png_set_scale_16(png); /* rounds exactly; png_set_strip_16 would cut */
    png_set_gray_to_rgb(png);
    const bool has_alpha = (png_get_color_type(png, job->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                           png_get_valid(png, job->info, PNG_INFO_tRNS) != 0;
    if (job->bands == 4 && !has_alpha)
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
    if (job->bands == 3 && has_alpha)
        png_set_strip_alpha(png);
}

static bool stop(struct job *job, int32_t y)
{
    if (y % 64 == 0 && fov_cancel_is_set(job->cancel))
        job->is_cancelled = true;
    return job->is_cancelled;
}

/* Columns of the raw picture that the piece covers. */
static int32_t columns(const struct job *job)
{
    const int32_t room = job->image->raw_width - job->rect.x * job->shrink;
    const int32_t want = job->rect.width * job->shrink;
    return want < room ? want : room;
}

/* Raw rows of the next row of the piece. */
static int32_t rows_of(const struct job *job, int32_t row)
{
    const int32_t left = job->image->raw_height - (job->rect.y + row) * job->shrink;
    return left < job->shrink ? left : job->shrink;
}

/* Those columns of raw rows, shrunk into their row of the piece. */
static void put_rows(struct job *job, uint8_t *in, size_t stride, int32_t count)
{
    const int32_t s = job->shrink, width = columns(job);
    uint8_t *out = fov__pixels_row(job->out, job->rows_done);
    for (int32_t y = 0; y < count && !fov__colour_is_identity(job->colour); y++)
        fov__colour_row(job->colour, in + (size_t)y * stride, in + (size_t)y * stride, width);
    if (s > 1)
        fov__shrink_rows(job->image->ctx->cpu, out, in, stride, width, count, job->bands, s);
    else if (out != in)
        memcpy(out, in, (size_t)width * (size_t)job->bands);
    job->rows_done++;
}

static bool read_unpacked(struct job *job, struct fov_png_unpack *unpack)
{
    const int32_t s = job->shrink, width = columns(job);
    const size_t stride = (size_t)width * (size_t)job->bands + FOV__PIXELS_SLACK;
    for (int32_t row = 0; row < job->rect.height; row++) {
        const int32_t y = (job->rect.y + row) * s, count = rows_of(job, row);
        uint8_t *rows = s == 1 ? fov__pixels_row(job->out, row) : job->strip;
        for (int32_t i = 0; i < count; i++) {
            if (stop(job, y + i))
                return true;
            if (!fov__png_unpack_row(unpack, rows + (size_t)i * stride, job->rect.x * s, width))
                return false;
        }
        put_rows(job, rows, stride, count);
    }
    return fov__png_unpack_is_sound(unpack);
}

/* True when the whole piece was made without libpng, or cancelled. */
static bool run_unpack(struct job *job)
{
    const fov_image *image = job->image;
    const int32_t first = job->rect.y * job->shrink;
    const int32_t last = job->rect.height - 1,
                  end = first + last * job->shrink + rows_of(job, last);
    const bool has_profile = !fov__colour_is_identity(job->colour);
    const bool is_within = job->has_room && fov__png_unpack_room(image, has_profile) != 0;
    if (fov_cancel_is_set(job->cancel))
        return false;
    struct fov_png_unpack *unpack =
        fov__png_unpack_new(image, first, end, is_within ? job->out : NULL, has_profile);
    if (unpack == NULL)
        return false;
    const bool is_done = read_unpacked(job, unpack);
    fov__png_unpack_free(unpack);
    /* What may have been written behind the last row is no part of the picture. */
    memset(job->out->data + job->out->stride * (size_t)job->out->height, 0, FOV__PIXELS_SLACK);
    if (!is_done)
        job->rows_done = 0;
    return is_done;
}

static void read_streaming(struct job *job)
{
    const int32_t s = job->shrink;
    const size_t stride = (size_t)job->image->raw_width * (size_t)job->bands;
    const size_t first = (size_t)(job->rect.x * s) * (size_t)job->bands;
    const bool in_place = s == 1 && job->rect.width == job->image->raw_width;
    for (int32_t y = 0; y < job->rect.y * s && !stop(job, y); y++)
        png_read_row(job->png, job->strip, NULL);
    for (int32_t row = 0; row < job->rect.height && !job->is_cancelled; row++) {
        const int32_t y = (job->rect.y + row) * s, count = rows_of(job, row);
        uint8_t *rows = in_place ? fov__pixels_row(job->out, row) : job->strip;
        for (int32_t i = 0; i < count && !stop(job, y + i); i++)
            png_read_row(job->png, rows + (size_t)i * stride, NULL);
        if (!job->is_cancelled)
            put_rows(job, rows + first, stride, count);
    }
}

static void read_passes(struct job *job, int passes)
{
    for (int pass = 0; pass < passes; pass++) {
        for (int32_t y = 0; y < job->whole->height; y++) {
            if (stop(job, y))
                return;
            png_read_row(job->png, fov__pixels_row(job->whole, y), NULL);
        }
    }
}

/* False when libpng gave up; then job->message says why. */
static bool run_libpng(struct job *job)
{
    if (setjmp(png_jmpbuf(job->png)) != 0)
        return false;
    set_up(job);
    const int passes = png_set_interlace_handling(job->png);
    png_read_update_info(job->png, job->info);
    if (png_get_rowbytes(job->png, job->info) != (size_t)job->image->raw_width * (size_t)job->bands)
        png_error(job->png, "rows are not as wide as the header says");
    if (job->whole != NULL)
        read_passes(job, passes);
    else
        read_streaming(job);
    return true;
}

static void fill_grey(uint8_t *row, int32_t width, int32_t bands)
{
    memset(row, GREY, (size_t)width * (size_t)bands);
    for (int32_t x = 0; x < width && bands == 4; x++)
        row[4 * x + 3] = 255;
}

static fov_status start_libpng(struct job *job, fov_error *err)
{
    job->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, job, on_error, on_warning, job,
                                        on_alloc, on_free);
    job->info = job->png != NULL ? png_create_info_struct(job->png) : NULL;
    return job->info != NULL ? FOV_OK : fov__fail_memory(err, "image.png", 0);
}

static fov_status allocate(struct job *job, fov_error *err)
{
    fov_image *image = job->image;
    fov_status rc = fov__colour_new(&job->colour, image, err);
    if (rc < 0)
        return rc;
    job->has_room = job->shrink == 1 && job->rect.width == image->raw_width &&
                    job->rect.height == image->raw_height;
    const size_t room =
        job->has_room ? fov__png_unpack_room(image, !fov__colour_is_identity(job->colour)) : 0;
    rc = fov__pixels_new_room(&job->out, image->ctx, job->rect.width, job->rect.height, job->bands,
                              room, err);
    if (rc == FOV_OK && image->info.is_progressive) {
        rc = fov__pixels_new(&job->whole, image->ctx, image->raw_width, image->raw_height,
                             job->bands, err);
        for (int32_t y = 0; rc == FOV_OK && y < image->raw_height; y++)
            fill_grey(fov__pixels_row(job->whole, y), image->raw_width, job->bands);
    } else if (rc == FOV_OK) {
        const size_t row = (size_t)image->raw_width * (size_t)job->bands + FOV__PIXELS_SLACK;
        job->strip = fov__buffer_new(image->ctx, row * (size_t)job->shrink);
        if (job->strip == NULL)
            rc = fov__fail_memory(err, "image.png", row * (size_t)job->shrink);
    }
    return rc;
}

/* What is left after libpng gave up: an error, or grey rows in a lenient image. */
static fov_status settle(struct job *job, fov_error *err)
{
    if (job->is_out_of_memory)
        return fov__fail_memory(err, "image.png", 0);
    return fov__probe_damage(job->image, err, "row %d of %d cannot be decoded: %s",
                             (int)((job->rect.y + job->rows_done) * job->shrink),
                             (int)job->image->raw_height, job->message);
}

static fov_status decode(struct job *job, fov_error *err)
{
    fov_status rc = allocate(job, err);
    if (rc == FOV_OK && job->whole == NULL && run_unpack(job))
        return job->is_cancelled ? fov__cancelled(err) : FOV_OK;
    if (rc == FOV_OK)
        rc = start_libpng(job, err);
    if (rc < 0)
        return rc;
    if (!run_libpng(job))
        rc = settle(job, err);
    if (rc == FOV_OK && job->is_cancelled)
        rc = fov__cancelled(err);
    for (int32_t row = 0; rc == FOV_OK && job->whole != NULL && row < job->rect.height; row++) {
        const int32_t y = (job->rect.y + row) * job->shrink;
        const size_t first = (size_t)(job->rect.x * job->shrink) * (size_t)job->bands;
        put_rows(job, fov__pixels_row(job->whole, y) + first, job->whole->stride,
                 rows_of(job, row));
    }
    for (int32_t row = job->rows_done; rc == FOV_OK && row < job->rect.height; row++)
        fill_grey(fov__pixels_row(job->out, row), job->rect.width, job->bands);
    return rc;
}

fov_status fov__png_decode(struct fov_pixels **out, fov_image *image, struct fov_recti rect,
                           int32_t shrink, const fov_cancel *cancel, fov_error *err)
{
    struct job job = {.image = image,
                      .cancel = cancel,
                      .rect = rect,
                      .shrink = shrink,
                      .bands = image->info.has_alpha ? 4 : 3};
    const fov_status rc = decode(&job, err);
    if (job.png != NULL)
        png_destroy_read_struct(&job.png, &job.info, NULL);
    fov__colour_free(job.colour);
    fov__buffer_free(image->ctx, job.strip);
    fov__pixels_unref(job.whole);
    if (rc < 0) {
        fov__pixels_unref(job.out);
        job.out = NULL;
    }
    *out = job.out;
    return rc;
}
