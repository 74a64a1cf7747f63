/* SPDX-License-Identifier: MIT */
/* What is known of the coded data of one baseline JPEG: its codes, and for every 16th MCU where its
 * bits begin and what the DC predictions are there. It grows as far as any look has reached and is
 * kept in the cache, so nothing is walked twice and nothing for later's sake. The walk takes
 * symbols several at a time and makes no coefficient. It must never judge a file: what it cannot
 * read is left to libjpeg, from there on for good. */
#include "image/jpeg_huffman.h"

/* ---- codes ---------------------------------------------------------------------------------- */

/* The canonical codes of T.81 annex C. False when the lengths are not a code. */
static bool make_codes(struct fov_jpeg_huffman *t, const uint8_t bits[17], const uint8_t *value,
                       uint16_t code_of[256], uint8_t length_of[256], int32_t *count)
{
    int32_t code = 0, n = 0;
    for (int32_t length = 1; length <= 16; length++) {
        t->most[length] = -1;
        t->shift[length] = n - code;
        for (int32_t i = 0; i < bits[length]; i++, n++, code++) {
            if (n >= 256 || code >= 1 << length)
                return false;
            code_of[n] = (uint16_t)code;
            length_of[n] = (uint8_t)length;
            t->value[n] = value[n];
            t->most[length] = code;
        }
        code <<= 1;
    }
    *count = n;
    return true;
}

static int32_t extend(uint32_t v, uint32_t size)
{
    return v < 1u << (size - 1) ? (int32_t)v - (1 << size) + 1 : (int32_t)v;
}

static void fill_look(struct fov_jpeg_huffman *t, uint32_t symbol, uint32_t code, uint32_t length)
{
    const uint32_t size = symbol & 15, free_bits = LOOK - length;
    for (uint32_t i = 0; i < 1u << free_bits; i++) {
        uint32_t entry = length | symbol << 8;
        if (size != 0 && size <= free_bits) {
            const int32_t value = extend(i >> (free_bits - size), size);
            entry = (length + size) | HAS_VALUE | symbol << 8 | (uint32_t)value << 16;
        }
        t->look[(code << free_bits) | i] = entry;
    }
}

/* As many symbols as have their codes within WALK bits; values may reach beyond. */
static void fill_walk(struct fov_jpeg_huffman *t)
{
    for (uint32_t window = 0; window < 1u << WALK; window++) {
        uint32_t taken = 0, passed = 0, entry = 0;
        while (taken < WALK && passed < 64) {
            const uint32_t left = WALK - taken;
            const uint32_t ahead = (window << taken & ((1u << WALK) - 1)) >> (WALK - LOOK);
            const uint32_t look = t->look[ahead];
            const uint32_t symbol = look >> 8 & 255, size = symbol & 15;
            const uint32_t length = (look & 127) - ((look & HAS_VALUE) != 0 ? size : 0);
            if (look == 0 || length > left)
                break;
            taken += length + size;
            if (size == 0 && symbol != 0xf0) {
                entry = taken | passed << WALK_PASSED | WALK_END;
                break;
            }
            passed += (symbol >> 4) + 1;
            entry = taken | passed << WALK_PASSED;
        }
        t->walk[window] = (uint16_t)entry;
    }
}

static bool make_table(struct fov_jpeg_huffman *t, const uint8_t bits[17], const uint8_t *value,
                       bool is_dc)
{
    uint16_t code_of[256];
    uint8_t length_of[256];
    int32_t count = 0;
    if (!make_codes(t, bits, value, code_of, length_of, &count))
        return false;
    for (int32_t i = 0; i < count; i++) {
        if (is_dc && t->value[i] > 15)
            return false;
        if (length_of[i] <= LOOK)
            fill_look(t, t->value[i], code_of[i], length_of[i]);
    }
    if (!is_dc)
        fill_walk(t);
    return true;
}

/* ---- the scan ------------------------------------------------------------------------------- */

static struct fov_jpeg_huffman *make_tables(const struct fov_jpeg_scan *scan, bool *is_good)
{
    const struct fov_jpeg_tables *from = &scan->codes;
    struct fov_jpeg_huffman *table =
        fov__calloc(scan->ctx, (size_t)from->count, sizeof(*scan->table));
    *is_good = true;
    for (int32_t i = 0; table != NULL && i < from->count; i++)
        *is_good = make_table(&table[i], from->table[i].bits, from->table[i].value,
                              from->table[i].is_dc) &&
                   *is_good;
    return table;
}

fov_status fov__jpeg_scan_begin(struct fov_jpeg_scan *scan, fov_error *err)
{
    bool is_good = true;
    pthread_mutex_lock(&scan->lock);
    if (scan->table == NULL)
        scan->table = make_tables(scan, &is_good);
    const bool is_there = scan->table != NULL;
    scan->readers += is_there;
    pthread_mutex_unlock(&scan->lock);
    return is_there ? FOV_OK : fov__fail_memory(err, "image.jpeg", sizeof(*scan->table));
}

