/* SPDX-License-Identifier: MIT */
/* Bits of a baseline scan, and one block of them: its coefficients, or only where it ends. Inline,
 * because the loops over blocks in jpeg_scan.c and jpeg_planes.c are most of the time of a decode.
 * Names are those of ITU-T T.81 annex F.2. It must never read outside [p, end): bits beyond a
 * marker or the end are zeros, and `count` below zero says that some were used. */
#ifndef FOV_JPEG_HUFFMAN_H
#define FOV_JPEG_HUFFMAN_H

#include "image/jpeg_internal.h"

enum {
    LOOK = 11, /* bits looked up at once for a symbol */
    SHORTS = 3,
    FILLED = SHORTS * LOOK,
    WALK = 12,       /* and for a run of symbols whose values nobody wants */
    HAS_VALUE = 128, /* in the lowest byte of an entry of `look` */
    WALK_PASSED = 5, /* where they are in an entry of `walk` */
    WALK_END = 1 << 12
};

/* An entry of `look`: bits 0-6 what to take, 7 HAS_VALUE, 8-15 the symbol (zeros before, size of
 * the value), 16-31 the value, when it lies within the bits looked up. 0: the code is longer. An
 * entry of `walk`: bits 0-4 what to take (at most 12 + 15), 5-11 coefficients passed (at most
 * 63 + 16), 12 the block ends. 0: not one symbol fits. */
struct fov_jpeg_huffman {
    uint32_t look[1 << LOOK];
    uint16_t walk[1 << WALK];
    int32_t most[18]; /* largest code of each length, -1: none; the last one stops every search */
    int32_t shift[17];
    uint8_t value[256];
};

struct bits {
    const uint8_t *p, *end;
    uint64_t buffer; /* from the top; what lies below `count` bits is zero or the truth */
    int32_t count;
};

static inline void bits_fill_slowly(struct bits *b)
{
    while (b->count >= 0 && b->count <= 56 && b->p < b->end) {
        const uint32_t byte = *b->p;
        if (byte == 0xff) {
            if (b->end - b->p < 2 || b->p[1] != 0)
                return; /* a marker */
            b->p++;
        }
        b->p++;
        b->buffer |= (uint64_t)byte << (56 - b->count);
        b->count += 8;
    }
}

/* At least FILLED bits when there are so many: enough for the longest code and its value (16 + 15),
 * and for SHORTS that are looked up. */
