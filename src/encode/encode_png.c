/* SPDX-License-Identifier: MIT */
/* PNG: signature, IHDR, PLTE, one IDAT, IEND through libpng's chunk writer, which owns framing and
 * check sums. The compressed bytes are ours or libdeflate's, so they do not depend on which zlib a
 * system has, and stand where they belong in the file before libpng comes to write them. No
 * ancillary chunk is written, so that the same pixels always make the same file. */
#include "encode/png_internal.h"

#include <libdeflate.h>
#include <png.h>

/* For palettes and packed bits, which repeat themselves: level 6 is 14 % smaller than level 1 in
 * the same time (README.md here). Those that are noise all the same gain nothing by it. */
enum { LEVEL_LINE_ART = 6, LEVEL_PHOTO = 1 };

/* What a trial looks at: all rows of a small picture, else bands of neighbouring
 * ones, spread over it. */
enum { TRIAL_WHOLE = 256 * 1024, TRIAL_BANDS = 12, TRIAL_ROWS = 4 };

enum {
    CHUNK = 128 * 1024,     /* rows that are filtered and deflated while they are in the cache */
    CHUNK_MAX = 0x7fffffff, /* PNG, 5.3 */
    SIGNATURE = 8,
    FRAME = 12,
    IHDR_SIZE = 13 /* FRAME: length, type and check sum of a chunk */
};

/* The file as it comes about: libpng's bytes are copied to their place unless they stand there. */
struct file {
    uint8_t *data;
    size_t len, idat; /* where IDAT's data begin */
};

