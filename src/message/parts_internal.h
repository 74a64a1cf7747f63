/* SPDX-License-Identifier: MIT */
/* message, its own files only: the list of owned parts that a message and a reply both are, and the
 * bodies of the handles. */
#ifndef FOV_PARTS_INTERNAL_H
#define FOV_PARTS_INTERNAL_H

#include "message/message_internal.h"

/* Nesting allowed in a reply and in what a provider sent: deeper than a tool call's arguments may
 * be, since those stand inside it. */
#define FOV__REPLY_DEPTH_MAX 64u

/* A part with its strings, all owned; `view` is what callers see. */
struct fov_item {
    fov_part view;
    struct fov_delivery *delivery; /* IMAGE: a reference */
};
struct fov_items {
    fov_context *ctx;
    struct fov_item *list;
    size_t count, capacity;
};
void fov__items_init(struct fov_items *items, fov_context *ctx);
void fov__items_free(struct fov_items *items);
/* Append a copy of the part (strings copied, `delivery` referenced); all or nothing. */
fov_status fov__items_add(struct fov_items *items, const fov_part *part,
                          struct fov_delivery *delivery, fov_error *err);

/* Take the images of that id out; how many there were. */
size_t fov__items_drop_image(struct fov_items *items, const char *image_id);

/* FOV_OK when `text` is given and UTF-8. */
fov_status fov__text_check(const char *text, const char *where, fov_error *err);

struct fov_reply {
    fov_context *ctx;
    struct fov_items items;
    char *raw;
    size_t raw_size;
    char *stop;
    fov_usage usage;
    uint64_t bytes;    /* of all strings, against limits.reply_bytes */
    size_t id_message; /* made call ids are "call_<id_message>_<n>": unique in a conversation */
    uint32_t id_next;
};
void fov__reply_clear(fov_reply *reply);
/* Empty the reply for the answer that will be this message of the conversation. */
void fov__reply_begin(fov_reply *reply, size_t message);

#endif
