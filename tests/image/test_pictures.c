/* SPDX-License-Identifier: MIT */
/* One picture in every format: testdata/pictures/expected.tsv says what each must come to. */
#include "image/picture.h"

#include <sys/wait.h>
#include <unistd.h>

enum { WIDTH = 160, HEIGHT = 120 };

struct row {
    char name[64];
    int width, height, bands, bits;
    double tolerance;
};

static bool read_row(FILE *table, struct row *row)
{
    char line[512];
    while (fgets(line, sizeof(line), table) != NULL) {
        if (sscanf(line, "%63[^\t]\t%d\t%d\t%d\t%d\t%lf", row->name, &row->width, &row->height,
                   &row->bands, &row->bits, &row->tolerance) == 6)
            return true;
    }
    return false;
}

static fov_image *open_picture(fov_context *ctx, const char *name, fov_status *rc, fov_error *err)
{
    char path[1024];
    fov_image *image = NULL;
    snprintf(path, sizeof(path), "%s/pictures/%s", FOV_TESTDATA, name);
    *rc = fov_image_open(&image, ctx, path, NULL, err);
    return image;
}

/* Sample c at (x, y) of a picture that is `factor` times as large, averaged. */
static double mean_at(const struct fov_pixels *px, int x, int y, int c, int factor)
{
    double sum = 0;
    for (int j = 0; j < factor; j++) {
        for (int i = 0; i < factor; i++)
            sum += fov__pixels_row(px, y * factor + j)[(x * factor + i) * px->bands + c];
    }
    return sum / (factor * factor);
}

static double difference(const struct fov_pixels *px, const struct fov_pixels *right, bool is_grey)
{
    const int factor = px->width / WIDTH;
    double sum = 0;
    long count = 0;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            const uint8_t *want = fov__pixels_row(right, y) + 3 * x;
            if (px->bands == 4 && fov__pixels_row(px, y)[4 * x + 3] != 255)
                continue;
            for (int c = 0; c < 3; c++) {
                const double luma = 0.299 * want[0] + 0.587 * want[1] + 0.114 * want[2];
                const double d = mean_at(px, x, y, c, factor) - (is_grey ? luma : want[c]);
                sum += d < 0 ? -d : d;
                count++;
            }
        }
    }
    return count > 0 ? sum / (double)count : 255.0;
}

static void pictures__are_what_the_table_says(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    FILE *table = fopen(FOV_TESTDATA "/pictures/expected.tsv", "r");
    fov_error err;
    fov_status rc;
    struct row row;
    int count = 0;
    fov_image *first = open_picture(ctx, "small-rgb8.png", &rc, &err);
    assert_non_null(table);
    assert_non_null(first);
    struct fov_level right = picture_level(first, 1);
    while (read_row(table, &row)) {
        fov_image *image = open_picture(ctx, row.name, &rc, &err);
        if (strstr(row.name, ".avif") != NULL) {
            assert_int_equal(rc, FOV_E_UNSUPPORTED);
            continue;
        }
        if (image == NULL)
            fail_msg("%s: %s", row.name, err.message);
        assert_int_equal(image->info.width, row.width);
        assert_int_equal(image->info.height, row.height);
        const bool has_alpha = (row.bands == 2 || row.bands == 4) && !image->is_cmyk;
        if ((image->info.has_alpha != 0) != has_alpha)
            fail_msg("%s: has_alpha is %d", row.name, (int)image->info.has_alpha);
        if (image->info.bits != row.bits)
            fail_msg("%s: %d bits", row.name, (int)image->info.bits);
        struct fov_level level = picture_level(image, 1);
        const double mean = difference(level.px, right.px, row.bands == 1 || row.bands == 2);
        if (getenv("FOV_VERBOSE") != NULL)
            print_message("%-24s %.3f of %.3f\n", row.name, mean, row.tolerance);
        if (!(mean <= row.tolerance))
            fail_msg("%s: differs by %.3f in the mean, and %.3f is allowed", row.name, mean,
                     row.tolerance);
        fov__pixels_unref(level.px);
        fov_image_unref(image);
        count++;
    }
    fclose(table);
    assert_int_equal(count, 30);
    fov__pixels_unref(right.px);
    fov_image_unref(first);
    fov_context_free(ctx);
}

static void read__is_the_same_box_in_every_format(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    FILE *table = fopen(FOV_TESTDATA "/pictures/expected.tsv", "r");
    fov_error err;
    fov_status rc;
    struct row row;
    uint32_t seed = 4;
    uint8_t box[31 * 23 * 4];
    assert_non_null(table);
    while (read_row(table, &row)) {
        fov_image *image = open_picture(ctx, row.name, &rc, &err);
        if (image == NULL)
            continue;
        struct fov_level level = picture_level(image, 1);
        const int bands = level.px->bands;
        for (int i = 0; i < 40; i++) {
            const int w = 1 + (int)(picture_random(&seed) % 31),
                      h = 1 + (int)(picture_random(&seed) % 23);
            const int x = (int)(picture_random(&seed) % (uint32_t)(row.width - w + 1));
            const int y = (int)(picture_random(&seed) % (uint32_t)(row.height - h + 1));
            const fov_box where = {x, y, x + w, y + h};
            assert_int_equal(fov_image_read(image, where, bands, box, 31 * 4, &err), FOV_OK);
            for (int j = 0; j < h; j++)
                assert_memory_equal(box + 31 * 4 * j, fov__pixels_row(level.px, y + j) + x * bands,
                                    (size_t)(w * bands));
        }
        fov__pixels_unref(level.px);
        fov_image_unref(image);
    }
    fclose(table);
    fov_context_free(ctx);
}

/* libvips does not survive fork(): the child is told so, and PNG and JPEG go on. */
static void vips__says_no_after_fork(void **state)
{
    (void)state;
    fov_context *ctx = picture_context();
    fov_error err;
    fov_status rc;
    fov_image *image = open_picture(ctx, "small-lossy.webp", &rc, &err);
    struct fov_level level = picture_level(image, 1);
    fov__pixels_unref(level.px);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fov__cache_drop(ctx);
        const struct fov_recti all = {0, 0, WIDTH, HEIGHT};
        rc = fov__image_decode(&level, image, all, 1, NULL, &err);
        int code = rc == FOV_E_STATE && strstr(err.message, "fork") != NULL ? 0 : 1;
        fov_image *png = open_picture(ctx, "small-rgb8.png", &rc, &err);
        if (png == NULL || fov__image_decode(&level, png, all, 1, NULL, &err) < 0)
            code |= 2;
        _exit(code);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    fov_image_unref(image);
    fov_context_free(ctx);
}

static void vips__absence_is_said(void **state)
{
    (void)state;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_error err;
    fov_status rc;
    struct fov_level level;
    opts.module_path = "/nowhere";
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    fov_image *image = open_picture(ctx, "small.gif", &rc, &err);
    assert_non_null(image); /* the header needs no module */
    const struct fov_recti all = {0, 0, WIDTH, HEIGHT};
    assert_int_equal(fov__image_decode(&level, image, all, 1, NULL, &err), FOV_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "foveate-vips"));
    assert_int_equal(fov__image_decode(&level, image, all, 1, NULL, NULL), FOV_E_UNSUPPORTED);
    fov_image_unref(image);
    fov_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures__are_what_the_table_says),
        cmocka_unit_test(read__is_the_same_box_in_every_format),
        cmocka_unit_test(vips__says_no_after_fork),
        cmocka_unit_test(vips__absence_is_said),
    };
    return cmocka_run_group_tests_name("image_pictures", tests, NULL, NULL);
}
