/* SPDX-License-Identifier: MIT */
/* Laws of geometry over random chains of up to six operations, with fixed seeds: where points lie,
 * what comes back to itself, that a chain is one warp and as sharp as one, and where marks land. */
#include "graph_support.h"

#include "image/warp_internal.h"

enum { STEPS_MAX = 6 };

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static double between(uint32_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * (next(seed) % 65536) / 65535.0;
}

/* ---- chains --------------------------------------------------------------------------------- */

/* One step onto `image`. Where it may be refused (a shape that is too thin), the image stays. */
static int32_t step(struct scene *s, uint32_t *seed, int32_t image, bool has_perspective)
{
    const fov_size have = fov_graph_size(s->graph, image);
    const double w = have.width, h = have.height;
    const double x = floor(between(seed, 0, w * 0.4)), y = floor(between(seed, 0, h * 0.4));
    const double far_x = ceil(between(seed, w * 0.6, w)), far_y = ceil(between(seed, h * 0.6, h));
    fov_applied applied = FOV_APPLIED_INIT;
    const char *op = "zoom";
    char call[256];

    switch (next(seed) % (has_perspective ? 7 : 6)) {
    case 0:
        fov__format(call, sizeof(call), "{\"image\":\"img_%d\",\"box\":[%g,%g,%g,%g]}", (int)image,
                    x, y, far_x, far_y);
        break;
    case 1:
        op = "rotate";
        fov__format(call, sizeof(call), "{\"image\":\"img_%d\",\"degrees\":%.2f,\"expand\":%s}",
                    (int)image, between(seed, -180, 180), next(seed) % 2 ? "true" : "false");
        break;
    case 2:
        op = "rotate";
        fov__format(call, sizeof(call), "{\"image\":\"img_%d\",\"degrees\":%d}", (int)image,
                    (int)(next(seed) % 9) * 90 - 360);
        break;
    case 3:
        op = "flip";
        fov__format(call, sizeof(call), "{\"image\":\"img_%d\",\"axis\":\"%s\"}", (int)image,
                    next(seed) % 2 ? "horizontal" : "vertical");
        break;
    case 4:
        op = "tile";
        fov__format(call, sizeof(call), "{\"image\":\"img_%d\",\"rows\":2,\"cols\":1,\"pick\":%d}",
                    (int)image, 1 + (int)(next(seed) % 2));
        break;
    case 5:
        op = "overview";
        fov__format(call, sizeof(call), "{\"image\":\"img_%d\",\"max_edge\":%d}", (int)image,
                    (int)fmax(16, 0.8 * fmax(w, h)));
        break;
    default: {
        const double dx = w * 0.2, dy = h * 0.2;
        const double c[8] = {between(seed, 0, dx),     between(seed, 0, dy),
                             between(seed, w - dx, w), between(seed, 0, dy),
                             between(seed, w - dx, w), between(seed, h - dy, h),
                             between(seed, 0, dx),     between(seed, h - dy, h)};
        op = "straighten";
        fov__format(call, sizeof(call),
                    "{\"image\":\"img_%d\",\"corners\":[[%.3f,%.3f],[%.3f,%.3f],[%.3f,%.3f],"
                    "[%.3f,%.3f]]}",
                    (int)image, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
    }
    }
    if (fov_graph_apply(s->graph, op, call, &applied, NULL) < 0)
        return image;
    return applied.image;
}

static int32_t chain(struct scene *s, uint32_t *seed, int32_t image, bool has_perspective)
{
    const int steps = 1 + (int)(next(seed) % STEPS_MAX);

    for (int k = 0; k < steps; k++) {
        const fov_size have = fov_graph_size(s->graph, image);
        if (have.width < 12 || have.height < 12)
            break;
        image = step(s, seed, image, has_perspective);
    }
    return image;
}

static void scene_random(struct scene *s, uint32_t *seed, int32_t most)
{
    const int32_t w = 40 + (int32_t)(next(seed) % (uint32_t)most);
    const int32_t h = 40 + (int32_t)(next(seed) % (uint32_t)most);

    scene_open(s, w, h, next(seed) % 3 == 0 ? 4 : 3, 1);
}

/* ---- the laws ------------------------------------------------------------------------------- */

/* 1e-6 px; with perspective inside the image, whose shape the operation has judged. */
static void laws__points_go_to_the_source_and_back(void **state)
{
    uint32_t seed = 20261124;

    (void)state;
    for (int round = 0; round < 400; round++) {
        struct scene s;
        int32_t image;

        scene_random(&s, &seed, 700);
        image = chain(&s, &seed, 0, round % 2 == 1);
        for (int i = 0; i < 25; i++) {
            const fov_size size = fov_graph_size(s.graph, image);
            const fov_point p = {between(&seed, 0, size.width), between(&seed, 0, size.height)};
            fov_point q, back;
            int32_t source = -1;

            assert_int_equal(fov_graph_to_source(s.graph, image, p, &source, &q, NULL), FOV_OK);
            assert_int_equal(fov_graph_from_source(s.graph, image, source, q, &back, NULL), FOV_OK);
            if (!(fabs(back.x - p.x) <= 1e-6 && fabs(back.y - p.y) <= 1e-6))
                fail_msg("round %d: (%.9f,%.9f) comes back as (%.9f,%.9f)", round, p.x, p.y, back.x,
                         back.y);
        }
        scene_close(&s);
    }
}

static void same_bytes(struct scene *s, int32_t a, int32_t b)
{
    struct fov_pixels *p = render(s, a, 0, 0), *q = render(s, b, 0, 0);

    assert_int_equal(p->width, q->width);
    assert_int_equal(p->height, q->height);
    for (int32_t y = 0; y < p->height; y++)
        assert_memory_equal(fov__pixels_row(p, y), fov__pixels_row(q, y),
                            (size_t)p->width * (size_t)p->bands);
    fov__pixels_unref(p);
    fov__pixels_unref(q);
}

static int32_t onto(struct scene *s, const char *op, int32_t image, const char *more)
{
    char call[128];

    fov__format(call, sizeof(call), "{\"image\":\"img_%d\",%s}", (int)image, more);
    return apply(s, op, call);
}

/* After any chain. */
static void laws__four_quarter_turns_are_the_identity(void **state)
{
    static const char *const turns[][4] = {
        {"\"degrees\":90", "\"degrees\":90", "\"degrees\":90", "\"degrees\":90"},
        {"\"degrees\":-90", "\"degrees\":-90", "\"degrees\":-90", "\"degrees\":-90"},
        {"\"degrees\":270", "\"degrees\":180", "\"degrees\":360", "\"degrees\":-90"},
    };
    uint32_t seed = 4;

    (void)state;
    for (int round = 0; round < 24; round++) {
        struct scene s;
        int32_t start, image;

        scene_random(&s, &seed, 200);
        start = image = round % 4 == 0 ? 0 : chain(&s, &seed, 0, round % 2 == 1);
        for (int k = 0; k < 4; k++)
            image = onto(&s, "rotate", image, turns[round % 3][k]);
        assert_true(image != start);
        same_bytes(&s, start, image);
        scene_close(&s);
    }
}

static void laws__a_flip_of_a_flip_is_the_identity(void **state)
{
    static const char *const axes[] = {"\"axis\":\"horizontal\"", "\"axis\":\"vertical\"",
                                       "\"axis\":\"both\""};
    uint32_t seed = 5;

    (void)state;
    for (int round = 0; round < 24; round++) {
        struct scene s;
        int32_t start, image;

        scene_random(&s, &seed, 200);
        start = round % 4 == 0 ? 0 : chain(&s, &seed, 0, round % 2 == 1);
        image = onto(&s, "flip", start, axes[round % 3]);
        image = onto(&s, "flip", image, axes[round % 3]);
        same_bytes(&s, start, image);
        scene_close(&s);
    }
}

/* Every operation's examples, and random chains, on pictures of many shapes; what an example asks
 * of a picture that is too small for it is refused. */
static void laws__what_is_planned_is_what_is_rendered(void **state)
{
    static const struct {
        int32_t w, h, bands;
    } sizes[] = {{1, 1, 3}, {1, 1, 4}, {1, 300, 3}, {300, 2, 4}, {97, 61, 4}, {1000, 500, 3}};
    size_t made = 0;
    uint32_t seed = 6;

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        struct scene s;

        scene_open(&s, sizes[i].w, sizes[i].h, sizes[i].bands, 1);
        for (size_t k = 0; fov__op_at(NULL, k); k++) {
            const fov_op_def *op = fov__op_at(NULL, k);
            for (const fov_op_example_row *e = op->examples; e->arguments && op->plan; e++) {
                fov_applied applied = FOV_APPLIED_INIT;
                if (fov_graph_apply(s.graph, op->name, e->arguments, &applied, NULL) < 0)
                    applied.image_count = 0;
            }
        }
        for (int k = 0; k < 10 && sizes[i].w > 12 && sizes[i].h > 12; k++)
            chain(&s, &seed, 0, true);
        for (int32_t image = 0; image < fov_graph_image_count(s.graph); image++, made++) {
            const fov_size size = fov_graph_size(s.graph, image);
            struct fov_pixels *px = render(&s, image, 0, 0);

            assert_int_equal(px->width, size.width);
            assert_int_equal(px->height, size.height);
            fov__pixels_unref(px);
        }
        scene_close(&s);
    }
    assert_true(made > 60);
}

