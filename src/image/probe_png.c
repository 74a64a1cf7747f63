/* SPDX-License-Identifier: MIT */
/* The chunk walk of a PNG, done before libpng sees anything: a 57-byte file whose chunk claims 1
 * GiB makes libpng 1.6.39 allocate it. Every length must fit the bytes that are there, order and
 * check sums of the critical chunks hold, and IEND is reached. It must not unpack pixels. Numbers
 * are from the PNG specification (second edition, ISO/IEC 15948). */
#include "image/codec_internal.h"

#include <libdeflate.h>

#define IHDR FOV__PNG_TYPE('I', 'H', 'D', 'R')
#define PLTE FOV__PNG_TYPE('P', 'L', 'T', 'E')
#define IDAT FOV__PNG_TYPE('I', 'D', 'A', 'T')
#define IEND FOV__PNG_TYPE('I', 'E', 'N', 'D')
#define TRNS FOV__PNG_TYPE('t', 'R', 'N', 'S')
#define ICCP FOV__PNG_TYPE('i', 'C', 'C', 'P')
#define EXIF FOV__PNG_TYPE('e', 'X', 'I', 'f')
#define FDAT FOV__PNG_TYPE('f', 'd', 'A', 'T')
#define CGBI FOV__PNG_TYPE('C', 'g', 'B', 'I')

enum { SIGNATURE = 8, FRAME = 12, COLOUR_PALETTE = 3 };

/* Deflate cannot pack better than 258 bytes into 2 bits; the slack is for headers. */
enum { DEFLATE_RATIO = 1032, DEFLATE_SLACK = 64 };

struct walk {
    fov_image *image;
    int32_t depth, colour;
    uint32_t palette;  /* entries, 0: none */
    uint64_t idat;     /* bytes of packed pixels */
    uint64_t metadata; /* bytes beside pixels, animation frames left out */
    bool in_idat, after_idat, has_end, has_trns;
};

bool fov__png_chunk_next(struct fov_png_chunk *out, const uint8_t *data, size_t size, size_t *pos)
{
    if (*pos >= size)
        return false;
    memset(out, 0, sizeof(*out));
    out->offset = *pos;
    const size_t left = size - *pos;
    if (left < 8) {
        out->is_cut = true;
        *pos = size;
        return true;
    }
    out->length = fov__be32(data + *pos);
    out->type = fov__be32(data + *pos + 4);
    out->data = data + *pos + 8;
    out->is_cut = left < FRAME || out->length > left - FRAME;
    out->available = out->length < left - 8 ? out->length : left - 8;
    *pos = out->is_cut ? size : *pos + FRAME + out->length;
    return true;
}

bool fov__png_chunk_crc_fits(const struct fov_png_chunk *chunk)
{
    return !chunk->is_cut && libdeflate_crc32(0, chunk->data - 4, (size_t)chunk->length + 4) ==
                                 fov__be32(chunk->data + chunk->length);
}

static void type_text(char out[5], uint32_t type)
{
    for (int i = 0; i < 4; i++) {
        const uint8_t c = (uint8_t)(type >> (24 - 8 * i));
        out[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
    }
    out[4] = '\0';
}

static bool is_letters(uint32_t type)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        const uint32_t c = (type >> shift) & 0xdf; /* upper case */
        if (c < 'A' || c > 'Z')
            return false;
    }
    return true;
}

static bool depth_is_legal(int32_t colour, int32_t depth)
{
    switch (colour) {
    case 0:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case 3:
        return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case 2:
    case 4:
    case 6:
        return depth == 8 || depth == 16;
    default:
        return false;
    }
}

static fov_status take_ihdr(struct walk *walk, const struct fov_png_chunk *chunk, fov_error *err)
{
    static const int32_t channels[] = {1, 0, 3, 1, 2, 0, 4};
    fov_image_info *info = &walk->image->info;
    const uint8_t *p = chunk->data;
    if (chunk->length != 13 || chunk->available < 13)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.png",
                         "the header IHDR has %u bytes of which %zu are there, and 13 are needed",
                         (unsigned)chunk->length, chunk->available);
    fov_status rc = fov__probe_size(walk->image, fov__be32(p), fov__be32(p + 4), err);
    if (rc < 0)
        return rc;
    walk->depth = p[8];
    walk->colour = p[9];
    if (!depth_is_legal(walk->colour, walk->depth))
        return fov__fail(err, FOV_E_IMAGE, 0, "image.png",
                         "colour type %d with %d bits a sample is not one of the 15 allowed pairs",
                         (int)walk->colour, (int)walk->depth);
    if (p[10] != 0 || p[11] != 0 || p[12] > 1)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.png",
                         "compression %d, filter %d, interlace %d are not 0, 0 and 0 or 1", p[10],
                         p[11], p[12]);
    info->bits = walk->depth;
    info->channels = channels[walk->colour];
    info->has_alpha = (walk->colour & 4) != 0;
    info->is_progressive = p[12];
    walk->image->has_grey_samples = walk->colour == 0 || walk->colour == 4;
    if (!fov__png_chunk_crc_fits(chunk))
        rc = fov__probe_damage(walk->image, err, "the check sum of the header IHDR is wrong");
    return rc;
}

