/* SPDX-License-Identifier: MIT */
/* A deflate for filtered rows. What a filter leaves of a photograph is noise without repetition: a
 * search for matches finds next to nothing and takes nine tenths of the time, so here the rows are
 * counted and coded, with runs for what is flat; soft-edged line art looks for repetitions too, two
 * probes for each byte that is in no run. Measurements are in README.md. It must never depend on
 * anything but the bytes given: SIMD, threads and machines make the same stream. */
#include "encode/png_internal.h"

#include <libdeflate.h>

enum {
    BLOCK = 1 << 17,     /* bytes that share one code at most */
    SEQUENCES = 1 << 13, /* and matches */
    RUN_MIN = 4,
    MATCH_MIN = 6, /* bytes that are hashed: shorter matches cost more than they save */
    MATCH_MAX = 258,
    HASH_BITS = 14,
    POSITION_0 = 1 << 17, /* so that an empty place in the table is out of every window */
    SKIP_SHIFT = 5        /* 2^5 misses until every second byte is probed */
};

/* Literals, then a match; the last of a block has length 0. */
struct sequence {
    uint32_t literals;
    uint16_t length, distance;
};

struct fov_deflate {
    fov_context *ctx;
    size_t (*find_run)(const uint8_t *p, size_t n, size_t back);
    struct fov_bits bits;
    uint8_t *out, *end;
    uint64_t total; /* bytes of the blocks before this one */
    size_t back;
    bool has_matches, is_full;
    uint32_t adler;
    int32_t count;
    struct sequence sequence[SEQUENCES + 1];
    uint32_t literal_freq[4][256]; /* four, so that equal neighbours do not wait for each other */
    uint32_t litlen_freq[FOV__LITLEN_CODES], dist_freq[FOV__DIST_CODES];
    struct fov_huffman dynamic, fixed;
    uint8_t length_code[MATCH_MAX + 1]; /* minus 257 */
    /* Where six bytes with this hash were last (low half), and before that. */
    uint64_t recent[1 << HASH_BITS];
};

static const uint16_t length_base[29] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                         15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                         67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                         2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};

#if defined(FOV__HAVE_AVX2)
#define FIND_RUN(cpu) ((cpu) == FOV__CPU_AVX2 ? fov__deflate_find_run_avx2 : fov__deflate_find_run)
#else
#define FIND_RUN(cpu) ((void)(cpu), fov__deflate_find_run)
#endif

fov_status fov__deflate_new(struct fov_deflate **out, fov_context *ctx, fov_error *err)
{
    struct fov_deflate *deflate = *out = fov__alloc(ctx, sizeof(*deflate));
    if (deflate == NULL) {
        return fov__fail_memory(err, "encode.png", sizeof(*deflate));
    }
    deflate->ctx = ctx;
    deflate->find_run = FIND_RUN(ctx->cpu);
    fov__huffman_fixed(&deflate->fixed);
    memset(deflate->length_code, 0, sizeof(deflate->length_code));
    for (int32_t code = 0, len = 3; len <= MATCH_MAX; len++) {
        code += code < 28 && len >= length_base[code + 1];
        deflate->length_code[len] = (uint8_t)code;
    }
    return FOV_OK;
}

void fov__deflate_free(struct fov_deflate *deflate)
{
    if (deflate != NULL) {
        fov__free(deflate->ctx, deflate);
    }
}

size_t fov__deflate_bound(size_t len)
{
    /* At worst every block is stored, with 6 bytes before each 65 535. A block has 32 KiB or more:
     * SEQUENCES matches of four, or BLOCK; only the last of an addition may be shorter. */
    return len + (len / (SEQUENCES * RUN_MIN) + 2) * 12 + 64;
}

void fov__deflate_start(struct fov_deflate *deflate, uint8_t *out, size_t cap, size_t back,
                        bool has_matches)
{
    deflate->out = out;
    deflate->end = out + cap;
    deflate->is_full = cap < 2 + FOV__DEFLATE_SLACK;
    deflate->bits = (struct fov_bits){out, 0, 0};
    deflate->total = 0;
    deflate->back = back;
    deflate->has_matches = has_matches;
    deflate->adler = 1;
    if (has_matches) {
        memset(deflate->recent, 0, sizeof(deflate->recent));
    }
    if (!deflate->is_full) {
        fov__bits_put(&deflate->bits, 0x0178, 16); /* zlib: a window of 32 KiB, fastest */
        fov__bits_flush(&deflate->bits);
    }
}