/* Whether a place of the image lies more than a pixel inside of every frame on its way: beyond,
 * there is the fill of a turn. */
static bool is_inside(const struct fov_node *node, double x, double y)
{
    for (size_t i = 0; i < node->step_count; i++) {
        const struct fov_step *clip = &node->steps[i];
        double sx, sy;
        const fov_point p = fov__mat_apply(clip->to_frame, (fov_point){x, y});

        fov__mat_density(clip->to_frame, (fov_point){x, y}, &sx, &sy);
        sx = 1.5 * fmax(sx, sy) + 0.5;
        if (!(p.x > clip->box.x1 + sx && p.y > clip->box.y1 + sx && p.x < clip->box.x2 - sx &&
              p.y < clip->box.y2 - sx))
            return false;
    }
    return true;
}

/* The source resampled once through the composed matrix. */
static struct fov_pixels *single_warp(struct scene *s, const struct fov_node *node)
{
    struct fov_pixels *src = NULL, *out = NULL;
    struct fov_warp warp = {.to_src = node->regions[0].to_source, .kernel = FOV__KERNEL_LANCZOS3};

    assert_int_equal(fov__pixels_new(&src, s->ctx, s->width, s->height, s->bands, NULL), FOV_OK);
    for (int32_t y = 0; y < s->height; y++)
        memcpy(fov__pixels_row(src, y), s->pixels + (size_t)y * (size_t)s->width * (size_t)s->bands,
               (size_t)s->width * (size_t)s->bands);
    assert_int_equal(fov__pixels_new(&out, s->ctx, node->width, node->height, s->bands, NULL),
                     FOV_OK);
    warp.src = src;
    assert_int_equal(fov__warp(&warp, out, 1, NULL, NULL), FOV_OK);
    fov__pixels_unref(src);
    return out;
}

