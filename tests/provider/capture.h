/* SPDX-License-Identifier: MIT */
/* A transport that keeps what it was given and answers from a list, and a provider on top of it. */
#ifndef FOV_TESTS_CAPTURE_H
#define FOV_TESTS_CAPTURE_H

#include "message/message_support.h"
#include "provider/provider_internal.h"

int test_chat_write(void);
int test_chat_read(void);
int test_failure(void);
int test_provider(void);
int test_provider_wire(void);

struct answer {
    int32_t status;     /* 0: FOV_E_NET */
    const char *header; /* one line, or NULL */
    const char *body;
};

#define TEST_KEY "sk-test-0123456789abcdef"

struct capture {
    fov_context *ctx;
    fov_conversation *conversation;
    fov_reply *reply;
    fov_model *model;
    fov_request request;
    fov_error err;
    const struct answer *answers;
    size_t answer_count, sent;
    char *body;        /* of the last request, base64 as "sha256:…" */
    char headers[512]; /* of the last request, one a line */
    char url[256];
    uint32_t timeout_ms;
    char log[4096]; /* everything that was logged */
    uint64_t waits[8];
    size_t wait_count;
};

/* Options for tests: a model's name and a key. */
fov_provider_opts capture_opts(void);
void capture_open(struct capture *c, const fov_provider_opts *opts, const struct answer *answers,
                  size_t count);
void capture_close(struct capture *c);
fov_status capture_ask(struct capture *c);
/* Add one part or message to the conversation; assert that it went well. */
void capture_message(struct capture *c, int32_t role);
void capture_text(struct capture *c, const char *text);
void capture_image(struct capture *c, const char *id, int32_t format, const char *bytes,
                   int32_t width, int32_t height);
void capture_result(struct capture *c, const char *call_id, const char *name, const char *text);
void capture_take(struct capture *c); /* the reply into the conversation */
/* Time that does not pass, noting the waits in `c`. */
struct fov_retry_hooks capture_hooks(struct capture *c);

#endif
