/* SPDX-License-Identifier: MIT */
/* Requests in, outcomes out, and what is made ready before the clock runs: the input's bytes and,
 * for warm cases, a context that has decoded them. */
#include "bench.h"

#include "image/image_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

double bench_wall(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double bench_now(void)
{
    const char *clock = getenv("BENCH_CLOCK");

    return clock && strcmp(clock, "cpu") == 0 ? read_clock(CLOCK_PROCESS_CPUTIME_ID) : bench_wall();
}

/* ---- a request ------------------------------------------------------------------------------ */

static const char *text_of(const fov_json_value *v, const char *key)
{
    return fov__json_string(fov__json_get(v, key));
}

static double number_of(const fov_json_value *v, const char *key, double otherwise)
{
    double number;

    return fov__json_number(fov__json_get(v, key), &number) ? number : otherwise;
}

static bool flag_of(const fov_json_value *v, const char *key)
{
    bool flag;

    return fov__json_bool(fov__json_get(v, key), &flag) && flag;
}

static bool read_boxes(struct bench_request *r, const fov_json_value *list)
{
    for (const fov_json_value *v = fov__json_child(list); v; v = fov__json_next(v)) {
        const fov_json_value *n = fov__json_child(v);
        double side[4];

        for (int i = 0; i < 4; i++, n = fov__json_next(n))
            if (!n || !fov__json_number(n, &side[i]))
                return false;
        if (r->box_count == BENCH_BOXES)
            return false;
        r->boxes[r->box_count++] = (fov_box){side[0], side[1], side[2], side[3]};
    }
    return r->box_count > 0;
}

fov_status bench_parse(struct bench *b, const char *line, fov_error *err)
{
    struct bench_request *r = &b->request;
    const fov_json_value *v;
    fov_status rc;

    fov__json_free(r->doc);
    memset(r, 0, sizeof(*r));
    rc = fov__json_parse(&r->doc, b->plain, line, strlen(line), 8, 1 << 20, err);
    if (rc < 0)
        return rc;
    v = fov__json_root(r->doc);
    r->name = text_of(v, "case");
    r->input = text_of(v, "input");
    r->keep = text_of(v, "keep");
    r->what = text_of(v, "what");
    r->is_warm = flag_of(v, "warm");
    r->is_png = flag_of(v, "png");
    r->width = (int32_t)number_of(v, "width", 0);
    r->height = (int32_t)number_of(v, "height", 0);
    r->min_ms = number_of(v, "min_ms", 0);
    r->threads = (uint32_t)number_of(v, "threads", 1);
    r->callers = (uint32_t)number_of(v, "callers", 1);
    r->count = (uint32_t)number_of(v, "count", 1);
    r->cache_bytes = (uint64_t)number_of(v, "cache_bytes", 0);
    r->input = r->input ? r->input : "";
    r->what = r->what ? r->what : "";
    if (!r->name || (fov__json_get(v, "boxes") && !read_boxes(r, fov__json_get(v, "boxes"))))
        return fov__fail(err, FOV_E_ARG, 0, "request",
                         "a request has a case, and boxes of numbers");
    if (r->box_count == 0) {
        r->boxes[0] = (fov_box){0, 0, 1, 1};
        r->box_count = 1;
    }
    return FOV_OK;
}

/* ---- what is ready before ------------------------------------------------------------------- */

fov_status bench_load(struct bench *b, fov_error *err)
{
    const char *path = b->request.input;
    FILE *file;
    long size = -1;

    if (b->data_path && strcmp(b->data_path, path) == 0)
        return FOV_OK;
    free(b->data);
    free(b->data_path);
    b->data = NULL;
    b->data_path = NULL;
    file = fopen(path, "rb");
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size >= 0) {
        rewind(file);
        b->size = (size_t)size;
        b->data = malloc(b->size + 1);
    }
    if (!b->data || fread(b->data, 1, b->size, file) != b->size) {
        if (file)
            fclose(file);
        return fov__fail(err, FOV_E_IO, 0, "input", "%s cannot be read", path);
    }
    fclose(file);
    b->data_path = strdup(path);
    return FOV_OK;
}

fov_status bench_context(struct bench *b, fov_context **out, fov_error *err)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;

    opts.threads = b->request.threads;
    opts.limits.cache_bytes = b->request.cache_bytes;
    return fov_context_new(out, &opts, err);
}

void bench_forget(struct bench *b)
{
    if (b->own_free)
        b->own_free(b);
    b->own = NULL;
    b->own_free = NULL;
    fov_image_unref(b->image);
    fov_context_free(b->ctx);
    free(b->warm_path);
    b->image = NULL;
    b->ctx = NULL;
    b->warm_path = NULL;
}

