/* SPDX-License-Identifier: MIT */
/* Which format these bytes are, by our own look at them, so that no library's guessing ever runs on
 * untrusted bytes (libvips 8.14's hangs for ever on a 155-byte gzip file). Formats that are known
 * and not read are named, for a caller can convert what has a name. A file's name plays no part. */
#include "image/codec_internal.h"

struct magic {
    const char *bytes;
    uint8_t offset, len;
    int32_t format; /* FOV_FORMAT_UNKNOWN: recognised and not read */
    const char *name;
};

#define MAGIC(offset, bytes, format, name)             \
    {                                                  \
        bytes, offset, sizeof(bytes) - 1, format, name \
    }

static const struct magic magics[] = {
    MAGIC(0, "\x89PNG\r\n\x1a\n", FOV_FORMAT_PNG, "PNG"),
    MAGIC(0, "\xff\xd8\xff", FOV_FORMAT_JPEG, "JPEG"),
    MAGIC(8, "WEBP", FOV_FORMAT_WEBP, "WebP"), /* and "RIFF" at 0, see below */
    MAGIC(0, "GIF87a", FOV_FORMAT_GIF, "GIF"),
    MAGIC(0, "GIF89a", FOV_FORMAT_GIF, "GIF"),
    MAGIC(0, "II*\0", FOV_FORMAT_TIFF, "TIFF"),
    MAGIC(0, "MM\0*", FOV_FORMAT_TIFF, "TIFF"),
    MAGIC(0, "II+\0", FOV_FORMAT_UNKNOWN, "BigTIFF"),
    MAGIC(0, "MM\0+", FOV_FORMAT_UNKNOWN, "BigTIFF"),
    MAGIC(0, "BM", FOV_FORMAT_BMP, "BMP"),
    MAGIC(0, "\x1f\x8b", FOV_FORMAT_UNKNOWN, "gzip"),
    MAGIC(0, "BZh", FOV_FORMAT_UNKNOWN, "bzip2"),
    MAGIC(0,
          "\xfd"
          "7zXZ",
          FOV_FORMAT_UNKNOWN, "xz"),
    MAGIC(0, "\x28\xb5\x2f\xfd", FOV_FORMAT_UNKNOWN, "Zstandard"),
    MAGIC(0, "PK\x03\x04", FOV_FORMAT_UNKNOWN, "ZIP"),
    MAGIC(0, "PK\x05\x06", FOV_FORMAT_UNKNOWN, "ZIP"),
    MAGIC(0, "%PDF-", FOV_FORMAT_UNKNOWN, "PDF"),
    MAGIC(0, "%!PS", FOV_FORMAT_UNKNOWN, "PostScript"),
    MAGIC(0, "\0\0\0\x0cjP  \r\n\x87\n", FOV_FORMAT_UNKNOWN, "JPEG 2000"),
    MAGIC(0, "\xff\x4f\xff\x51", FOV_FORMAT_UNKNOWN, "JPEG 2000"),
    MAGIC(0, "\0\0\0\x0cJXL \r\n\x87\n", FOV_FORMAT_UNKNOWN, "JPEG XL"),
    MAGIC(0, "\xff\x0a", FOV_FORMAT_UNKNOWN, "JPEG XL"),
    MAGIC(4, "ftypavif", FOV_FORMAT_UNKNOWN, "AVIF"),
    MAGIC(4, "ftypavis", FOV_FORMAT_UNKNOWN, "AVIF"),
    MAGIC(4, "ftyphei", FOV_FORMAT_UNKNOWN, "HEIC"),
    MAGIC(4, "ftyphev", FOV_FORMAT_UNKNOWN, "HEIC"),
    MAGIC(4, "ftypmif1", FOV_FORMAT_UNKNOWN, "HEIF"),
    MAGIC(4, "ftypmsf1", FOV_FORMAT_UNKNOWN, "HEIF"),
    MAGIC(4, "ftyp", FOV_FORMAT_UNKNOWN, "MP4 or QuickTime"),
    MAGIC(0, "SIMPLE  =", FOV_FORMAT_UNKNOWN, "FITS"),
    MAGIC(0, "MATLAB 5.0", FOV_FORMAT_UNKNOWN, "MATLAB"),
    MAGIC(0, "\x76\x2f\x31\x01", FOV_FORMAT_UNKNOWN, "OpenEXR"),
    MAGIC(0, "#?RADIANCE", FOV_FORMAT_UNKNOWN, "Radiance HDR"),
    MAGIC(0, "8BPS", FOV_FORMAT_UNKNOWN, "Photoshop"),
    MAGIC(0, "qoif", FOV_FORMAT_UNKNOWN, "QOI"),
    MAGIC(0, "\x8aMNG", FOV_FORMAT_UNKNOWN, "MNG"),
    MAGIC(0, "\x8bJNG", FOV_FORMAT_UNKNOWN, "JNG"),
    MAGIC(0, "\0\0\x01\0", FOV_FORMAT_UNKNOWN, "Windows icon"),
    MAGIC(0, "DDS ", FOV_FORMAT_UNKNOWN, "DirectDraw surface"),
    MAGIC(0, "\xd7\xcd\xc6\x9a", FOV_FORMAT_UNKNOWN, "Windows metafile"),
    MAGIC(0, "\xb6\xa6\xf2\x08", FOV_FORMAT_UNKNOWN, "libvips"),
    MAGIC(0, "\x08\xf2\xa6\xb6", FOV_FORMAT_UNKNOWN, "libvips"),
    MAGIC(0, "AT&TFORM", FOV_FORMAT_UNKNOWN, "DjVu"),
};

