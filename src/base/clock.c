/* SPDX-License-Identifier: MIT */
/* What the process is told from outside: the time, the environment; and the wiping of keys. Times
 * go into limits and a transcript's header only: nothing here may reach a pixel or a recipe. */
#include "base/base_internal.h"

#include <stdlib.h>
#include <time.h>

uint64_t fov__clock_ms(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t fov__clock_us(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void fov__clock_utc(char out[32])
{
    struct tm utc;
    const time_t now = time(NULL);
    memset(&utc, 0, sizeof(utc));
    gmtime_r(&now, &utc);
    fov__format(out, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900, utc.tm_mon + 1,
                utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

const char *fov__env(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

void fov__wipe(void *data, size_t len)
{
    if (len == 0)
        return;
    memset(data, 0, len);
    /* Says that the memory is read afterwards, or the compiler may leave the memset out. */
    __asm__ __volatile__("" : : "r"(data) : "memory");
}
