/* SPDX-License-Identifier: MIT */
/* The one number that is taken out of EXIF: the orientation, tag 0x0112 of the first directory. A
 * reader of its own, so that no EXIF library sees untrusted bytes. It must never follow an offset
 * to a second directory (a cycle of them hangs naive readers), nor fail: without a usable number
 * the picture stands as stored. */
#include "image/codec_internal.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_BYTE = 1, TYPE_SHORT = 3, TYPE_LONG = 4 };

int32_t fov__exif_orientation(const uint8_t *data, size_t size)
{
    if (size < 8)
        return 1;
    const bool big = data[0] == 'M' && data[1] == 'M';
    if (!big && !(data[0] == 'I' && data[1] == 'I'))
        return 1;
    const uint32_t magic = big ? fov__be16(data + 2) : fov__le16(data + 2);
    const uint32_t start = big ? fov__be32(data + 4) : fov__le32(data + 4);
    if (magic != 42 || start > size - 2)
        return 1;
    const uint8_t *dir = data + start;
    const size_t left = size - start - 2;
    const uint32_t said = big ? fov__be16(dir) : fov__le16(dir);
    const size_t count = said < left / 12 ? said : left / 12;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = dir + 2 + 12 * i;
        const uint32_t tag = big ? fov__be16(entry) : fov__le16(entry);
        const uint32_t type = big ? fov__be16(entry + 2) : fov__le16(entry + 2);
        if (tag != TAG_ORIENTATION)
            continue;
        uint32_t value = 0;
        if (type == TYPE_SHORT)
            value = big ? fov__be16(entry + 8) : fov__le16(entry + 8);
        else if (type == TYPE_LONG)
            value = big ? fov__be32(entry + 8) : fov__le32(entry + 8);
        else if (type == TYPE_BYTE)
            value = entry[8];
        return value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
}
