/* SPDX-License-Identifier: MIT */
/* Our side of the bench. As `bench_foveate serve` it reads one request a line from standard input
 * and answers each with one line of JSON an iteration and a last one {"end":true}; as
 * `bench_foveate once REQUEST` it does a single iteration and tells what the process has used. It
 * never compares and never judges: that is the driver's part. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

static const struct bench_case *find(const char *name)
{
    const struct bench_case *const tables[] = {bench_zoom_cases, bench_stage_cases,
                                               bench_pixel_cases, bench_state_cases,
                                               bench_crowd_cases};

    for (size_t t = 0; t < FOV_COUNT(tables); t++)
        for (const struct bench_case *c = tables[t]; c->name; c++)
            if (strcmp(c->name, name) == 0)
                return c;
    return NULL;
}

/* A refusal of an operation or format that this build lacks is no failure of the bench. */
static void print_failure(fov_status rc, const fov_error *err)
{
    char text[sizeof(err->message)];

    memcpy(text, err->message, sizeof(text));
    for (char *p = text; *p; p++)
        if (*p == '"' || *p == '\\')
            *p = '\'';
    printf("{\"%s\":\"%s: %s\"}\n", rc == FOV_E_UNSUPPORTED ? "missing" : "error",
           fov_status_name(rc), text);
}

static fov_status run_case(struct bench *b, bool is_once, fov_error *err)
{
    const struct bench_case *c = find(b->request.name);
    double spent = 0;
    fov_status rc = FOV_OK;

    if (!c)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "case", "there is no case %s on this side",
                         b->request.name);
    if (c->begin)
        rc = c->begin(b, err);
    for (size_t i = 0; rc == FOV_OK; i++) {
        bench_outcome_reset(b);
        rc = c->run(b, i, err);
        if (rc > 0)
            rc = FOV_OK;
        if (rc < 0)
            break;
        if (i == 0 && b->request.keep)
            rc = bench_keep(b, err);
        bench_print(b);
        spent += b->outcome.ms;
        if (is_once || spent >= b->request.min_ms || i + 1 >= b->request.box_count)
            break;
    }
    bench_outcome_reset(b);
    return rc;
}

static void answer(struct bench *b, const char *line, bool is_once)
{
    fov_error err = {0};
    fov_status rc = bench_parse(b, line, &err);

    if (rc == FOV_OK && strcmp(b->request.name, "forget") == 0)
        bench_forget(b);
    else if (rc == FOV_OK)
        rc = run_case(b, is_once, &err);
    if (rc < 0)
        print_failure(rc, &err);
    if (is_once)
        bench_print_process();
    printf("{\"end\":true}\n");
    fflush(stdout);
}

static void serve(struct bench *b)
{
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0)
        answer(b, line, false);
    free(line);
}

int main(int argc, char **argv)
{
    struct bench *b = calloc(1, sizeof(*b));
    fov_error err = {0};

    if (!b || fov_context_new(&b->plain, NULL, &err) < 0) {
        fprintf(stderr, "bench_foveate: %s\n", err.message);
        return 1;
    }
    if (argc == 2 && strcmp(argv[1], "serve") == 0) {
        serve(b);
    } else if (argc == 3 && strcmp(argv[1], "once") == 0) {
        answer(b, argv[2], true);
    } else {
        fprintf(stderr, "bench_foveate: it takes serve, or once and a request\n");
        return 2;
    }
    bench_forget(b);
    fov__json_free(b->request.doc);
    free(b->data);
    free(b->data_path);
    fov_context_free(b->plain);
    free(b);
    return 0;
}
