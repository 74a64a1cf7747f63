/* SPDX-License-Identifier: MIT */
#include "reader/suites.h"

void drawing_open(struct drawing *drawing, int32_t width, int32_t height)
{
    memset(drawing, 0, sizeof(*drawing));
    assert_int_equal(fov_context_new(&drawing->ctx, NULL, NULL), FOV_OK);
    assert_int_equal(fov__pixels_new(&drawing->px, drawing->ctx, width, height, 3, NULL), FOV_OK);
    drawing_box(drawing, 0, 0, width, height, 0xffffff);
}

void drawing_box(struct drawing *drawing, int32_t x1, int32_t y1, int32_t x2, int32_t y2,
                 uint32_t rgb)
{
    for (int32_t y = y1; y < y2; y++) {
        uint8_t *row = fov__pixels_row(drawing->px, y);
        for (int32_t x = x1; x < x2; x++) {
            row[x * 3] = (uint8_t)(rgb >> 16);
            row[x * 3 + 1] = (uint8_t)(rgb >> 8);
            row[x * 3 + 2] = (uint8_t)rgb;
        }
    }
}

void drawing_see(struct drawing *drawing)
{
    assert_int_equal(fov__reader_scene_new(&drawing->scene, drawing->ctx, drawing->px, NULL),
                     FOV_OK);
    drawing->scene->text_count = 0;
}

struct reader_text *drawing_word(struct drawing *drawing, double x, double y, const char *words)
{
    struct reader_text *text = &drawing->scene->texts[drawing->scene->text_count++];
    const double half = 3.0 * (double)strlen(words);
    memset(text, 0, sizeof(*text));
    text->box = (fov_box){x - half, y - 4, x + half, y + 4};
    text->anchor = (fov_point){x, y};
    text->height = 8;
    text->pieces = (int32_t)strlen(words);
    text->ground = (struct reader_rgb){255, 255, 255};
    text->view = -1;
    fov__reader_merge(text, words, 0.95, 0, 1);
    return text;
}

void drawing_close(struct drawing *drawing)
{
    fov__reader_scene_free(drawing->scene);
    fov__pixels_unref(drawing->px);
    fov_context_free(drawing->ctx);
}
