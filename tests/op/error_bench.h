/* SPDX-License-Identifier: MIT */
/* What the walk over all operations (test_errors.c) and the ways to spoil a call (error_spoil.c)
 * share. */
#ifndef FOV_TESTS_OP_ERROR_BENCH_H
#define FOV_TESTS_OP_ERROR_BENCH_H

#include "op/error_world.h"

/* What a call is expected to come to. */
#define CODE(name) (1u << FOV_FAULT_##name)
enum { ACCEPTED = 1u << FOV_FAULT_NONE };

struct spoiled {
    const char *what;  /* for the report */
    const char *field; /* what the fault's field must begin with after "operation."; NULL: any */
    uint32_t codes; /* those that are right, ACCEPTED among them where it may be legal after all */
    /* NULL: a corrected call must be there where CONVENTIONS promises one. Otherwise why none can
     * be: a list is never made up, and what was meant to be in it is not known. */
    const char *no_call;
};

struct bench {
    const fov_op_def *def;
    struct world judged,
        used; /* wrong calls leave the first as it was; offers are made on the other */
    char digest[FOV_SHA256_HEX];
    struct setting setting;
    struct fov_json *legal; /* the arguments that are being spoiled */
    const fov_op_param_row *param;
    char made[4096]
             [17]; /* offers that were made already in this setting, by their digest's start */
    size_t made_count;
    size_t refused, offers, most_offers;
    char said[64][96];
    size_t said_count;
};

/* ---- test_errors.c -------------------------------------------------------------------------- */

/* A wrong call, made, and its refusal judged. */
void spoil(struct bench *b, const struct spoiled *spoiled, const char *arguments);

/* ---- error_spoil.c -------------------------------------------------------------------------- */

/* The legal call with member `key` as `raw`, or without it (NULL). The caller frees *out. */
void put_call(struct fov_buf *out, struct bench *b, const char *key, const char *raw);
bool is_list(const fov_op_param_row *param);
bool has_places(const fov_op_def *def);
/* b->legal with b->param spoiled in every way; with its image; with what is not known. */
void spoil_param(struct bench *b);
void spoil_images(struct bench *b);
void spoil_rest(struct bench *b);

#endif
