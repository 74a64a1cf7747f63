/* SPDX-License-Identifier: MIT */
/* PNG rows without libpng, for pictures that are not interlaced and not damaged: the rows up to the
 * last one wanted are inflated at once by libdeflate (two to four times as fast as zlib), then
 * unfiltered and spread to 8-bit RGB(A) as they are asked for. Any doubt - damage, memory, a filter
 * that is not known - is answered by "no": libpng then reads the picture or says what is wrong, so
 * that there is one truth about broken files. It must give the same bytes as libpng. */
#include "image/png_kernels.h"

#include <libdeflate.h>

/* Above this many inflated bytes libpng's streaming is kinder to memory. */
enum { RAW_MAX = 256 * 1024 * 1024 };
enum { RING = FOV__PNG_WAVE + 1, SLACK = FOV__PNG_SLACK };
enum { FILTER_SUB = 1, FILTER_UP, FILTER_AVERAGE, FILTER_PAETH };

/* libdeflate does not say how much it wrote when room ran out, and a block that is stored without
 * being packed (65535 bytes at most) or a match (258) is then left out wholly. */
enum { PREFIX_ROOM = 65535 + 258 };

/* What makes the stored rows and the picture share memory. */
enum place {
    APART,
    IN_FRONT, /* rows move to the front of the pixels as they are: they lie a wave of rows behind */
    AT_END    /* they lie at the end, and spread to the front */
};

struct fov_png_unpack {
    fov_context *ctx;
    const struct fov_png_filters *filters;
    enum place place;
    int32_t height, end;        /* rows of the picture; of them inflated */
    int32_t start, next, given; /* first row that is unfiltered; next one to be, and to be given */
    size_t row_bytes, stride;   /* of a stored row; of one in the ring */
    uint8_t *raw;               /* all rows, each behind its filter byte */
    uint8_t *raw_block;         /* NULL unless APART */
    uint8_t *ring;              /* RING rows and one of zeros */
    uint8_t *picture;           /* IN_FRONT: instead of the ring */
    const uint8_t *made[RING];  /* the rows that were unfiltered last */
    uint32_t sum, wanted_sum;   /* Adler-32 */
    struct fov_png_spread spread;
};

/* ---- inflate -------------------------------------------------------------------------------- */

/* The packed pixels in one run: inside the file when there is one chunk, else joined. */
static const uint8_t *join_idat(const fov_image *image, size_t *size, uint8_t **joined)
{
    const fov_bytes *file = &image->encoded;
    const uint8_t *first = NULL;
    struct fov_png_chunk chunk;
    size_t count = 0, total = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t pos = 8, at = 0;
        while (fov__png_chunk_next(&chunk, file->data, file->size, &pos)) {
            if (chunk.type == FOV__PNG_TYPE('I', 'E', 'N', 'D'))
                break;
            if (chunk.type != FOV__PNG_TYPE('I', 'D', 'A', 'T'))
                continue;
            if (pass == 0) {
                first = count == 0 ? chunk.data : first;
                count++;
                total += chunk.available;
            } else if (chunk.available > 0) {
                memcpy(*joined + at, chunk.data, chunk.available);
                at += chunk.available;
            }
        }
        *size = total;
        if (count <= 1)
            return first;
        if (pass == 0 && (*joined = fov__buffer_new(image->ctx, total)) == NULL)
            return NULL;
    }
    return *joined;
}

/* zlib's header (RFC 1950) as zlib itself judges it, which refuses what reaches further back than
 * the window that is named: a smaller one is ours only where nothing can. */
static bool header_fits(const uint8_t *packed, size_t size, uint64_t raw_size)
{
    enum { HEADER = 2, SUM = 4 };
    if (size < HEADER + SUM || fov__be16(packed) % 31 != 0 || (packed[1] & 0x20) != 0)
        return false;
    const uint32_t method = packed[0] & 15, window = packed[0] >> 4;
    return method == 8 && (window == 7 || (window < 7 && raw_size <= (uint64_t)256 << window));
}

/* The first `need` bytes; all of them are held against the check sum later. */
static bool inflate_rows(struct fov_png_unpack *unpack, const uint8_t *packed, size_t size,
                         size_t need, size_t room, bool is_all)
{
    static const uint8_t mark[16] = "not reached yet";
    struct libdeflate_decompressor *packer = libdeflate_alloc_decompressor();
    if (packer == NULL)
        return false;
    size_t read = 0, written = 0;
    uint8_t *last = unpack->raw + need - (need < sizeof(mark) ? need : sizeof(mark));
    const size_t marked = (size_t)(unpack->raw + need - last);
    memcpy(last, mark, marked);
    const enum libdeflate_result result = libdeflate_deflate_decompress_ex(
        packer, packed + 2, size - 2, unpack->raw, room, &read, &written);
    libdeflate_free_decompressor(packer);
    if (is_all) {
        if (result != LIBDEFLATE_SUCCESS || written != need || size - 2 - read < 4)
            return false;
        unpack->wanted_sum = fov__be32(packed + 2 + read);
        return true;
    }
    /* It writes from the front to the back: when the last bytes are there, so are all before. */
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return memcmp(last, mark, marked) != 0;
    return result == LIBDEFLATE_SUCCESS && written >= need;
}

