/* SPDX-License-Identifier: MIT */
/* What the processor can do, asked once for each context. It decides how fast a function is and
 * must never decide what it gives. */
#include "base/base_internal.h"

static bool machine_has(enum fov__cpu cpu)
{
    switch (cpu) {
    case FOV__CPU_AVX2:
#if defined(FOV__HAVE_AVX2)
        return __builtin_cpu_supports("avx2") != 0;
#else
        return false;
#endif
    case FOV__CPU_PORTABLE:
    default:
        return true;
    }
}

static const char *const names[] = {[FOV__CPU_PORTABLE] = "portable", [FOV__CPU_AVX2] = "avx2"};

const char *fov__cpu_name(enum fov__cpu cpu)
{
    return (size_t)cpu < FOV_COUNT(names) ? names[cpu] : "";
}

fov_status fov__cpu_detect(enum fov__cpu *out, fov_error *err)
{
    const char *asked = fov__env("FOV_CPU");
    *out = machine_has(FOV__CPU_AVX2) ? FOV__CPU_AVX2 : FOV__CPU_PORTABLE;
    if (asked == NULL)
        return FOV_OK;
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        if (strcmp(asked, names[i]) != 0)
            continue;
        if (!machine_has((enum fov__cpu)i))
            return fov__fail(err, FOV_E_ARG, 0, "FOV_CPU",
                             "FOV_CPU is '%s', which this machine or build does not have; allowed "
                             "here is portable",
                             asked);
        *out = (enum fov__cpu)i;
        return FOV_OK;
    }
    return fov__fail(err, FOV_E_ARG, 0, "FOV_CPU",
                     "FOV_CPU is '%s'; allowed are portable and avx2", asked);
}