static void laws__a_chain_is_a_single_warp_of_the_source(void **state)
{
    uint32_t seed = 8;
    size_t compared = 0;

    (void)state;
    for (int round = 0; round < 60; round++) {
        struct scene s;
        const struct fov_node *node;
        struct fov_pixels *got, *want;

        scene_random(&s, &seed, 260);
        node = fov__graph_node(s.graph, chain(&s, &seed, 0, round % 2 == 1));
        got = render(&s, node->id, 0, 0);
        want = single_warp(&s, node);
        for (int32_t y = 0; y < got->height; y++) {
            for (int32_t x = 0; x < got->width; x++) {
                const uint8_t *p = fov__pixels_row(got, y) + x * got->bands;
                const uint8_t *q = fov__pixels_row(want, y) + x * got->bands;

                if (!is_inside(node, x + 0.5, y + 0.5))
                    continue;
                compared++;
                for (int c = 0; c < got->bands; c++)
                    if (abs(p[c] - q[c]) > 1)
                        fail_msg("round %d: %d, not %d at (%d,%d) of %dx%d", round, p[c], q[c],
                                 (int)x, (int)y, (int)got->width, (int)got->height);
            }
        }
        fov__pixels_unref(got);
        fov__pixels_unref(want);
        scene_close(&s);
    }
    assert_true(compared > 300000);
}