/* ---- sequences ------------------------------------------------------------------------------ */

size_t fov__deflate_find_run(const uint8_t *p, size_t n, size_t back)
{
    const uint8_t *before = p - back;
    size_t i = 0;
    while (n - i >= RUN_MIN) {
        /* A run of four that begins here or at the next three bytes holds the fourth one. */
        if (p[i + 3] != before[i + 3]) {
            i += 4;
        } else if (p[i + 2] != before[i + 2]) {
            i += 3;
        } else if (p[i + 1] != before[i + 1]) {
            i += 2;
        } else if (p[i] != before[i]) {
            i += 1;
        } else {
            return i;
        }
    }
    return n;
}

static void count_literals(struct fov_deflate *deflate, const uint8_t *p, size_t n)
{
    uint32_t(*freq)[256] = deflate->literal_freq;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t v = fov__load_le64(p + i);
        freq[0][v & 255]++;
        freq[1][v >> 8 & 255]++;
        freq[2][v >> 16 & 255]++;
        freq[3][v >> 24 & 255]++;
        freq[0][v >> 32 & 255]++;
        freq[1][v >> 40 & 255]++;
        freq[2][v >> 48 & 255]++;
        freq[3][v >> 56]++;
    }
    for (; i < n; i++) {
        freq[0][p[i]]++;
    }
}

/* The code of a distance, and the number of bits that follow it. */
static inline uint32_t dist_code(uint32_t distance, uint32_t *extra)
{
    uint32_t d = distance - 1;
    if (d < 4) {
        *extra = 0;
        return d;
    }
    uint32_t high = 31 - (uint32_t)__builtin_clz(d);
    *extra = high - 1;
    return 2 * high + (d >> (high - 1) & 1);
}

static void add_sequence(struct fov_deflate *deflate, const uint8_t *literals, size_t n,
                         size_t length, size_t distance)
{
    uint32_t extra;
    count_literals(deflate, literals, n);
    deflate->sequence[deflate->count++] =
        (struct sequence){(uint32_t)n, (uint16_t)length, (uint16_t)distance};
    if (length > 0) {
        deflate->litlen_freq[257 + deflate->length_code[length]]++;
        deflate->dist_freq[dist_code((uint32_t)distance, &extra)]++;
    }
}

/* Of six bytes: Fibonacci hashing, 2^64 / golden ratio. */
static inline uint32_t hash_of(uint64_t v)
{
    return (uint32_t)((v << 16) * 0x9e3779b97f4a7c15U >> (64 - HASH_BITS));
}

/* A place in the rows where a match may begin. */
struct spot {
    const uint8_t *p;
    uint32_t position; /* counted from the stream's beginning, from POSITION_0 */
    size_t limit;      /* bytes from p that may be matched */
};

static struct spot spot_at(const struct fov_deflate *deflate, const uint8_t *p, size_t i,
                           size_t limit)
{
    return (struct spot){p + i, (uint32_t)(deflate->total + i + POSITION_0), limit - i};
}

/* The length of the match of `ago` bytes before, or 0. */
static inline size_t match_length(struct spot s, uint64_t here, uint32_t ago)
{
    if (ago - 1 >= FOV__DEFLATE_WINDOW || (here ^ fov__load_le64(s.p - ago)) << 16 != 0) {
        return 0;
    }
    size_t most = (s.limit < MATCH_MAX ? s.limit : MATCH_MAX) - MATCH_MIN;
    return MATCH_MIN + fov__equal_bytes(s.p + MATCH_MIN, s.p + MATCH_MIN - ago, most);
}

/* The longest match of two at this spot, 0 for none; notes the spot. 8 bytes must be left. */
static inline size_t probe(struct fov_deflate *deflate, struct spot s, size_t *distance)
{
    uint64_t here = fov__load_le64(s.p);
    uint64_t *recent = &deflate->recent[hash_of(here)], places = *recent;
    uint32_t near = s.position - (uint32_t)places, far = s.position - (uint32_t)(places >> 32);
    *recent = places << 32 | s.position;
    size_t length = match_length(s, here, near), other = match_length(s, here, far);
    *distance = other > length ? far : near;
    return other > length ? other : length;
}

/* Look for a match that begins in p[from, to), noting each place; `limit` is the end of what may be
 * matched. Returns where it begins, or `to`. */
