/* SPDX-License-Identifier: MIT */
/* Any bytes through base's text functions, each against an oracle: the C library for numbers, our
 * own JSON reader for their grammar, going there and back for the rest. */
#include "fuzz_support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static fov_context *ctx;

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

/* The text is a number just when JSON says so and a double can hold it; the value is strtod's. */
static void read_number(const char *text, size_t len)
{
    char copy[512];
    double value = 0;
    if (len >= sizeof(copy))
        return;
    memcpy(copy, text, len);
    copy[len] = '\0';
    const bool is_read = fov__text_double(text, len, &value);
    const bool is_number = len > 0 && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) &&
                           (text[len - 1] >= '0' && text[len - 1] <= '9') &&
                           fov__json_check(ctx, text, len, 1, 512, NULL) == FOV_OK;
    const double oracle = is_number ? strtod(copy, NULL) : 0;
    fuzz_require(is_read == (is_number && isfinite(oracle)),
                 "a number is what JSON calls one and a double holds");
    fuzz_require(!is_read || same_bits(value, oracle), "a number reads as the C library reads it");
}

static size_t digits_of(const char *text)
{
    size_t digits = 0, zeros = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        if (*text == '0' && digits == 0)
            continue;
        digits++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return digits - zeros;
}

static void write_number(double value)
{
    char text[32], shorter[40];
    double again = 0;
    const size_t len = fov__double_text(text, value);
    fuzz_require(len == strlen(text) && len < sizeof(text), "a number's text has its length");
    if (!isfinite(value)) {
        fuzz_require(strcmp(text, "null") == 0, "what is not finite is null");
        return;
    }
    fuzz_require(fov__text_double(text, len, &again) && again == value &&
                     (value == 0 || same_bits(again, value)),
                 "a number's text reads as the same double");
    const size_t digits = digits_of(text);
    if (digits > 1) {
        snprintf(shorter, sizeof(shorter), "%.*e", (int)digits - 2, value);
        fuzz_require(strtod(shorter, NULL) != value, "a number's text is the shortest");
    }
}

static void plain_text(const char *text, size_t len)
{
    char copy[300], formatted[64];
    const size_t n = len < sizeof(copy) - 1 ? len : sizeof(copy) - 1;
    uint32_t code = 0;
    size_t at = 0;
    memcpy(copy, text, n);
    copy[n] = '\0';
    const size_t was = strlen(copy);
    while (at < was && fov__utf8_next(copy + at, was - at, &code) > 0)
        at += fov__utf8_next(copy + at, was - at, &code);
    fuzz_require(fov__utf8_valid(copy, was) == (at == was), "valid is character by character");
    if (at == was) {
        fov__format(formatted, sizeof(formatted), "%s", copy);
        fuzz_require(fov__utf8_valid(formatted, strlen(formatted)) &&
                         strlen(formatted) + 4 > (was < 63 ? was : 63),
                     "a text is cut on a character's border, and no earlier");
    }
    fov__text_plain(copy);
    fuzz_require(fov__utf8_valid(copy, strlen(copy)), "plain text is UTF-8");
    for (size_t i = 0; copy[i] != '\0'; i++)
        fuzz_require((unsigned char)copy[i] >= ' ' && copy[i] != 127,
                     "plain text has no control character");
}

static void base64(const uint8_t *data, size_t len)
{
    const size_t size = fov__base64_size(len);
    char *text = malloc(size + 1);
    uint8_t *back = malloc(size / 4 * 3 + 1);
    size_t back_len = 0;
    fuzz_require(text != NULL && back != NULL, "there is memory");
    fov__base64_encode(text, data, len);
    fuzz_require(fov__base64_decode(back, &back_len, text, size) && back_len == len &&
                     memcmp(back, data, len) == 0,
                 "base64 comes back as it was");
    free(text);
    free(back);
    /* And the bytes themselves as base64: what is accepted is the one spelling of what it says. */
    text = malloc(len + 8);
    back = malloc(len / 4 * 3 + 1);
    fuzz_require(text != NULL && back != NULL, "there is memory");
    if (fov__base64_decode(back, &back_len, (const char *)data, len)) {
        fov__base64_encode(text, back, back_len);
        fuzz_require(fov__base64_size(back_len) == len && memcmp(text, data, len) == 0,
                     "base64 has one spelling");
    }
    free(text);
    free(back);
}

static void words(const char *text, size_t len)
{
    char a[80], b[80];
    const size_t half = len / 2 < sizeof(a) - 1 ? len / 2 : sizeof(a) - 1;
    memcpy(a, text, half);
    memcpy(b, text + half, half);
    a[half] = b[half] = '\0';
    const int there = fov__edit_distance(a, b);
    fuzz_require(there == fov__edit_distance(b, a) && there >= 0 && there <= 80 &&
                     (strcmp(a, b) != 0 || there == 0),
                 "a distance is the same both ways");
}

static void sum(const uint8_t *data, size_t len)
{
    struct fov_sha256 *hash = NULL;
    char once[FOV_SHA256_HEX], parts[FOV_SHA256_HEX];
    fuzz_require(fov__sha256_new(&hash, ctx, NULL) == FOV_OK, "there is memory");
    fov__sha256_add(hash, data, len / 3);
    fov__sha256_add(hash, data + len / 3, len - len / 3);
    fov__sha256_end(hash, parts);
    fov__sha256_hex(once, data, len);
    fuzz_require(strcmp(once, parts) == 0, "a hash in pieces is the hash of the whole");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double value = 0;
    if (ctx == NULL)
        ctx = fuzz_context();
    read_number((const char *)data, size);
    for (size_t at = 0; at + sizeof(value) <= size && at < 64; at += sizeof(value)) {
        memcpy(&value, data + at, sizeof(value));
        write_number(value);
    }
    if (fov__text_double((const char *)data, size, &value))
        write_number(value);
    plain_text((const char *)data, size);
    base64(data, size);
    words((const char *)data, size);
    sum(data, size);
    return 0;
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1e23",
                                        "123456789012345678",
                                        "9007199254740993",
                                        "4.9e-324",
                                        "2.5e-324",
                                        "1.7976931348623157e308",
                                        "1.7976931348623159e308",
                                        "2.2250738585072011e-308",
                                        "0.1e-400",
                                        "1.00000000000000011102230246251565404236316680908203125",
                                        "AAECAwQFBgc=",
                                        "AA==",
                                        "AB==",
                                        "\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\x80",
                                        "zoom in zom in"};
    static const double numbers[] = {0.1, 1e22, 1e21, 5e-324, DBL_MAX, 123456.5, -1e-7};
    for (size_t i = 0; i < FOV_COUNT(texts); i++)
        emit(texts[i], strlen(texts[i]), user);
    emit(numbers, sizeof(numbers), user);
}
