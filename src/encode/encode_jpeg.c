/* SPDX-License-Identifier: MIT */
/* JPEG through libjpeg-turbo: baseline, the slow integer DCT (SIMD and portable agree bit for bit),
 * 4:4:4 or 4:2:0, one component where every pixel is grey. It never writes more than it is allowed,
 * and never prints. */
#include "encode/encode_codec_internal.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <jerror.h>

enum {
    JPEG_EDGE_MAX = 65500, /* libjpeg's JPEG_MAX_DIMENSION */
    BLOCK = 32768,         /* bytes handed over at a time */
    ROWS = 16              /* rows, one line of 4:2:0 blocks */
};

struct writer {
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr dest;
    jmp_buf leave;
    struct fov_buf buf;
    JOCTET block[BLOCK];
};

static void leave(j_common_ptr info)
{
    struct writer *writer = info->client_data;
    longjmp(writer->leave, 1);
}

static void stay_silent(j_common_ptr info)
{
    (void)info;
}

static void count_nothing(j_common_ptr info, int level)
{
    (void)info;
    (void)level;
}

static void begin_block(j_compress_ptr info)
{
    struct writer *writer = info->client_data;
    writer->dest.next_output_byte = writer->block;
    writer->dest.free_in_buffer = BLOCK;
}

static boolean flush_block(j_compress_ptr info)
{
    struct writer *writer = info->client_data;
    fov__buf_add(&writer->buf, writer->block, BLOCK);
    if (writer->buf.status != FOV_OK) {
        leave((j_common_ptr)info); /* too large already: stop the work here */
    }
    begin_block(info);
    return TRUE;
}

static void flush_last(j_compress_ptr info)
{
    struct writer *writer = info->client_data;
    fov__buf_add(&writer->buf, writer->block, BLOCK - writer->dest.free_in_buffer);
}

static void set_up(struct jpeg_compress_struct *info, const struct fov_pixels *px, int32_t quality,
                   bool is_444)
{
    info->image_width = (JDIMENSION)px->width;
    info->image_height = (JDIMENSION)px->height;
    info->input_components = 3;
    info->in_color_space = JCS_RGB;
    jpeg_set_defaults(info);
    jpeg_set_quality(info, quality, TRUE);
    info->dct_method = JDCT_ISLOW;
    if (fov__encode_is_grey(px)) {
        jpeg_set_colorspace(info, JCS_GRAYSCALE);
    } else if (is_444) {
        info->comp_info[0].h_samp_factor = 1;
        info->comp_info[0].v_samp_factor = 1;
    }
    /* Huffman tables of its own cost a second pass: line art gets 14 to 22 % smaller by them,
     * photographs 4 % at twice the time (README.md here). */
    info->optimize_coding = is_444;
}

/* false: libjpeg gave up. Nothing that is changed after setjmp is read after it. */
static bool write_image(struct jpeg_compress_struct *info, struct writer *writer,
                        const struct fov_pixels *px, int32_t quality, bool is_444)
{
    if (setjmp(writer->leave) != 0) {
        return false;
    }
    jpeg_create_compress(info);
    info->dest = &writer->dest;
    set_up(info, px, quality, is_444);
    jpeg_start_compress(info, TRUE);
    while (info->next_scanline < info->image_height) {
        JSAMPROW rows[ROWS];
        int32_t y = (int32_t)info->next_scanline, n = px->height - y < ROWS ? px->height - y : ROWS;
        for (int32_t i = 0; i < n; i++) {
            rows[i] = fov__pixels_row(px, y + i);
        }
        jpeg_write_scanlines(info, rows, (JDIMENSION)n);
    }
    jpeg_finish_compress(info);
    return true;
}

fov_status fov__jpeg_encode(fov_bytes *out, const struct fov_pixels *px, int32_t quality,
                            bool is_444, uint64_t byte_max, fov_error *err)
{
    *out = (fov_bytes){NULL, 0, NULL};
    if (px->width > JPEG_EDGE_MAX || px->height > JPEG_EDGE_MAX) {
        return fov__fail(
            err, FOV_E_LIMIT, 0, "encode.jpeg",
            "a picture of %d x %d pixels cannot be a JPEG, whose sides have at most %d",
            (int)px->width, (int)px->height, (int)JPEG_EDGE_MAX);
    }
    struct writer *writer = fov__calloc(px->ctx, 1, sizeof(*writer));
    if (writer == NULL) {
        return fov__fail_memory(err, "encode.jpeg", sizeof(*writer));
    }
    struct jpeg_compress_struct info;
    memset(&info, 0, sizeof(info));
    fov__buf_init(&writer->buf, px->ctx,
                  byte_max > 0 && byte_max < SIZE_MAX / 2 ? (size_t)byte_max : SIZE_MAX / 2);
    info.err = jpeg_std_error(&writer->errors);
    info.client_data = writer;
    writer->errors.error_exit = leave;
    writer->errors.output_message = stay_silent;
    writer->errors.emit_message = count_nothing;
    writer->dest.init_destination = begin_block;
    writer->dest.empty_output_buffer = flush_block;
    writer->dest.term_destination = flush_last;
    bool is_done = write_image(&info, writer, px, quality, is_444);
    fov_status rc = writer->buf.status;
    jpeg_destroy_compress(&info);
    if (is_done && rc == FOV_OK) {
        rc = fov__buf_take(&writer->buf, out, err);
    } else if (rc == FOV_E_LIMIT) {
        fov__fail(
            err, rc, 0, "encode.jpeg",
            "a JPEG of %d x %d pixels at quality %d is larger than the %llu bytes that are allowed",
            (int)px->width, (int)px->height, (int)quality, (unsigned long long)byte_max);
    } else if (rc == FOV_E_MEMORY || writer->errors.msg_code == JERR_OUT_OF_MEMORY) {
        rc = fov__fail_memory(err, "encode.jpeg", writer->buf.len);
    } else {
        rc = fov__fail(err, FOV_E_INTERNAL, writer->errors.msg_code, "encode.jpeg",
                       "libjpeg refused a picture of %d x %d pixels with its message %d",
                       (int)px->width, (int)px->height, writer->errors.msg_code);
    }
    fov__buf_free(&writer->buf);
    fov__free(px->ctx, writer);
    return rc;
}
