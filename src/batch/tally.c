/* SPDX-License-Identifier: MIT */
/* Results counted: by type and overall, what was right, wrong, not told, with intervals. The order
 * is that of the questions, whichever item was finished first, so that the same answers give the
 * same numbers on every run. It never judges an answer: that was done when it was given. */
#include "batch/batch_internal.h"

#include <stdlib.h>

/* ---- intervals ------------------------------------------------------------------------------ */

enum { RESAMPLES = 2000, SEED = 1 };

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

fov_status fov__bootstrap(struct fov_interval *out, fov_context *ctx, const double *values,
                          size_t count, fov_error *err)
{
    double *means = fov__alloc(ctx, RESAMPLES * sizeof(*means)), sum = 0;
    uint64_t state = SEED;

    if (!means)
        return fov__fail_memory(err, "score", RESAMPLES * sizeof(*means));
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    out->mean = out->lo = out->hi = count ? sum / (double)count : 0;
    for (int r = 0; count > 1 && r < RESAMPLES; r++) {
        sum = 0;
        /* 32 random bits scaled to an index: off by less than count / 2^32. */
        for (size_t i = 0; i < count; i++)
            sum += values[((next_random(&state) >> 32) * count) >> 32];
        means[r] = sum / (double)count;
    }
    if (count > 1) {
        qsort(means, RESAMPLES, sizeof(*means), by_value);
        out->lo = means[RESAMPLES * 25 / 1000];
        out->hi = means[RESAMPLES * 975 / 1000 - 1];
    }
    fov__free(ctx, means);
    return FOV_OK;
}

/* ---- counting ------------------------------------------------------------------------------- */

struct one {
    size_t type;
    enum fov__verdict verdict;
    double value[FOV__METRICS];
};

struct group {
    char *name; /* NULL: all */
    uint64_t count[FOV__UNJUDGED];
    uint64_t total;
    struct fov_interval right, metric[FOV__METRICS];
    uint64_t metric_count[FOV__METRICS];
};

struct counting {
    fov_context *ctx;
    struct one *ones;
    size_t count;
    struct group *groups; /* the last one is of all */
    size_t group_count, group_capacity;
    uint64_t unjudged;
    double *scratch;
};

/* A file whose types are all different is counted whole; nobody reads such a table. */
enum { TYPES_MAX = 200 };

static fov_status find_type(struct counting *c, const char *type, size_t *out, fov_error *err)
{
    if (c->group_count >= TYPES_MAX)
        type = "(other types)";
    for (*out = 0; *out < c->group_count; (*out)++)
        if (strcmp(c->groups[*out].name, type) == 0)
            return FOV_OK;
    if (!fov__grow(c->ctx, &c->groups, &c->group_capacity, c->group_count + 2, sizeof(*c->groups)))
        return fov__fail_memory(err, "score", sizeof(*c->groups));
    memset(&c->groups[*out], 0, 2 * sizeof(*c->groups));
    c->groups[*out].name = fov__strdup(c->ctx, type);
    if (!c->groups[*out].name)
        return fov__fail_memory(err, "score", strlen(type));
    c->group_count++;
    return FOV_OK;
}

static fov_status take(struct counting *c, struct fov_span line, fov_error *err)
{
    struct one *one = &c->ones[c->count];
    struct fov_json *doc = NULL;
    const fov_json_value *root, *scores;
    const char *verdict, *type;
    fov_status rc =
        fov__json_parse(&doc, c->ctx, line.data, line.len, 16, FOV__BATCH_LINE_MAX, err);

    if (rc < 0)
        return rc;
    root = fov__json_root(doc);
    verdict = fov__json_string(fov__json_get(root, "verdict"));
    type = fov__json_string(fov__json_get(root, "type"));
    scores = fov__json_get(root, "scores");
    one->verdict = FOV__UNJUDGED;
    for (int v = 0; verdict && v < FOV__UNJUDGED; v++)
        if (strcmp(verdict, fov__verdict_name[v]) == 0)
            one->verdict = (enum fov__verdict)v;
    for (int m = 0; m < FOV__METRICS; m++)
        if (!fov__json_number(fov__json_get(scores, fov__metric_name[m]), &one->value[m]))
            one->value[m] = -1;
    if (one->verdict == FOV__UNJUDGED)
        c->unjudged++;
    else if ((rc = find_type(c, type ? type : "", &one->type, err)) >= 0)
        c->count++;
    fov__json_free(doc);
    return rc;
}