void fov__jpeg_scan_end(struct fov_jpeg_scan *scan)
{
    struct fov_jpeg_huffman *table = NULL;
    pthread_mutex_lock(&scan->lock);
    if (--scan->readers == 0) {
        table = scan->table;
        scan->table = NULL;
    }
    pthread_mutex_unlock(&scan->lock);
    fov__free(scan->ctx, table);
}

static fov_status make_scan(struct fov_jpeg_scan *scan, fov_image *image, fov_error *err)
{
    uint32_t offset = 0;
    bool is_good = true;
    fov_status rc = fov__jpeg_read_head(scan, image, &offset, err);
    if (rc < 0 || scan->is_refused)
        return rc;
    scan->table = make_tables(scan, &is_good); /* for the first reader */
    scan->marks_x = (scan->mcus_x - 1) / FOV__JPEG_MARK_STEP + 1;
    /* Below 2.4 MB for 30 000 x 6 666 pixels of 4:4:4. */
    const size_t marks = (size_t)scan->marks_x * (size_t)scan->mcus_y;
    scan->mark = fov__calloc(scan->ctx, marks, sizeof(*scan->mark));
    scan->bytes += marks * sizeof(*scan->mark);
    if (scan->table == NULL || scan->mark == NULL)
        rc = fov__fail_memory(err, "image.jpeg", marks * sizeof(*scan->mark));
    scan->is_refused = !is_good;
    scan->next.offset = offset;
    return rc;
}

fov_status fov__jpeg_scan_new(struct fov_jpeg_scan **out, fov_image *image, fov_error *err)
{
    *out = NULL;
    struct fov_jpeg_scan *scan = fov__calloc(image->ctx, 1, sizeof(*scan));
    if (scan == NULL)
        return fov__fail_memory(err, "image.jpeg", sizeof(*scan));
    if (pthread_mutex_init(&scan->lock, NULL) != 0) {
        fov__free(image->ctx, scan);
        return fov__fail_memory(err, "image.jpeg", sizeof(*scan));
    }
    atomic_init(&scan->refs, 1);
    atomic_init(&scan->rows, 0);
    scan->ctx = image->ctx;
    scan->bytes = sizeof(*scan);
    const fov_status rc = make_scan(scan, image, err);
    if (rc < 0)
        fov__jpeg_scan_unref(scan);
    else
        *out = scan;
    return rc;
}

struct fov_jpeg_scan *fov__jpeg_scan_ref(struct fov_jpeg_scan *scan)
{
    atomic_fetch_add_explicit(&scan->refs, 1, memory_order_relaxed);
    return scan;
}

void fov__jpeg_scan_unref(struct fov_jpeg_scan *scan)
{
    if (scan == NULL || atomic_fetch_sub_explicit(&scan->refs, 1, memory_order_acq_rel) != 1)
        return;
    pthread_mutex_destroy(&scan->lock);
    fov__free(scan->ctx, scan->table);
    fov__free(scan->ctx, scan->mark);
    fov__free(scan->ctx, scan);
}

/* ---- the walk ------------------------------------------------------------------------------- */

/* The marks of the next row; under the lock. */
static bool walk_row(struct fov_jpeg_scan *scan, const fov_image *image)
{
    const int32_t row = atomic_load_explicit(&scan->rows, memory_order_relaxed);
    struct reader r;
    reader_start(&r, image, &scan->next, row * scan->mcus_x);
    for (int32_t x = 0; x < scan->mcus_x; x++) {
        if (x % FOV__JPEG_MARK_STEP == 0)
            reader_mark(&r, image, &scan->mark[row * scan->marks_x + x / FOV__JPEG_MARK_STEP]);
        if (!reader_pass(&r, scan))
            return false;
    }
    reader_mark(&r, image, &scan->next);
    /* Whoever sees the row counted sees its marks. */
    atomic_store_explicit(&scan->rows, row + 1, memory_order_release);
    return true;
}

bool fov__jpeg_scan_reach(struct fov_jpeg_scan *scan, const fov_image *image, int32_t rows,
                          const fov_cancel *cancel)
{
    if (scan->is_refused)
        return false;
    while (atomic_load_explicit(&scan->rows, memory_order_acquire) < rows) {
        if (fov_cancel_is_set(cancel))
            return false;
        /* A few rows at a time, so that nobody waits long before looking at his own flag. */
        pthread_mutex_lock(&scan->lock);
        for (int32_t i = 0; i < 4 && !scan->is_stuck &&
                            atomic_load_explicit(&scan->rows, memory_order_relaxed) < rows;
             i++)
            scan->is_stuck = !walk_row(scan, image);
        const bool is_stuck = scan->is_stuck;
        pthread_mutex_unlock(&scan->lock);
        if (is_stuck && atomic_load_explicit(&scan->rows, memory_order_acquire) < rows)
            return false;
    }
    return true;
}
