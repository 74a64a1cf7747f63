/* SPDX-License-Identifier: MIT */
/* The deflate for rows: what two inflaters that are not ours read back is what was given, whatever
 * it was; twins agree; no byte is written beyond what was allowed. */
#include "encode_support.h"

#include "encode/png_internal.h"
#include <libdeflate.h>
#include <math.h>
#include <stdlib.h>
#include <zlib.h>

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* ---- inputs --------------------------------------------------------------------------------- */

enum kind { ZEROS, NOISE, FEW, WORDS, GRAIN, PERIOD, MIXED, KINDS };

static void fill(uint8_t *p, size_t n, enum kind kind, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t r = next_random(&seed);
        switch (kind) {
        case ZEROS:
            p[i] = 0;
            break;
        case NOISE:
            p[i] = (uint8_t)(r >> 8);
            break;
        case FEW: /* runs of all short lengths */
            p[i] = (uint8_t)(r >> 8 & (r >> 16 & 1));
            break;
        case WORDS: /* far repetitions */
            p[i] = i < 700 || r % 97 == 0 ? (uint8_t)(r >> 8) : p[i - 700 + r % 3 * (r % 50 == 0)];
            break;
        case GRAIN: /* as a filter leaves a photograph: values near zero, few runs */
            p[i] = (uint8_t)((r >> 4 & 15) + (r >> 12 & 15) - 15);
            break;
        case PERIOD:
            p[i] = (uint8_t)(i % 3 * 80 + (i / 3000) % 2);
            break;
        default:
            p[i] = i / 5000 % 2 == 0 ? 255 : i / 10000 % 2 == 0 ? (uint8_t)(r >> 8) : p[i - 4000];
            break;
        }
    }
}

/* Both inflaters read `n` bytes equal to `want` and find the stream's end and check sum. */
static void check_stream(const uint8_t *stream, size_t size, const uint8_t *want, size_t n)
{
    uint8_t *back = malloc(n + 1);
    size_t got = 0;
    struct libdeflate_decompressor *inflate_fast = libdeflate_alloc_decompressor();
    assert_int_equal(libdeflate_zlib_decompress(inflate_fast, stream, size, back, n, &got),
                     LIBDEFLATE_SUCCESS);
    assert_int_equal(got, n);
    assert_memory_equal(back, want, n);
    libdeflate_free_decompressor(inflate_fast);
    memset(back, 0, n);
    uLongf room = (uLongf)n + 1;
    assert_int_equal(uncompress(back, &room, stream, (uLong)size), Z_OK);
    assert_int_equal(room, n);
    assert_memory_equal(back, want, n);
    free(back);
}

/* Given in pieces of `piece` bytes. */
static size_t run(fov_context *ctx, uint8_t *out, size_t cap, const uint8_t *data, size_t n,
                  size_t piece, size_t back, bool has_matches)
{
    struct fov_deflate *deflate = NULL;
    assert_int_equal(fov__deflate_new(&deflate, ctx, NULL), FOV_OK);
    fov__deflate_start(deflate, out, cap, back, has_matches);
    for (size_t i = 0; i < n; i += piece) {
        size_t len = n - i < piece ? n - i : piece;
        fov__deflate_add(deflate, data + i, len, i + len == n);
    }
    size_t size = fov__deflate_end(deflate);
    fov__deflate_free(deflate);
    return size;
}

static void check_input(fov_context *ctx, const uint8_t *data, size_t n, size_t piece, size_t back,
                        bool has_matches)
{
    size_t cap = fov__deflate_bound(n) + 12 * (n / piece + 1);
    uint8_t *out = malloc(cap), *again = malloc(cap);
    size_t size = run(ctx, out, cap, data, n, piece, back, has_matches);
    assert_true(size > 0 && size <= n + (n / 65535 + n / piece + 1) * 12 + 8);
    check_stream(out, size, data, n);
    enum fov__cpu cpu = ctx->cpu;
    ctx->cpu = FOV__CPU_PORTABLE;
    assert_int_equal(run(ctx, again, cap, data, n, piece, back, has_matches), size);
    assert_memory_equal(again, out, size);
    ctx->cpu = cpu;
    free(again);
    free(out);
}

