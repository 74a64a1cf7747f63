/* SPDX-License-Identifier: MIT */
/* A request's body: text with gaps, and the list of segments made from it. It must never copy an
 * image: a mark remembers where its base64 belongs, and the transport encodes it while sending. */
#include "provider/provider_internal.h"

/* Text of a conversation, without images. Far above any model's context; it only stops a runaway.
 */
#define BODY_TEXT_MAX ((size_t)256 * 1024 * 1024)

void fov__wire_body_init(struct fov_wire_body *body, fov_context *ctx)
{
    memset(body, 0, sizeof(*body));
    body->ctx = ctx;
    fov__buf_init(&body->text, ctx, BODY_TEXT_MAX);
    fov__jw_init(&body->jw, &body->text);
}

void fov__wire_body_free(struct fov_wire_body *body)
{
    fov__buf_free(&body->text);
    fov__free(body->ctx, body->marks);
    fov__free(body->ctx, body->segments);
    memset(body, 0, sizeof(*body));
}

/* A string of JSON whose last part, before its closing quote, the transport will send. */
static void add_marked(struct fov_wire_body *body, const char *key, const char *string,
                       const fov_part *image)
{
    fov__jw_raw(&body->jw, key, string, strlen(string));
    if (body->text.status < 0) {
        return;
    }
    if (!fov__grow(body->ctx, &body->marks, &body->mark_capacity, body->mark_count + 1,
                   sizeof(*body->marks))) {
        body->text.status = FOV_E_MEMORY; /* asked for at the end, as for any other addition */
        return;
    }
    const size_t before_quote = body->text.len - 1;
    body->marks[body->mark_count++] =
        (struct fov_wire_mark){before_quote, image->data, image->size};
}

void fov__wire_body_data_url(struct fov_wire_body *body, const char *key, const fov_part *image)
{
    char head[96];
    fov__format(head, sizeof(head), "\"data:%s;base64,\"", image->mime);
    add_marked(body, key, head, image);
}

void fov__wire_body_base64(struct fov_wire_body *body, const char *key, const fov_part *image)
{
    add_marked(body, key, "\"\"", image);
}

fov_status fov__wire_body_end(struct fov_wire_body *body, fov_error *err)
{
    const fov_status rc = fov__buf_check(&body->text, "request", err);
    if (rc < 0) {
        return rc;
    }
    const size_t count = 2 * body->mark_count + 1;
    body->segments = fov__calloc(body->ctx, count, sizeof(*body->segments));
    if (body->segments == NULL) {
        return fov__fail_memory(err, "request", count * sizeof(*body->segments));
    }
    size_t from = 0;
    for (size_t i = 0; i < body->mark_count; i++) {
        const struct fov_wire_mark *mark = &body->marks[i];
        body->segments[2 * i] =
            (struct fov_segment){FOV__SEGMENT_BYTES, body->text.data + from, mark->offset - from};
        body->segments[2 * i + 1] =
            (struct fov_segment){FOV__SEGMENT_BASE64, mark->data, mark->size};
        from = mark->offset;
    }
    body->segments[count - 1] =
        (struct fov_segment){FOV__SEGMENT_BYTES, body->text.data + from, body->text.len - from};
    body->segment_count = count;
    return FOV_OK;
}
