/* SPDX-License-Identifier: MIT */
/* Making everything again from the sources alone: each recorded recipe goes through the same call
 * that a model's arguments go through, each delivery is rendered and encoded again. Verifying
 * compares; replaying writes the pictures. Nothing recorded is used in place of what can be made.
 */
#include "transcript/log_internal.h"

#include "ocr/ocr_internal.h"

/* An error from below, with the line whose event met it. */
static fov_status at_line(fov_error *err, fov_status rc, const struct fov_record *record)
{
    char message[192];
    if (err == NULL || rc == FOV_E_MEMORY)
        return rc;
    fov__format(message, sizeof(message), "line %zu: %s", record->line, err->message);
    memcpy(err->message, message, sizeof(message));
    return rc;
}

/* ---- blobs ---------------------------------------------------------------------------------- */

/* Read a blob and tell whether it is what its name says. */
static fov_status read_blob(struct fov_remake *r, const char *sha256, uint64_t max, fov_bytes *out,
                            char found[FOV_SHA256_HEX], fov_error *err)
{
    *out = (fov_bytes){NULL, 0, NULL};
    char *path = fov__path_join(r->ctx, r->log->blobs, sha256);
    if (path == NULL)
        return fov__fail_memory(err, "blob", strlen(r->log->blobs));
    const fov_status rc = fov__file_read(out, r->ctx, path, max, err);
    fov__free(r->ctx, path);
    if (rc >= 0)
        fov__sha256_hex(found, out->data, out->size);
    return rc;
}

static fov_status write_file(struct fov_remake *r, const char *folder, const char *name,
                             const fov_bytes *bytes, bool is_blob, fov_error *err)
{
    fov_status rc = FOV_OK;
    char *path = fov__path_join(r->ctx, folder, name);
    if (path == NULL)
        return fov__fail_memory(err, "blob", strlen(folder));
    if (!is_blob || !fov__file_exists(path))
        rc = fov__file_write(r->ctx, path, bytes->data, bytes->size, false, err);
    fov__free(r->ctx, path);
    return rc;
}

/* A replay leaves each image's own pixels as img_<k>.png. */
static fov_status write_own_pixels(struct fov_remake *r, const struct fov_record *record,
                                   const struct fov_node *node, fov_error *err)
{
    struct fov_encode_recipe recipe = {.format = FOV_FORMAT_PNG};
    struct fov_pixels *px = NULL;
    fov_bytes png = {NULL, 0, NULL};
    char name[32];
    if (r->out_dir == NULL)
        return FOV_OK;
    fov_status rc = fov__render_node(&px, r->ctx, node, NULL, err);
    if (rc >= 0)
        rc = fov__encode(&png, px, recipe, false, err);
    fov__pixels_unref(px);
    fov__format(name, sizeof(name), "img_%d.png", (int)record->id);
    if (rc >= 0)
        rc = write_file(r, r->out_dir, name, &png, false, err);
    fov_bytes_free(&png);
    return rc;
}

/* ---- sources -------------------------------------------------------------------------------- */

static fov_status open_pixels(struct fov_remake *r, const struct fov_record *record,
                              const fov_bytes *bytes, fov_image **out, fov_error *err)
{
    char head[64];
    fov__format(head, sizeof(head), "fovpix1 %d %d %d\n", (int)record->width, (int)record->height,
                (int)record->bands);
    const size_t skip = strlen(head), row = (size_t)record->width * (size_t)record->bands;
    if (bytes->size != skip + row * (size_t)record->height || memcmp(bytes->data, head, skip) != 0)
        return fov__log_fail(
            err, record->line, "the blob of img_%d does not hold raw pixels of %dx%d in %d bands",
            (int)record->id, (int)record->width, (int)record->height, (int)record->bands);
    return fov_image_new_pixels(out, r->ctx, bytes->data + skip, record->width, record->height,
                                record->bands, row, err);
}

