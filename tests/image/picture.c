/* SPDX-License-Identifier: MIT */
/* How the test pictures are made; see picture.h. It must give the same bytes on every run. */
#include "image/picture.h"

#include <jpeglib.h>
#include <lcms2.h>
#include <png.h>

uint32_t picture_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

uint8_t picture_sample(int x, int y, int c)
{
    uint32_t state = (uint32_t)(x * 7919 + y * 104729 + c * 1299709);
    const int noise = (int)(picture_random(&state) % 24);
    const int edge = ((x / 7 + y / 5 + c) % 3) * 70;
    return (uint8_t)((edge + (x * (c + 1) + y * (3 - c)) / 3 + noise) & 255);
}

struct bytes picture_file(const char *path)
{
    struct bytes bytes = {NULL, 0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return bytes;
    fseek(file, 0, SEEK_END);
    bytes.size = (size_t)ftell(file);
    rewind(file);
    bytes.data = malloc(bytes.size + 1);
    if (fread(bytes.data, 1, bytes.size, file) != bytes.size)
        abort();
    fclose(file);
    return bytes;
}

static void write_exif(struct jpeg_compress_struct *cinfo, int orientation)
{
    uint8_t block[] = {'E', 'x', 'i', 'f', 0,    0, 'M', 'M', 0, 42, 0, 0, 0,
                       8,   0,   1,   1,   0x12, 0, 3,   0,   0, 0,  1, 0, (uint8_t)orientation,
                       0,   0,   0,   0,   0,    0};
    jpeg_write_marker(cinfo, JPEG_APP0 + 1, block, sizeof(block));
}

static void split_scans(struct jpeg_compress_struct *cinfo, jpeg_scan_info *scans)
{
    for (int i = 0; i < cinfo->num_components; i++)
        scans[i] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Ss = 0, .Se = 63};
    cinfo->scan_info = scans;
    cinfo->num_scans = cinfo->num_components;
}

static void choose(struct jpeg_compress_struct *cinfo, struct jpeg_look look)
{
    static const J_COLOR_SPACE spaces[] = {JCS_UNKNOWN, JCS_GRAYSCALE, JCS_UNKNOWN, JCS_RGB,
                                           JCS_CMYK};
    cinfo->image_width = (JDIMENSION)look.width;
    cinfo->image_height = (JDIMENSION)look.height;
    cinfo->input_components = look.components;
    cinfo->in_color_space = spaces[look.components];
    jpeg_set_defaults(cinfo);
    if (look.components == 4)
        jpeg_set_colorspace(cinfo, look.is_ycck ? JCS_YCCK : JCS_CMYK);
    cinfo->comp_info[0].h_samp_factor = look.h > 0 ? look.h : 1;
    cinfo->comp_info[0].v_samp_factor = look.v > 0 ? look.v : 1;
    cinfo->write_Adobe_marker = look.has_adobe || look.is_ycck;
    cinfo->restart_interval = (unsigned)look.restart;
    cinfo->arith_code = look.is_arithmetic;
    cinfo->optimize_coding = look.is_optimised;
    jpeg_set_quality(cinfo, look.quality != 0 ? look.quality : 85, TRUE);
    if (look.is_progressive)
        jpeg_simple_progression(cinfo);
}

struct bytes picture_jpeg(struct jpeg_look look)
{
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    jpeg_scan_info scans[4];
    unsigned char *out = NULL;
    unsigned long size = 0;
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, &out, &size);
    choose(&cinfo, look);
    if (look.is_split)
        split_scans(&cinfo, scans);
    jpeg_start_compress(&cinfo, TRUE);
    if (look.orientation != 0)
        write_exif(&cinfo, look.orientation);
    if (look.icc != NULL)
        jpeg_write_icc_profile(&cinfo, look.icc, look.icc_size);
    uint8_t *row = malloc((size_t)look.width * (size_t)look.components);
    for (int y = 0; y < look.height; y++) {
        for (int i = 0; i < look.width * look.components; i++)
            row[i] = picture_sample(i / look.components, y, i % look.components);
        for (int i = 0; look.is_hard && i < look.width * look.components; i++)
            row[i] = row[i] % 2 != 0 ? 255 : 0;
        JSAMPROW rows[1] = {row};
        jpeg_write_scanlines(&cinfo, rows, 1);
    }
    free(row);
    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    return (struct bytes){out, size};
}

