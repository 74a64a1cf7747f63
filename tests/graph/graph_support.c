/* SPDX-License-Identifier: MIT */
/* See graph_support.h. */
#include "graph_support.h"

static uint8_t wave(double v)
{
    return (uint8_t)(127.5 + 110.0 * v);
}

void scene_open(struct scene *scene, int32_t width, int32_t height, int32_t bands, uint32_t threads)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    uint8_t *p;

    memset(scene, 0, sizeof(*scene));
    opts.threads = threads;
    scene->width = width;
    scene->height = height;
    scene->bands = bands;
    scene->pixels = p = malloc((size_t)width * (size_t)height * (size_t)bands);
    assert_non_null(p);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++, p += bands) {
            p[0] = wave(sin(x * 0.11) * cos(y * 0.07));
            p[1] = wave(sin((x + 2 * y) * 0.05));
            p[2] = wave(sin(x * 0.31) * sin(y * 0.29));
            if (bands == 4)
                p[3] = (uint8_t)(x * 255 / width);
        }
    }
    assert_int_equal(fov_context_new(&scene->ctx, &opts, NULL), FOV_OK);
    assert_int_equal(fov_image_new_pixels(&scene->source, scene->ctx, scene->pixels, width, height,
                                          bands, (size_t)width * (size_t)bands, NULL),
                     FOV_OK);
    assert_int_equal(fov_graph_new(&scene->graph, scene->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(scene->graph, scene->source, NULL, NULL), FOV_OK);
}

void scene_open_file(struct scene *scene, const char *path)
{
    fov_error err = {0};
    fov_size size;

    memset(scene, 0, sizeof(*scene));
    assert_int_equal(fov_context_new(&scene->ctx, NULL, NULL), FOV_OK);
    if (fov_image_open(&scene->source, scene->ctx, path, NULL, &err) != FOV_OK)
        fail_msg("%s: %s", path, err.message);
    size = fov_image_size(scene->source);
    scene->width = size.width;
    scene->height = size.height;
    scene->bands = 3;
    scene->pixels = malloc((size_t)size.width * (size_t)size.height * 3);
    assert_non_null(scene->pixels);
    assert_int_equal(fov_image_read(scene->source, (fov_box){0, 0, size.width, size.height}, 3,
                                    scene->pixels, (size_t)size.width * 3, &err),
                     FOV_OK);
    assert_int_equal(fov_graph_new(&scene->graph, scene->ctx, NULL), FOV_OK);
    assert_int_equal(fov_graph_add_source(scene->graph, scene->source, NULL, NULL), FOV_OK);
}

void scene_close(struct scene *scene)
{
    fov_graph_free(scene->graph);
    fov_image_unref(scene->source);
    fov_context_free(scene->ctx);
    free(scene->pixels);
}

int32_t apply(struct scene *scene, const char *op, const char *arguments)
{
    fov_applied applied = FOV_APPLIED_INIT;
    fov_error err = {0};
    fov_status rc = fov_graph_apply(scene->graph, op, arguments, &applied, &err);

    if (rc < 0)
        fail_msg("%s %s: %s", op, arguments, err.message);
    return applied.image;
}

struct fov_pixels *render(struct scene *scene, int32_t image, int32_t width, int32_t height)
{
    const struct fov_node *node = fov__graph_node(scene->graph, image);
    struct fov_pixels *px = NULL;
    fov_error err = {0};
    struct fov_view view;

    assert_non_null(node);
    view = (struct fov_view){.node = node,
                             .box = {0, 0, node->width, node->height},
                             .width = width ? width : node->width,
                             .height = height ? height : node->height};
    if (fov__render(&px, scene->ctx, &view, &err) != FOV_OK)
        fail_msg("img_%d: %s", (int)image, err.message);
    return px;
}

static double lanczos(double x)
{
    const double pi = 3.14159265358979323846;

    if (fabs(x) < 1e-12)
        return 1.0;
    return fabs(x) < 3.0 ? sin(pi * x) / (pi * x) * sin(pi * x / 3) / (pi * x / 3) : 0.0;
}

static double sample(const struct scene *s, double x, double y, int c, double scale)
{
    int32_t r = (int32_t)ceil(3 * scale) + 1;
    double sum = 0, weight = 0;

    for (int32_t j = (int32_t)floor(y) - r; j <= (int32_t)floor(y) + r; j++) {
        double wy = lanczos((j + 0.5 - y) / scale);
        int32_t cy = j < 0 ? 0 : j >= s->height ? s->height - 1 : j;

        if (wy == 0.0)
            continue;
        for (int32_t i = (int32_t)floor(x) - r; i <= (int32_t)floor(x) + r; i++) {
            double w = wy * lanczos((i + 0.5 - x) / scale);
            int32_t cx = i < 0 ? 0 : i >= s->width ? s->width - 1 : i;

            sum += w * s->pixels[((size_t)cy * (size_t)s->width + (size_t)cx) * (size_t)s->bands +
                                 (size_t)c];
            weight += w;
        }
    }
    return sum / weight;
}

void reference_warp(const struct scene *scene, struct fov_mat to_source, int32_t width,
                    int32_t height, double *out)
{
    double sx, sy, scale;

    fov__mat_density(to_source, (fov_point){width / 2.0, height / 2.0}, &sx, &sy);
    scale = sx > sy ? sx : sy;
    scale = scale < 1.0 ? 1.0 : scale;
    for (int32_t y = 0; y < height; y++) {
        for (int32_t x = 0; x < width; x++) {
            fov_point p = fov__mat_apply(to_source, (fov_point){x + 0.5, y + 0.5});
            for (int c = 0; c < 3; c++)
                *out++ = sample(scene, p.x, p.y, c, scale);
        }
    }
}

double psnr(const struct fov_pixels *px, const double *reference, int32_t margin)
{
    double sum = 0;
    size_t n = 0;

    for (int32_t y = margin; y < px->height - margin; y++) {
        for (int32_t x = margin; x < px->width - margin; x++) {
            const uint8_t *p = fov__pixels_row(px, y) + (size_t)x * (size_t)px->bands;
            const double *r = reference + ((size_t)y * (size_t)px->width + (size_t)x) * 3;
            for (int c = 0; c < 3; c++, n++) {
                double want = r[c] < 0 ? 0 : r[c] > 255 ? 255 : r[c];
                sum += (p[c] - want) * (p[c] - want);
            }
        }
    }
    assert_true(n > 0);
    return sum == 0 ? 100.0 : 10.0 * log10(255.0 * 255.0 / (sum / (double)n));
}