static fov_status take_plte(struct walk *walk, const struct fov_png_chunk *chunk, fov_error *err)
{
    if (walk->palette != 0 || walk->idat != 0)
        return fov__probe_damage(walk->image, err, "a palette PLTE at byte %zu %s", chunk->offset,
                                 walk->idat != 0 ? "comes after the pixels" : "is the second one");
    if (chunk->length % 3 != 0 || chunk->length == 0 || chunk->length > 768)
        return fov__probe_damage(walk->image, err,
                                 "the palette PLTE has %u bytes, and 3 to 768, by "
                                 "3, are allowed",
                                 (unsigned)chunk->length);
    /* Some encoders write 256 entries whatever the depth: those that no pixel reaches are left. */
    const uint32_t most = walk->colour == COLOUR_PALETTE ? 1u << walk->depth : 256;
    walk->palette = chunk->length / 3 < most ? chunk->length / 3 : most;
    walk->image->png_plte = chunk->offset;
    return FOV_OK;
}

/* libpng ignores a transparency that does not fit; so do we, for then both say the same of alpha.
 */
static void take_trns(struct walk *walk, const struct fov_png_chunk *chunk)
{
    const bool fits =
        (walk->colour == 0 && chunk->length == 2) || (walk->colour == 2 && chunk->length == 6) ||
        (walk->colour == COLOUR_PALETTE && chunk->length >= 1 && chunk->length <= walk->palette);
    if (fits && !walk->has_trns && walk->idat == 0 && fov__png_chunk_crc_fits(chunk)) {
        walk->has_trns = true;
        walk->image->info.has_alpha = 1;
        walk->image->png_trns = chunk->offset;
    } else {
        fov__log(walk->image->ctx, FOV_LOG_WARNING,
                 "image.png: the transparency tRNS at byte %zu does not fit and is ignored",
                 chunk->offset);
    }
}

/* A profile packs about 1:2; one that unpacks above FOV__ICC_MAX is dropped, not an error. */
static fov_status take_iccp(struct walk *walk, const struct fov_png_chunk *chunk, fov_error *err)
{
    fov_image *image = walk->image;
    const uint8_t *end = chunk->length > 0
                             ? memchr(chunk->data, 0, chunk->available < 80 ? chunk->available : 80)
                             : NULL;
    const size_t head = end != NULL ? (size_t)(end - chunk->data) + 2 : 0;
    if (image->icc != NULL || walk->idat != 0 || head < 3 || head >= chunk->length || end[1] != 0 ||
        !fov__png_chunk_crc_fits(chunk))
        goto ignored;
    struct libdeflate_decompressor *packer = libdeflate_alloc_decompressor();
    if (packer == NULL)
        return fov__fail_memory(err, "image.png.iCCP", 0);
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    for (size_t room = 16384; room <= FOV__ICC_MAX; room *= 16) {
        image->icc = fov__alloc(image->ctx, room);
        if (image->icc == NULL) {
            libdeflate_free_decompressor(packer);
            return fov__fail_memory(err, "image.png.iCCP", room);
        }
        result = libdeflate_zlib_decompress(packer, end + 2, chunk->length - head, image->icc, room,
                                            &image->icc_size);
        if (result == LIBDEFLATE_SUCCESS)
            break;
        fov__free(image->ctx, image->icc);
        image->icc = NULL;
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            break;
    }
    libdeflate_free_decompressor(packer);
    if (result == LIBDEFLATE_SUCCESS)
        return FOV_OK;
ignored:
    fov__log(
        image->ctx, FOV_LOG_WARNING,
        "image.png: the colour profile iCCP at byte %zu cannot be unpacked within %d bytes and "
        "is ignored",
        chunk->offset, (int)FOV__ICC_MAX);
    return FOV_OK;
}

static fov_status take_ancillary(struct walk *walk, const struct fov_png_chunk *chunk,
                                 fov_error *err)
{
    walk->metadata += chunk->type == FDAT ? 0 : chunk->length;
    if (walk->metadata > FOV__METADATA_MAX && !walk->image->is_lenient) {
        char name[5];
        type_text(name, chunk->type);
        return fov__fail(
            err, FOV_E_LIMIT, 0, "image.png",
            "with the chunk %s at byte %zu there are %llu bytes beside the pixels, and "
            "%d are allowed",
            name, chunk->offset, (unsigned long long)walk->metadata, (int)FOV__METADATA_MAX);
    }
    switch (chunk->type) {
    case TRNS:
        take_trns(walk, chunk);
        break;
    case ICCP:
        return take_iccp(walk, chunk, err);
    case EXIF:
        if (fov__png_chunk_crc_fits(chunk))
            walk->image->info.orientation = fov__exif_orientation(chunk->data, chunk->length);
        break;
    default:
        break;
    }
    return FOV_OK;
}

