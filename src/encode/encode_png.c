/* SPDX-License-Identifier: MIT */
/* PNG: signature, IHDR, PLTE, one IDAT, IEND through libpng's chunk writer, which owns framing and
 * check sums; the compressed bytes are libdeflate's, so they do not depend on which zlib a system
 * has. No ancillary chunk is written, so that the same pixels always make the same file. */
#include "encode/encode_codec_internal.h"

#include <libdeflate.h>
#include <png.h>

/* Measured in November 2026 (README.md here): on line art level 6 is 14 % smaller than level 1 at
 * the same time; on photographs 4 % smaller at twice the time. */
enum { LEVEL_LINE_ART = 6, LEVEL_PHOTO = 1 };

/* What a trial of the filter looks at: all rows of a small picture, else bands of neighbouring
 * ones, spread over it. */
enum { TRIAL_WHOLE = 512 * 1024, TRIAL_BANDS = 4, TRIAL_ROWS = 16, LEVEL_TRIAL = 1 };

enum {
    OVERHEAD = 8 + 25 + 12 + 3 * 256 + 12 + 12, /* signature and the chunks around IDAT's data */
    CHUNK_MAX = 0x7fffffff                      /* PNG, 5.3 */
};

static void write_bytes(png_structp png, png_bytep data, png_size_t size)
{
    struct fov_buf *buf = png_get_io_ptr(png);
    fov__buf_add(buf, data, size);
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
                         const struct fov_png_layout *layout, const uint8_t *idat, size_t idat_size)
{
    if (setjmp(png_jmpbuf(png)) != 0) {
        return false;
    }
    uint8_t ihdr[13] = {0};
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
    png_write_chunk(png, (png_const_bytep) "IDAT", idat, idat_size);
    png_write_chunk(png, (png_const_bytep) "IEND", NULL, 0);
    return true;
}

static fov_status write_file(fov_bytes *out, const struct fov_pixels *px,
                             const struct fov_png_layout *layout, const uint8_t *idat,
                             size_t idat_size, fov_error *err)
{
    struct fov_buf buf;
    fov__buf_init(&buf, px->ctx, idat_size + OVERHEAD);
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, leave, stay_silent,
                                                px->ctx, png_alloc, png_release);
    bool is_done = false;
    if (png != NULL) {
        png_set_write_fn(png, &buf, write_bytes, flush_nothing);
        is_done = write_chunks(png, px, layout, idat, idat_size);
        png_destroy_write_struct(&png, NULL);
    }
    if (!is_done) {
        fov__buf_free(&buf);
        return fov__fail_memory(err, "encode.png", idat_size + OVERHEAD);
    }
    return fov__buf_take(&buf, out, err);
}

struct trial {
    int32_t bands, rows; /* rows of each band */
    uint8_t *raw, *packed;
    size_t raw_size, packed_size;
    struct libdeflate_compressor *deflate;
};

/* Compressed size of the trial's bands; 0 when memory ran out. */
static size_t trial_size(const struct trial *trial, const struct fov_pixels *px,
                         const struct fov_png_layout *layout)
{
    size_t len = 0;
    for (int32_t i = 0; i < trial->bands; i++) {
        int64_t last = px->height - trial->rows;
        int32_t y = trial->bands > 1 ? (int32_t)(last * i / (trial->bands - 1)) : 0;
        if (fov__png_rows(trial->raw + len, px, layout, y, y + trial->rows, NULL) < 0) {
            return 0;
        }
        len += (size_t)trial->rows * (1 + layout->row_bytes);
    }
    return libdeflate_zlib_compress(trial->deflate, trial->raw, len, trial->packed,
                                    trial->packed_size);
}

/* Line art is mostly smaller unfiltered, since a filter hides repetitions from deflate; but where
 * it was enlarged and its edges are soft, filtering saves a quarter. Try both on a sample. */