/* Which 0 to 1 an item counts for: the verdict, or a metric. */
static double worth(const struct one *one, int metric)
{
    return metric < 0 ? one->verdict == FOV__RIGHT : one->value[metric];
}

static fov_status measure(struct counting *c, size_t g, int metric, fov_error *err)
{
    struct group *group = &c->groups[g];
    size_t n = 0;

    for (size_t i = 0; i < c->count; i++)
        if ((g == c->group_count || c->ones[i].type == g) && worth(&c->ones[i], metric) >= 0)
            c->scratch[n++] = worth(&c->ones[i], metric);
    if (metric >= 0)
        group->metric_count[metric] = n;
    return fov__bootstrap(metric < 0 ? &group->right : &group->metric[metric], c->ctx, c->scratch,
                          n, err);
}

static fov_status measure_all(struct counting *c, fov_error *err)
{
    fov_status rc = FOV_OK;

    for (size_t i = 0; i < c->count; i++) {
        struct group *two[2] = {&c->groups[c->ones[i].type], &c->groups[c->group_count]};

        for (int k = 0; k < 2; k++) {
            two[k]->total++;
            two[k]->count[c->ones[i].verdict]++;
        }
    }
    for (size_t g = 0; g <= c->group_count; g++)
        for (int m = -1; rc >= 0 && m < FOV__METRICS; m++)
            rc = measure(c, g, m, err);
    return rc;
}

/* ---- saying it ------------------------------------------------------------------------------ */

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static const char *shown(const struct group *group, char out[24])
{
    if (!group->name)
        return "all";
    fov__format(out, 24, "%.20s", group->name[0] ? group->name : "(no type)");
    fov__text_plain(out);
    return out;
}

static void write_table(struct fov_buf *out, const struct counting *c)
{
    static const char *const heads[] = {"relaxed 5 %", "exact", "ANLS", "choice"};
    char name[24];

    fov__buf_addf(out, "%-20s %5s %7s %15s %7s %12s %7s\n", "type", "n", "right", "95 %", "wrong",
                  "cannot tell", "error");
    for (size_t g = 0; g <= c->group_count; g++) {
        const struct group *p = &c->groups[g];

        fov__buf_addf(
            out, "%-20s %5llu %6.1f%%   %5.1f - %5.1f %6.1f%% %11.1f%% %6.1f%%\n", shown(p, name),
            (unsigned long long)p->total, percent(p->count[FOV__RIGHT], p->total),
            100 * p->right.lo, 100 * p->right.hi, percent(p->count[FOV__WRONG], p->total),
            percent(p->count[FOV__UNSURE], p->total), percent(p->count[FOV__ERRED], p->total));
    }
    fov__buf_addf(out, "\n%-20s", "type");
    for (int m = 0; m < FOV__METRICS; m++)
        if (c->groups[c->group_count].metric_count[m])
            fov__buf_addf(out, "  %21s", heads[m]);
    for (size_t g = 0; g <= c->group_count; g++) {
        const struct group *p = &c->groups[g];

        fov__buf_addf(out, "\n%-20s", shown(p, name));
        for (int m = 0; m < FOV__METRICS; m++) {
            if (!c->groups[c->group_count].metric_count[m])
                continue;
            if (p->metric_count[m])
                fov__buf_addf(out, "  %5.1f (%5.1f - %5.1f)", 100 * p->metric[m].mean,
                              100 * p->metric[m].lo, 100 * p->metric[m].hi);
            else
                fov__buf_addf(out, "  %21s", "-");
        }
    }
    fov__buf_adds(out, "\n");
}

static void write_interval(struct fov_jw *jw, const char *key, const struct fov_interval *v)
{
    fov__jw_array(jw, key);
    fov__jw_number(jw, NULL, v->mean);
    fov__jw_number(jw, NULL, v->lo);
    fov__jw_number(jw, NULL, v->hi);
    fov__jw_end_array(jw);
}

