/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ocr/ocr_internal.h"

static fov_context *open_context(const char *modules)
{
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.module_path = modules;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

/* A build without tesseract has nothing to test, and says so. */
static void need_engine(fov_context *ctx)
{
    fov_error err;
    if (fov__ocr_identity(ctx, &err) == NULL) {
        print_message("SKIPPED, no OCR: %s\n", err.message);
        fov_context_free(ctx);
        skip();
    }
}

static struct fov_pixels *picture(fov_context *ctx, const char *name)
{
    fov_image *image = NULL;
    struct fov_pixels *px = NULL;
    char path[512];
    snprintf(path, sizeof(path), "%s/charts/%s", FOV_TESTDATA, name);
    assert_int_equal(fov_image_open(&image, ctx, path, NULL, NULL), FOV_OK);
    const fov_size size = fov_image_size(image);
    assert_int_equal(fov__pixels_new(&px, ctx, size.width, size.height, 3, NULL), FOV_OK);
    const fov_box all = {0, 0, size.width, size.height};
    assert_int_equal(fov_image_read(image, all, 3, px->data, px->stride, NULL), FOV_OK);
    fov_image_unref(image);
    return px;
}

/* tesseract's threads do not survive a fork: the child gets an error, not a hang. */
static void ocr__refuses_in_a_child_process(void **state)
{
    (void)state;
    fov_context *ctx = open_context(FOV_BINARY_DIR);
    need_engine(ctx);
    struct fov_pixels *px = picture(ctx, "small-pets.png");
    struct fov_ocr_result *result = NULL;
    assert_int_equal(fov__ocr_read(&result, ctx, px, FOV__OCR_SPARSE, false, NULL, NULL), FOV_OK);
    fov__ocr_free(result);
    const pid_t child = fork();
    if (child == 0) {
        alarm(20); /* a hang ends as a signal */
        _exit(fov__ocr_read(&result, ctx, px, FOV__OCR_SPARSE, false, NULL, NULL) ==
                      FOV_E_UNSUPPORTED
                  ? 0
                  : 1);
    }
    int status = -1;
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

static void ocr__reads_words_and_where_they_stand(void **state)
{
    (void)state;
    fov_context *ctx = open_context(FOV_BINARY_DIR);
    need_engine(ctx);
    struct fov_pixels *px = picture(ctx, "small-pets.png");
    struct fov_ocr_result *result = NULL;
    bool found = false;
    assert_int_equal(fov__ocr_read(&result, ctx, px, FOV__OCR_SPARSE, false, NULL, NULL), FOV_OK);
    for (size_t i = 0; i < result->count; i++) {
        const struct fov_ocr_word *word = &result->words[i];
        assert_true(word->box.x1 >= 0 && word->box.x2 <= px->width && word->box.x1 <= word->box.x2);
        assert_true(word->box.y1 >= 0 && word->box.y2 <= px->height);
        assert_true(word->confidence >= 0 && word->confidence <= 1);
        /* The title stands at the top. */
        found = found || (strcmp(word->text, "Pets") == 0 && word->box.y2 < px->height / 5.0);
    }
    assert_true(found);
    fov__ocr_free(result);
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

static void ocr__reads_the_same_twice(void **state)
{
    (void)state;
    fov_context *ctx = open_context(FOV_BINARY_DIR);
    need_engine(ctx);
    struct fov_pixels *px = picture(ctx, "small-pets.png"),
                      *other = picture(ctx, "small-votes.png");
    struct fov_ocr_result *first = NULL, *between = NULL, *second = NULL;
    assert_int_equal(fov__ocr_read(&first, ctx, px, FOV__OCR_SPARSE, false, NULL, NULL), FOV_OK);
    assert_int_equal(fov__ocr_read(&between, ctx, other, FOV__OCR_SPARSE, true, NULL, NULL),
                     FOV_OK);
    assert_int_equal(fov__ocr_read(&second, ctx, px, FOV__OCR_SPARSE, false, NULL, NULL), FOV_OK);
    assert_int_equal(first->count, second->count);
    for (size_t i = 0; i < first->count; i++)
        assert_string_equal(first->words[i].text, second->words[i].text);
    /* Restricted to the letters of numbers, no word has another. */
    for (size_t i = 0; i < between->count; i++)
        assert_int_equal(strspn(between->words[i].text, "0123456789.,%-+$"),
                         strlen(between->words[i].text));
    fov__ocr_free(first);
    fov__ocr_free(between);
    fov__ocr_free(second);
    fov__pixels_unref(px);
    fov__pixels_unref(other);
    fov_context_free(ctx);
}

static void ocr__names_its_engine(void **state)
{
    (void)state;
    fov_context *ctx = open_context(FOV_BINARY_DIR);
    need_engine(ctx);
    const char *identity = fov__ocr_identity(ctx, NULL);
    assert_int_equal(strncmp(identity, "tesseract ", 10), 0);
    const char *hash = strstr(identity, " eng ");
    assert_non_null(hash);
    assert_int_equal(strlen(hash + 5), 16);
    fov_context_free(ctx);
}

static void ocr__stops_when_it_is_cancelled(void **state)
{
    (void)state;
    fov_context *ctx = open_context(FOV_BINARY_DIR);
    need_engine(ctx);
    fov_cancel *cancel = NULL;
    struct fov_ocr_result *result = NULL;
    struct fov_pixels *px = picture(ctx, "small-pets.png");
    assert_int_equal(fov_cancel_new(&cancel, ctx, NULL), FOV_OK);
    fov_cancel_set(cancel);
    assert_int_equal(fov__ocr_read(&result, ctx, px, FOV__OCR_SPARSE, false, cancel, NULL),
                     FOV_E_CANCELLED);
    assert_null(result);
    fov__pixels_unref(px);
    fov_cancel_free(cancel);
    fov_context_free(ctx);
}

static void ocr__says_where_it_looked_for_its_module(void **state)
{
    (void)state;
    fov_context *ctx = open_context(FOV_TESTDATA);
    fov_error err;
    struct fov_ocr_result *result = NULL;
    struct fov_pixels *px = NULL;
    assert_int_equal(fov__pixels_new(&px, ctx, 40, 20, 3, NULL), FOV_OK);
    memset(px->data, 255, px->stride * 20);
    assert_int_equal(fov__ocr_read(&result, ctx, px, FOV__OCR_LINE, false, NULL, &err),
                     FOV_E_UNSUPPORTED);
    assert_null(result);
    assert_non_null(strstr(err.message, "foveate-ocr"));
    assert_null(fov__ocr_identity(ctx, NULL));
    fov__pixels_unref(px);
    fov_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ocr__reads_words_and_where_they_stand),
                                       cmocka_unit_test(ocr__refuses_in_a_child_process),
                                       cmocka_unit_test(ocr__reads_the_same_twice),
                                       cmocka_unit_test(ocr__names_its_engine),
                                       cmocka_unit_test(ocr__stops_when_it_is_cancelled),
                                       cmocka_unit_test(ocr__says_where_it_looked_for_its_module)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