static fov_status take_critical(struct walk *walk, const struct fov_png_chunk *chunk,
                                fov_error *err)
{
    fov_image *image = walk->image;
    char name[5];
    type_text(name, chunk->type);
    fov_status rc = FOV_OK;
    if (!chunk->is_cut && !fov__png_chunk_crc_fits(chunk))
        rc = fov__probe_damage(image, err, "the check sum of the chunk %s at byte %zu is wrong",
                               name, chunk->offset);
    if (rc < 0)
        return rc;
    switch (chunk->type) {
    case PLTE:
        return take_plte(walk, chunk, err);
    case IDAT:
        walk->idat += chunk->available;
        if (walk->colour == COLOUR_PALETTE && walk->palette == 0)
            return fov__fail(err, FOV_E_IMAGE, 0, "image.png",
                             "the pixels need a palette PLTE, and none comes before them");
        if (walk->after_idat)
            return fov__probe_damage(image, err,
                                     "the pixels IDAT go on at byte %zu after another "
                                     "chunk came between",
                                     chunk->offset);
        return FOV_OK;
    case IEND:
        walk->has_end = true;
        if (chunk->length != 0)
            return fov__probe_damage(image, err, "the end IEND holds %u bytes, and must be empty",
                                     (unsigned)chunk->length);
        return FOV_OK;
    case IHDR:
        return fov__probe_damage(image, err, "a second header IHDR is at byte %zu", chunk->offset);
    default:
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.png",
                         "the chunk %s at byte %zu is critical and not known", name, chunk->offset);
    }
}

static fov_status take_chunk(struct walk *walk, const struct fov_png_chunk *chunk, fov_error *err)
{
    char name[5];
    type_text(name, chunk->type);
    if (walk->depth == 0 && chunk->type == CGBI)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image.png",
                         "this is Apple's private variant of PNG (chunk CgBI), which is not read");
    if (walk->depth == 0 && chunk->type != IHDR)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.png",
                         "the first chunk is %s, and must be the header IHDR", name);
    if (walk->depth == 0)
        return take_ihdr(walk, chunk, err);
    fov_status rc = FOV_OK;
    if (chunk->is_cut)
        rc = fov__probe_damage(walk->image, err,
                               "the chunk %s at byte %zu says %u bytes, and %zu "
                               "remain: the file is cut or damaged",
                               name, chunk->offset, (unsigned)chunk->length, chunk->available);
    else if (!is_letters(chunk->type) || chunk->length > INT32_MAX)
        rc = fov__probe_damage(walk->image, err, "at byte %zu a chunk should begin and does not",
                               chunk->offset);
    if (rc < 0)
        return rc;
    walk->after_idat = walk->after_idat || (walk->in_idat && chunk->type != IDAT);
    walk->in_idat = chunk->type == IDAT;
    if (!is_letters(chunk->type))
        return FOV_OK;
    /* Bit 5 of the first letter: lower case is ancillary. */
    if ((chunk->type >> 24 & 0x20) != 0)
        return take_ancillary(walk, chunk, err);
    return take_critical(walk, chunk, err);
}

fov_status fov__probe_png(fov_image *image, fov_error *err)
{
    struct walk walk = {.image = image};
    struct fov_png_chunk chunk;
    size_t pos = SIGNATURE;
    while (!walk.has_end &&
           fov__png_chunk_next(&chunk, image->encoded.data, image->encoded.size, &pos)) {
        const fov_status rc = take_chunk(&walk, &chunk, err);
        if (rc < 0)
            return rc;
    }
    if (walk.depth == 0)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.png",
                         "the file has %zu bytes and ends before its header", image->encoded.size);
    if (walk.idat == 0)
        return fov__fail(err, FOV_E_IMAGE, 0, "image.png", "the file has no pixels (no IDAT)");
    fov_status rc = FOV_OK;
    if (!walk.has_end)
        rc = fov__probe_damage(image, err, "the file ends at byte %zu without IEND: it is cut",
                               image->encoded.size);
    /* Rows of an interlaced picture are at least these bytes too. */
    const uint64_t row =
        ((uint64_t)image->raw_width * (uint64_t)image->info.channels * (uint64_t)walk.depth + 7) /
            8 +
        1;
    if (rc == FOV_OK &&
        row * (uint64_t)image->raw_height / DEFLATE_RATIO > walk.idat + DEFLATE_SLACK)
        rc = fov__probe_damage(image, err, "%llu bytes of pixels cannot unpack to %d x %d",
                               (unsigned long long)walk.idat, (int)image->raw_width,
                               (int)image->raw_height);
    return rc;
}