static bool fits(const struct magic *magic, const uint8_t *data, size_t size)
{
    if (size < (size_t)magic->offset + magic->len ||
        memcmp(data + magic->offset, magic->bytes, magic->len) != 0)
        return false;
    return magic->format != FOV_FORMAT_WEBP || memcmp(data, "RIFF", 4) == 0;
}

/* A transfer in "text mode" leaves most of the eight bytes; each was chosen to show one such harm
 * (PNG specification, 12.12). */
static bool is_harmed_png(const uint8_t *data, size_t size)
{
    static const char signature[] = "\x89PNG\r\n\x1a\n";
    size_t same = 0;
    for (size_t i = 0; i < 8 && i < size; i++)
        same += data[i] == (uint8_t)signature[i];
    if (size >= 8 && same >= 6)
        return true;
    return size >= 4 && memcmp(data + 1, "PNG", 3) == 0;
}

/* The first characters of text formats, white space and byte-order mark left out. */
static const char *text_format(const uint8_t *data, size_t size)
{
    size_t i = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < size && i < 256 && (data[i] == ' ' || (data[i] >= '\t' && data[i] <= '\r')))
        i++;
    const char *text = (const char *)data + i;
    const size_t left = size - i;
    if (left >= 4 && memcmp(text, "<svg", 4) == 0)
        return "SVG";
    if (left >= 5 && (memcmp(text, "<?xml", 5) == 0 || memcmp(text, "<!DOC", 5) == 0 ||
                      memcmp(text, "<html", 5) == 0)) {
        const size_t look = left < 1024 ? left : 1024;
        for (size_t k = 0; k + 4 <= look; k++) {
            if (memcmp(text + k, "<svg", 4) == 0)
                return "SVG";
        }
        return text[1] == '?' ? "XML" : "HTML";
    }
    if (i == 0 && left >= 3 && text[0] == 'P' && text[1] >= '1' && text[1] <= '7' &&
        (text[2] == '\n' || text[2] == ' ' || text[2] == '\r' || text[2] == '\t'))
        return "portable anymap (PNM)";
    return NULL;
}

fov_status fov__sniff(int32_t *format, const uint8_t *data, size_t size, fov_error *err)
{
    *format = FOV_FORMAT_UNKNOWN;
    if (size == 0)
        return fov__fail(err, FOV_E_IMAGE, 0, "image", "the file is empty");
    const char *name = NULL;
    for (size_t i = 0; i < FOV_COUNT(magics) && name == NULL; i++) {
        if (!fits(&magics[i], data, size))
            continue;
        *format = magics[i].format;
        name = magics[i].name;
    }
    if (*format != FOV_FORMAT_UNKNOWN)
        return FOV_OK;
    if (name == NULL && is_harmed_png(data, size))
        return fov__fail(err, FOV_E_IMAGE, 0, "image.signature",
                         "the PNG signature is damaged, as by a transfer in text mode: it must be "
                         "89 50 4E 47 0D 0A 1A 0A");
    if (name == NULL)
        name = text_format(data, size);
    if (name != NULL)
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "image",
                         "the format is %s, and PNG, JPEG, WebP, GIF, TIFF and BMP are read", name);
    char first[16] = "";
    for (size_t i = 0; i < 4 && i < size; i++)
        fov__format(first + 3 * i, sizeof(first) - 3 * i, " %02x", data[i]);
    return fov__fail(err, FOV_E_IMAGE, 0, "image",
                     "%zu bytes that begin%s are not a picture: PNG, JPEG, WebP, GIF, TIFF and BMP "
                     "are read",
                     size, first);
}
