/* SPDX-License-Identifier: MIT */
/* The body of a request as a list of borrowed segments, read in pieces of whatever size the sender
 * asks for. It must never hold more of an image than one base64 group: image bytes are encoded
 * straight into the sender's buffer. */
#include "transport/transport_internal.h"

uint64_t fov__body_length(const struct fov_segment *segments, size_t count)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t len = segments[i].len;
        total += segments[i].kind == FOV__SEGMENT_BASE64 ? (len + 2) / 3 * 4 : len;
    }
    return total;
}

void fov__body_start(struct fov_body_reader *reader, const struct fov_segment *segments,
                     size_t count)
{
    memset(reader, 0, sizeof(*reader));
    reader->segments = segments;
    reader->count = count;
}

static size_t read_pending(struct fov_body_reader *reader, char *out, size_t size)
{
    const size_t left = reader->pending_len - reader->pending_at;
    const size_t n = left < size ? left : size;
    memcpy(out, reader->pending + reader->pending_at, n);
    reader->pending_at += n;
    return n;
}

static size_t read_base64(struct fov_body_reader *reader, const struct fov_segment *segment,
                          char *out, size_t size)
{
    const uint8_t *data = (const uint8_t *)segment->data + reader->offset;
    const size_t left = segment->len - reader->offset;
    size_t take = size / 4 * 3; /* whole groups only, so that padding comes at the end alone */
    if (take > 0) {
        take = take < left ? take : left;
        fov__base64_write(reader->cpu, out, data, take);
        reader->offset += take;
        return fov__base64_size(take);
    }
    take = left < 3 ? left : 3;
    fov__base64_encode(reader->pending, data, take);
    reader->offset += take;
    reader->pending_at = 0;
    reader->pending_len = fov__base64_size(take);
    return read_pending(reader, out, size);
}

size_t fov__body_read(struct fov_body_reader *reader, char *out, size_t size)
{
    size_t done = 0;
    while (done < size) {
        if (reader->pending_at < reader->pending_len) {
            done += read_pending(reader, out + done, size - done);
            continue;
        }
        if (reader->index == reader->count) {
            break;
        }
        const struct fov_segment *segment = &reader->segments[reader->index];
        const size_t left = segment->len - reader->offset;
        if (left == 0) {
            reader->index++;
            reader->offset = 0;
            continue;
        }
        if (segment->kind == FOV__SEGMENT_BASE64) {
            done += read_base64(reader, segment, out + done, size - done);
            continue;
        }
        const size_t n = left < size - done ? left : size - done;
        memcpy(out + done, (const char *)segment->data + reader->offset, n);
        reader->offset += n;
        done += n;
    }
    return done;
}
