/* SPDX-License-Identifier: MIT */
/* What the files of this provider's test program share. */
#ifndef FOV_TESTS_GEMINI_H
#define FOV_TESTS_GEMINI_H

#include "provider/capture.h"

int test_gemini_write(void);
int test_gemini_read(void);
int test_gemini_wire(void);

/* As capture_opts(), for this provider and a model that takes images in results. */
static inline fov_provider_opts gemini_opts(void)
{
    fov_provider_opts opts = capture_opts();
    opts.provider = "gemini";
    opts.model = "gemini-3.8-flash";
    return opts;
}

#endif
