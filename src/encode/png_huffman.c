/* SPDX-License-Identifier: MIT */
/* Prefix codes for deflate: the best code for counted symbols, bounded in length, and how a block
 * says which it has. A code is a function of the counts alone: ties go to the smaller symbol. */
#include "encode/png_internal.h"

enum { CODES_MAX = FOV__LITLEN_CODES + 2, PRE_CODES = 19, PRE_BITS_MAX = 7 };

struct symbol {
    uint32_t freq;
    uint16_t id;
};

/* By count, then by number: two passes of a radix sort, which are stable. Counts are below 2^22. */
static int32_t sort_symbols(struct symbol *out, const uint32_t *freq, int32_t n)
{
    enum { DIGIT = 11, DIGITS = 1 << DIGIT };
    struct symbol given[CODES_MAX], half[CODES_MAX];
    int32_t used = 0;
    for (int32_t i = 0; i < n; i++) {
        if (freq[i] > 0) {
            given[used++] = (struct symbol){freq[i], (uint16_t)i};
        }
    }
    for (int pass = 0; pass < 2; pass++) {
        const struct symbol *from = pass == 0 ? given : half;
        struct symbol *to = pass == 0 ? half : out;
        uint16_t at[DIGITS] = {0};
        for (int32_t i = 0; i < used; i++) {
            at[from[i].freq >> (pass * DIGIT) & (DIGITS - 1)]++;
        }
        uint16_t sum = 0;
        for (int32_t d = 0; d < DIGITS; d++) {
            uint16_t count = at[d];
            at[d] = sum;
            sum = (uint16_t)(sum + count);
        }
        for (int32_t i = 0; i < used; i++) {
            to[at[from[i].freq >> (pass * DIGIT) & (DIGITS - 1)]++] = from[i];
        }
    }
    return used;
}

/* How many codes of each length Huffman's tree has (two queues: the symbols in order, and the sums,
 * which come about in order). Lengths beyond `limit` count as `limit`. */
static void count_lengths(int32_t *count, const struct symbol *sorted, int32_t n, int32_t limit)
{
    uint32_t weight[2 * CODES_MAX];
    uint16_t parent[2 * CODES_MAX];
    uint8_t depth[2 * CODES_MAX]; /* at most 2 log(counts), far below 255 */
    int32_t leaf = 0, sum = n;
    for (int32_t i = 0; i < n; i++) {
        weight[i] = sorted[i].freq;
    }
    for (int32_t next = n; next < 2 * n - 1; next++) {
        weight[next] = 0;
        for (int k = 0; k < 2; k++) {
            bool is_leaf = leaf < n && (sum == next || weight[leaf] <= weight[sum]);
            int32_t child = is_leaf ? leaf++ : sum++;
            weight[next] += weight[child];
            parent[child] = (uint16_t)next;
        }
    }
    depth[2 * n - 2] = 0;
    for (int32_t i = 2 * n - 3; i >= 0; i--) {
        depth[i] = (uint8_t)(depth[parent[i]] + 1);
        if (i < n) {
            count[depth[i] < limit ? depth[i] : limit]++;
        }
    }
}

/* Cut lengths may ask for more than there are codes (Kraft): lengthen a shorter one until they fit.
 */
static void fit_lengths(int32_t *count, int32_t limit)
{
    uint32_t used = 0;
    for (int32_t i = 1; i <= limit; i++) {
        used += (uint32_t)count[i] << (limit - i);
    }
    while (used > 1U << limit) {
        int32_t i = limit - 1;
        while (count[i] == 0) {
            i--;
        }
        /* A leaf becomes a node with two leaves, one of them the one taken from the bottom. */
        count[i]--;
        count[i + 1] += 2;
        count[limit]--;
        used--;
    }
}

static uint32_t reverse_bits(uint32_t v, int32_t n)
{
    uint32_t out = 0;
    for (; n > 0; n--, v >>= 1) {
        out = out << 1 | (v & 1);
    }
    return out;
}

/* Codes in order of length and number, as deflate wants them (RFC 1951, 3.2.2). */
static void assign_codes(uint32_t *out, const uint8_t *length, int32_t n)
{
    uint32_t next[17] = {0}, count[17] = {0};
    for (int32_t i = 0; i < n; i++) {
        count[length[i]]++;
    }
    count[0] = 0;
    for (int32_t i = 1; i <= 16; i++) {
        next[i] = (next[i - 1] + count[i - 1]) << 1;
    }
    for (int32_t i = 0; i < n; i++) {
        out[i] = 0;
        if (length[i] > 0) {
            out[i] = (uint32_t)length[i] << 16 | reverse_bits(next[length[i]]++, length[i]);
        }
    }
}

