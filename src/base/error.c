/* SPDX-License-Identifier: MIT */
/* Status names, and the writing of fov_error: one valid UTF-8 sentence without a newline, whatever
 * bytes a file name or a model put into it. It must never allocate: it reports that memory ran
 * out. */
#include "base/base_internal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>

_Static_assert(sizeof(fov_error) == 256, "fov_error is part of the ABI");

const char *fov_status_name(fov_status status)
{
    switch (status) {
#define NAME(name, value, sentence) \
    case value:                     \
        return #name;
        FOV_STATUS_MAP(NAME)
#undef NAME
    }
    return status < 0 ? "FOV_E_UNKNOWN" : "FOV_NOTE_UNKNOWN";
}

const char *fov_status_text(fov_status status)
{
    switch (status) {
#define TEXT(name, value, sentence) \
    case value:                     \
        return sentence;
        FOV_STATUS_MAP(TEXT)
#undef TEXT
    }
    return status < 0 ? "an error that this version does not know"
                      : "a note that this version does not know";
}

/* Cut a character that vsnprintf left without its end. */
static void cut_on_border(char *text, size_t len)
{
    size_t tail = 0;
    while (tail < len && tail < 3 && ((unsigned char)text[len - 1 - tail] & 0xc0) == 0x80)
        tail++;
    if (tail == len)
        return;
    const unsigned char lead = (unsigned char)text[len - 1 - tail];
    const size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (want > tail)
        text[len - 1 - tail] = '\0';
}

/* A host's locale may write 1.5 as "1,5"; recipes, replies and sentences never do. The switch is of
 * this thread alone and undone before anybody else runs on it. */
int fov__print(char *out, size_t size, const char *fmt, va_list args)
{
    if (strcmp(nl_langinfo(RADIXCHAR), ".") == 0)
        return vsnprintf(out, size, fmt, args);
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return vsnprintf(out, size, fmt, args);
    const locale_t before = uselocale(plain);
    const int len = vsnprintf(out, size, fmt, args);
    uselocale(before);
    freelocale(plain);
    return len;
}

void fov__vformat(char *out, size_t size, const char *fmt, va_list args)
{
    if (size == 0)
        return;
    const int len = fov__print(out, size, fmt, args);
    if (len < 0)
        out[0] = '\0';
    else if ((size_t)len >= size)
        cut_on_border(out, size - 1);
}

void fov__format(char *out, size_t size, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fov__vformat(out, size, fmt, args);
    va_end(args);
}

fov_status fov__fail(fov_error *err, fov_status status, int32_t detail, const char *where,
                     const char *fmt, ...)
{
    if (err == NULL)
        return status;
    /* Written beside and copied, so that an argument may be the very error that is wrapped. */
    fov_error made;
    memset(&made, 0, sizeof(made));
    made.status = status;
    made.detail = detail;
    fov__format(made.where, sizeof(made.where), "%s", where != NULL ? where : "");
    va_list args;
    va_start(args, fmt);
    fov__vformat(made.message, sizeof(made.message), fmt, args);
    va_end(args);
    fov__text_plain(made.where);
    fov__text_plain(made.message);
    *err = made;
    return status;
}

fov_status fov__fail_memory(fov_error *err, const char *where, size_t bytes)
{
    return fov__fail(err, FOV_E_MEMORY, 0, where,
                     "memory ran out, or the context's limit on it, when %zu bytes were asked for",
                     bytes);
}

void fov__ok(fov_error *err)
{
    if (err != NULL)
        memset(err, 0, sizeof(*err));
}