/* ---- where everything lies ------------------------------------------------------------------ */

static size_t stored_bits(const fov_image *image)
{
    static const size_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    return (size_t)image->info.bits * channels[image->encoded.data[25]];
}

static size_t stored_row(const fov_image *image)
{
    return ((size_t)image->raw_width * stored_bits(image) + 7) / 8;
}

static size_t picture_row(const fov_image *image)
{
    return (size_t)image->raw_width * (image->info.has_alpha ? 4 : 3);
}

/* Stored rows before their end lie SLACK bytes behind the finished ones at least: in front because
 * they begin a wave of rows later, at the end because a stored row is the smaller. */
static enum place place_of(const fov_image *image, bool has_profile)
{
    const size_t row = stored_row(image), out = picture_row(image);
    if (image->info.is_progressive || image->is_lenient)
        return APART;
    if (image->info.bits == 8 && row == out)
        return has_profile ? APART : IN_FRONT; /* rows are predicted from what was stored */
    return row + 1 <= out ? AT_END : APART;
}

static size_t front_gap(size_t row)
{
    return FOV__PNG_WAVE * (row + 1) + SLACK;
}

size_t fov__png_unpack_room(const fov_image *image, bool has_profile)
{
    switch (place_of(image, has_profile)) {
    case IN_FRONT:
        return front_gap(stored_row(image)) + (size_t)image->raw_height + SLACK;
    case AT_END:
        return 2 * SLACK;
    case APART:
    default:
        return 0;
    }
}

/* Memory for `room` stored bytes, and the ring. */
static bool place_rows(struct fov_png_unpack *unpack, const fov_image *image,
                       struct fov_pixels *into, size_t room)
{
    const size_t picture = picture_row(image) * (size_t)image->raw_height;
    switch (unpack->place) {
    case IN_FRONT:
        unpack->picture = into->data;
        unpack->raw = into->data + front_gap(unpack->row_bytes);
        break;
    case AT_END:
        unpack->raw = into->data + (picture + SLACK - room);
        break;
    case APART:
    default:
        unpack->raw_block = unpack->raw = fov__buffer_new(unpack->ctx, room + SLACK);
        break;
    }
    unpack->stride = (unpack->row_bytes + 2 * SLACK) / SLACK * SLACK;
    unpack->ring = fov__buffer_new(unpack->ctx, unpack->stride * (RING + 1));
    if (unpack->raw == NULL || unpack->ring == NULL)
        return false;
    memset(unpack->raw + room, 0, SLACK);
    memset(unpack->ring, 0, unpack->stride * (RING + 1));
    return true;
}

/* The last row up to `first` that needs none above; -1 when a filter is not known. */
static int32_t find_start(const struct fov_png_unpack *unpack, int32_t first)
{
    int32_t start = 0;
    for (int32_t y = 0; y <= first; y++) {
        const uint8_t filter = unpack->raw[(size_t)y * (unpack->row_bytes + 1)];
        if (filter > FILTER_PAETH)
            return -1;
        if (filter <= FILTER_SUB)
            start = y;
    }
    return start;
}

static bool unpack_start(struct fov_png_unpack *unpack, const fov_image *image, int32_t first,
                         int32_t end, struct fov_pixels *into)
{
    const size_t row = unpack->row_bytes + 1, all = row * (size_t)image->raw_height;
    const size_t need = row * (size_t)end, left = all - need;
    const size_t room = need + (left < PREFIX_ROOM ? left : PREFIX_ROOM);
    size_t size = 0;
    uint8_t *joined = NULL;
    if (!place_rows(unpack, image, into, room))
        return false;
    const uint8_t *packed = join_idat(image, &size, &joined);
    const bool is_done =
        packed != NULL && header_fits(packed, size, all) &&
        inflate_rows(unpack, packed, size, room == all ? all : need, room, room == all);
    fov__buffer_free(unpack->ctx, joined);
    unpack->start = is_done ? find_start(unpack, first) : -1;
    unpack->next = unpack->start;
    unpack->given = first;
    unpack->end = end;
    unpack->sum = 1;
    return unpack->start >= 0;
}

struct fov_png_unpack *fov__png_unpack_new(const fov_image *image, int32_t first, int32_t end,
                                           struct fov_pixels *into, bool has_profile)
{
    if (image->info.is_progressive || image->is_lenient)
        return NULL;
    const size_t row = stored_row(image);
    if ((row + 1) * (uint64_t)end > RAW_MAX)
        return NULL;
    struct fov_png_unpack *unpack = fov__calloc(image->ctx, 1, sizeof(*unpack));
    if (unpack == NULL)
        return NULL;
    const size_t bits = stored_bits(image);
    unpack->ctx = image->ctx;
    unpack->filters = fov__png_filters(image->ctx->cpu, bits < 8 ? 1 : bits / 8);
    unpack->place = into != NULL ? place_of(image, has_profile) : APART;
    unpack->height = image->raw_height;
    unpack->row_bytes = row;
    fov__png_spread_start(&unpack->spread, image);
    if (!unpack_start(unpack, image, first, end, into)) {
        fov__png_unpack_free(unpack);
        return NULL;
    }
    return unpack;
}