static size_t find_match(struct fov_deflate *deflate, const uint8_t *p, size_t from, size_t to,
                         size_t limit, size_t *length, size_t *distance)
{
    uint32_t misses = 1U << SKIP_SHIFT;
    for (size_t i = from; i < to && i + 8 <= limit; i += misses++ >> SKIP_SHIFT) {
        *length = probe(deflate, spot_at(deflate, p, i, limit), distance);
        if (*length > 0) {
            return i;
        }
    }
    return to;
}

static void note_places(struct fov_deflate *deflate, const uint8_t *p, size_t from, size_t to,
                        size_t limit)
{
    for (size_t i = from; i < to && i + 8 <= limit; i++) {
        uint64_t *recent = &deflate->recent[hash_of(fov__load_le64(p + i))];
        *recent = *recent << 32 | (uint32_t)(deflate->total + i + POSITION_0);
    }
}

/* Fill the block's sequences from p[0, n); returns how far they reach. */
static size_t find_sequences(struct fov_deflate *deflate, const uint8_t *p, size_t n)
{
    size_t back = deflate->back, literal = 0, limit = n < BLOCK ? n : BLOCK;
    size_t at = deflate->total > 0 ? 0 : back < limit ? back : limit, run = 0;
    deflate->count = 0;
    memset(deflate->literal_freq, 0, sizeof(deflate->literal_freq));
    memset(deflate->litlen_freq, 0, sizeof(deflate->litlen_freq));
    memset(deflate->dist_freq, 0, sizeof(deflate->dist_freq));
    while (at < limit && deflate->count < SEQUENCES) {
        size_t length, distance = back;
        if (run <= at) {
            run = at + deflate->find_run(p + at, limit - at, back);
        }
        size_t start =
            deflate->has_matches ? find_match(deflate, p, at, run, limit, &length, &distance) : run;
        if (start == run) {
            if (run == limit) {
                break;
            }
            size_t most = limit - run < MATCH_MAX ? limit - run : MATCH_MAX;
            length = RUN_MIN +
                     fov__equal_bytes(p + run + RUN_MIN, p + run + RUN_MIN - back, most - RUN_MIN);
            distance = back;
        }
        add_sequence(deflate, p + literal, start - literal, length, distance);
        at = literal = start + length;
        if (deflate->has_matches) {
            /* All of a match is half as dear again for 1 % less; the inside of a run says nothing
             * that its end does not. */
            size_t last = start == run ? RUN_MIN - 1 : MATCH_MIN;
            note_places(deflate, p, length > last ? at - last : start + 1, at, limit);
        }
    }
    if (deflate->count < SEQUENCES) {
        at = limit;
    }
    add_sequence(deflate, p + literal, at - literal, 0, 0);
    for (int32_t i = 0; i < 256; i++) {
        deflate->litlen_freq[i] = deflate->literal_freq[0][i] + deflate->literal_freq[1][i] +
                                  deflate->literal_freq[2][i] + deflate->literal_freq[3][i];
    }
    deflate->litlen_freq[FOV__END_OF_BLOCK] = 1;
    return at;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static uint64_t coded_bits(const struct fov_deflate *deflate, const struct fov_huffman *code)
{
    uint64_t sum = 0;
    for (int32_t i = 0; i < FOV__LITLEN_CODES; i++) {
        uint32_t extra = i > 256 ? length_extra[i - 257] : 0;
        sum += (uint64_t)deflate->litlen_freq[i] * ((code->litlen[i] >> 16) + extra);
    }
    for (int32_t i = 0; i < FOV__DIST_CODES; i++) {
        uint32_t extra = i < 4 ? 0 : (uint32_t)i / 2 - 1;
        sum += (uint64_t)deflate->dist_freq[i] * ((code->dist[i] >> 16) + extra);
    }
    return sum;
}

static void put_literals(struct fov_bits *to, const uint32_t *code, const uint8_t *p, size_t n)
{
    struct fov_bits bits = *to;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        uint32_t a = code[p[i]], b = code[p[i + 1]], c = code[p[i + 2]], d = code[p[i + 3]];
        uint64_t ab = (a & 0xffff) | (uint64_t)(b & 0xffff) << (a >> 16);
        uint64_t cd = (c & 0xffff) | (uint64_t)(d & 0xffff) << (c >> 16);
        uint32_t ab_count = (a >> 16) + (b >> 16);
        fov__bits_put(&bits, ab | cd << ab_count, ab_count + (c >> 16) + (d >> 16));
        fov__bits_flush(&bits);
    }
    for (; i < n; i++) {
        fov__bits_put(&bits, code[p[i]] & 0xffff, code[p[i]] >> 16);
        fov__bits_flush(&bits);
    }
    *to = bits;
}