static fov_status open_source(struct fov_remake *r, const struct fov_record *record,
                              const fov_bytes *bytes, fov_image **out, fov_error *err)
{
    fov_image_opts opts = FOV_IMAGE_OPTS_INIT;
    const char *format = NULL;
    if (strcmp(record->format, "pixels") == 0)
        return open_pixels(r, record, bytes, out, err);
    opts.lenient = record->is_lenient;
    const fov_status rc = fov_image_open_memory(out, r->ctx, bytes->data, bytes->size, &opts, err);
    if (rc < 0)
        return at_line(err, rc, record);
    format = fov_format_name((*out)->info.format);
    if (strcmp(record->format, format) != 0)
        fov__remake_differs(r, record, "the format \"%.16s\" is recorded and the blob is %s",
                            record->format, format);
    if (record->size != (double)bytes->size)
        fov__remake_differs(r, record, "%.0f bytes are recorded and the blob has %zu", record->size,
                            bytes->size);
    return FOV_OK;
}

static fov_status remake_source(struct fov_remake *r, const struct fov_record *record, int32_t *id,
                                fov_error *err)
{
    const bool is_raw = strcmp(record->format, "pixels") == 0;
    const uint64_t raw_size = (uint64_t)record->width * (uint64_t)record->height * 4 + 64;
    fov_bytes bytes;
    fov_image *image = NULL;
    char found[FOV_SHA256_HEX];
    fov_status rc = FOV_OK;
    if (is_raw)
        rc = fov__limits_check_size(r->ctx, (uint64_t)record->width, (uint64_t)record->height,
                                    "source", err);
    if (rc < 0)
        return at_line(err, rc, record);
    rc = read_blob(r, record->sha256, is_raw ? raw_size : r->ctx->limits.input_bytes, &bytes, found,
                   err);
    if (rc < 0)
        return at_line(err, rc, record);
    /* Another picture proves nothing about this transcript: there is nothing to go on with. */
    if (strcmp(found, record->sha256) != 0) {
        fov__remake_differs(r, record, "its blob's bytes have the SHA-256 %.12s and not %.12s",
                            found, record->sha256);
        rc = FOV_E_MISMATCH;
        if (err != NULL)
            *err = r->first;
    }
    if (rc >= 0)
        rc = open_source(r, record, &bytes, &image, err);
    fov_bytes_free(&bytes);
    if (rc >= 0)
        rc = fov_graph_add_source(r->graph, image, id, err);
    fov_image_unref(image);
    return rc;
}

/* ---- images and facts ----------------------------------------------------------------------- */

/* The recorded recipe as the arguments of a call: its members, and the parents by their numbers
 * here. */
static fov_status build_arguments(struct fov_remake *r, const struct fov_record *record,
                                  const fov_op_def *op, struct fov_json **out, fov_error *err)
{
    struct fov_buf buf;
    struct fov_jw jw;
    char name[24];
    fov__buf_init(&buf, r->ctx, FOV__LOG_LINE_MAX);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    for (const fov_json_value *v = fov__json_child(record->recipe); v != NULL;
         v = fov__json_next(v))
        fov__jw_value(&jw, fov__json_key(v), v);
    const bool is_array = op->input_max > 1 && op->input_names == NULL;
    if (is_array)
        fov__jw_array(&jw, "images");
    for (int32_t i = 0; i < record->parent_count; i++) {
        fov__format(name, sizeof(name), "img_%d", (int)r->node_of[record->parents[i]]);
        fov__jw_string(&jw,
                       op->input_names != NULL ? op->input_names[i]
                       : is_array              ? NULL
                                               : "image",
                       name);
    }
    if (is_array)
        fov__jw_end_array(&jw);
    fov__jw_end_object(&jw);
    fov_status rc = fov__buf_check(&buf, "recipe", err);
    if (rc >= 0)
        rc = fov__json_parse(out, r->ctx, buf.data, buf.len, FOV__LOG_DEPTH_MAX, FOV__LOG_LINE_MAX,
                             err);
    fov__buf_free(&buf);
    return rc;
}