void fov__png_unpack_free(struct fov_png_unpack *unpack)
{
    if (unpack == NULL)
        return;
    fov__buffer_free(unpack->ctx, unpack->raw_block);
    fov__buffer_free(unpack->ctx, unpack->ring);
    fov__free(unpack->ctx, unpack);
}

bool fov__png_unpack_is_sound(const struct fov_png_unpack *unpack)
{
    return unpack->start > 0 || unpack->next < unpack->height || unpack->sum == unpack->wanted_sum;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Whether most of a row is as predicted, by a look at a few places. */
static bool is_flat(const uint8_t *row, size_t size)
{
    enum { LOOKS = 16, FLAT = 12 };
    const size_t apart = size / LOOKS;
    int flat = 0;
    if (apart < 8)
        return false;
    for (size_t i = 0; i < LOOKS; i++) {
        uint64_t v;
        memcpy(&v, row + i * apart, sizeof(v));
        flat += v == 0;
    }
    return flat >= FLAT;
}

/* How the next rows are made at once, NULL: they are no wave. They have one filter, and of Paeth's
 * few are flat. */
static fov__png_wave_fn wave_of(const struct fov_png_unpack *unpack, const uint8_t *in)
{
    const size_t row = unpack->row_bytes + 1;
    int flat = 0;
    if (unpack->end - unpack->next < FOV__PNG_WAVE ||
        (in[0] != FILTER_AVERAGE && in[0] != FILTER_PAETH))
        return NULL;
    for (size_t k = 0; k < FOV__PNG_WAVE; k++) {
        if (in[k * row] != in[0])
            return NULL;
        flat += in[0] == FILTER_PAETH && is_flat(in + k * row + 1, unpack->row_bytes);
    }
    if (flat >= FOV__PNG_WAVE / 2)
        return NULL;
    return in[0] == FILTER_PAETH ? unpack->filters->paeth_wave : unpack->filters->average_wave;
}

static uint8_t *room_for(const struct fov_png_unpack *unpack, int32_t y)
{
    if (unpack->place == IN_FRONT)
        return unpack->picture + (size_t)y * unpack->row_bytes;
    return unpack->ring + (size_t)(y % RING) * unpack->stride;
}

static bool undo_row(struct fov_png_unpack *unpack, const uint8_t *in, const uint8_t *above)
{
    const struct fov_png_filters *filters = unpack->filters;
    const size_t size = unpack->row_bytes;
    uint8_t *out = room_for(unpack, unpack->next);
    unpack->made[unpack->next % RING] = out;
    switch (in[0]) {
    case 0:
        if (unpack->place == APART)
            unpack->made[unpack->next % RING] = in + 1;
        else
            memcpy(out, in + 1, size);
        return true;
    case FILTER_SUB:
        filters->sub(out, in + 1, above, size);
        return true;
    case FILTER_UP:
        filters->up(out, in + 1, above, size);
        return true;
    case FILTER_AVERAGE:
        filters->average(out, in + 1, above, size);
        return true;
    case FILTER_PAETH:
        (is_flat(in + 1, size) ? filters->paeth_flat : filters->paeth)(out, in + 1, above, size);
        return true;
    default:
        return false;
    }
}

/* The next row, or the next wave. The check sum is taken where the bytes
 * are about to be read anyway. */
static bool undo(struct fov_png_unpack *unpack)
{
    const size_t row = unpack->row_bytes + 1;
    const uint8_t *in = unpack->raw + (size_t)unpack->next * row;
    const uint8_t *above = unpack->next == unpack->start ? unpack->ring + RING * unpack->stride
                                                         : unpack->made[(unpack->next - 1) % RING];
    const fov__png_wave_fn wave = wave_of(unpack, in);
    const int32_t count = wave != NULL ? FOV__PNG_WAVE : 1;
    if (unpack->start == 0)
        unpack->sum = libdeflate_adler32(unpack->sum, in, row * (size_t)count);
    if (wave != NULL) {
        uint8_t *out[FOV__PNG_WAVE];
        for (int32_t k = 0; k < FOV__PNG_WAVE; k++) {
            out[k] = room_for(unpack, unpack->next + k);
            unpack->made[(unpack->next + k) % RING] = out[k];
        }
        wave(out, in + 1, row, above, unpack->row_bytes);
    } else if (!undo_row(unpack, in, above)) {
        return false;
    }
    unpack->next += count;
    return true;
}

bool fov__png_unpack_row(struct fov_png_unpack *unpack, uint8_t *out, int32_t x, int32_t n)
{
    while (unpack->next <= unpack->given) {
        if (!undo(unpack))
            return false;
    }
    const uint8_t *row = unpack->made[unpack->given % RING];
    unpack->given++;
    if (unpack->place != IN_FRONT)
        fov__png_spread_row(&unpack->spread, out, row, (size_t)x, (size_t)n);
    return true;
}
