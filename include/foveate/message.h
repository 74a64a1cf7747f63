/* SPDX-License-Identifier: MIT */
/* foveate/message.h - a conversation in no provider's words, and the interface behind which every
 * model stands: a server's, the embedded reader, or one of your own.
 *
 * A model is asked with a request (the conversation so far and the tools) and fills a reply (text
 * and tool calls). This one answers everything with "42":
 *
 *     static fov_status my_generate(void *user, const fov_request *request, fov_reply *reply,
 *                                   fov_error *err)
 *     {
 *         (void)user; (void)request;
 *         return fov_reply_add_text(reply, "ANSWER: 42", err);
 *     }
 *     static const fov_model_class my_class = {sizeof(fov_model_class), "mine", my_generate, NULL};
 *     ...
 *     fov_model *model = NULL;
 *     fov_model_new(&model, ctx, &my_class, NULL, &err);
 *
 * Threads: a conversation and a reply belong to one thread at a time; a model is asked by one
 * session at a time unless its own documentation says more.
 */
#ifndef FOVEATE_MESSAGE_H
#define FOVEATE_MESSAGE_H

#include <foveate/base.h>

FOV_BEGIN_DECLS

enum {
    FOV_ROLE_SYSTEM = 0,
    FOV_ROLE_USER = 1,
    FOV_ROLE_ASSISTANT = 2,
    FOV_ROLE_TOOL = 3 /* results of the calls in the assistant's message before it */
};

enum {
    FOV_PART_TEXT = 0,
    FOV_PART_IMAGE = 1,
    FOV_PART_CALL = 2,  /* in an assistant's message */
    FOV_PART_RESULT = 3 /* in a tool message; image parts that follow it belong to it */
};

/* One part of a message, as a view: every pointer is borrowed from the conversation and lives as
 * long as it. Members that do not belong to the kind are NULL or 0. */
typedef struct fov_part {
    int32_t kind;
    const char *text;      /* TEXT, RESULT: UTF-8 */
    const char *call_id;   /* CALL, RESULT */
    const char *name;      /* CALL, RESULT: the tool's name */
    const char *arguments; /* CALL: JSON text exactly as the model wrote it, which may be no JSON */
    int32_t is_error;      /* RESULT */
    const char *image_id;  /* IMAGE: "img_3" */
    const char *mime;      /* IMAGE: "image/png" */
    const uint8_t *data;   /* IMAGE: the encoded bytes */
    size_t size;           /* IMAGE */
    int32_t width, height; /* IMAGE: as delivered */
} fov_part;

typedef struct fov_conversation fov_conversation;

/* How many messages there are, and for one of them, counted from 0: FOV_ROLE_…, and how many parts
 * it has. What is not there, NULL included, gives 0, and -1 for the role. */
FOV_API size_t fov_conversation_count(const fov_conversation *conversation);
FOV_API int32_t fov_conversation_role(const fov_conversation *conversation, size_t message);
FOV_API size_t fov_conversation_part_count(const fov_conversation *conversation, size_t message);
/* Fill in *out; FOV_E_ARG when there is no such part. */
FOV_API fov_status fov_conversation_get_part(const fov_conversation *conversation, size_t message,
                                             size_t part, fov_part *out);
/* The raw JSON text of an assistant's message as its provider sent it, and in *size (may be NULL)
 * its length; NULL when there is none. */
FOV_API const char *fov_conversation_raw(const fov_conversation *conversation, size_t message,
                                         size_t *size);

/* A tool as a model is told of it. */
typedef struct fov_tool {
    const char *name;
    const char *description;
    const char *parameters; /* JSON Schema, in the dialect of the request's profile */
    int32_t is_strict;      /* OpenAI's strict mode was asked for */
} fov_tool;

enum { FOV_TOOL_CHOICE_AUTO = 0, FOV_TOOL_CHOICE_NONE = 1 };

/* What a model is asked. Everything is borrowed for the call. */
typedef struct fov_request {
    uint32_t struct_size;
    const fov_conversation *conversation;
    const fov_tool *tools;
    size_t tool_count;
    int32_t tool_choice;
    uint32_t round;             /* from 1 */
    uint32_t rounds_left;       /* after this one; 0: this answer is the last */
    uint32_t max_output_tokens; /* 0: the model's own */
    uint32_t timeout_ms;        /* for this request, milliseconds; 0: none */
    const fov_cancel *cancel;   /* may be NULL */
} fov_request;

/* ---- filling a reply ---------------------------------------------------------------------------
 * All return FOV_OK, FOV_E_MEMORY, FOV_E_LIMIT or FOV_E_ARG, and copy what they are given. */
typedef struct fov_reply fov_reply;

FOV_API fov_status fov_reply_add_text(fov_reply *reply, const char *text, fov_error *err);
/* call_id NULL: one is made. */
FOV_API fov_status fov_reply_add_call(fov_reply *reply, const char *call_id, const char *name,
                                      const char *arguments, fov_error *err);
/* The provider's own JSON of this assistant message, to be sent back byte for byte. */
FOV_API fov_status fov_reply_set_raw(fov_reply *reply, const char *json, size_t size,
                                     fov_error *err);

