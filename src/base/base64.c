/* SPDX-License-Identifier: MIT */
/* Base64 with the standard alphabet (RFC 4648 section 4), written straight into request bodies.
 * Reading is strict, so that one sequence of bytes has one text: it must never skip a character it
 * does not know. */
#include "base/base_internal.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Two characters for each twelve bits: half the steps, in 8 KiB that stay in the first cache. The
 * second list is of the same letters: a macro cannot be used inside itself. */
#define LETTERS(f, a)                                                                              \
    f(a, 'A') f(a, 'B') f(a, 'C') f(a, 'D') f(a, 'E') f(a, 'F') f(a, 'G') f(a, 'H') f(a, 'I')      \
    f(a, 'J') f(a, 'K') f(a, 'L') f(a, 'M') f(a, 'N') f(a, 'O') f(a, 'P') f(a, 'Q') f(a, 'R')      \
    f(a, 'S') f(a, 'T') f(a, 'U') f(a, 'V') f(a, 'W') f(a, 'X') f(a, 'Y') f(a, 'Z') f(a, 'a')      \
    f(a, 'b') f(a, 'c') f(a, 'd') f(a, 'e') f(a, 'f') f(a, 'g') f(a, 'h') f(a, 'i') f(a, 'j')      \
    f(a, 'k') f(a, 'l') f(a, 'm') f(a, 'n') f(a, 'o') f(a, 'p') f(a, 'q') f(a, 'r') f(a, 's')      \
    f(a, 't') f(a, 'u') f(a, 'v') f(a, 'w') f(a, 'x') f(a, 'y') f(a, 'z') f(a, '0') f(a, '1')      \
    f(a, '2') f(a, '3') f(a, '4') f(a, '5') f(a, '6') f(a, '7') f(a, '8') f(a, '9') f(a, '+')      \
    f(a, '/')
#define PAIR(a, b) {a, b},
#define ROW(a) LETTERS(PAIR, a)
static const char pairs[4096][2] = {
    ROW('A') ROW('B') ROW('C') ROW('D') ROW('E') ROW('F') ROW('G') ROW('H') ROW('I') ROW('J')
    ROW('K') ROW('L') ROW('M') ROW('N') ROW('O') ROW('P') ROW('Q') ROW('R') ROW('S') ROW('T')
    ROW('U') ROW('V') ROW('W') ROW('X') ROW('Y') ROW('Z') ROW('a') ROW('b') ROW('c') ROW('d')
    ROW('e') ROW('f') ROW('g') ROW('h') ROW('i') ROW('j') ROW('k') ROW('l') ROW('m') ROW('n')
    ROW('o') ROW('p') ROW('q') ROW('r') ROW('s') ROW('t') ROW('u') ROW('v') ROW('w') ROW('x')
    ROW('y') ROW('z') ROW('0') ROW('1') ROW('2') ROW('3') ROW('4') ROW('5') ROW('6') ROW('7')
    ROW('8') ROW('9') ROW('+') ROW('/')
};

size_t fov__base64_size(size_t bytes)
{
    const size_t groups = bytes / 3 + (bytes % 3 != 0);
    return groups <= SIZE_MAX / 4 ? groups * 4 : SIZE_MAX;
}

static void put_three(char *out, const uint8_t *data)
{
    const uint32_t v = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];
    memcpy(out, pairs[v >> 12], 2);
    memcpy(out + 2, pairs[v & 4095], 2);
}

void fov__base64_encode(char *out, const uint8_t *data, size_t len)
{
    size_t i = 0;
    for (; len - i >= 6; i += 6, out += 8) {
        put_three(out, data + i);
        put_three(out + 4, data + i + 3);
    }
    for (; len - i >= 3; i += 3, out += 4)
        put_three(out, data + i);
    if (len - i == 0)
        return;
    const uint32_t v = (uint32_t)data[i] << 16 | (len - i == 2 ? (uint32_t)data[i + 1] << 8 : 0);
    memcpy(out, pairs[v >> 12], 2);
    out[2] = len - i == 2 ? alphabet[v >> 6 & 63] : '=';
    out[3] = '=';
}

#if defined(FOV__HAVE_AVX2)
#define WIDE(cpu, out, data, len)                                                                  \
    ((cpu) == FOV__CPU_AVX2 ? fov__base64_encode_avx2(out, data, len) : 0)
#else
#define WIDE(cpu, out, data, len) ((void)(cpu), (size_t)0)
#endif

void fov__base64_write(enum fov__cpu cpu, char *out, const uint8_t *data, size_t len)
{
    const size_t done = WIDE(cpu, out, data, len); /* whole groups of three */
    fov__base64_encode(out + done / 3 * 4, data + done, len - done);
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
