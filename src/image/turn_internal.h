/* SPDX-License-Identifier: MIT */
/* Between shrink*.c and orient*.c: kernels with a portable and an AVX2 twin, which write the same
 * bytes. */
#ifndef FOV_TURN_INTERNAL_H
#define FOV_TURN_INTERNAL_H

#include "image/codec_internal.h"

/* Pixels of a row that a shrinking kernel takes at once: a multiple of every shrink. */
enum { FOV__SHRINK_PART = 256 };
/* The mean of shrink x shrink opaque pixels, for `n` of them (FOV__SHRINK_PART at most, a multiple
 * of `shrink`). */
typedef void (*fov__shrink_fn)(uint8_t *out, const uint8_t *in, size_t stride, size_t n,
                               size_t bands, size_t shrink);
/* Whether all of `n` x `rows` pixels of four bands are opaque. */
typedef bool (*fov__opaque_fn)(const uint8_t *in, size_t stride, size_t n, size_t rows);

struct fov_turn_kernels {
    fov__shrink_fn shrink;
    fov__opaque_fn is_opaque;
    /* `n` pixels of a row, the first of which is the last one before `end`. */
    void (*reverse)(uint8_t *out, const uint8_t *end, size_t n, size_t bands);
    /* `width` x `height` pixels, whose columns are rows of `in`: the next to the right is `along`
     * bytes away, the next below one pixel, or one back when `is_back`. Behind a row of `in` 16
     * bytes may be read. */
    void (*transpose)(uint8_t *out, size_t stride, const uint8_t *in, ptrdiff_t along, bool is_back,
                      size_t width, size_t height, size_t bands);
};
const struct fov_turn_kernels *fov__turn_kernels(enum fov__cpu cpu);
#if defined(FOV__HAVE_AVX2)
const struct fov_turn_kernels *fov__turn_kernels_avx2(void);
#endif

#endif