/* ---- sharpness ------------------------------------------------------------------------------ */

/* The measure: the mean square of the differences between neighbours, across and down, over a part.
 * Blur lowers it; a picture that was only moved keeps it. */
static double sharpness(const struct fov_pixels *px, int32_t left, int32_t top)
{
    enum { PART = 120 };
    double sum = 0;
    size_t n = 0;

    for (int32_t y = top; y < top + PART; y++) {
        for (int32_t x = left; x < left + PART; x++) {
            for (int c = 0; c < 3; c++, n++) {
                const int here = fov__pixels_row(px, y)[x * px->bands + c];
                const int right = fov__pixels_row(px, y)[(x + 1) * px->bands + c];
                const int below = fov__pixels_row(px, y + 1)[x * px->bands + c];
                sum += (here - right) * (here - right) + (here - below) * (here - below);
            }
        }
    }
    return sum / (double)n;
}

/* Detail in every pixel: the hardest to keep. */
static void paint_grain(struct scene *s)
{
    const size_t n = (size_t)s->width * (size_t)s->height * 3;
    uint32_t seed = 77;

    for (size_t k = 0; k < n; k++)
        s->pixels[k] = (uint8_t)(100 + next(&seed) % 56);
}

/* The same turned there and back with a resample a step, as a chain of pictures would have it. */
static struct fov_pixels *stepwise(struct scene *s, const double degrees[4])
{
    struct fov_pixels *from = NULL;

    assert_int_equal(fov__pixels_new(&from, s->ctx, s->width, s->height, s->bands, NULL), FOV_OK);
    for (int32_t y = 0; y < s->height; y++)
        memcpy(fov__pixels_row(from, y),
               s->pixels + (size_t)y * (size_t)s->width * (size_t)s->bands,
               (size_t)s->width * (size_t)s->bands);
    for (int i = 0; i < 4; i++) {
        const double cx = s->width / 2.0, cy = s->height / 2.0;
        struct fov_pixels *to = NULL;
        struct fov_warp warp = {.src = from, .kernel = FOV__KERNEL_LANCZOS3};

        warp.to_src = fov__mat_mul(
            fov__mat_translate(cx, cy),
            fov__mat_mul(fov__mat_rotate(-degrees[i]), fov__mat_translate(-cx + 0.3, -cy + 0.4)));
        assert_int_equal(fov__pixels_new(&to, s->ctx, s->width, s->height, s->bands, NULL), FOV_OK);
        assert_int_equal(fov__warp(&warp, to, 1, NULL, NULL), FOV_OK);
        fov__pixels_unref(from);
        from = to;
    }
    return from;
}

/* Four turns that add up to none, with crops between them, against one step: the crop of the same
 * place, at the same fraction of a pixel. A resample a step falls far below, which shows that the
 * measure sees it. */