static bool is_warm(const struct bench *b)
{
    return b->warm_path && strcmp(b->warm_path, b->request.input) == 0 &&
           b->warm_threads == b->request.threads && b->warm_cache == b->request.cache_bytes;
}

/* A whole reading, then looks at several places: whatever the library's rule for keeping a source
 * is, a session that has come this far has met it. */
fov_status bench_warm(struct bench *b, fov_error *err)
{
    fov_status rc = bench_load(b, err);
    fov_size size;
    uint8_t *all = NULL;

    if (rc < 0 || is_warm(b))
        return rc;
    bench_forget(b);
    rc = bench_context(b, &b->ctx, err);
    if (rc == FOV_OK)
        rc = fov_image_open_memory(&b->image, b->ctx, b->data, b->size, NULL, err);
    if (rc < 0)
        return rc;
    size = fov_image_size(b->image);
    all = malloc((size_t)size.width * (size_t)size.height * 3);
    if (!all)
        return fov__fail_memory(err, "warm", (size_t)size.width * (size_t)size.height * 3);
    rc = fov_image_read(b->image, (fov_box){0, 0, size.width, size.height}, 3, all,
                        (size_t)size.width * 3, err);
    free(all);
    for (int i = 0; rc == FOV_OK && i < 6; i++) {
        const double x = size.width * i / 8.0, y = size.height * (6 - i) / 8.0;
        uint8_t few[16 * 16 * 3];

        rc = fov_image_read(b->image,
                            (fov_box){fov__floor(x), fov__floor(y), fov__floor(x) + 16,
                                      fov__floor(y) + 16},
                            3, few, sizeof(few) / 16, err);
    }
    b->warm_threads = b->request.threads;
    b->warm_cache = b->request.cache_bytes;
    if (rc == FOV_OK)
        b->warm_path = strdup(b->request.input);
    return rc;
}

/* ---- outcomes ------------------------------------------------------------------------------- */

void bench_outcome_reset(struct bench *b)
{
    fov_bytes_free(&b->outcome.text);
    memset(&b->outcome, 0, sizeof(b->outcome));
}

void bench_stage(struct bench *b, const char *name, double ms)
{
    b->outcome.stage_name[b->outcome.stage_count] = name;
    b->outcome.stage_ms[b->outcome.stage_count++] = ms;
}

void bench_print(const struct bench *b)
{
    const struct bench_outcome *o = &b->outcome;

    printf("{\"ms\":%.6f,\"width\":%d,\"height\":%d,\"bytes\":%zu", o->ms, (int)o->width,
           (int)o->height, o->bytes);
    for (size_t i = 0; i < o->stage_count; i++)
        printf("%s\"%s\":%.6f", i == 0 ? ",\"stages\":{" : ",", o->stage_name[i], o->stage_ms[i]);
    if (o->stage_count > 0)
        printf("}");
    for (size_t i = 0; i < o->sha_count; i++)
        printf("%s\"%s\"", i == 0 ? ",\"sha256\":[" : ",", o->sha[i]);
    printf("%s}\n", o->sha_count > 0 ? "]" : "");
}

fov_status bench_keep(const struct bench *b, fov_error *err)
{
    FILE *file = fopen(b->request.keep, "wb");
    bool is_good = file != NULL;

    if (file) {
        const fov_bytes *text = &b->outcome.text; /* empty where a case makes nothing to keep */
        is_good = text->size == 0 || fwrite(text->data, 1, text->size, file) == text->size;
        is_good = fclose(file) == 0 && is_good;
    }
    if (!is_good)
        return fov__fail(err, FOV_E_IO, 0, "keep", "%s cannot be written", b->request.keep);
    return FOV_OK;
}

static bool file_names(const char *path, const char *const *words, bool *found, size_t count)
{
    FILE *file = fopen(path, "r");
    char line[4096];

    if (!file)
        return false;
    while (fgets(line, sizeof(line), file))
        for (size_t i = 0; i < count; i++)
            found[i] = found[i] || strstr(line, words[i]) != NULL;
    fclose(file);
    return true;
}

void bench_print_process(void)
{
    const char *const words[] = {"libvips", "libtesseract", "foveate-vips", "foveate-ocr"};
    bool found[FOV_COUNT(words)] = {false};
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long hwm = -1;

    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            hwm = strtol(line + 6, NULL, 10);
    if (status)
        fclose(status);
    file_names("/proc/self/maps", words, found, FOV_COUNT(words));
    printf("{\"hwm_kib\":%ld,\"mapped\":[", hwm);
    for (size_t i = 0, n = 0; i < FOV_COUNT(words); i++)
        if (found[i])
            printf("%s\"%s\"", n++ > 0 ? "," : "", words[i]);
    printf("]}\n");
}
