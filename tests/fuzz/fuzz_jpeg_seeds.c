/* SPDX-License-Identifier: MIT */
/* See fuzz_jpeg_seeds.h. Encoded here, so that no file has to be kept for each. */
#include "fuzz_jpeg_seeds.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

struct look {
    int width, height, components, h, v, restart, quality;
    bool is_progressive, is_optimised;
};

static void encode(struct look look, fuzz_emit emit, void *user)
{
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long size = 0;
    JSAMPLE row[3 * 256];
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, &out, &size);
    cinfo.image_width = (JDIMENSION)look.width;
    cinfo.image_height = (JDIMENSION)look.height;
    cinfo.input_components = look.components;
    cinfo.in_color_space = look.components == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&cinfo);
    cinfo.comp_info[0].h_samp_factor = look.h;
    cinfo.comp_info[0].v_samp_factor = look.v;
    cinfo.restart_interval = (unsigned)look.restart;
    cinfo.optimize_coding = look.is_optimised;
    jpeg_set_quality(&cinfo, look.quality, TRUE);
    if (look.is_progressive)
        jpeg_simple_progression(&cinfo);
    jpeg_start_compress(&cinfo, TRUE);
    for (int y = 0; y < look.height; y++) {
        JSAMPROW rows[1] = {row};
        for (int i = 0; i < look.width * look.components; i++)
            row[i] = (JSAMPLE)((i * 5 + y * 3 + (i / 9 + y / 7) % 3 * 80 + i * y % 17) & 255);
        jpeg_write_scanlines(&cinfo, rows, 1);
    }
    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    emit(out, size, user);
    free(out);
}

void fuzz_jpeg_seeds(fuzz_emit emit, void *user)
{
    static const struct look looks[] = {
        {1, 1, 3, 2, 2, 0, 75, false, false},   {33, 25, 3, 2, 2, 0, 75, false, false},
        {40, 37, 3, 1, 1, 2, 90, false, true},  {50, 20, 3, 2, 1, 1, 30, false, true},
        {21, 60, 3, 1, 2, 3, 60, false, false}, {47, 35, 1, 1, 1, 0, 80, false, false},
        {19, 19, 1, 2, 2, 0, 80, false, true},  {250, 18, 3, 2, 2, 16, 20, false, false},
        {250, 34, 3, 1, 1, 0, 10, false, true}, {64, 64, 3, 2, 2, 4, 100, false, false},
        {35, 30, 3, 2, 2, 0, 75, true, false},  {48, 16, 1, 1, 1, 2, 50, true, false},
    };
    for (size_t i = 0; i < FOV_COUNT(looks); i++)
        encode(looks[i], emit, user);
}
