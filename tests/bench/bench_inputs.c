/* SPDX-License-Identifier: MIT */
/* Writes the pictures that the bench measures on: bench_inputs FOLDER NAME... . They are made by
 * integer arithmetic alone and encoded by the libjpeg and libpng of the machine, so that a machine
 * makes the same bytes every time and every machine the same pixels. */
#include "bench_inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <setjmp.h>

enum kind { PHOTO_JPEG, PHOTO_PROGRESSIVE, PHOTO_PNG, CHART, DIAGRAM };

static const struct input {
    const char *name;
    int32_t width, height;
    enum kind kind;
} inputs[] = {
    {"p12.jpg", 4000, 3000, PHOTO_JPEG},     {"p12_prog.jpg", 4000, 3000, PHOTO_PROGRESSIVE},
    {"p24.jpg", 6000, 4000, PHOTO_JPEG},     {"p100.jpg", 12000, 8336, PHOTO_JPEG},
    {"photo.png", 4000, 3000, PHOTO_PNG},    {"chart.png", 2000, 1500, CHART},
    {"diagram.png", 8000, 6000, DIAGRAM},    {"small.jpg", 800, 600, PHOTO_JPEG},
    {"small.png", 800, 600, PHOTO_PNG},      {"small_chart.png", 1000, 750, CHART},
};

/* ---- photographs, row by row ---------------------------------------------------------------- */

static bool write_jpeg(const struct input *input, FILE *file, struct bench_photo *photo,
                       uint8_t *row)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors; /* ends the program with a message: it is one of ours */

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = (JDIMENSION)input->width;
    jpeg.image_height = (JDIMENSION)input->height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg); /* 4:2:0 */
    jpeg_set_quality(&jpeg, 90, TRUE);
    if (input->kind == PHOTO_PROGRESSIVE)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int32_t y = 0; y < input->height; y++) {
        bench_photo_row(photo, y, row);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return true;
}

/* As most programs write it: libpng's own filters, zlib's level 6. Without a `canvas` it is the
 * photograph. */
static bool write_png(const struct input *input, FILE *file, struct bench_photo *photo,
                      uint8_t *row, const struct bench_canvas *canvas)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;

    if (!info || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)input->width, (png_uint_32)input->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int32_t y = 0; y < input->height; y++) {
        if (canvas)
            memcpy(row, canvas->rgb + (size_t)y * (size_t)input->width * 3,
                   (size_t)input->width * 3);
        else
            bench_photo_row(photo, y, row);
        png_write_row(png, row);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return true;
}

static bool write_photo(const struct input *input, FILE *file)
{
    struct bench_photo *photo = bench_photo_new(input->width);
    uint8_t *row = malloc((size_t)input->width * 3);
    bool is_good = photo && row;

    if (is_good)
        is_good = input->kind == PHOTO_PNG ? write_png(input, file, photo, row, NULL)
                                           : write_jpeg(input, file, photo, row);
    free(row);
    bench_photo_free(photo);
    return is_good;
}

static bool write_drawing(const struct input *input, FILE *file)
{
    struct bench_canvas canvas = {input->width, input->height,
                                  malloc((size_t)input->width * (size_t)input->height * 3)};
    uint8_t *row = malloc((size_t)input->width * 3);
    bool is_good = canvas.rgb && row;

    if (is_good) {
        if (input->kind == CHART)
            bench_draw_chart(&canvas);
        else
            bench_draw_diagram(&canvas);
        is_good = write_png(input, file, NULL, row, &canvas);
    }
    free(row);
    free(canvas.rgb);
    return is_good;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* Under another name first: a file that is there is whole. */
static bool write_input(const char *folder, const struct input *input)
{
    char path[4096], part[4096 + 8];
    bool is_good;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, input->name);
    snprintf(part, sizeof(part), "%s.part", path);
    file = fopen(part, "wb");
    if (!file)
        return false;
    is_good = input->kind == CHART || input->kind == DIAGRAM ? write_drawing(input, file)
                                                             : write_photo(input, file);
    is_good = fclose(file) == 0 && is_good;
    return is_good && rename(part, path) == 0;
}

static const struct input *find(const char *name)
{
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
        if (strcmp(inputs[i].name, name) == 0)
            return &inputs[i];
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "bench_inputs: it takes a folder and the names of inputs:");
        for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
            fprintf(stderr, " %s", inputs[i].name);
        fprintf(stderr, "\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        const struct input *input = find(argv[i]);

        if (!input || !write_input(argv[1], input)) {
            fprintf(stderr, "bench_inputs: %s %s\n", argv[i],
                    input ? "cannot be written" : "is no input");
            return 1;
        }
    }
    return 0;
}