static inline void bits_fill(struct bits *b)
{
    if (b->count >= FILLED)
        return;
    if (b->end - b->p >= 8 && b->count >= 0) {
        uint64_t v;
        memcpy(&v, b->p, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        v = __builtin_bswap64(v);
#endif
        /* No byte FF among them (a byte FE before one may count as one too). */
        if ((v & (~v - 0x0101010101010101u) & 0x8080808080808080u) == 0) {
            const int32_t bytes = (63 - b->count) >> 3;
            b->buffer |= v >> b->count;
            b->p += bytes;
            b->count += 8 * bytes;
            return;
        }
    }
    bits_fill_slowly(b);
}

static inline void bits_drop(struct bits *b, uint32_t n)
{
    b->buffer <<= n;
    b->count -= (int32_t)n;
}

/* `n` bits from 1 to 16 as the signed number they stand for. */
static inline int32_t bits_number(struct bits *b, uint32_t n)
{
    const int32_t v = (int32_t)(b->buffer >> (64 - n));
    bits_drop(b, n);
    return v < 1 << (n - 1) ? v - (1 << n) + 1 : v;
}

/* A symbol whose code is longer than LOOK bits; -1: there is no such code. */
static inline int32_t symbol_slowly(struct bits *b, const struct fov_jpeg_huffman *t)
{
    for (uint32_t n = LOOK + 1; n <= 16; n++) {
        const int32_t code = (int32_t)(b->buffer >> (64 - n));
        if (code <= t->most[n]) {
            bits_drop(b, n);
            return t->value[(code + t->shift[n]) & 255];
        }
    }
    return -1;
}

/* The next symbol; *value is there when the return has HAS_VALUE set. */
static inline int32_t next_symbol(struct bits *b, const struct fov_jpeg_huffman *t, int32_t *value)
{
    bits_fill(b);
    const uint32_t entry = t->look[b->buffer >> (64 - LOOK)];
    if (entry != 0) {
        bits_drop(b, entry & 127);
        *value = (int16_t)(entry >> 16);
        return (int32_t)(entry >> 8 & 255) | (int32_t)(entry & HAS_VALUE) << 8;
    }
    return symbol_slowly(b, t);
}

enum { SYMBOL_HAS_VALUE = HAS_VALUE << 8 };

/* Add the difference that follows to the prediction. False: no code, or out of bounds. */
static inline bool next_dc(struct bits *b, const struct fov_jpeg_huffman *t, int16_t *dc)
{
    int32_t value = 0;
    const int32_t symbol = next_symbol(b, t, &value);
    if (symbol < 0)
        return false;
    const uint32_t size = (uint32_t)symbol & 15;
    if ((symbol & SYMBOL_HAS_VALUE) == 0)
        value = size != 0 ? bits_number(b, size) : 0;
    value += *dc;
    *dc = (int16_t)value;
    return value == *dc;
}

/* The AC coefficients of a block into `coef` (natural order, zeroed before), dequantised. *wide
 * gathers bits that no number of 14 bits has; *last becomes the last index that is not zero.
 * False: no code, or too many coefficients. The bits are copied here and below, or else the
 * compiler would write them to memory for every symbol. */
static inline bool next_ac(struct bits *bits, const struct fov_jpeg_huffman *t,
                           const uint16_t quant[64], int16_t *coef, uint32_t *wide, int32_t *last)
{
    struct bits b = *bits;
    uint32_t far_out = 0;
    int32_t k = 1, at = 0;
    while (k < 64) {
        int32_t value = 0, i = 0;
        bits_fill(&b);
        /* Most codes are looked up together with their values: SHORTS of them without a look at how
         * many bits are left. */
        for (; i < SHORTS && k < 64; i++) {
            const uint32_t entry = t->look[b.buffer >> (64 - LOOK)];
            if ((entry & HAS_VALUE) == 0)
                break;
            k += (int32_t)(entry >> 12 & 15);
            if (k > 63)
                return false;
            value = (int16_t)(entry >> 16) * quant[k];
            bits_drop(&b, entry & 127);
            far_out |= (uint32_t)(value + 8192);
            coef[fov__jpeg_natural[k]] = (int16_t)value;
            at = k++;
        }
        if (i == SHORTS || k == 64)
            continue;
        const int32_t symbol = next_symbol(&b, t, &value);
        if (symbol < 0)
            return false;
        if ((symbol & SYMBOL_HAS_VALUE) == 0) {
            const uint32_t size = (uint32_t)symbol & 15;
            if (size == 0) {
                if (symbol == 0xf0) {
                    k += 16;
                    continue;
                }
                k = 64; /* libjpeg takes 10 to E0 for the end of a block too */
                break;
            }
            value = bits_number(&b, size);
        }
        k += symbol >> 4 & 15;
        if (k > 63)
            return false;
        value *= quant[k];
        far_out |= (uint32_t)(value + 8192);
        coef[fov__jpeg_natural[k]] = (int16_t)value;
        at = k++;
    }
    *bits = b;
    *wide |= far_out & ~16383u;
    *last = at;
    return k == 64;
}

/* The same, passed over. */
static inline bool pass_ac(struct bits *bits, const struct fov_jpeg_huffman *t)
{
    struct bits b = *bits;
    int32_t k = 1;
    while (k < 64) {
        bits_fill(&b);
        const uint32_t entry = t->walk[b.buffer >> (64 - WALK)];
        const int32_t passed = (int32_t)(entry >> WALK_PASSED & 127);
        if (entry != 0 && k + passed <= 63) {
            bits_drop(&b, entry & 31);
            k += passed;
            if ((entry & WALK_END) != 0)
                break;
            continue;
        }
        int32_t value;
        const int32_t symbol = next_symbol(&b, t, &value);
        if (symbol < 0)
            return false;
        const uint32_t size = (uint32_t)symbol & 15;
        if (size == 0 && symbol != 0xf0)
            break;
        k += (symbol >> 4 & 15) + 1;
        if (k > 64)
            return false;
        if ((symbol & SYMBOL_HAS_VALUE) == 0)
            bits_drop(&b, size);
    }
    *bits = b;
    return true;
}

/* ---- MCUs ----------------------------------------------------------------------------------- */

/* Reading a scan from a mark on. */
struct reader {
    struct bits bits;
    int16_t dc[FOV__JPEG_PARTS];
    int32_t mcu; /* of the next one */
};

static inline void reader_start(struct reader *r, const fov_image *image,
                                const struct fov_jpeg_mark *mark, int32_t mcu)
{
    const uint8_t *data = image->encoded.data;
    r->bits = (struct bits){data + mark->offset, data + image->encoded.size, 0, 0};
    if (mark->skip != 0) {
        bits_fill(&r->bits);
        bits_drop(&r->bits, mark->skip);
    }
    memcpy(r->dc, mark->dc, sizeof(r->dc));
    r->mcu = mcu;
}

/* Bytes that are not used yet are given back. Within coded data FF 00 is always one byte, and what
 * stands before its first byte (a scan's head, a restart marker) does not end with FF. */
static inline void reader_mark(const struct reader *r, const fov_image *image,
                               struct fov_jpeg_mark *mark)
{
    const uint8_t *p = r->bits.p;
    for (int32_t left = r->bits.count; left > 0; left -= 8)
        p -= p[-1] == 0 && p[-2] == 0xff ? 2 : 1;
    mark->offset = (uint32_t)(p - (const uint8_t *)image->encoded.data);
    mark->skip = (uint8_t)(-r->bits.count & 7);
    memcpy(mark->dc, r->dc, sizeof(mark->dc));
}

/* What stands before an MCU: nothing, or the restart marker whose turn it is, right behind the
 * last bits (libjpeg reports anything else). */
static inline bool reader_restart(struct reader *r, int32_t interval)
{
    if (interval == 0 || r->mcu == 0 || r->mcu % interval != 0)
        return true;
    struct bits *b = &r->bits;
    bits_fill_slowly(b); /* what remains up to the marker */
    const int32_t turn = (r->mcu / interval - 1) & 7;
    if (b->count > 7 || b->end - b->p < 2 || b->p[0] != 0xff || b->p[1] != 0xd0 + turn)
        return false;
    b->p += 2;
    b->buffer = 0;
    b->count = 0;
    memset(r->dc, 0, sizeof(r->dc));
    return true;
}

/* Pass over one MCU. False: damage, or bits that were not there. */
static inline bool reader_pass(struct reader *r, const struct fov_jpeg_scan *scan)
{
    if (!reader_restart(r, scan->restart))
        return false;
    for (int32_t c = 0; c < scan->count; c++) {
        const struct fov_jpeg_part *part = &scan->part[c];
        for (int32_t i = part->h * part->v; i > 0; i--) {
            if (!next_dc(&r->bits, &scan->table[part->dc], &r->dc[c]) ||
                !pass_ac(&r->bits, &scan->table[part->ac]))
                return false;
        }
    }
    r->mcu++;
    return r->bits.count >= 0;
}

#endif