static void laws__a_chain_is_as_sharp_as_a_single_crop(void **state)
{
    static const double degrees[][4] = {
        {17, 31, -40, -8}, {-5.5, 3.25, 9, -6.75}, {44, 45, -80, -9}};

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(degrees); i++) {
        struct scene s;
        struct fov_pixels *chained, *cropped, *stepped;
        fov_point at;
        char call[256];
        int32_t image = 0;
        double chain_sharp, crop_sharp, step_sharp;

        scene_open(&s, 320, 320, 3, 1);
        paint_grain(&s);
        fov_graph_free(s.graph);
        fov_image_unref(s.source);
        assert_int_equal(fov_image_new_pixels(&s.source, s.ctx, s.pixels, 320, 320, 3, 960, NULL),
                         FOV_OK);
        assert_int_equal(fov_graph_new(&s.graph, s.ctx, NULL), FOV_OK);
        assert_int_equal(fov_graph_add_source(s.graph, s.source, NULL, NULL), FOV_OK);
        for (int k = 0; k < 4; k++) {
            char more[64];
            fov_size size;

            fov__format(more, sizeof(more), "\"degrees\":%g", degrees[i][k]);
            image = onto(&s, "rotate", image, more);
            size = fov_graph_size(s.graph, image);
            fov__format(more, sizeof(more), "\"box\":[%d,%d,%d,%d]", size.width / 2 - 80 + k,
                        size.height / 2 - 80, size.width / 2 + 80 + k, size.height / 2 + 80);
            image = onto(&s, "zoom", image, more);
        }
        chained = render(&s, image, 0, 0);
        assert_int_equal(fov_graph_to_source(s.graph, image, (fov_point){0, 0}, NULL, &at, NULL),
                         FOV_OK);
        fov__format(call, sizeof(call),
                    "{\"corners\":[[%.9f,%.9f],[%.9f,%.9f],[%.9f,%.9f],[%.9f,%.9f]]}", at.x, at.y,
                    at.x + 160, at.y, at.x + 160, at.y + 160, at.x, at.y + 160);
        cropped = render(&s, apply(&s, "straighten", call), 0, 0);
        stepped = stepwise(&s, degrees[i]);
        chain_sharp = sharpness(chained, 20, 20);
        crop_sharp = sharpness(cropped, 20, 20);
        step_sharp = sharpness(stepped, (int32_t)rint(at.x) + 20, (int32_t)rint(at.y) + 20);
        print_message("sharpness: crop %.1f, chain %.1f, a resample a step %.1f\n", crop_sharp,
                      chain_sharp, step_sharp);
        /* 1 percent is what the turn that is left by rounding costs: positions are counted in 1/256
         * of a pixel as soon as a map is no plain shift. */
        assert_true(chain_sharp >= 0.98 * crop_sharp);
        assert_true(step_sharp < 0.8 * crop_sharp);
        fov__pixels_unref(chained);
        fov__pixels_unref(cropped);
        fov__pixels_unref(stepped);
        scene_close(&s);
    }
}

/* ---- marks ---------------------------------------------------------------------------------- */

