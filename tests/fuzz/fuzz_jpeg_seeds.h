/* SPDX-License-Identifier: MIT */
/* Small JPEGs of every kind that the two JPEG targets begin from. */
#ifndef FOV_TESTS_FUZZ_JPEG_SEEDS_H
#define FOV_TESTS_FUZZ_JPEG_SEEDS_H

#include "fuzz_support.h"

void fuzz_jpeg_seeds(fuzz_emit emit, void *user);

#endif
