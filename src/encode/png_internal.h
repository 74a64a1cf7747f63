/* SPDX-License-Identifier: MIT */
/* Between the files that write a PNG: rows, filter, and a deflate for filtered rows. */
#ifndef FOV_ENCODE_PNG_INTERNAL_H
#define FOV_ENCODE_PNG_INTERNAL_H

#include "encode/encode_codec_internal.h"

/* Streams are little-endian, and a hash of bytes must not depend on the machine. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FOV__LE64(v) __builtin_bswap64(v)
#else
#define FOV__LE64(v) (v)
#endif

static inline void fov__store_le64(uint8_t *out, uint64_t v)
{
    v = FOV__LE64(v);
    memcpy(out, &v, sizeof(v));
}

static inline uint64_t fov__load_le64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return FOV__LE64(v);
}

/* ---- png_rows.c ----------------------------------------------------------------------------- */

enum { FOV__PNG_TABLE = 1024 }; /* four times the palette: short probes */

/* How the pixels stand in the file. */
struct fov_png_layout {
    int32_t color_type, bit_depth; /* as in IHDR */
    int32_t channels;              /* samples a pixel in the file */
    size_t row_bytes;              /* of a packed row, without its filter's number */
    bool is_photo;                 /* flatness below FOV__FLATNESS_LINE_ART */
    bool is_indexed;               /* a palette or fewer than 8 bits: never filtered */
    bool is_filtered;              /* filter 4 (Paeth) in every row, else filter 0 */
    int32_t colour_count;          /* of the palette */
    uint8_t palette[256][3];
    uint32_t key[FOV__PNG_TABLE]; /* colour + 1, 0: free */
    uint8_t index[FOV__PNG_TABLE];
};

/* The smallest layout that loses nothing: grey or palette of 1, 2, 4 or 8 bits, grey with alpha,
 * RGB, RGBA. */
void fov__png_layout(struct fov_png_layout *out, const struct fov_pixels *px);
/* Rows [y1, y2), packed and filtered, each after its filter's number: 1 + row_bytes bytes a row. */
fov_status fov__png_rows(uint8_t *out, const struct fov_pixels *px,
                         const struct fov_png_layout *layout, int32_t y1, int32_t y2,
                         fov_error *err);

/* How many of n bytes are equal. */
static inline size_t fov__equal_bytes(const uint8_t *a, const uint8_t *b, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t differ = fov__load_le64(a + i) ^ fov__load_le64(b + i);
        if (differ != 0) {
            return i + (size_t)__builtin_ctzll(differ) / 8;
        }
    }
    while (i < n && a[i] == b[i]) {
        i++;
    }
    return i;
}

/* ---- png_filter.c --------------------------------------------------------------------------- */

/* out = row - Paeth's predictor of it (PNG, 9.4), n bytes of bpp (1 to 4) bytes a pixel. */
void fov__png_filter(enum fov__cpu cpu, uint8_t *out, const uint8_t *row, const uint8_t *above,
                     size_t n, size_t bpp);
#if defined(FOV__HAVE_AVX2)
/* Bytes from `from` (at least bpp) on, 32 at a time; returns how far it came. */
size_t fov__png_filter_avx2(uint8_t *out, const uint8_t *row, const uint8_t *above, size_t from,
                            size_t n, size_t bpp);
#endif

/* ---- png_huffman.c -------------------------------------------------------------------------- */

enum {
    FOV__LITLEN_CODES = 286, /* 0-255 literals, 256 the end of a block, 257-285 lengths */
    FOV__DIST_CODES = 30,
    FOV__END_OF_BLOCK = 256,
    /* Deflate allows 15 bits. With 14, four literals and the 7 bits that may be left over fit into
     * 64, and so does the longest match (14 + 5 + 14 + 13 + 7). */
    FOV__CODE_BITS_MAX = 14
};

/* Bits on their way out, the first in the lowest place. */
struct fov_bits {
    uint8_t *next; /* 8 bytes from here on may be written */
    uint64_t held;
    uint32_t count;
};

static inline void fov__bits_put(struct fov_bits *bits, uint64_t value, uint32_t count)
{
    bits->held |= value << bits->count;
    bits->count += count;
}

/* At most 7 bits stay behind. */
static inline void fov__bits_flush(struct fov_bits *bits)
{
    fov__store_le64(bits->next, bits->held);
    bits->next += bits->count >> 3;
    bits->held >>= bits->count & 56;
    bits->count &= 7;
}

/* A prefix code: each entry holds the code, its first bit lowest, and above 16 its length. */
struct fov_huffman {
    uint32_t litlen[FOV__LITLEN_CODES + 2]; /* the fixed code has two that are never used */
    uint32_t dist[FOV__DIST_CODES + 2];
};

/* How the lengths of both codes stand at the head of a block (RFC 1951, 3.2.7). */
struct fov_huffman_head {
    int32_t litlen_count, dist_count, pre_count, item_count;
    uint8_t item[FOV__LITLEN_CODES + FOV__DIST_CODES]; /* 0-15 a length, 16-18 a repetition */
    uint8_t extra[FOV__LITLEN_CODES + FOV__DIST_CODES];
    uint32_t pre[19];
    uint64_t bit_count;
};

/* The best code of at most `limit` bits for `freq`; at least two symbols get one, so that the code
 * is complete. n is at most FOV__LITLEN_CODES + 2. */
void fov__huffman_make(uint32_t *out, const uint32_t *freq, int32_t n, int32_t limit);
void fov__huffman_fixed(struct fov_huffman *out);
void fov__huffman_head(struct fov_huffman_head *out, const struct fov_huffman *code);
void fov__huffman_head_write(struct fov_bits *bits, const struct fov_huffman_head *head);

/* ---- png_deflate.c -------------------------------------------------------------------------- */

struct fov_deflate;

enum {
    FOV__DEFLATE_WINDOW = 32768,
    FOV__DEFLATE_SLACK = 16, /* bytes behind what was written that may be written too */
    FOV__DEFLATE_ROOM = 32   /* a stream that fits, fits for certain with so much room more */
};

/* A zlib stream for rows, made for speed: bytes that repeat the one `back` before them become runs,
 * and with `has_matches` longer repetitions are found where there is no run. */
fov_status fov__deflate_new(struct fov_deflate **out, fov_context *ctx, fov_error *err);
void fov__deflate_free(struct fov_deflate *deflate); /* NULL is fine */
/* Begin a stream in out[0, cap); a deflate may be used again. back: 1 to 4. */
void fov__deflate_start(struct fov_deflate *deflate, uint8_t *out, size_t cap, size_t back,
                        bool has_matches);
/* Before `data` must stand what was added before, as far back as the window reaches, and behind it
 * 8 bytes that may be read. The last call, and no other, has is_last. */
void fov__deflate_add(struct fov_deflate *deflate, const uint8_t *data, size_t len, bool is_last);
/* Bytes of the stream; 0 when it did not fit. */
size_t fov__deflate_end(const struct fov_deflate *deflate);
/* Enough for a stream of `len` bytes, whatever they are. */
size_t fov__deflate_bound(size_t len);

/* Where, in p[0, n), the first four bytes begin that each equal the one `back` before them; n when
 * there are none. `back` bytes before p may be read. */
size_t fov__deflate_find_run(const uint8_t *p, size_t n, size_t back);
#if defined(FOV__HAVE_AVX2)
size_t fov__deflate_find_run_avx2(const uint8_t *p, size_t n, size_t back);
#endif

#endif