static void scene_grey(struct scene *s, int32_t width, int32_t height)
{
    memset(s, 0, sizeof(*s));
    s->width = width;
    s->height = height;
    s->bands = 3;
    s->pixels = malloc((size_t)width * (size_t)height * 3);
    assert_non_null(s->pixels);
    memset(s->pixels, 128, (size_t)width * (size_t)height * 3);
    assert_int_equal(fov_context_new(&s->ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&s->source, s->ctx, s->pixels, width, height, 3,
                                          (size_t)width * 3, NULL),
                     FOV_OK);
    assert_int_equal(fov_graph_new(&s->graph, s->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(s->graph, s->source, NULL, NULL), FOV_OK);
}

/* The centre of what is red in a picture; false where there is nothing. */
static bool centre_of_red(const struct fov_pixels *px, fov_point *out)
{
    double sum = 0, x = 0, y = 0;

    for (int32_t j = 0; j < px->height; j++) {
        for (int32_t i = 0; i < px->width; i++) {
            const uint8_t *p = fov__pixels_row(px, j) + i * px->bands;
            const double red = p[0] - p[1];
            sum += red;
            x += red * (i + 0.5);
            y += red * (j + 0.5);
        }
    }
    *out = (fov_point){x / sum, y / sum};
    return sum > 100;
}

/* A dot on the original, seen through any chain and at any delivered size. */
static void laws__marks_land_where_the_matrix_says(void **state)
{
    uint32_t seed = 9;
    int seen = 0;

    (void)state;
    for (int round = 0; round < 150; round++) {
        struct scene s;
        struct fov_pixels *px;
        fov_point dot, want, got;
        char call[96];
        int32_t image;
        fov_size size;
        const double scale = between(&seed, 0.5, 2.5);

        scene_grey(&s, 100 + (int32_t)(next(&seed) % 300), 100 + (int32_t)(next(&seed) % 300));
        dot = (fov_point){between(&seed, 0.3, 0.7) * s.width, between(&seed, 0.3, 0.7) * s.height};
        fov__format(call, sizeof(call), "{\"points\":[[%.6f,%.6f]],\"width\":2}", dot.x, dot.y);
        image = chain(&s, &seed, apply(&s, "mark", call), round % 2 == 1);
        size = fov_graph_size(s.graph, image);
        assert_int_equal(fov_graph_from_source(s.graph, image, 0, dot, &want, NULL), FOV_OK);
        px = render(&s, image, (int32_t)ceil(size.width * scale),
                    (int32_t)ceil(size.height * scale));
        want.x *= (double)px->width / size.width;
        want.y *= (double)px->height / size.height;
        if (want.x > 8 && want.y > 8 && want.x < px->width - 8 && want.y < px->height - 8) {
            seen++;
            if (!centre_of_red(px, &got) ||
                !(fabs(got.x - want.x) <= 0.5 && fabs(got.y - want.y) <= 0.5))
                fail_msg("round %d: the dot is at (%.2f,%.2f), not (%.2f,%.2f)", round, got.x,
                         got.y, want.x, want.y);
        }
        fov__pixels_unref(px);
        scene_close(&s);
    }
    assert_true(seen > 60);
}

/* A line right across the original, seen in a perspective beyond whose horizon its ends lie: it is
 * there from edge to edge, and nowhere else. */
static void laws__lines_end_at_the_horizon(void **state)
{
    static const char *const shapes[] = {
        "{\"image\":\"img_1\",\"corners\":[[174,150],[226,150],[390,290],[10,290]]}",
        "{\"image\":\"img_1\",\"corners\":[[390,10],[390,290],[230,170],[230,130]]}",
    };

    (void)state;
    for (size_t i = 0; i < FOV_COUNT(shapes); i++) {
        struct scene s;
        struct fov_pixels *px;
        int32_t image;
        int missing = 0, strays = 0;

        scene_grey(&s, 400, 300);
        apply(&s, "mark",
              "{\"lines\":[[150,0,250,300],[0,140,400,160]],\"boxes\":[[5,5,395,295]],"
              "\"width\":1}");
        image = apply(&s, "straighten", shapes[i]);
        px = render(&s, image, 0, 0);
        for (int32_t y = 2; y < px->height - 2; y++) {
            for (int32_t x = 2; x < px->width - 2; x++) {
                const uint8_t *p = fov__pixels_row(px, y) + x * 3;
                const fov_point at = {x + 0.5, y + 0.5};
                fov_point q;
                double sx, sy, d;

                assert_int_equal(fov_graph_to_source(s.graph, image, at, NULL, &q, NULL), FOV_OK);
                fov__mat_density(fov__graph_node(s.graph, image)->to_base, at, &sx, &sy);
                d = fmin(fabs(3 * (q.x - 150) - q.y) / sqrt(10),
                         fabs(0.05 * q.x + 140 - q.y) / sqrt(1.0025));
                d = fmin(d, fmin(fmin(fabs(q.x - 5), fabs(q.x - 395)),
                                 fmin(fabs(q.y - 5), fabs(q.y - 295))));
                missing += d < 0.1 * fmin(sx, sy) && p[0] - p[1] < 20;
                strays += d > 4 * fmax(sx, sy) && p[0] != p[1];
            }
        }
        if (missing + strays > 0)
            fail_msg("shape %zu: %d places without, %d beside", i, missing, strays);
        fov__pixels_unref(px);
        scene_close(&s);
    }
}

/* ---- perspective ---------------------------------------------------------------------------- */

static double lanczos(double x)
{
    const double pi = 3.14159265358979323846;

    if (fabs(x) < 1e-12)
        return 1.0;
    return fabs(x) < 3.0 ? sin(pi * x) / (pi * x) * sin(pi * x / 3) / (pi * x / 3) : 0.0;
}

static double sample(const struct scene *s, fov_point p, int c, double scale)
{
    const int32_t r = (int32_t)ceil(3 * scale) + 1, px = (int32_t)floor(p.x),
                  py = (int32_t)floor(p.y);
    double sum = 0, weight = 0;

    for (int32_t j = py - r; j <= py + r; j++) {
        const double wy = lanczos((j + 0.5 - p.y) / scale);
        const int32_t cy = j < 0 ? 0 : j >= s->height ? s->height - 1 : j;

        for (int32_t i = px - r; wy != 0.0 && i <= px + r; i++) {
            const double w = wy * lanczos((i + 0.5 - p.x) / scale);
            const int32_t cx = i < 0 ? 0 : i >= s->width ? s->width - 1 : i;
            const size_t at = (size_t)cy * (size_t)s->width + (size_t)cx;

            sum += w * s->pixels[at * (size_t)s->bands + (size_t)c];
            weight += w;
        }
    }
    return sum / weight;
}

/* Lanczos-3 in double from the definition, at each pixel as wide as the map is there. */
static double perspective_psnr(struct scene *s, int32_t image, int32_t width, int32_t height)
{
    const struct fov_node *node = fov__graph_node(s->graph, image);
    const struct fov_mat m =
        fov__mat_mul(node->regions[0].to_source,
                     fov__mat_scale((double)node->width / width, (double)node->height / height));
    struct fov_pixels *px = render(s, image, width, height);
    double sum = 0;
    size_t n = 0;

    for (int32_t y = 1; y < height - 1; y += 3) { /* every third is enough */
        for (int32_t x = 1 + y / 3 % 3; x < width - 1; x += 3) {
            const uint8_t *got = fov__pixels_row(px, y) + x * px->bands;
            const fov_point at = {x + 0.5, y + 0.5}, p = fov__mat_apply(m, at);
            double sx, sy;

            fov__mat_density(m, at, &sx, &sy);
            for (int c = 0; c < 3; c++, n++) {
                const double want = sample(s, p, c, fmax(1.0, fmax(sx, sy)));
                const double off = got[c] - fmin(fmax(want, 0), 255);
                sum += off * off;
            }
        }
    }
    fov__pixels_unref(px);
    return 10.0 * log10(255.0 * 255.0 / (sum / (double)n + 1e-9));
}

/* Mild and steep ones, at their own size and much smaller, where the far end takes up to 60 source
 * pixels for one. The kernel widens in steps of 9 percent from tile to tile, and the copies for the
 * far end are a little softer: 35 dB is what that leaves at the steepest; aliasing, large tiles or
 * a level that is too coarse fall to 25. */
static void laws__perspective_equals_its_kernel_in_double(void **state)
{
    static const struct {
        const char *corners;
        double least;
    } shapes[] = {
        {"{\"corners\":[[100,60],[800,100],[860,640],[40,600]]}", 38},
        {"{\"corners\":[[300,100],[600,100],[880,650],[20,650]]}", 40},
        {"{\"corners\":[[395,60],[515,60],[890,660],[10,660]]}", 37},
        {"{\"corners\":[[890,10],[890,690],[100,410],[100,300]]}", 35},
    };
    static const double scales[] = {1.0, 0.37, 0.11};
    struct scene s;

    (void)state;
    scene_open(&s, 900, 700, 3, 1);
    for (size_t i = 0; i < FOV_COUNT(shapes); i++) {
        const int32_t image = apply(&s, "straighten", shapes[i].corners);
        const fov_size size = fov_graph_size(s.graph, image);

        for (size_t k = 0; k < FOV_COUNT(scales); k++) {
            const double db = perspective_psnr(&s, image, (int32_t)ceil(size.width * scales[k]),
                                               (int32_t)ceil(size.height * scales[k]));

            print_message("perspective %zu at %.2f: %.1f dB\n", i, scales[k], db);
            if (db < shapes[i].least)
                fail_msg("shape %zu at %g: PSNR %.2f dB", i, scales[k], db);
        }
    }
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws__points_go_to_the_source_and_back),
        cmocka_unit_test(laws__four_quarter_turns_are_the_identity),
        cmocka_unit_test(laws__a_flip_of_a_flip_is_the_identity),
        cmocka_unit_test(laws__what_is_planned_is_what_is_rendered),
        cmocka_unit_test(laws__a_chain_is_a_single_warp_of_the_source),
        cmocka_unit_test(laws__a_chain_is_as_sharp_as_a_single_crop),
        cmocka_unit_test(laws__marks_land_where_the_matrix_says),
        cmocka_unit_test(laws__lines_end_at_the_horizon),
        cmocka_unit_test(laws__perspective_equals_its_kernel_in_double),
    };

    return cmocka_run_group_tests_name("laws", tests, NULL, NULL);
}
