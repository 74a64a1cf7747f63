/* SPDX-License-Identifier: MIT */
/* What one machine has shown another one shows: the digests of looks at real pictures, and of the
 * files made of them (64 bits of SHA-256), are kept in testdata/golden/graph and compared on every
 * processor that runs the tests, at each level of its SIMD. FOV_UPDATE=1 in the environment writes
 * them anew. */
#include "graph_support.h"

#include "encode/encode_internal.h"

static const char *const pictures[] = {
    "scene.jpg",       "scene-422.jpg",   "scene-444.jpg",    "scene-grey.jpg",
    "scene-cmyk.jpg",  "scene-ycck.jpg",  "scene-wide.jpg",   "scene-progressive.jpg",
    "small-rgb8.png",  "small-rgba8.png", "small-rgb16.png",  "scene-orient6.jpg",
    "small-grey8.png", "small-wide.png",  "small-palette.png"};

/* Each makes an image of the one it names, so that chains and barriers are among them. */
static const struct {
    const char *op, *arguments;
    int32_t width, height; /* 0: the image's own */
} looks[] = {
    {NULL, NULL, 53, 41}, /* the picture itself, shrunk */
    {"zoom", "{\"box\":[11,7,111,97]}", 231, 208},
    {"rotate", "{\"degrees\":12.5}", 0, 0},
    {"zoom", "{\"image\":\"img_2\",\"box\":[30,40,90,100]}", 140, 140},
    {"rotate", "{\"image\":\"img_1\",\"degrees\":270}", 0, 0},
    {"flip", "{\"image\":\"img_1\",\"axis\":\"vertical\"}", 77, 69},
    {"enhance", "{\"image\":\"img_1\",\"gamma\":1.7,\"saturation\":1.9,\"contrast\":1.3}", 0, 0},
    {"enhance", "{\"image\":\"img_1\",\"autocontrast\":true,\"brightness\":0.1}", 0, 0},
    {"enhance", "{\"image\":\"img_1\",\"clahe\":3,\"sharpen\":1.5}", 0, 0},
    {"enhance", "{\"image\":\"img_1\",\"clahe\":2,\"denoise\":2,\"grayscale\":true}", 0, 0},
    {"zoom", "{\"image\":\"img_8\",\"box\":[20,10,70,60]}", 175, 175},
    {"mark", "{\"image\":\"img_1\",\"boxes\":[[20,20,60,55]],\"numbers\":true}", 200, 180},
    {"overview", "{\"max_edge\":60}", 0, 0}};

enum kind { PIXELS, FILES, KINDS };
static const char *const goldens[KINDS] = {"pixels.txt", "files.txt"};

static void add_file(struct fov_buf *text, const struct fov_pixels *px, const char *name, size_t i,
                     struct fov_encode_recipe recipe)
{
    fov_bytes file;
    char sha256[FOV_SHA256_HEX];
    assert_int_equal(fov__encode(&file, px, recipe, false, NULL), FOV_OK);
    fov__sha256_hex(sha256, file.data, file.size);
    fov__buf_addf(text, "%s %zu %s %.16s\n", name, i,
                  recipe.format == FOV_FORMAT_PNG ? "png"
                  : recipe.is_444                 ? "jpeg444"
                                                  : "jpeg420",
                  sha256);
    fov_bytes_free(&file);
}

static void look_at(struct fov_buf text[KINDS], const char *name)
{
    static const struct fov_encode_recipe recipes[] = {
        {.format = FOV_FORMAT_PNG},
        {.format = FOV_FORMAT_JPEG, .quality = 90},
        {.format = FOV_FORMAT_JPEG, .quality = 92, .is_444 = true}};
    struct scene s;
    char path[512], sha256[FOV_SHA256_HEX];

    fov__format(path, sizeof(path), "%s/pictures/%s", FOV_TESTDATA, name);
    scene_open_file(&s, path);
    for (size_t i = 0; i < FOV_COUNT(looks); i++) {
        const int32_t image = i == 0 ? 0 : apply(&s, looks[i].op, looks[i].arguments);
        assert_int_equal(image, i);
        struct fov_pixels *px = render(&s, image, looks[i].width, looks[i].height);
        fov__pixels_sha256(px, sha256);
        fov__buf_addf(&text[PIXELS], "%s %zu %dx%d %.16s\n", name, i, px->width, px->height,
                      sha256);
        for (size_t r = 0; r < FOV_COUNT(recipes); r++)
            add_file(&text[FILES], px, name, i, recipes[r]);
        fov__pixels_unref(px);
    }
    scene_close(&s);
}

/* The line of `text` that `at` is in. */
static void line_at(char *out, size_t size, const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    fov__format(out, size, "%.*s", (int)strcspn(text + at, "\n"), text + at);
}

static void expect(fov_context *ctx, enum kind kind, struct fov_buf *text, const char *cpu,
                   bool is_update)
{
    fov_bytes want;
    fov_error err;
    char path[512], first[256], got_line[256], want_line[256];
    size_t at = 0;

    fov__format(path, sizeof(path), "%s/golden/graph/%s", FOV_TESTDATA, goldens[kind]);
    assert_int_equal(fov__buf_check(text, "text", NULL), FOV_OK);
    if (is_update)
        assert_int_equal(fov__file_write(ctx, path, text->data, text->len, false, NULL), FOV_OK);
    if (fov__file_read(&want, ctx, path, 1 << 20, &err) < 0)
        fail_msg("%s; make it with FOV_UPDATE=1", err.message);
    line_at(first, sizeof(first), (const char *)want.data, 0);
    line_at(got_line, sizeof(got_line), text->data, 0);
    if (kind == FILES && strcmp(first, got_line) != 0) {
        print_message("files are of [%s], here it is [%s]: not compared\n", first, got_line);
        fov_bytes_free(&want);
        return;
    }
    while (at < text->len && at < want.size && text->data[at] == ((const char *)want.data)[at])
        at++;
    if (at != text->len || at != want.size) {
        line_at(got_line, sizeof(got_line), text->data, at);
        line_at(want_line, sizeof(want_line), (const char *)want.data, at);
        fail_msg("%s on %s: [%s], not [%s]", goldens[kind], cpu, got_line, want_line);
    }
    fov_bytes_free(&want);
}

static void pixels__and_files_are_those_of_every_other_processor(void **state)
{
    const bool is_update = fov__env("FOV_UPDATE") != NULL;
    enum fov__cpu best;
    (void)state;
    assert_int_equal(fov__cpu_detect(&best, NULL), FOV_OK);
    for (enum fov__cpu cpu = FOV__CPU_PORTABLE; cpu <= best; cpu++) {
        fov_context *ctx = NULL;
        struct fov_buf text[KINDS];

        setenv("FOV_CPU", fov__cpu_name(cpu), 1);
        assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
        assert_int_equal(ctx->cpu, cpu);
        for (int kind = 0; kind < KINDS; kind++)
            fov__buf_init(&text[kind], ctx, 1 << 20);
        fov__buf_addf(&text[FILES], "%s\n", fov__encode_identity());
        for (size_t i = 0; i < FOV_COUNT(pictures); i++)
            look_at(text, pictures[i]);
        for (int kind = 0; kind < KINDS; kind++) {
            expect(ctx, (enum kind)kind, &text[kind], fov__cpu_name(cpu),
                   is_update && cpu == FOV__CPU_PORTABLE);
            fov__buf_free(&text[kind]);
        }
        fov_context_free(ctx);
    }
    unsetenv("FOV_CPU");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels__and_files_are_those_of_every_other_processor)};

    return cmocka_run_group_tests_name("processors", tests, NULL, NULL);
}