static fov_status apply_recipe(struct fov_remake *r, const struct fov_record *record, bool is_fact,
                               fov_applied *made, fov_error *err)
{
    struct fov_call call = {
        .space = FOV__SPACE_NODE_PX, .frame = FOV__FRAME_IMAGE, .allow_hidden = true};
    struct fov_json *doc = NULL;
    fov_op_fault fault;
    call.op = fov__op_find(r->ctx, record->op);
    if (call.op == NULL)
        return fov__fail(
            err, FOV_E_UNSUPPORTED, 0, "op",
            "line %zu: %s_%d was made by \"%.40s\", an operation that this version does not know",
            record->line, is_fact ? "fact" : "img", (int)record->id, record->op);
    if (is_fact ? call.op->fact == NULL : call.op->plan == NULL)
        return fov__log_fail(err, record->line, "op is %s, which makes no %s", call.op->name,
                             is_fact ? "fact" : "image");
    if (record->parent_count < call.op->input_min || record->parent_count > call.op->input_max)
        return fov__log_fail(err, record->line, "parents has %d, and %s takes %d to %d",
                             (int)record->parent_count, call.op->name, (int)call.op->input_min,
                             (int)call.op->input_max);
    fov_status rc = build_arguments(r, record, call.op, &doc, err);
    if (rc < 0)
        return rc == FOV_E_MEMORY ? rc : fov__log_fail(err, record->line, "recipe cannot be read");
    call.arguments = fov__json_root(doc);
    rc = fov__graph_call(r->graph, &call, made, NULL, &fault, err);
    fov__json_free(doc);
    if (rc == FOV_E_ARG) {
        at_line(err, rc, record);
        rc = FOV_E_STATE; /* the recorder's mistake, not the caller's */
        if (err != NULL)
            err->status = rc;
        return rc;
    }
    return rc < 0 ? at_line(err, rc, record) : rc;
}

/* An operation of several outputs is one call and several events: the later ones find their node
 * here. */
static fov_status remake_image(struct fov_remake *r, const struct fov_record *record, int32_t *id,
                               fov_error *err)
{
    fov_applied made = FOV_APPLIED_INIT;
    if (record->output > 0 && record->id > 0) {
        const struct fov_node *before = fov__graph_node(r->graph, r->node_of[record->id - 1]);
        const struct fov_node *next = fov__graph_node(r->graph, before->id + 1);
        if (next != NULL && before->output == record->output - 1 &&
            next->output == record->output) {
            *id = next->id;
            return FOV_OK;
        }
    }
    const fov_status rc = apply_recipe(r, record, false, &made, err);
    if (rc < 0)
        return rc;
    *id = made.image;
    r->facts_ahead += made.fact >= 0 && rc != FOV_NOTE_SAME;
    if (record->output >= made.image_count)
        return fov__log_fail(err, record->line, "output is %d, and %s makes %d",
                             (int)record->output, record->op, (int)made.image_count);
    *id += record->output;
    if (rc == FOV_NOTE_SAME)
        fov__remake_differs(r, record, "it is img_%d again, and the same call makes no new image",
                            (int)*id);
    return FOV_OK;
}

static fov_status make_image(struct fov_remake *r, const struct fov_record *record, fov_error *err)
{
    const int32_t before = r->out->differing;
    int32_t id = -1;
    const bool is_source = record->kind == FOV__LOG_SOURCE;
    fov_status rc =
        is_source ? remake_source(r, record, &id, err) : remake_image(r, record, &id, err);
    if (is_source && rc == FOV_NOTE_SAME)
        fov__remake_differs(r, record,
                            "it is img_%d again, and the same picture makes no new image", (int)id);
    if (rc < 0)
        return rc;
    const struct fov_node *node = fov__graph_node(r->graph, id);
    r->node_of[r->made++] = id;
    fov__compare_image(r, record, node);
    if (r->out->differing == before) {
        *(is_source ? &r->out->sources : &r->out->images) += 1;
        fov__remake_say(r, "img_%d equal %s", (int)record->id,
                        is_source ? record->sha256 : record->recipe_sha256);
    }
    return write_own_pixels(r, record, node, err);
}

/* Only the engine that read can be asked to read the same again. */
static bool engine_runs(struct fov_remake *r, const struct fov_record *record)
{
    if (record->engine == NULL && strcmp(record->op, "ocr") != 0)
        return true;
    const char *running = fov__ocr_identity(r->ctx, NULL);
    if (record->engine != NULL && running != NULL && strcmp(running, record->engine) == 0)
        return true;
    r->out->skipped++;
    fov__remake_say(r, "fact_%d skipped: read by %s, here runs %s", (int)record->id,
                    record->engine != NULL ? record->engine : "an engine that was not recorded",
                    running != NULL ? running : "none");
    return false;
}

/* What cannot be read again stands in the graph as it was recorded, so that the facts after it keep
 * their numbers and may be about it. */
