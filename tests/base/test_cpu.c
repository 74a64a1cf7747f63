/* SPDX-License-Identifier: MIT */
#include "suites.h"

#include <stdlib.h>

static void cpu__is_the_best_or_what_is_asked_for(void **state)
{
    char before[32] = "";
    enum fov__cpu best, cpu;
    (void)state;
    if (getenv("FOV_CPU") != NULL)
        fov__format(before, sizeof(before), "%s", getenv("FOV_CPU"));
    setenv("FOV_CPU", "", 1);
    assert_int_equal(fov__cpu_detect(&best, NULL), FOV_OK);
#if defined(FOV__HAVE_NEON)
    assert_int_equal(best, FOV__CPU_NEON);
    assert_string_equal(fov__cpu_name(best), "neon");
#endif
    for (enum fov__cpu i = FOV__CPU_PORTABLE; i <= best; i++) {
        setenv("FOV_CPU", fov__cpu_name(i), 1);
        assert_int_equal(fov__cpu_detect(&cpu, NULL), FOV_OK);
        assert_int_equal(cpu, i);
    }
    assert_string_equal(fov__cpu_name(FOV__CPU_PORTABLE), "portable");
    assert_string_equal(fov__cpu_name((enum fov__cpu)9), "");
    setenv("FOV_CPU", before, 1);
}

static void cpu__refuses_what_is_not_there(void **state)
{
#if defined(__x86_64__)
    static const char *const words[] = {"AVX2", "avx", "avx22", "neon", "0"};
#else
    static const char *const words[] = {"NEON", "neo", "neon2", "avx2", "0"};
#endif
    char before[32] = "";
    enum fov__cpu cpu;
    fov_context *ctx = NULL;
    fov_error err;
    (void)state;
    if (getenv("FOV_CPU") != NULL)
        fov__format(before, sizeof(before), "%s", getenv("FOV_CPU"));
    for (size_t i = 0; i < FOV_COUNT(words); i++) {
        setenv("FOV_CPU", words[i], 1);
        assert_int_equal(fov__cpu_detect(&cpu, &err), FOV_E_ARG);
        assert_string_equal(err.where, "FOV_CPU");
        assert_non_null(strstr(err.message, words[i]));
        assert_non_null(strstr(err.message, "portable"));
        assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_E_ARG);
        assert_null(ctx);
    }
    setenv("FOV_CPU", before, 1);
}

int suite_cpu(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cpu__is_the_best_or_what_is_asked_for),
                                       cmocka_unit_test(cpu__refuses_what_is_not_there)};
    return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
