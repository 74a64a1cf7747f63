/* SPDX-License-Identifier: MIT */
/* The events that replay depends on: sources, images, facts and deliveries, written from the
 * graph's own structures so that nothing is said twice. record.c reads exactly what is written
 * here. A source is brought to disk at once; the others with the next line that is, a reply or an
 * answer, since without that they prove nothing and each wait costs milliseconds. */
#include "transcript/log_internal.h"

#include "ocr/ocr_internal.h"

static void write_id(struct fov_jw *jw, const char *key, const char *word, int32_t id)
{
    char name[24];
    fov__format(name, sizeof(name), "%s_%d", word, (int)id);
    fov__jw_string(jw, key, name);
}

static void write_parents(struct fov_jw *jw, const struct fov_node *const *parents, int32_t count)
{
    fov__jw_array(jw, "parents");
    for (int32_t i = 0; i < count; i++)
        write_id(jw, NULL, "img", parents[i]->id);
    fov__jw_end_array(jw);
}

/* ---- a source ------------------------------------------------------------------------------- */

/* Raw pixels as the bytes that their hash was taken of, "fovpix1 <w> <h> <bands>\n" and the rows:
 * so every blob's name is the hash of its bytes, and the blob says its own shape. */
static fov_status pixel_bytes(fov_bytes *out, const fov_image *image, fov_error *err)
{
    const int32_t height = image->info.height;
    const size_t row = (size_t)image->info.width * (size_t)image->info.channels;
    char head[64];
    fov__format(head, sizeof(head), "fovpix1 %d %d %d\n", (int)image->info.width, (int)height,
                (int)image->info.channels);
    const size_t skip = strlen(head);
    *out = fov__bytes_new(image->ctx, skip + row * (size_t)height);
    if (out->data == NULL)
        return fov__fail_memory(err, "source", skip + row * (size_t)height);
    memcpy(out->data, head, skip);
    for (int32_t y = 0; y < height; y++)
        fov__image_raw_row(image, y, out->data + skip + row * (size_t)y);
    return FOV_OK;
}

fov_status fov__transcript_source(struct fov_transcript *t, const struct fov_node *node,
                                  fov_error *err)
{
    const fov_image *image = node->source;
    const bool is_raw = image->info.format == FOV_FORMAT_PIXELS;
    fov_bytes raw = {NULL, 0, NULL};
    char sha256[FOV_SHA256_HEX];
    fov_status rc = is_raw ? pixel_bytes(&raw, image, err) : FOV_OK;
    if (rc < 0)
        return rc;
    const fov_bytes *bytes = is_raw ? &raw : &image->encoded;
    memcpy(sha256, fov__image_name(image), sizeof(sha256));
    rc = fov__transcript_blob(t, bytes->data, bytes->size, sha256, err);
    if (rc >= 0) {
        struct fov_jw *jw = fov__transcript_begin(t, "source");
        write_id(jw, "id", "img", node->id);
        fov__jw_string(jw, "sha256", sha256);
        fov__jw_string(jw, "format", fov_format_name(image->info.format));
        if (is_raw)
            fov__jw_int(jw, "bands", image->info.channels);
        if (image->is_lenient)
            fov__jw_bool(jw, "is_lenient", true);
        fov__jw_int(jw, "width", node->width);
        fov__jw_int(jw, "height", node->height);
        fov__jw_int(jw, "bytes", (int64_t)bytes->size);
        rc = fov__transcript_end(t, true, err);
    }
    fov_bytes_free(&raw);
    return rc;
}

/* ---- an image ------------------------------------------------------------------------------- */

