/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static fov_context *context_at(const char *path)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    opts.module_path = path;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

static void module__opens_from_the_path_of_the_context(void **state)
{
    fov_context *ctx = context_at(FOV_PROBE_DIR);
    fov_error err;
    (void)state;
    const char *text = fov__module_open(ctx, "probe", "fov_probe_text", &err);
    assert_non_null(text);
    assert_string_equal(text, "probe");
    /* Again, after the context is gone: it stays loaded, at the same place. */
    assert_int_equal(atomic_load(&ctx->live_bytes), strlen(FOV_PROBE_DIR) + 1 + 16);
    fov_context_free(ctx);
    assert_string_equal(text, "probe");
    ctx = context_at(FOV_PROBE_DIR);
    assert_ptr_equal(fov__module_open(ctx, "probe", "fov_probe_text", &err), text);
    assert_null(fov__module_open(ctx, "probe", "fov_other", &err));
    assert_int_equal(err.status, FOV_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "fov_other"));
    fov_context_free(ctx);
}

static void module__names_the_places_it_looked_at(void **state)
{
    fov_context *ctx = context_at("/nowhere/modules");
    fov_error err;
    assert_null(fov__module_open(ctx, "probe", "fov_probe_text", &err));
    assert_int_equal(err.status, FOV_E_UNSUPPORTED);
    assert_string_equal(err.message,
                        "foveate-probe.so is not installed; looked in /nowhere/modules");
    fov_context_free(ctx);
    assert_null(fov__module_open(*state, "absent", "x", &err));
    assert_non_null(strstr(err.message, "foveate-absent.so is not installed; looked in /"));
    assert_non_null(strchr(err.message, ','));
}

static void module__is_found_beside_the_program(void **state)
{
    fov_error err;
    /* The probe is built into the folder of this test program. */
    const char *text = fov__module_open(*state, "probe", "fov_probe_text", &err);
    if (text == NULL)
        fail_msg("%s", err.message);
    assert_string_equal(text, "probe");
    /* Not by way of the working directory. */
    char before[4096];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir("/"), 0);
    assert_ptr_equal(fov__module_open(*state, "probe", "fov_probe_text", &err), text);
    assert_int_equal(chdir(before), 0);
}

static void module__says_why_a_file_does_not_load(void **state)
{
    char folder[] = "/tmp/fov-module-XXXXXX", path[64];
    fov_error err;
    assert_non_null(mkdtemp(folder));
    fov__format(path, sizeof(path), "%s/foveate-bad.so", folder);
    assert_int_equal(fov__file_write(*state, path, "not an ELF file", 15, false, NULL), FOV_OK);
    fov_context *ctx = context_at(folder);
    assert_null(fov__module_open(ctx, "bad", "x", &err));
    assert_int_equal(err.status, FOV_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "a module cannot be loaded: "));
    assert_non_null(strstr(err.message, "foveate-bad.so"));
    fov_context_free(ctx);
    remove(path);
    rmdir(folder);
}

int suite_module(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(module__opens_from_the_path_of_the_context),
        test_with_context(module__names_the_places_it_looked_at),
        test_with_context(module__is_found_beside_the_program),
        test_with_context(module__says_why_a_file_does_not_load),
    };
    return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