static void put_sequences(struct fov_deflate *deflate, const struct fov_huffman *code,
                          const uint8_t *p)
{
    struct fov_bits bits = deflate->bits;
    for (int32_t i = 0; i < deflate->count; i++) {
        const struct sequence *s = &deflate->sequence[i];
        put_literals(&bits, code->litlen, p, s->literals);
        p += s->literals + s->length;
        if (s->length > 0) {
            uint32_t extra, index = deflate->length_code[s->length];
            uint32_t dist = dist_code(s->distance, &extra);
            fov__bits_put(&bits, code->litlen[257 + index] & 0xffff,
                          code->litlen[257 + index] >> 16);
            fov__bits_put(&bits, (uint64_t)s->length - length_base[index], length_extra[index]);
            fov__bits_put(&bits, code->dist[dist] & 0xffff, code->dist[dist] >> 16);
            fov__bits_put(&bits, ((uint32_t)s->distance - 1) & ((1U << extra) - 1), extra);
            fov__bits_flush(&bits);
        }
    }
    fov__bits_put(&bits, code->litlen[FOV__END_OF_BLOCK] & 0xffff,
                  code->litlen[FOV__END_OF_BLOCK] >> 16);
    fov__bits_flush(&bits);
    deflate->bits = bits;
}

static void put_stored(struct fov_deflate *deflate, const uint8_t *p, size_t n, bool is_last)
{
    struct fov_bits *bits = &deflate->bits;
    while (n > 0) {
        size_t take = n < 65535 ? n : 65535;
        fov__bits_put(bits, is_last && take == n, 3); /* type 0 */
        fov__bits_put(bits, 0, (0 - bits->count) & 7);
        fov__bits_put(bits, take | (~take & 0xffff) << 16, 32);
        fov__bits_flush(bits);
        memcpy(bits->next, p, take);
        bits->next += take;
        p += take;
        n -= take;
    }
}

/* In the shortest of the three ways that deflate has. */
static void write_block(struct fov_deflate *deflate, const uint8_t *p, size_t n, bool is_last)
{
    struct fov_huffman_head head;
    struct fov_huffman *dynamic = &deflate->dynamic;
    fov__huffman_make(dynamic->litlen, deflate->litlen_freq, FOV__LITLEN_CODES, FOV__CODE_BITS_MAX);
    fov__huffman_make(dynamic->dist, deflate->dist_freq, FOV__DIST_CODES, FOV__CODE_BITS_MAX);
    fov__huffman_head(&head, dynamic);
    uint64_t as_dynamic = head.bit_count + coded_bits(deflate, dynamic);
    uint64_t as_fixed = coded_bits(deflate, &deflate->fixed);
    uint64_t as_stored = ((uint64_t)n + (n / 65535 + 1) * 5) * 8 + 7;
    uint64_t least = as_dynamic < as_fixed ? as_dynamic : as_fixed;
    least = least < as_stored ? least : as_stored;
    uint64_t room = (uint64_t)(deflate->end - deflate->bits.next);
    if (least / 8 + 2 + 4 + FOV__DEFLATE_SLACK > room) {
        deflate->is_full = true;
        return;
    }
    if (least == as_stored) {
        put_stored(deflate, p, n, is_last);
        return;
    }
    bool is_dynamic = least == as_dynamic;
    fov__bits_put(&deflate->bits, (is_dynamic ? 4U : 2U) | is_last, 3);
    if (is_dynamic) {
        fov__huffman_head_write(&deflate->bits, &head);
    }
    put_sequences(deflate, is_dynamic ? dynamic : &deflate->fixed, p);
}

void fov__deflate_add(struct fov_deflate *deflate, const uint8_t *data, size_t len, bool is_last)
{
    deflate->adler = libdeflate_adler32(deflate->adler, data, len);
    while (len > 0 && !deflate->is_full) {
        size_t n = find_sequences(deflate, data, len);
        write_block(deflate, data, n, is_last && n == len);
        deflate->total += n;
        data += n;
        len -= n;
    }
    if (is_last && !deflate->is_full) {
        struct fov_bits *bits = &deflate->bits;
        fov__bits_put(bits, 0, (0 - bits->count) & 7);
        fov__bits_put(bits, __builtin_bswap32(deflate->adler), 32);
        fov__bits_flush(bits);
    }
}

size_t fov__deflate_end(const struct fov_deflate *deflate)
{
    return deflate->is_full ? 0 : (size_t)(deflate->bits.next - deflate->out);
}