static void write_regions(struct fov_jw *jw, const struct fov_node *node)
{
    fov__jw_array(jw, "regions");
    for (size_t i = 0; i < node->region_count; i++) {
        const struct fov_region *region = &node->regions[i];
        const double box[4] = {region->box.x1, region->box.y1, region->box.x2, region->box.y2};
        fov__jw_object(jw, NULL);
        fov__jw_array(jw, "box");
        for (size_t k = 0; k < FOV_COUNT(box); k++)
            fov__jw_number(jw, NULL, box[k]);
        fov__jw_end_array(jw);
        write_id(jw, "source", "img", region->source);
        fov__jw_array(jw, "to_source");
        for (size_t k = 0; k < FOV_COUNT(region->to_source.m); k++)
            fov__jw_number(jw, NULL, region->to_source.m[k]);
        fov__jw_end_array(jw);
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
}

fov_status fov__transcript_image(struct fov_transcript *t, const struct fov_node *node,
                                 fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(t, "image");
    write_id(jw, "id", "img", node->id);
    fov__jw_string(jw, "op", node->op->name);
    fov__jw_raw(jw, "recipe", node->recipe, strlen(node->recipe));
    write_parents(jw, node->parent, node->parent_count);
    fov__jw_int(jw, "output", node->output);
    fov__jw_int(jw, "width", node->width);
    fov__jw_int(jw, "height", node->height);
    write_regions(jw, node);
    fov__jw_string(jw, "recipe_sha256", node->recipe_sha256);
    fov__jw_string(jw, "note", node->note);
    return fov__transcript_end(t, false, err);
}

/* ---- a fact --------------------------------------------------------------------------------- */

fov_status fov__transcript_fact(struct fov_transcript *t, const struct fov_fact *fact,
                                fov_error *err)
{
    struct fov_jw *jw = fov__transcript_begin(t, "fact");
    write_id(jw, "id", "fact", fact->id);
    fov__jw_string(jw, "op", fact->op->name);
    fov__jw_raw(jw, "recipe", fact->recipe, strlen(fact->recipe));
    write_parents(jw, fact->parent, fact->parent_count);
    fov__jw_string(jw, "recipe_sha256", fact->recipe_sha256);
    fov__jw_raw(jw, "json", fact->json, strlen(fact->json));
    if (strcmp(fact->op->name, "ocr") == 0)
        fov__jw_string(jw, "engine", fov__ocr_identity(fov__transcript_context(t), NULL));
    fov__jw_string(jw, "note", fact->note);
    return fov__transcript_end(t, false, err);
}

/* ---- a delivery ----------------------------------------------------------------------------- */

static void write_ms(struct fov_jw *jw, const char *key, uint64_t us)
{
    fov__jw_number(jw, key, (double)us / 1000.0);
}

/* A name that ends in _ms is no part of the digest, and so nothing below it is. */
static void write_spent(struct fov_jw *jw, const struct fov_spent *spent)
{
    fov__jw_object(jw, "render_ms");
    write_ms(jw, "decode", spent->decode_us);
    write_ms(jw, "resample", spent->resample_us);
    write_ms(jw, "encode", spent->encode_us);
    fov__jw_int(jw, "decoded_pixels", (int64_t)spent->decoded_pixels);
    fov__jw_bool(jw, "is_kept", spent->is_kept);
    fov__jw_end_object(jw);
}

fov_status fov__transcript_delivery(struct fov_transcript *t, int32_t image,
                                    const struct fov_delivery *delivery, int64_t tokens,
                                    const struct fov_spent *spent, fov_error *err)
{
    const bool is_jpeg = delivery->recipe.format == FOV_FORMAT_JPEG;
    char sha256[FOV_SHA256_HEX];
    memcpy(sha256, delivery->sha256, sizeof(sha256));
    const fov_status rc =
        fov__transcript_blob(t, delivery->bytes.data, delivery->bytes.size, sha256, err);
    if (rc < 0)
        return rc;
    struct fov_jw *jw = fov__transcript_begin(t, "delivery");
    write_id(jw, "id", "img", image);
    fov__jw_int(jw, "width", delivery->width);
    fov__jw_int(jw, "height", delivery->height);
    fov__jw_string(jw, "format", fov_format_name(delivery->recipe.format));
    if (is_jpeg) {
        fov__jw_int(jw, "quality", delivery->recipe.quality);
        fov__jw_bool(jw, "is_444", delivery->recipe.is_444);
    }
    fov__jw_string(jw, "bytes_sha256", sha256);
    fov__jw_int(jw, "size", (int64_t)delivery->bytes.size);
    if (tokens >= 0)
        fov__jw_int(jw, "tokens", tokens);
    else
        fov__jw_null(jw, "tokens");
    fov__jw_string(jw, "pixels_sha256", delivery->pixels_sha256);
    fov__jw_string(jw, "encoder", fov__encode_identity());
    write_spent(jw, spent);
    return fov__transcript_end(t, false, err);
}
