/* SPDX-License-Identifier: MIT */
/* Mutations that keep JSON right more often than not, for the targets whose input is JSON: values
 * are replaced by others of the same text or of a list, doubled, left out, wrapped. It reads
 * leniently, so that lines of JSON and a prefix of other bytes work too, and leaves a third of the
 * turns to libFuzzer's own mutations. */
#include "fuzz_support.h"

#include <stdlib.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

enum { SPANS_MAX = 512, OPEN_MAX = 64 };

struct spans {
    struct fov_span v[SPANS_MAX];
    size_t count;
};

static const char *const constants[] = {"null",
                                        "true",
                                        "0",
                                        "-1",
                                        "1e308",
                                        "0.5",
                                        "2147483648",
                                        "\"\"",
                                        "[]",
                                        "{}",
                                        "\"img_0\"",
                                        "\"img_1\"",
                                        "[0,0,9,9]",
                                        "[[1,1]]",
                                        "\"{}\"",
                                        "\"\\ud83d\\ude00\"",
                                        "9007199254740993",
                                        "\"a\\nb\""};

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void add(struct spans *spans, const char *start, const char *end)
{
    if (spans->count < SPANS_MAX && end > start)
        spans->v[spans->count++] = (struct fov_span){start, (size_t)(end - start)};
}

static const char *string_end(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\' && at + 1 < end;
    return at < end ? at + 1 : end;
}

/* Every value and key, from `text` on. */
static void find(struct spans *spans, const char *text, const char *end)
{
    const char *open[OPEN_MAX];
    size_t depth = 0;
    while (text < end) {
        const char *start = text;
        if (*text == '"') {
            text = string_end(text, end);
            add(spans, start, text);
        } else if (*text == '{' || *text == '[') {
            if (depth < OPEN_MAX)
                open[depth++] = text;
            text++;
        } else if (*text == '}' || *text == ']') {
            text++;
            if (depth > 0)
                add(spans, open[--depth], text);
        } else if (strchr(" \t\r\n,:", *text) != NULL) {
            text++;
        } else {
            while (text < end && strchr(" \t\r\n,:{}[]\"", *text) == NULL)
                text++;
            add(spans, start, text > start ? text : start + 1);
            text += text == start;
        }
    }
}

/* Put `with` in the place of data[at, at + len); the new size, or 0 when there is no room. */
static size_t put(uint8_t *data, size_t size, size_t max_size, size_t at, size_t len,
                  const char *with, size_t with_len)
{
    if (size - len + with_len > max_size || size - len + with_len == 0)
        return 0;
    memmove(data + at + with_len, data + at + len, size - at - len);
    memcpy(data + at, with, with_len);
    return size - len + with_len;
}

static size_t leave_out(uint8_t *data, size_t size, size_t at, size_t len)
{
    size_t end = at + len;
    if (end < size && data[end] == ',')
        end++;
    else if (at > 0 && data[at - 1] == ',')
        at--;
    return put(data, size, size, at, end - at, "", 0);
}

static size_t wrap(uint8_t *data, size_t size, size_t max_size, struct fov_span span, size_t at,
                   uint64_t kind)
{
    static const char *const heads[] = {"[", "{\"a\":", "{\"0\":", "\""};
    static const char *const tails[] = {"]", "}", "}", "\""};
    const size_t head = strlen(heads[kind]), tail = strlen(tails[kind]);
    char *with = malloc(span.len + head + tail);
    if (with == NULL)
        return 0;
    memcpy(with, heads[kind], head);
    memcpy(with + head, span.data, span.len);
    memcpy(with + head + span.len, tails[kind], tail);
    const size_t made = put(data, size, max_size, at, span.len, with, head + span.len + tail);
    free(with);
    return made;
}

static size_t change(uint8_t *data, size_t size, size_t max_size, const struct spans *spans,
                     const char *copy, uint64_t *state)
{
    const struct fov_span a = spans->v[next(state) % spans->count];
    const struct fov_span b = spans->v[next(state) % spans->count];
    const size_t at = (size_t)(a.data - copy);
    const char *word = constants[next(state) % FOV_COUNT(constants)];
    size_t made;
    switch (next(state) % 6) {
    case 0:
        return put(data, size, max_size, at, a.len, b.data, b.len);
    case 1:
        return put(data, size, max_size, at, a.len, word, strlen(word));
    case 2: /* doubled, or another put before it */
        made = put(data, size, max_size, at, 0, ",", 1);
        return made > 0 ? put(data, made, max_size, at, 0, b.data, b.len) : 0;
    case 3:
        return leave_out(data, size, at, a.len);
    case 4:
        return wrap(data, size, max_size, a, at, next(state) % 4);
    default: /* an object for an array and the other way round, its insides as they are */
        if (a.len < 2 || (a.data[0] != '{' && a.data[0] != '['))
            return 0;
        data[at] = a.data[0] == '{' ? '[' : '{';
        data[at + a.len - 1] = a.data[0] == '{' ? ']' : '}';
        return size;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    static struct spans spans;
    uint64_t state = seed;
    size_t made = 0;
    char *copy = malloc(size + 1);
    if (copy != NULL && next(&state) % 3 != 0) {
        memcpy(copy, data, size);
        copy[size] = '\0';
        spans.count = 0;
        find(&spans, copy, copy + size);
        if (spans.count > 0)
            made = change(data, size, max_size, &spans, copy, &state);
    }
    free(copy);
    return made > 0 ? made : LLVMFuzzerMutate(data, size, max_size);
}