static void deflate__whatever_is_given_reads_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {1,  2,   3,   4,    5,     7,     8,     31,     64,
                                   65, 258, 259, 1000, 32768, 65535, 65536, 131072, 400001};
    fov_context *ctx = support_context();
    for (size_t i = 0; i < FOV_COUNT(sizes); i++) {
        uint8_t *data = malloc(sizes[i] + 8);
        for (enum kind kind = ZEROS; kind < KINDS; kind++) {
            fill(data, sizes[i] + 8, kind, 77 + (uint32_t)i);
            for (int k = 0; k < 4; k++) {
                static const size_t backs[] = {1, 1, 3, 4};
                check_input(ctx, data, sizes[i], k % 2 == 0 ? sizes[i] : 50000, backs[k], k > 0);
            }
        }
        free(data);
    }
    fov_context_free(ctx);
}

static void deflate__every_length_up_to_600_reads_back(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    for (size_t n = 1; n <= 600; n++) {
        uint8_t data[608];
        enum kind kind = (enum kind)(n % KINDS);
        fill(data, sizeof(data), kind == MIXED || kind == WORDS ? FEW : kind, (uint32_t)n);
        check_input(ctx, data, n, 1 + n / 2, 1 + n % 4, n % 3 != 0);
    }
    fov_context_free(ctx);
}

/* A thousand bytes of noise that come again 32 768 bytes later are one match; 32 769 are too far.
 */
static void deflate__the_window_ends_at_32768(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    enum { N = 60000 };
    uint8_t *data = malloc(N + 8), *out = malloc(2 * N);
    size_t size[2];
    for (size_t k = 0; k < 2; k++) {
        memset(data, 0, N + 8);
        fill(data, 1000, NOISE, 5);
        memcpy(data + 32768 + k, data, 1000);
        size[k] = run(ctx, out, 2 * N, data, N, N, 1, true);
        check_stream(out, size[k], data, N);
    }
    assert_true(size[0] < 1300 && size[1] > 1900);
    free(out);
    free(data);
    fov_context_free(ctx);
}

static void deflate__a_stream_that_does_not_fit_is_refused_and_nothing_is_overwritten(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    enum { N = 5000 };
    uint8_t data[N + 8];
    for (enum kind kind = ZEROS; kind < KINDS; kind++) {
        fill(data, sizeof(data), kind, 9);
        uint8_t *whole = malloc(2 * N);
        size_t size = run(ctx, whole, 2 * N, data, N, N, 1, true);
        for (size_t cap = 0; cap <= size + FOV__DEFLATE_ROOM; cap += cap < 40 ? 1 : 13) {
            uint8_t *tight = malloc(cap + 1); /* a sanitizer sees what is written beyond */
            tight[cap] = 0xa5;
            size_t got = run(ctx, tight, cap, data, N, N, 1, true);
            assert_int_equal(tight[cap], 0xa5);
            assert_true(got == 0 || (got == size && got <= cap));
            free(tight);
        }
        uint8_t *enough = malloc(size + FOV__DEFLATE_ROOM);
        assert_int_equal(run(ctx, enough, size + FOV__DEFLATE_ROOM, data, N, N, 1, true), size);
        assert_memory_equal(enough, whole, size);
        free(enough);
        free(whole);
    }
    fov_context_free(ctx);
}

/* Of runs alone it is near what counting allows: entropy and a head. */
static void deflate__literals_cost_their_entropy(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    enum { N = 100000 };
    uint8_t *data = malloc(N + 8), *out = malloc(2 * N);
    fill(data, N + 8, GRAIN, 3);
    double count[256] = {0}, bits = 0.0;
    for (size_t i = 0; i < N; i++) {
        count[data[i]]++;
    }
    for (int i = 0; i < 256; i++) {
        bits -= count[i] > 0 ? count[i] * log2(count[i] / N) : 0.0;
    }
    size_t size = run(ctx, out, 2 * N, data, N, N, 1, false);
    assert_true((double)size < bits / 8 * 1.01 + 40);
    free(out);
    free(data);
    fov_context_free(ctx);
}

/* ---- prefix codes --------------------------------------------------------------------------- */