static fov_status keep_recorded(struct fov_remake *r, const struct fov_record *record,
                                fov_error *err)
{
    struct fov_fact *fact = fov__calloc(r->ctx, 1, sizeof(*fact));
    struct fov_made made = {.fact = fact};
    int32_t image, id;
    bool same;
    if (fact == NULL)
        return fov__fail_memory(err, "replay", sizeof(*fact));
    fact->op = fov__op_find(r->ctx, record->op);
    fact->json = fov__strndup(r->ctx, record->json_text.data, record->json_text.len);
    fact->recipe = fov__strndup(r->ctx, record->recipe_text.data, record->recipe_text.len);
    for (int32_t i = 0; i < record->parent_count && i < FOV_OP_INPUTS_MAX; i++)
        fact->parent[fact->parent_count++] =
            fov__graph_node(r->graph, r->node_of[record->parents[i]]);
    if (record->recipe_sha256 != NULL)
        fov__format(fact->recipe_sha256, sizeof(fact->recipe_sha256), "%s", record->recipe_sha256);
    if (fact->op == NULL || fact->json == NULL || fact->recipe == NULL) {
        const bool is_unknown = fact->op == NULL;
        fov__made_free(r->ctx, &made);
        return is_unknown
                   ? fov__log_fail(err, record->line, "op \"%.40s\" is not known", record->op)
                   : fov__fail_memory(err, "replay", record->json_text.len);
    }
    return fov__graph_publish(r->graph, &made, &image, &id, &same, err);
}

static fov_status make_fact(struct fov_remake *r, const struct fov_record *record, fov_error *err)
{
    const int32_t before = r->out->differing;
    fov_applied made = FOV_APPLIED_INIT;
    if (!engine_runs(r, record))
        return keep_recorded(r, record, err);
    const fov_status rc = apply_recipe(r, record, true, &made, err);
    if (rc < 0)
        return rc;
    const bool was_made = rc == FOV_NOTE_SAME && r->facts_ahead > 0; /* with its image */
    r->facts_ahead -= was_made;
    if (rc == FOV_NOTE_SAME && !was_made)
        fov__remake_differs(r, record,
                            "it is an earlier fact again, and the same call makes no new one");
    fov__compare_fact(r, record, fov__graph_fact_get(r->graph, made.fact));
    if (r->out->differing == before) {
        r->out->facts++;
        fov__remake_say(r, "fact_%d equal %s", (int)record->id, record->recipe_sha256);
    }
    return FOV_OK;
}

/* ---- deliveries ----------------------------------------------------------------------------- */

/* The recorded blob itself: is it there, and is it what its name says. */
static fov_status check_blob(struct fov_remake *r, const struct fov_record *record, fov_error *err)
{
    fov_bytes bytes;
    char found[FOV_SHA256_HEX];
    const fov_status rc = read_blob(r, record->bytes_sha256, FOV__LOG_FILE_MAX, &bytes, found, err);
    if (rc < 0)
        return at_line(err, rc, record);
    if (strcmp(found, record->bytes_sha256) != 0)
        fov__remake_differs(r, record, "its blob's bytes have the SHA-256 %.12s and not %.12s",
                            found, record->bytes_sha256);
    else if (record->size != (double)bytes.size)
        fov__remake_differs(r, record, "size %.0f is recorded and the blob has %zu bytes",
                            record->size, bytes.size);
    fov_bytes_free(&bytes);
    return FOV_OK;
}

static fov_status encode_again(struct fov_remake *r, const struct fov_record *record,
                               struct fov_pixels *px, fov_error *err)
{
    const bool is_jpeg = strcmp(record->format, "jpeg") == 0;
    const bool same_encoder = strcmp(record->encoder, fov__encode_identity()) == 0;
    struct fov_encode_recipe recipe = {is_jpeg ? FOV_FORMAT_JPEG : FOV_FORMAT_PNG, record->quality,
                                       record->is_444};
    fov_bytes bytes = {NULL, 0, NULL};
    char sha256[FOV_SHA256_HEX];
    fov_status rc = fov__encode(&bytes, px, recipe, true, err);
    if (rc < 0)
        return rc;
    fov__sha256_hex(sha256, bytes.data, bytes.size);
    if (same_encoder && strcmp(sha256, record->bytes_sha256) != 0)
        fov__remake_differs(r, record, "bytes_sha256 %.12s is recorded and %.12s was made",
                            record->bytes_sha256, sha256);
    if (r->out_dir != NULL)
        rc = write_file(r, r->out_blobs, sha256, &bytes, true, err);
    fov_bytes_free(&bytes);
    return rc;
}