static void write_bytes(png_structp png, png_bytep data, png_size_t size)
{
    struct file *file = png_get_io_ptr(png);
    if (data != file->data + file->len) {
        memcpy(file->data + file->len, data, size);
    }
    file->len += size;
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static void stay_silent(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void leave(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void *png_alloc(png_structp png, png_alloc_size_t size)
{
    return fov__alloc(png_get_mem_ptr(png), size);
}

static void png_release(png_structp png, void *ptr)
{
    fov__free(png_get_mem_ptr(png), ptr);
}

static void put_be32(uint8_t *out, uint32_t v)
{
    out[0] = (uint8_t)(v >> 24);
    out[1] = (uint8_t)(v >> 16);
    out[2] = (uint8_t)(v >> 8);
    out[3] = (uint8_t)v;
}

/* false: libpng gave up, for want of memory. Nothing after setjmp is changed and read again. */
static bool write_chunks(png_structp png, const struct fov_pixels *px,
                         const struct fov_png_layout *layout, const struct file *file, size_t size)
{
    if (setjmp(png_jmpbuf(png)) != 0) {
        return false;
    }
    uint8_t ihdr[IHDR_SIZE] = {0};
    put_be32(ihdr, (uint32_t)px->width);
    put_be32(ihdr + 4, (uint32_t)px->height);
    ihdr[8] = (uint8_t)layout->bit_depth;
    ihdr[9] = (uint8_t)layout->color_type;
    png_write_sig(png);
    png_write_chunk(png, (png_const_bytep) "IHDR", ihdr, sizeof(ihdr));
    if (layout->color_type == PNG_COLOR_TYPE_PALETTE) {
        png_write_chunk(png, (png_const_bytep) "PLTE", layout->palette[0],
                        (size_t)layout->colour_count * 3);
    }
    png_write_chunk(png, (png_const_bytep) "IDAT", file->data + file->idat, size);
    png_write_chunk(png, (png_const_bytep) "IEND", NULL, 0);
    return true;
}

/* `size` bytes of IDAT are in their place: put the rest round them. */
static bool write_file(struct file *file, const struct fov_pixels *px,
                       const struct fov_png_layout *layout, size_t size)
{
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, leave, stay_silent,
                                                px->ctx, png_alloc, png_release);
    if (png == NULL) {
        return false;
    }
    png_set_write_fn(png, file, write_bytes, flush_nothing);
    bool is_done = write_chunks(png, px, layout, file, size);
    png_destroy_write_struct(&png, NULL);
    return is_done;
}

/* ---- rows that are filtered, or more than a palette ------------------------------------------ */

struct work {
    const struct fov_pixels *px;
    struct fov_png_layout *layout;
    struct fov_deflate *deflate;
    uint8_t *rows; /* the window, then `room` bytes for rows, then what may be read behind them */
    size_t stride, room;
    int32_t trial_bands, trial_rows; /* rows of each band */
};

enum { BEHIND = 8, WINDOW = FOV__DEFLATE_WINDOW };

static void start(const struct work *work, uint8_t *out, size_t cap)
{
    const struct fov_png_layout *layout = work->layout;
    /* What a filter has made flat is zeros; else a pixel repeats the one before. A photograph has
     * no repetitions that are worth a search. */
    fov__deflate_start(work->deflate, out, cap, layout->is_filtered ? 1 : (size_t)layout->channels,
                       !layout->is_photo);
}

/* Compressed size of the trial's bands; 0 when it would pass `cap`. */
static fov_status trial_size(size_t *size, const struct work *work, uint8_t *out, size_t cap,
                             fov_error *err)
{
    uint8_t *to = work->rows + WINDOW;
    for (int32_t i = 0; i < work->trial_bands; i++) {
        int64_t last = work->px->height - work->trial_rows;
        int32_t y = work->trial_bands > 1 ? (int32_t)(last * i / (work->trial_bands - 1)) : 0;
        fov_status rc = fov__png_rows(to, work->px, work->layout, y, y + work->trial_rows, err);
        if (rc < 0) {
            return rc;
        }
        to += (size_t)work->trial_rows * work->stride;
    }
    start(work, out, cap);
    fov__deflate_add(work->deflate, work->rows + WINDOW, (size_t)(to - work->rows) - WINDOW, true);
    *size = fov__deflate_end(work->deflate);
    return FOV_OK;
}

/* Line art as it was drawn is mostly smaller unfiltered, since a filter hides repetitions; where it
 * was enlarged and its edges are soft, filtering saves a quarter. Try both on a sample. */
static fov_status choose_filter(const struct work *work, uint8_t *out, size_t cap, fov_error *err)
{
    size_t plain = 0, filtered = 0;
    if (work->layout->is_photo) {
        return FOV_OK;
    }
    fov_status rc = trial_size(&plain, work, out, cap, err);
    if (rc == FOV_OK) {
        work->layout->is_filtered = true;
        rc = trial_size(&filtered, work, out, cap, err);
        work->layout->is_filtered = filtered < plain;
    }
    return rc;
}

static fov_status deflate_rows(size_t *size, const struct work *work, uint8_t *out, size_t cap,
                               fov_error *err)
{
    size_t keep = work->layout->is_photo ? 8 : WINDOW;
    int32_t step = work->stride < CHUNK ? (int32_t)(CHUNK / work->stride) : 1;
    uint8_t *data = work->rows + WINDOW;
    start(work, out, cap);
    for (int32_t y = 0; y < work->px->height; y += step) {
        int32_t end = work->px->height - y > step ? y + step : work->px->height;
        fov_status rc = fov__png_rows(data, work->px, work->layout, y, end, err);
        if (rc < 0) {
            return rc;
        }
        size_t len = (size_t)(end - y) * work->stride;
        fov__deflate_add(work->deflate, data, len, end == work->px->height);
        memmove(data - keep, data - keep + len, keep);
    }
    *size = fov__deflate_end(work->deflate);
    return FOV_OK;
}

static fov_status compress_filtered(size_t *size, const struct fov_pixels *px,
                                    struct fov_png_layout *layout, uint8_t *out, size_t cap,
                                    size_t most, fov_error *err)
{
    size_t stride = 1 + layout->row_bytes, whole = (size_t)px->height * stride;
    bool is_small = whole <= TRIAL_WHOLE || px->height < TRIAL_BANDS * TRIAL_ROWS;
    struct work work = {.px = px,
                        .layout = layout,
                        .stride = stride,
                        .trial_bands = is_small ? 1 : TRIAL_BANDS,
                        .trial_rows = is_small ? px->height : TRIAL_ROWS};
    work.room = CHUNK > stride ? CHUNK : stride;
    size_t trial = (size_t)work.trial_bands * (size_t)work.trial_rows * stride;
    if (!layout->is_photo && trial > work.room) {
        work.room = trial;
    }
    fov_status rc = fov__deflate_new(&work.deflate, px->ctx, err);
    work.rows = fov__alloc(px->ctx, WINDOW + work.room + BEHIND);
    if (rc == FOV_OK && work.rows == NULL) {
        rc = fov__fail_memory(err, "encode.png", WINDOW + work.room + BEHIND);
    }
    if (rc == FOV_OK) {
        rc = choose_filter(&work, out, cap, err);
    }
    if (rc == FOV_OK) {
        /* A little room more than is allowed, so that the limit is kept exactly. */
        size_t limit = most < cap - FOV__DEFLATE_ROOM ? most + FOV__DEFLATE_ROOM : cap;
        rc = deflate_rows(size, &work, out, limit, err);
    }
    fov__free(px->ctx, work.rows);
    fov__deflate_free(work.deflate);
    return rc;
}

/* ---- palettes and packed bits --------------------------------------------------------------- */

static fov_status compress_indexed(size_t *size, const struct fov_pixels *px,
                                   const struct fov_png_layout *layout, uint8_t *out, size_t most,
                                   fov_error *err)
{
    fov_status rc = FOV_E_MEMORY;
    size_t whole = (size_t)px->height * (1 + layout->row_bytes);
    uint8_t *rows = fov__alloc(px->ctx, whole);
    struct libdeflate_compressor *deflate =
        libdeflate_alloc_compressor(layout->is_photo ? LEVEL_PHOTO : LEVEL_LINE_ART);
    if (rows == NULL || deflate == NULL) {
        fov__fail_memory(err, "encode.png", whole);
    } else {
        rc = fov__png_rows(rows, px, layout, 0, px->height, err);
    }
    if (rc == FOV_OK) {
        *size = libdeflate_zlib_compress(deflate, rows, whole, out, most);
    }
    if (deflate != NULL) {
        libdeflate_free_compressor(deflate);
    }
    fov__free(px->ctx, rows);
    return rc;
}

/* The zlib stream of the rows, at most `most` bytes long; *size 0 when it would be longer. */
static fov_status compress(size_t *size, const struct fov_pixels *px, struct fov_png_layout *layout,
                           uint8_t *out, size_t cap, size_t most, fov_error *err)
{
    fov_status rc = layout->is_indexed
                        ? compress_indexed(size, px, layout, out, most < cap ? most : cap, err)
                        : compress_filtered(size, px, layout, out, cap, most, err);
    if (rc == FOV_OK && *size > most) {
        *size = 0;
    }
    return rc;
}

fov_status fov__png_encode(fov_bytes *out, const struct fov_pixels *px, uint64_t byte_max,
                           fov_error *err)
{
    struct fov_png_layout layout;
    *out = (fov_bytes){NULL, 0, NULL};
    fov__png_layout(&layout, px);
    bool has_palette = layout.color_type == PNG_COLOR_TYPE_PALETTE;
    size_t palette = has_palette ? FRAME + (size_t)layout.colour_count * 3 : 0;
    size_t around = SIGNATURE + FRAME + IHDR_SIZE + palette + FRAME + FRAME, size = 0;
    size_t cap = fov__deflate_bound((size_t)px->height * (1 + layout.row_bytes));
    uint64_t most = byte_max > 0 ? byte_max > around ? byte_max - around : 1 : CHUNK_MAX;
    most = most < CHUNK_MAX ? most : CHUNK_MAX;
    fov_bytes bytes = fov__bytes_new(px->ctx, around + cap);
    if (bytes.data == NULL) {
        return fov__fail_memory(err, "encode.png", around + cap);
    }
    struct file file = {bytes.data, 0, around - FRAME - 4};
    fov_status rc = compress(&size, px, &layout, file.data + file.idat, cap, (size_t)most, err);
    if (rc == FOV_OK && size == 0) {
        rc = fov__fail(err, FOV_E_LIMIT, 0, "encode.png",
                       "a PNG of %d x %d pixels is larger than the %llu bytes that are allowed",
                       (int)px->width, (int)px->height,
                       (unsigned long long)(byte_max > 0 ? byte_max : CHUNK_MAX));
    } else if (rc == FOV_OK && !write_file(&file, px, &layout, size)) {
        rc = fov__fail_memory(err, "encode.png", size);
    }
    uint8_t *fitted = rc == FOV_OK ? fov__realloc(px->ctx, bytes.data, file.len + 1) : NULL;
    if (rc == FOV_OK && fitted == NULL) {
        rc = fov__fail_memory(err, "encode.png", file.len + 1);
    }
    if (rc != FOV_OK) {
        fov_bytes_free(&bytes);
        return rc;
    }
    fitted[file.len] = 0;
    *out = (fov_bytes){fitted, file.len, bytes.owner};
    return FOV_OK;
}
