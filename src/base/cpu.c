/* SPDX-License-Identifier: MIT */
/* What the processor can do, asked once for each context. It decides how fast a function is and
 * must never decide what it gives. */
#include "base/base_internal.h"

/* The levels of this build's architecture, as FOV_CPU spells them. */
#if defined(FOV__HAVE_AVX2)
static const char *const names[] = {[FOV__CPU_PORTABLE] = "portable", [FOV__CPU_AVX2] = "avx2"};
#elif defined(FOV__HAVE_NEON)
static const char *const names[] = {[FOV__CPU_PORTABLE] = "portable", [FOV__CPU_NEON] = "neon"};
#else
static const char *const names[] = {[FOV__CPU_PORTABLE] = "portable"};
#endif

static enum fov__cpu best(void)
{
#if defined(FOV__HAVE_AVX2)
    return __builtin_cpu_supports("avx2") ? FOV__CPU_AVX2 : FOV__CPU_PORTABLE;
#elif defined(FOV__HAVE_NEON)
    return FOV__CPU_NEON;
#else
    return FOV__CPU_PORTABLE;
#endif
}

const char *fov__cpu_name(enum fov__cpu cpu)
{
    return (size_t)cpu < FOV_COUNT(names) ? names[cpu] : "";
}

fov_status fov__cpu_detect(enum fov__cpu *out, fov_error *err)
{
    const char *asked = fov__env("FOV_CPU");
    *out = best();
    if (asked == NULL)
        return FOV_OK;
    for (size_t i = 0; i <= (size_t)*out; i++) {
        if (strcmp(asked, names[i]) == 0) {
            *out = (enum fov__cpu)i;
            return FOV_OK;
        }
    }
    return fov__fail(err, FOV_E_ARG, 0, "FOV_CPU",
                     "FOV_CPU is '%s'; this machine and build have portable%s%s", asked,
                     *out == FOV__CPU_PORTABLE ? "" : " and ",
                     *out == FOV__CPU_PORTABLE ? "" : names[*out]);
}
