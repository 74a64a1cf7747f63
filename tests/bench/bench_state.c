/* SPDX-License-Identifier: MIT */
/* What is not a time: the same calls under different circumstances (cold, warm, a tiny cache, more
 * threads) as hashes to compare, the bytes that a session's cache holds, and pixels of a resample
 * for the comparison with a reference in floating point. */
#include "bench.h"

#include "image/image_internal.h"

/* ---- the same bytes ------------------------------------------------------------------------- */

static fov_status hash_picture(struct bench *b, fov_image *picture, fov_error *err)
{
    struct bench_outcome *o = &b->outcome;
    fov_status rc;

    if (o->sha_count + 2 > BENCH_SHAS)
        return fov__fail(err, FOV_E_LIMIT, 0, "bench", "there are too many boxes");
    memcpy(o->sha[o->sha_count++], fov_image_sha256(picture), FOV_SHA256_HEX);
    fov_bytes_free(&o->text);
    rc = bench_encode(b, picture, err);
    if (rc >= 0)
        fov__sha256_hex(o->sha[o->sha_count++], o->text.data, o->text.size);
    fov_bytes_free(&o->text);
    return rc;
}

/* Zooms at every box, a chain, a turned chain, the whole, and each of the filters. */
static fov_status hash_one(struct bench *b, fov_context *ctx, fov_image *image, size_t i,
                           fov_error *err)
{
    const size_t boxes = b->request.box_count;
    fov_image *picture = NULL;
    fov_status rc;

    if (i < boxes)
        rc = bench_look(b, ctx, image, b->request.boxes[i], &picture, err);
    else if (i == boxes)
        rc = bench_fit(b, ctx, image, &picture, err);
    else
        rc = bench_chain(b, ctx, image, b->request.boxes[0], i == boxes + 1 ? 90 : 7.5, &picture,
                         err);
    if (rc >= 0)
        rc = hash_picture(b, picture, err);
    fov_image_unref(picture);
    return rc;
}

static fov_status hash_cold(struct bench *b, size_t i, fov_error *err)
{
    fov_context *ctx = NULL;
    fov_image *image = NULL;
    fov_status rc = bench_context(b, &ctx, err);

    if (rc >= 0)
        rc = fov_image_open_memory(&image, ctx, b->data, b->size, NULL, err);
    if (rc >= 0)
        rc = hash_one(b, ctx, image, i, err);
    fov_image_unref(image);
    fov_context_free(ctx);
    return rc;
}

/* All in one iteration: the boxes are its work. */
static fov_status hashes(struct bench *b, size_t i, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (size_t k = 0; rc >= 0 && i == 0 && k < b->request.box_count + 3; k++)
        rc = b->request.is_warm ? hash_one(b, b->ctx, b->image, k, err) : hash_cold(b, k, err);
    b->outcome.ms = 1e9; /* one iteration is enough */
    return rc;
}

static fov_status begin(struct bench *b, fov_error *err)
{
    return b->request.is_warm ? bench_warm(b, err) : bench_load(b, err);
}

/* ---- the cache ------------------------------------------------------------------------------ */

/* How much is kept after the whole was read, and the most that was ever kept while looking. */
static fov_status cache(struct bench *b, size_t i, fov_error *err)
{
    struct fov_cache_stats stats;
    fov_size size = fov_image_size(b->image);
    uint64_t most;
    fov_status rc = FOV_OK;

    (void)i;
    fov__cache_get_stats(b->ctx, &stats);
    most = stats.bytes;
    bench_stage(b, "bytes_a_pixel",
                (double)stats.bytes / ((double)size.width * (double)size.height));
    for (size_t k = 0; rc >= 0 && k < b->request.box_count; k++) {
        fov_image *picture = NULL;

        rc = bench_look(b, b->ctx, b->image, b->request.boxes[k], &picture, err);
        fov_image_unref(picture);
        fov__cache_get_stats(b->ctx, &stats);
        most = stats.bytes > most ? stats.bytes : most;
    }
    bench_stage(b, "most_bytes", (double)most);
    b->outcome.ms = 1e9;
    return rc;
}

/* ---- pixels for a reference ----------------------------------------------------------------- */

/* The rendered pixels of one box, RGB rows without padding, in place of an encoded file. */
static fov_status pixels(struct bench *b, size_t i, fov_error *err)
{
    fov_image *picture = NULL;
    fov_size size;
    fov_status rc = bench_look(b, b->ctx, b->image, b->request.boxes[i], &picture, err);

    if (rc >= 0) {
        size = fov_image_size(picture);
        b->outcome.width = size.width;
        b->outcome.height = size.height;
        b->outcome.text = fov__bytes_new(b->plain, (size_t)size.width * (size_t)size.height * 3);
        rc = b->outcome.text.data
                 ? fov_image_read(picture, (fov_box){0, 0, size.width, size.height}, 3,
                                  b->outcome.text.data, (size_t)size.width * 3, err)
                 : fov__fail_memory(err, "bench", b->outcome.text.size);
    }
    fov_image_unref(picture);
    b->outcome.ms = 1e9;
    return rc;
}

const struct bench_case bench_state_cases[] = {{"hashes", begin, hashes},
                                               {"cache", bench_warm, cache},
                                               {"pixels", bench_warm, pixels},
                                               {NULL, NULL, NULL}};