/* Complete, within the limit, and longer codes only for rarer symbols. */
static void check_code(const uint32_t *freq, int32_t n, int32_t limit)
{
    uint32_t code[FOV__LITLEN_CODES + 2];
    uint64_t kraft = 0;
    fov__huffman_make(code, freq, n, limit);
    for (int32_t i = 0; i < n; i++) {
        uint32_t bits = code[i] >> 16;
        assert_true(bits <= (uint32_t)limit);
        assert_true(bits > 0 || freq[i] == 0);
        kraft += bits > 0 ? 1ULL << (limit - (int32_t)bits) : 0;
        for (int32_t k = 0; k < n; k++) {
            assert_true(freq[k] <= freq[i] || code[k] >> 16 <= bits || freq[i] == 0);
        }
    }
    assert_true(kraft == 1ULL << limit);
}

static void huffman__codes_are_complete_bounded_and_monotone(void **state)
{
    (void)state;
    uint32_t freq[FOV__LITLEN_CODES], seed = 11;
    for (int round = 0; round < 300; round++) {
        int32_t n = 2 + (int32_t)(next_random(&seed) % (FOV__LITLEN_CODES - 1));
        for (int32_t i = 0; i < n; i++) {
            freq[i] = next_random(&seed) % 3 == 0 ? 0 : next_random(&seed) >> (10 + round % 22);
        }
        check_code(freq, n, FOV__CODE_BITS_MAX);
        check_code(freq, n < 19 ? n : 19, 7);
    }
    /* Fibonacci's numbers make the deepest tree of all. */
    memset(freq, 0, sizeof(freq));
    freq[0] = freq[1] = 1;
    for (int32_t i = 2; i < 30; i++) {
        freq[i] = freq[i - 1] + freq[i - 2];
    }
    check_code(freq, 30, FOV__CODE_BITS_MAX);
    check_code(freq, 19, 7);
    for (int32_t used = 0; used <= 2; used++) {
        memset(freq, 0, sizeof(freq));
        for (int32_t i = 0; i < used; i++) {
            freq[29 - i * 7] = 5;
        }
        check_code(freq, 30, FOV__CODE_BITS_MAX);
    }
}

/* The mean length is Huffman's: no code of the same counts, made by merging the two rarest again
 * and again, has a smaller one. */
static void huffman__lengths_are_the_best_when_the_limit_is_far(void **state)
{
    (void)state;
    uint32_t seed = 23;
    for (int round = 0; round < 200; round++) {
        enum { N = 60 };
        uint32_t freq[N], code[FOV__LITLEN_CODES + 2];
        uint64_t sum = 0, best = 0, heap[N];
        for (int32_t i = 0; i < N; i++) {
            heap[i] = freq[i] = 1 + next_random(&seed) % 1000;
        }
        for (int32_t left = N; left > 1; left--) {
            for (int32_t k = 0; k < 2; k++) { /* the two smallest to the end */
                for (int32_t i = 0; i < left - 1 - k; i++) {
                    uint64_t swap = heap[i];
                    if (swap < heap[left - 1 - k]) {
                        heap[i] = heap[left - 1 - k];
                        heap[left - 1 - k] = swap;
                    }
                }
            }
            best += heap[left - 1] + heap[left - 2];
            heap[left - 2] += heap[left - 1];
        }
        fov__huffman_make(code, freq, N, FOV__CODE_BITS_MAX);
        for (int32_t i = 0; i < N; i++) {
            sum += (uint64_t)freq[i] * (code[i] >> 16);
        }
        assert_true(sum == best);
    }
}

/* ---- twins ---------------------------------------------------------------------------------- */

#if defined(FOV__HAVE_AVX2)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