typedef struct fov_usage {
    /* -1: the server did not say. */
    int64_t input_tokens, output_tokens, cached_tokens, reasoning_tokens, image_tokens;
    int64_t requests;
} fov_usage;
FOV_API void fov_reply_set_usage(fov_reply *reply, const fov_usage *usage);
/* Why the model stopped, in the provider's own word ("stop", "length", "refusal" …). */
FOV_API fov_status fov_reply_set_stop(fov_reply *reply, const char *reason, fov_error *err);

/* ---- models --------------------------------------------------------------------------------- */

typedef struct fov_model fov_model;

/* The functions of a model. `generate` fills the reply or returns an error (FOV_E_NET and
 * FOV_E_PROVIDER leave the conversation as it was, so the caller may try again); `free_user` is
 * called with the model, and may be NULL. */
typedef struct fov_model_class {
    uint32_t struct_size;
    const char *name; /* shown in transcripts; static storage */
    fov_status (*generate)(void *user, const fov_request *request, fov_reply *reply,
                           fov_error *err);
    void (*free_user)(void *user);
} fov_model_class;

/* Make a model of one's own; the class must outlive it. On success the model owns `user`. The
 * caller owns *out. Errors: FOV_E_ARG (struct_size, no name, no generate), FOV_E_MEMORY. */
FOV_API fov_status fov_model_new(fov_model **out, fov_context *ctx, const fov_model_class *cls,
                                 void *user, fov_error *err);
FOV_API void fov_model_free(fov_model *model);              /* NULL is fine */
FOV_API const char *fov_model_name(const fov_model *model); /* borrowed; "" for NULL */

/* A model that says what a script says, without a socket: an array of replies in JSON,
 *     [{"calls":[{"name":"zoom","arguments":{"box":[0,0,50,50]}}]}, {"text":"ANSWER: 42"}]
 * one a round; a round after the last is FOV_E_PROVIDER. `arguments` may also be a string, which is
 * then given as it stands (so that a script can be wrong). The text is copied; the caller owns
 * *out.
 * Errors: FOV_E_ARG (what is wrong with the script), FOV_E_MEMORY. */
FOV_API fov_status fov_model_new_script(fov_model **out, fov_context *ctx, const char *json,
                                        size_t size, fov_error *err);

/* ---- asking one without a session --------------------------------------------------------------
 * For models that wrap another, and for tests: a conversation is written part by part, a request
 * about it is put to a model, and the reply is read. Inside a `generate` of one's own, the request
 * and the reply that it was given can be handed on as they are. */

/* Make an empty conversation; the caller owns *out and frees it before the context. Errors:
 * FOV_E_ARG, FOV_E_MEMORY. */
FOV_API fov_status fov_conversation_new(fov_conversation **out, fov_context *ctx, fov_error *err);
FOV_API void fov_conversation_free(fov_conversation *conversation); /* NULL is fine */

/* Open a message of FOV_ROLE_…; parts are added to the last one opened, each whole or not at all.
 * Errors: FOV_E_ARG (no such role), FOV_E_MEMORY. */
FOV_API fov_status fov_conversation_add(fov_conversation *conversation, int32_t role,
                                        fov_error *err);

/* Add a copy of a part: TEXT to any message but a tool's, IMAGE to a user's or behind a RESULT,
 * CALL to an assistant's, RESULT to a tool's. Of an IMAGE, image_id, data and size are read: the
 * bytes, a PNG's or a JPEG's, say the rest.
 * Errors: FOV_E_STATE (no message, or not in this one), FOV_E_ARG (a member that is missing or no
 * UTF-8), FOV_E_IMAGE and FOV_E_LIMIT (the bytes, as in fov_image_open_memory()), FOV_E_MEMORY. */
FOV_API fov_status fov_conversation_add_part(fov_conversation *conversation, const fov_part *part,
                                             fov_error *err);

/* Move a reply into the conversation as an assistant's message, its provider's JSON included; the
 * reply is empty afterwards and can be filled anew. Both are of one context. */
FOV_API fov_status fov_conversation_take_reply(fov_conversation *conversation, fov_reply *reply,
                                               fov_error *err);

/* Make a reply to be filled; the caller owns *out and frees it before the context. */
FOV_API fov_status fov_reply_new(fov_reply **out, fov_context *ctx, fov_error *err);
FOV_API void fov_reply_free(fov_reply *reply); /* NULL is fine */

/* What a reply holds: TEXT and CALL parts in their order, borrowed until it is filled, taken or
 * freed; FOV_E_ARG when there is no such part. Usage that was not said is -1; the stop reason is
 * NULL when none was. */
FOV_API size_t fov_reply_part_count(const fov_reply *reply);
FOV_API fov_status fov_reply_get_part(const fov_reply *reply, size_t part, fov_part *out);
FOV_API void fov_reply_get_usage(const fov_reply *reply, fov_usage *out);
FOV_API const char *fov_reply_stop(const fov_reply *reply);

/* Ask a model once. What the reply held before is dropped; after an error it is empty.
 * Errors: FOV_E_ARG (a NULL, a request without struct_size or conversation), FOV_E_CANCELLED, and
 * the model's own: FOV_E_NET, FOV_E_PROVIDER … */
FOV_API fov_status fov_model_generate(fov_model *model, const fov_request *request,
                                      fov_reply *reply, fov_error *err);

FOV_END_DECLS

#endif
