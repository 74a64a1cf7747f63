/* SPDX-License-Identifier: MIT */
/* What the files of this provider's test program share. */
#ifndef FOV_TESTS_OPENAI_RESPONSES_H
#define FOV_TESTS_OPENAI_RESPONSES_H

#include "provider/capture.h"

int test_openai_responses_write(void);
int test_openai_responses_read(void);
int test_openai_responses_wire(void);

/* What every body ends with where `extra` is silent. */
#define RESPONSES_TAIL "\"store\":false,\"include\":[\"reasoning.encrypted_content\"]"
/* A reply of one text. */
#define RESPONSES_OK                                                                      \
    "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"role\":\"assistant\"," \
    "\"content\":[{\"type\":\"output_text\",\"text\":\"ok\",\"annotations\":[]}]}]}"

/* As capture_opts(), for this provider. */
static inline fov_provider_opts responses_opts(void)
{
    fov_provider_opts opts = capture_opts();
    opts.provider = "openai_responses";
    return opts;
}

#endif