void fov__huffman_make(uint32_t *out, const uint32_t *freq, int32_t n, int32_t limit)
{
    struct symbol sorted[CODES_MAX];
    uint8_t length[CODES_MAX] = {0};
    int32_t count[FOV__CODE_BITS_MAX + 1] = {0};
    int32_t used = sort_symbols(sorted, freq, n);
    if (used < 2) {
        /* One symbol, or none: another that is never written makes the code complete. */
        int32_t only = used == 1 ? sorted[0].id : 0;
        length[only] = 1;
        length[only == 0 ? 1 : 0] = 1;
        assign_codes(out, length, n);
        return;
    }
    count_lengths(count, sorted, used, limit);
    fit_lengths(count, limit);
    int32_t i = used;
    for (int32_t bits = 1; bits <= limit; bits++) {
        for (int32_t k = 0; k < count[bits]; k++) {
            length[sorted[--i].id] = (uint8_t)bits;
        }
    }
    assign_codes(out, length, n);
}

void fov__huffman_fixed(struct fov_huffman *out)
{
    uint8_t length[CODES_MAX];
    for (int32_t i = 0; i < CODES_MAX; i++) {
        length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    assign_codes(out->litlen, length, CODES_MAX);
    memset(length, 5, FOV__DIST_CODES + 2);
    assign_codes(out->dist, length, FOV__DIST_CODES + 2);
}

/* ---- the head of a block -------------------------------------------------------------------- */

static void add_item(struct fov_huffman_head *head, uint32_t *freq, int32_t item, int32_t extra)
{
    head->item[head->item_count] = (uint8_t)item;
    head->extra[head->item_count++] = (uint8_t)extra;
    freq[item]++;
}

/* `run` times the same length, of which 3 to 6 (of zeros up to 138) make one item. */
static void add_lengths(struct fov_huffman_head *head, uint32_t *freq, int32_t length, int32_t run)
{
    while (length == 0 && run >= 3) {
        int32_t take = run < 138 ? run : 138;
        add_item(head, freq, take < 11 ? 17 : 18, take < 11 ? take - 3 : take - 11);
        run -= take;
    }
    if (length > 0 && run >= 4) {
        add_item(head, freq, length, 0);
        run--;
        while (run >= 3) {
            int32_t take = run < 6 ? run : 6;
            add_item(head, freq, 16, take - 3);
            run -= take;
        }
    }
    for (; run > 0; run--) {
        add_item(head, freq, length, 0);
    }
}

static const uint8_t pre_order[PRE_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                             11, 4,  12, 3, 13, 2, 14, 1, 15};

static uint32_t extra_bits(int32_t item)
{
    return item == 16 ? 2 : item == 17 ? 3 : item == 18 ? 7 : 0;
}

void fov__huffman_head(struct fov_huffman_head *out, const struct fov_huffman *code)
{
    uint32_t freq[PRE_CODES] = {0};
    uint8_t length[FOV__LITLEN_CODES + FOV__DIST_CODES];
    int32_t litlens = FOV__LITLEN_CODES, dists = FOV__DIST_CODES, pres = PRE_CODES;
    while (litlens > 257 && code->litlen[litlens - 1] == 0) {
        litlens--;
    }
    while (dists > 1 && code->dist[dists - 1] == 0) {
        dists--;
    }
    for (int32_t i = 0; i < litlens; i++) {
        length[i] = (uint8_t)(code->litlen[i] >> 16);
    }
    for (int32_t i = 0; i < dists; i++) {
        length[litlens + i] = (uint8_t)(code->dist[i] >> 16);
    }
    out->item_count = 0;
    for (int32_t i = 0, run; i < litlens + dists; i += run) {
        for (run = 1; i + run < litlens + dists && length[i + run] == length[i]; run++) {
        }
        add_lengths(out, freq, length[i], run);
    }
    fov__huffman_make(out->pre, freq, PRE_CODES, PRE_BITS_MAX);
    while (pres > 4 && out->pre[pre_order[pres - 1]] == 0) {
        pres--;
    }
    out->litlen_count = litlens;
    out->dist_count = dists;
    out->pre_count = pres;
    out->bit_count = 14 + 3 * (uint64_t)pres;
    for (int32_t i = 0; i < PRE_CODES; i++) {
        out->bit_count += (uint64_t)freq[i] * ((out->pre[i] >> 16) + extra_bits(i));
    }
}

void fov__huffman_head_write(struct fov_bits *bits, const struct fov_huffman_head *head)
{
    fov__bits_put(bits, (uint64_t)head->litlen_count - 257, 5);
    fov__bits_put(bits, (uint64_t)head->dist_count - 1, 5);
    fov__bits_put(bits, (uint64_t)head->pre_count - 4, 4);
    for (int32_t i = 0; i < head->pre_count; i++) {
        fov__bits_flush(bits);
        fov__bits_put(bits, head->pre[pre_order[i]] >> 16, 3);
    }
    for (int32_t i = 0; i < head->item_count; i++) {
        uint32_t code = head->pre[head->item[i]];
        fov__bits_flush(bits);
        fov__bits_put(bits, code & 0xffff, code >> 16);
        fov__bits_put(bits, head->extra[i], extra_bits(head->item[i]));
    }
    fov__bits_flush(bits);
}