static void deflate__the_wide_search_for_runs_finds_the_same(void **state)
{
    (void)state;
    uint32_t seed = 31;
    for (size_t n = 0; has_avx2() && n <= 400; n++) {
        for (int round = 0; round < 20; round++) {
            uint8_t *data = malloc(n + 4), *p = data + 4;
            uint32_t letters = 1U << (1 + round % 5);
            for (size_t i = 0; i < n + 4; i++) {
                data[i] = (uint8_t)(next_random(&seed) % letters);
            }
            for (size_t back = 1; back <= 4; back++) {
                size_t want = fov__deflate_find_run(p, n, back), i = 0;
                assert_int_equal(fov__deflate_find_run_avx2(p, n, back), want);
                for (; i + 4 <= n; i++) { /* byte by byte: the definition */
                    if (p[i] == (p - back)[i] && p[i + 1] == (p - back)[i + 1] &&
                        p[i + 2] == (p - back)[i + 2] && p[i + 3] == (p - back)[i + 3]) {
                        break;
                    }
                }
                assert_int_equal(want, i + 4 <= n ? i : n);
            }
            free(data);
        }
    }
}
#else
static void deflate__the_wide_search_for_runs_finds_the_same(void **state)
{
    (void)state;
    skip();
}
#endif

/* Straight from the specification (PNG, 9.4). */
static uint8_t paeth(int a, int b, int c)
{
    int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

static void filter__every_processor_writes_what_the_specification_says(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    uint32_t seed = 41;
    for (size_t n = 1; n <= 300; n++) {
        for (size_t bpp = 1; bpp <= 4; bpp++) {
            uint8_t *row = malloc(n), *above = malloc(n), *want = malloc(n), *got = malloc(n);
            uint32_t narrow = next_random(&seed) % 2 == 0 ? 255 : 3;
            for (size_t i = 0; i < n; i++) {
                row[i] = (uint8_t)(next_random(&seed) & narrow);
                above[i] = (uint8_t)(next_random(&seed) & narrow);
                int a = i >= bpp ? row[i - bpp] : 0, c = i >= bpp ? above[i - bpp] : 0;
                want[i] = (uint8_t)(row[i] - paeth(a, above[i], c));
            }
            fov__png_filter(FOV__CPU_PORTABLE, got, row, above, n, bpp);
            assert_memory_equal(got, want, n);
            memset(got, 0, n);
            fov__png_filter(ctx->cpu, got, row, above, n, bpp);
            assert_memory_equal(got, want, n);
            free(row);
            free(above);
            free(want);
            free(got);
        }
    }
    fov_context_free(ctx);
}

/* All 2^24 neighbourhoods, with whatever the processor has. */
static void filter__no_neighbourhood_is_predicted_otherwise(void **state)
{
    (void)state;
    fov_context *ctx = support_context();
    enum { N = 512 };
    uint8_t row[N], above[N], got[N];
    for (int a = 0; a < 256; a++) {
        for (int c = 0; c < 256; c++) {
            for (int b = 0; b < 256; b++) { /* bpp is 1: a left, c above the left, b above */
                row[2 * b] = (uint8_t)a;
                above[2 * b] = (uint8_t)c;
                row[2 * b + 1] = 0;
                above[2 * b + 1] = (uint8_t)b;
            }
            fov__png_filter(ctx->cpu, got, row, above, N, 1);
            for (int b = 0; b < 256; b++) {
                if (got[2 * b + 1] != (uint8_t)(0 - paeth(a, b, c))) {
                    fail_msg("a %d b %d c %d: %d", a, b, c, got[2 * b + 1]);
                }
            }
        }
    }
    fov_context_free(ctx);
}

int test_deflate(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deflate__whatever_is_given_reads_back),
        cmocka_unit_test(deflate__every_length_up_to_600_reads_back),
        cmocka_unit_test(deflate__the_window_ends_at_32768),
        cmocka_unit_test(deflate__a_stream_that_does_not_fit_is_refused_and_nothing_is_overwritten),
        cmocka_unit_test(deflate__literals_cost_their_entropy),
        cmocka_unit_test(huffman__codes_are_complete_bounded_and_monotone),
        cmocka_unit_test(huffman__lengths_are_the_best_when_the_limit_is_far),
        cmocka_unit_test(deflate__the_wide_search_for_runs_finds_the_same),
        cmocka_unit_test(filter__every_processor_writes_what_the_specification_says),
        cmocka_unit_test(filter__no_neighbourhood_is_predicted_otherwise),
    };
    return cmocka_run_group_tests_name("deflate", tests, NULL, NULL);
}