static fov_status remake_delivery(struct fov_remake *r, const struct fov_record *record,
                                  fov_error *err)
{
    const struct fov_node *node = fov__graph_node(r->graph, r->node_of[record->id]);
    const struct fov_view view = {.node = node,
                                  .box = {0, 0, node->width, node->height},
                                  .width = record->width,
                                  .height = record->height};
    struct fov_pixels *px = NULL;
    char sha256[FOV_SHA256_HEX];
    fov_status rc = fov__render(&px, r->ctx, &view, err);
    if (rc >= 0)
        fov__pixels_sha256(px, sha256);
    if (rc >= 0 && strcmp(sha256, record->pixels_sha256) != 0)
        fov__remake_differs(r, record, "pixels_sha256 %.12s is recorded and %.12s was made",
                            record->pixels_sha256, sha256);
    if (rc >= 0)
        rc = encode_again(r, record, px, err);
    fov__pixels_unref(px);
    return rc < 0 ? at_line(err, rc, record) : rc;
}

static fov_status make_delivery(struct fov_remake *r, const struct fov_record *record,
                                fov_error *err)
{
    const int32_t before = r->out->differing;
    /* A replay makes from the sources alone and needs no delivered blob. */
    fov_status rc = r->out_dir == NULL ? check_blob(r, record, err) : FOV_OK;
    if (rc >= 0)
        rc = remake_delivery(r, record, err);
    if (rc < 0 || r->out->differing != before)
        return rc;
    if (strcmp(record->encoder, fov__encode_identity()) != 0) {
        r->out->skipped++;
        fov__remake_say(
            r, "img_%d delivery %dx%d equal in pixels, bytes skipped: encoded by %s, here runs %s",
            (int)record->id, (int)record->width, (int)record->height, record->encoder,
            fov__encode_identity());
        return FOV_OK;
    }
    r->out->deliveries++;
    fov__remake_say(r, "img_%d delivery %dx%d equal %s", (int)record->id, (int)record->width,
                    (int)record->height, record->bytes_sha256);
    return FOV_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static fov_status make_line(struct fov_remake *r, size_t index, fov_error *err)
{
    const struct fov_log_line *line = &r->log->lines[index];
    struct fov_record record;
    fov_status rc = FOV_OK;
    if (fov__log_holds_image(line->text, line->kind)) {
        if (r->out->differing++ == 0)
            fov__fail(
                &r->first, FOV_E_MISMATCH, 0, "transcript",
                "line %zu holds more than 1000 characters of base64, where images are named by id",
                index + 1);
        fov__remake_say(r, "line %zu differs: it holds more than 1000 characters of base64",
                        index + 1);
    }
    if (line->kind < FOV__LOG_SOURCE ||
        line->kind > (r->images_only ? FOV__LOG_IMAGE : FOV__LOG_DELIVERY))
        return FOV_OK;
    rc = fov__record_read(&record, r->ctx, line->text, line->kind, index + 1, NULL, err);
    if (rc >= 0) {
        if (line->kind == FOV__LOG_FACT)
            rc = make_fact(r, &record, err);
        else if (line->kind == FOV__LOG_DELIVERY)
            rc = make_delivery(r, &record, err);
        else
            rc = make_image(r, &record, err);
    }
    fov__record_free(&record);
    return rc;
}

static fov_status make_out_dir(struct fov_remake *r, fov_error *err)
{
    if (r->out_dir == NULL)
        return FOV_OK;
    fov_status rc = fov__dir_make(r->out_dir, err);
    if (rc < 0)
        return rc;
    r->out_blobs = fov__path_join(r->ctx, r->out_dir, "blobs");
    if (r->out_blobs == NULL)
        return fov__fail_memory(err, "replay", strlen(r->out_dir));
    return fov__dir_make(r->out_blobs, err);
}

static fov_status make_all(struct fov_remake *r, const char *dir, fov_error *err)
{
    fov_status rc = fov__log_open(&r->log, r->ctx, dir, err);
    if (rc < 0)
        return rc;
    memcpy(r->out->digest, r->log->digest, sizeof(r->out->digest));
    r->out->cut_lines = r->log->cut_lines;
    if (r->log->unknown_kinds > 0 || r->log->unknown_members > 0)
        fov__remake_say(r, "%zu events and %zu members of another version were passed over",
                        r->log->unknown_kinds, r->log->unknown_members);
    r->node_of = fov__calloc(r->ctx, (size_t)r->log->image_count + 1, sizeof(*r->node_of));
    if (r->node_of == NULL)
        return fov__fail_memory(err, "replay", (size_t)r->log->image_count * sizeof(*r->node_of));
    rc = fov_graph_new(&r->graph, r->ctx, err);
    if (rc >= 0)
        rc = make_out_dir(r, err);
    for (size_t i = 0; i < r->log->count && rc >= 0; i++)
        rc = make_line(r, i, err);
    return rc;
}

void fov__remake_drop(struct fov_remake *r)
{
    fov_graph_free(r->graph);
    fov__free(r->ctx, r->node_of);
    fov__free(r->ctx, r->out_blobs);
    fov__log_free(r->log);
}

fov_status fov__remake_images(struct fov_remake *r, const char *dir, fov_error *err)
{
    fov_error local;
    fov_error *const why = err != NULL ? err : &local;
    r->images_only = true;
    const fov_status rc = make_all(r, dir, why);
    if (r->out->differing == 0 || (rc < 0 && rc != FOV_E_STATE))
        return rc;
    *why = r->first;
    return FOV_E_MISMATCH;
}

static fov_status run(fov_context *ctx, const char *dir, const char *out_dir, fov_replay_fn report,
                      void *user, fov_replayed *out, fov_error *err)
{
    fov_error local;
    struct fov_remake r = {
        .ctx = ctx, .out_dir = out_dir, .report = report, .user = user, .out = out};
    fov_replayed_init(out);
    fov_status rc = make_all(&r, dir, err != NULL ? err : &local);
    fov__remake_drop(&r);
    /* What cannot be made after something came out otherwise is most likely its consequence. */
    const bool may_follow = rc == FOV_OK || (rc == FOV_E_STATE && out->differing > 0);
    if (rc < 0 && !may_follow)
        return rc;
    if ((out_dir == NULL || rc < 0) && out->differing > 0) {
        if (err != NULL)
            *err = r.first;
        return FOV_E_MISMATCH;
    }
    fov__ok(err);
    return FOV_OK;
}

void fov_replayed_init(fov_replayed *replayed)
{
    memset(replayed, 0, sizeof(*replayed));
    replayed->struct_size = (uint32_t)sizeof(*replayed);
}

static fov_status check_call(const fov_context *ctx, const char *dir, const fov_replayed *out,
                             fov_error *err)
{
    if (ctx == NULL || dir == NULL || out == NULL)
        return fov__fail(err, FOV_E_ARG, 0, "transcript", "%s is NULL",
                         ctx == NULL   ? "the context"
                         : dir == NULL ? "the folder"
                                       : "the place for the result");
    if (out->struct_size != sizeof(*out))
        return fov__fail(
            err, FOV_E_ARG, 0, "replayed.struct_size",
            "struct_size is %u where this library has %zu: call fov_replayed_init() first",
            (unsigned)out->struct_size, sizeof(*out));
    return FOV_OK;
}

fov_status fov_transcript_verify(fov_context *ctx, const char *dir, fov_replay_fn report,
                                 void *user, fov_replayed *out, fov_error *err)
{
    const fov_status rc = check_call(ctx, dir, out, err);
    return rc < 0 ? rc : run(ctx, dir, NULL, report, user, out, err);
}

fov_status fov_transcript_replay(fov_context *ctx, const char *dir, const char *out_dir,
                                 fov_replay_fn report, void *user, fov_replayed *out,
                                 fov_error *err)
{
    fov_status rc = check_call(ctx, dir, out, err);
    if (rc >= 0 && out_dir == NULL)
        rc = fov__fail(err, FOV_E_ARG, 0, "transcript", "the folder for the pictures is NULL");
    return rc < 0 ? rc : run(ctx, dir, out_dir, report, user, out, err);
}