static fov_status choose_filter(struct fov_png_layout *layout, const struct fov_pixels *px,
                                fov_error *err)
{
    if (layout->is_photo || layout->is_indexed) {
        return FOV_OK;
    }
    size_t row = 1 + layout->row_bytes;
    bool is_small =
        (size_t)px->height * row <= TRIAL_WHOLE || px->height < TRIAL_BANDS * TRIAL_ROWS;
    struct trial trial = {is_small ? 1 : TRIAL_BANDS,
                          is_small ? px->height : TRIAL_ROWS,
                          NULL,
                          NULL,
                          0,
                          0,
                          libdeflate_alloc_compressor(LEVEL_TRIAL)};
    size_t plain = 0, filtered = 0;
    trial.raw_size = (size_t)trial.bands * (size_t)trial.rows * row;
    trial.raw = fov__alloc(px->ctx, trial.raw_size);
    if (trial.raw != NULL && trial.deflate != NULL) {
        trial.packed_size = libdeflate_zlib_compress_bound(trial.deflate, trial.raw_size);
        trial.packed = fov__alloc(px->ctx, trial.packed_size);
    }
    if (trial.packed != NULL) {
        plain = trial_size(&trial, px, layout);
        layout->is_filtered = true;
        filtered = trial_size(&trial, px, layout);
        layout->is_filtered = filtered < plain;
    }
    if (trial.deflate != NULL) {
        libdeflate_free_compressor(trial.deflate);
    }
    fov__free(px->ctx, trial.packed);
    fov__free(px->ctx, trial.raw);
    return plain > 0 && filtered > 0 ? FOV_OK : fov__fail_memory(err, "encode.png", trial.raw_size);
}

/* The zlib stream of the rows, at most `most` bytes long; *size 0 when it would be longer. */
static fov_status compress_rows(uint8_t **out, size_t *size, const struct fov_pixels *px,
                                const struct fov_png_layout *layout, size_t most, fov_error *err)
{
    fov_status rc = FOV_E_MEMORY;
    size_t raw_size = (size_t)px->height * (1 + layout->row_bytes), bound = 0;
    uint8_t *raw = fov__alloc(px->ctx, raw_size), *packed = NULL;
    struct libdeflate_compressor *deflate =
        libdeflate_alloc_compressor(layout->is_photo ? LEVEL_PHOTO : LEVEL_LINE_ART);
    if (raw == NULL || deflate == NULL) {
        fov__fail_memory(err, "encode.png", raw_size);
        goto done;
    }
    bound = libdeflate_zlib_compress_bound(deflate, raw_size);
    bound = bound < most ? bound : most;
    packed = fov__alloc(px->ctx, bound);
    if (packed == NULL) {
        fov__fail_memory(err, "encode.png", bound);
        goto done;
    }
    rc = fov__png_rows(raw, px, layout, 0, px->height, err);
    if (rc == FOV_OK) {
        *size = libdeflate_zlib_compress(deflate, raw, raw_size, packed, bound);
        *out = packed;
        packed = NULL;
    }
done:
    if (deflate != NULL) {
        libdeflate_free_compressor(deflate);
    }
    fov__free(px->ctx, packed);
    fov__free(px->ctx, raw);
    return rc;
}

fov_status fov__png_encode(fov_bytes *out, const struct fov_pixels *px, uint64_t byte_max,
                           fov_error *err)
{
    struct fov_png_layout layout;
    uint8_t *idat = NULL;
    size_t size = 0, most = CHUNK_MAX;
    *out = (fov_bytes){NULL, 0, NULL};
    fov__png_layout(&layout, px);
    if (byte_max > 0 && byte_max < OVERHEAD + (uint64_t)CHUNK_MAX) {
        most = byte_max > OVERHEAD ? (size_t)(byte_max - OVERHEAD) : 1;
    }
    fov_status rc = choose_filter(&layout, px, err);
    if (rc == FOV_OK) {
        rc = compress_rows(&idat, &size, px, &layout, most, err);
    }
    if (rc == FOV_OK && size == 0) {
        rc = fov__fail(err, FOV_E_LIMIT, 0, "encode.png",
                       "a PNG of %d x %d pixels is larger than the %llu bytes that are allowed",
                       (int)px->width, (int)px->height,
                       (unsigned long long)(byte_max > 0 ? byte_max : CHUNK_MAX));
    } else if (rc == FOV_OK) {
        rc = write_file(out, px, &layout, idat, size, err);
    }
    fov__free(px->ctx, idat);
    return rc;
}