static void write_group(struct fov_jw *jw, const struct group *p)
{
    fov__jw_object(jw, NULL);
    fov__jw_string(jw, "type", p->name);
    fov__jw_int(jw, "n", (int64_t)p->total);
    for (int v = 0; v < FOV__UNJUDGED; v++)
        fov__jw_int(jw, fov__verdict_name[v], (int64_t)p->count[v]);
    write_interval(jw, "right_rate", &p->right);
    for (int m = 0; m < FOV__METRICS; m++) {
        if (!p->metric_count[m])
            continue;
        fov__jw_object(jw, fov__metric_name[m]);
        fov__jw_int(jw, "n", (int64_t)p->metric_count[m]);
        write_interval(jw, "mean", &p->metric[m]);
        fov__jw_end_object(jw);
    }
    fov__jw_end_object(jw);
}

static void write_json(struct fov_buf *out, const struct counting *c, const fov_batch_summary *sum)
{
    struct fov_jw jw;

    fov__jw_init(&jw, out);
    fov__jw_object(&jw, NULL);
    fov__jw_int(&jw, "total", (int64_t)sum->total);
    fov__jw_int(&jw, "done", (int64_t)sum->done);
    fov__jw_int(&jw, "errors", (int64_t)sum->errors);
    fov__jw_int(&jw, "bad_rows", (int64_t)sum->bad_rows);
    fov__jw_int(&jw, "unjudged", (int64_t)c->unjudged);
    fov__jw_int(&jw, "elapsed_ms", (int64_t)sum->elapsed_ms);
    fov__jw_object(&jw, "interval");
    fov__jw_number(&jw, "level", 0.95);
    fov__jw_int(&jw, "resamples", RESAMPLES);
    fov__jw_int(&jw, "seed", SEED);
    fov__jw_end_object(&jw);
    fov__jw_array(&jw, "types"); /* the last, whose type is null, is all of them */
    for (size_t g = 0; c->count && g <= c->group_count; g++)
        write_group(&jw, &c->groups[g]);
    fov__jw_end_array(&jw);
    fov__jw_end_object(&jw);
}

static fov_status say(fov_batch_summary *out, const struct counting *c, fov_error *err)
{
    struct fov_buf text, json;
    fov_status rc;

    fov__buf_init(&text, c->ctx, 64 << 20);
    fov__buf_init(&json, c->ctx, 64 << 20);
    if (c->count)
        write_table(&text, c);
    write_json(&json, c, out);
    rc = fov__buf_take(&text, &out->table, err);
    if (rc >= 0)
        rc = fov__buf_take(&json, &out->json, err);
    fov__buf_free(&text);
    fov__buf_free(&json);
    return rc;
}

fov_status fov__tally(fov_batch_summary *out, fov_context *ctx, const struct fov_results *results,
                      fov_error *err)
{
    struct counting c;
    fov_status rc = FOV_OK;

    memset(&c, 0, sizeof(c));
    c.ctx = ctx;
    c.ones = fov__calloc(ctx, results->count + 1, sizeof(*c.ones));
    c.scratch = fov__calloc(ctx, results->count + 1, sizeof(*c.scratch));
    if (!c.ones || !c.scratch)
        rc = fov__fail_memory(err, "score", results->count * sizeof(*c.ones));
    for (size_t i = 0; rc >= 0 && i < results->count; i++)
        if (results->line[i].data)
            rc = take(&c, results->line[i], err);
    if (rc >= 0 && c.count)
        rc = measure_all(&c, err);
    if (rc >= 0) {
        const struct group none = {.name = NULL}, *all = c.count ? &c.groups[c.group_count] : &none;

        out->scored = c.count;
        out->right = all->count[FOV__RIGHT];
        out->wrong = all->count[FOV__WRONG];
        out->unsure = all->count[FOV__UNSURE];
        rc = say(out, &c, err);
    }
    for (size_t g = 0; g < c.group_count; g++)
        fov__free(ctx, c.groups[g].name);
    fov__free(ctx, c.groups);
    fov__free(ctx, c.ones);
    fov__free(ctx, c.scratch);
    return rc;
}
