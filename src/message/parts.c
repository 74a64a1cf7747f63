/* SPDX-License-Identifier: MIT */
/* Lists of parts that own their strings. A part is copied whole or not at all: a list never holds a
 * half-made one, so that a conversation stays usable after memory ran out. */
#include "message/parts_internal.h"

fov_status fov__text_check(const char *text, const char *where, fov_error *err)
{
    if (text == NULL) {
        return fov__fail(err, FOV_E_ARG, 0, where, "%s is NULL where text is expected", where);
    }
    if (!fov__utf8_valid(text, strlen(text))) {
        return fov__fail(err, FOV_E_ARG, 0, where, "%s is not UTF-8", where);
    }
    return FOV_OK;
}

void fov__items_init(struct fov_items *items, fov_context *ctx)
{
    memset(items, 0, sizeof(*items));
    items->ctx = ctx;
}

static void free_text(fov_context *ctx, const char *text)
{
    fov__free(ctx, (void *)(uintptr_t)text);
}

static void free_item(fov_context *ctx, struct fov_item *item)
{
    free_text(ctx, item->view.text);
    free_text(ctx, item->view.call_id);
    free_text(ctx, item->view.name);
    free_text(ctx, item->view.arguments);
    free_text(ctx, item->view.image_id);
    if (item->delivery != NULL) {
        fov__delivery_unref(item->delivery);
    }
    memset(item, 0, sizeof(*item));
}

void fov__items_free(struct fov_items *items)
{
    for (size_t i = 0; i < items->count; i++) {
        free_item(items->ctx, &items->list[i]);
    }
    fov__free(items->ctx, items->list);
    fov__items_init(items, items->ctx);
}

size_t fov__items_drop_image(struct fov_items *items, const char *image_id)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < items->count; i++) {
        struct fov_item *item = &items->list[i];
        if (item->view.kind == FOV_PART_IMAGE && strcmp(item->view.image_id, image_id) == 0) {
            free_item(items->ctx, item);
            dropped++;
        } else {
            items->list[kept++] = *item;
        }
    }
    items->count = kept;
    return dropped;
}

/* False when memory ran out; an absent string stays absent. */
static bool copy_text(fov_context *ctx, const char **out, const char *text)
{
    *out = NULL;
    if (text != NULL) {
        *out = fov__strdup(ctx, text);
    }
    return text == NULL || *out != NULL;
}

fov_status fov__items_add(struct fov_items *items, const fov_part *part,
                          struct fov_delivery *delivery, fov_error *err)
{
    fov_context *ctx = items->ctx;
    if (!fov__grow(ctx, &items->list, &items->capacity, items->count + 1, sizeof(*items->list))) {
        return fov__fail_memory(err, "message", sizeof(*items->list));
    }
    struct fov_item *item = &items->list[items->count];
    memset(item, 0, sizeof(*item));
    item->view.kind = part->kind;
    item->view.is_error = part->is_error;
    if (!copy_text(ctx, &item->view.text, part->text) ||
        !copy_text(ctx, &item->view.call_id, part->call_id) ||
        !copy_text(ctx, &item->view.name, part->name) ||
        !copy_text(ctx, &item->view.arguments, part->arguments) ||
        !copy_text(ctx, &item->view.image_id, part->image_id)) {
        free_item(ctx, item);
        return fov__fail_memory(err, "message", 0);
    }
    if (delivery != NULL) {
        item->delivery = fov__delivery_ref(delivery);
        item->view.mime = fov__delivery_mime(delivery);
        item->view.data = delivery->bytes.data;
        item->view.size = delivery->bytes.size;
        item->view.width = delivery->width;
        item->view.height = delivery->height;
    }
    items->count++;
    return FOV_OK;
}
