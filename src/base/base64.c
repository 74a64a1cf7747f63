/* SPDX-License-Identifier: MIT */
/* Base64 with the standard alphabet (RFC 4648 section 4), written straight into request bodies.
 * Reading is strict, so that one sequence of bytes has one text: it must never skip a character it
 * does not know. */
#include "base/base_internal.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t fov__base64_size(size_t bytes)
{
    const size_t groups = bytes / 3 + (bytes % 3 != 0);
    return groups <= SIZE_MAX / 4 ? groups * 4 : SIZE_MAX;
}

void fov__base64_encode(char *out, const uint8_t *data, size_t len)
{
    size_t i = 0;
    for (; len - i >= 3; i += 3) {
        const uint32_t v = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
        *out++ = alphabet[v >> 18];
        *out++ = alphabet[v >> 12 & 63];
        *out++ = alphabet[v >> 6 & 63];
        *out++ = alphabet[v & 63];
    }
    if (len - i == 0)
        return;
    const uint32_t v = (uint32_t)data[i] << 16 | (len - i == 2 ? (uint32_t)data[i + 1] << 8 : 0);
    *out++ = alphabet[v >> 18];
    *out++ = alphabet[v >> 12 & 63];
    *out++ = len - i == 2 ? alphabet[v >> 6 & 63] : '=';
    *out = '=';
}

/* The six bits of a character, or -1. Comparisons instead of a table of 256: the text is read once
 * in a call's life, and ranges cannot be mistyped. */
static int bits_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool fov__base64_decode(uint8_t *out, size_t *out_len, const char *text, size_t len)
{
    *out_len = 0;
    if (len % 4 != 0)
        return false;
    size_t padding = 0;
    if (len > 0 && text[len - 1] == '=')
        padding = text[len - 2] == '=' ? 2 : 1;
    size_t n = 0;
    for (size_t i = 0; i < len; i += 4) {
        const size_t chars = i + 4 == len ? 4 - padding : 4;
        uint32_t v = 0;
        for (size_t j = 0; j < 4; j++) {
            const int bits = j < chars ? bits_of(text[i + j]) : 0;
            if (bits < 0)
                return false;
            v = v << 6 | (uint32_t)bits;
        }
        /* Bits that the padding says are unused must be zero, or two texts would mean the same. */
        if ((chars == 2 && (v & 0xffff) != 0) || (chars == 3 && (v & 0xff) != 0))
            return false;
        out[n++] = (uint8_t)(v >> 16);
        if (chars > 2)
            out[n++] = (uint8_t)(v >> 8 & 255);
        if (chars > 3)
            out[n++] = (uint8_t)(v & 255);
    }
    *out_len = n;
    return true;
}