static void put(png_structp png, png_bytep data, size_t size)
{
    struct bytes *bytes = png_get_io_ptr(png);
    bytes->data = realloc(bytes->data, bytes->size + size);
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static void flush(png_structp png)
{
    (void)png;
}

struct bytes picture_png(struct png_look look)
{
    static const int channels[] = {1, 0, 3, 1, 2, 0, 4};
    struct bytes bytes = {NULL, 0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) != 0)
        abort();
    png_set_write_fn(png, &bytes, put, flush);
    png_set_IHDR(png, info, (png_uint_32)look.width, (png_uint_32)look.height, look.bits,
                 look.colour, look.is_interlaced, 0, 0);
    if (look.filter != 0)
        png_set_filter(png, 0, PNG_FILTER_NONE << (look.filter - 1));
    png_color palette[256];
    for (int i = 0; i < 256; i++)
        palette[i] =
            (png_color){picture_sample(i, 1, 0), picture_sample(i, 2, 1), picture_sample(i, 3, 2)};
    if (look.colour == 3)
        png_set_PLTE(png, info, palette, 1 << look.bits);
    uint8_t alpha[2] = {0, 99};
    png_color_16 key = {.red = picture_sample(0, 0, 0),
                        .green = picture_sample(0, 0, 1),
                        .blue = picture_sample(0, 0, 2),
                        .gray = 1};
    if (look.has_trns)
        png_set_tRNS(png, info, alpha, 2, look.colour == 3 ? NULL : &key);
    png_write_info(png, info);
    const int n = look.width * channels[look.colour] * look.bits / 8 + 8;
    uint8_t *row = malloc((size_t)n);
    const int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++) {
        for (int y = 0; y < look.height; y++) {
            const int step = channels[look.colour];
            for (int i = 0; i < n; i++)
                row[i] = picture_sample(i / step, y, i % step);
            png_write_row(png, row);
        }
    }
    free(row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return bytes;
}

struct bytes picture_profile(bool is_grey)
{
    cmsCIExyY white = {0.3127, 0.3290, 1.0};
    cmsCIExyYTRIPLE turned = {{0.30, 0.60, 1.0}, {0.64, 0.33, 1.0}, {0.15, 0.06, 1.0}};
    cmsToneCurve *curve = cmsBuildGamma(NULL, is_grey ? 1.0 : 1.8);
    cmsToneCurve *curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = is_grey ? cmsCreateGrayProfile(&white, curve)
                                  : cmsCreateRGBProfile(&white, &turned, curves);
    cmsUInt32Number size = 0;
    cmsSaveProfileToMem(profile, NULL, &size);
    const struct bytes bytes = {malloc(size), size};
    cmsSaveProfileToMem(profile, bytes.data, &size);
    cmsCloseProfile(profile);
    cmsFreeToneCurve(curve);
    return bytes;
}

fov_context *picture_context(void)
{
    fov_context *ctx = NULL;
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    opts.module_path = FOV_BINARY_DIR;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    return ctx;
}

fov_image *picture_open(fov_context *ctx, struct bytes bytes, bool lenient)
{
    fov_image *image = NULL;
    fov_image_opts opts = FOV_IMAGE_OPTS_INIT;
    fov_error err;
    opts.lenient = lenient;
    if (fov_image_open_memory(&image, ctx, bytes.data, bytes.size, &opts, &err) < 0)
        fail_msg("%s: %s", err.where, err.message);
    return image;
}

struct fov_level picture_level(fov_image *image, int32_t shrink)
{
    struct fov_level level;
    fov_error err;
    const struct fov_recti all = {0, 0, image->info.width, image->info.height};
    if (fov__image_decode(&level, image, all, shrink, NULL, &err) < 0)
        fail_msg("%s: %s", err.where, err.message);
    return level;
}

fov_status picture_status(fov_context *ctx, struct bytes bytes, bool lenient, fov_error *err)
{
    fov_image *image = NULL;
    fov_image_opts opts = FOV_IMAGE_OPTS_INIT;
    opts.lenient = lenient;
    fov_status rc = fov_image_open_memory(&image, ctx, bytes.data, bytes.size, &opts, err);
    if (rc < 0)
        return rc;
    struct fov_level level;
    const struct fov_recti all = {0, 0, image->info.width, image->info.height};
    rc = fov__image_decode(&level, image, all, 1, NULL, err);
    if (rc >= 0)
        fov__pixels_unref(level.px);
    fov_image_unref(image);
    return rc;
}
