/* SPDX-License-Identifier: MIT */
/* The picture of 1000 x 500 that the examples of the operations are shown on: a bar chart whose
 * pixels have round values, a small landscape, a leaning sign, and print of several sizes. Drawn,
 * so that the command needs no file. It must stay as it is: examples name its places. */
#include "cli/cli_internal.h"

#include "image/draw_internal.h"

static const struct fov_ink ink_black = {34, 34, 34, 1.6}, ink_grey = {120, 120, 120, 1.2},
                            ink_grid = {222, 222, 222, 1};

static void plate(struct fov_pixels *px, double x1, double y1, double x2, double y2, uint8_t r,
                  uint8_t g, uint8_t b)
{
    fov__draw_plate(px, (fov_box){x1, y1, x2, y2}, (struct fov_ink){r, g, b, 1}, 1);
}

static void stroke(struct fov_pixels *px, double x1, double y1, double x2, double y2,
                   struct fov_ink ink)
{
    const fov_point line[2] = {{x1, y1}, {x2, y2}};
    fov__draw_polyline(px, line, 2, false, ink);
}

static void print(struct fov_pixels *px, double x, double y, const char *text, double height,
                  struct fov_ink ink)
{
    fov__draw_text(px, (fov_point){x, y}, text, height, ink);
}

/* Value v of the axis lies at y = 440 - 3.8 v; bars are 60 wide and 90 apart. */
static void chart(struct fov_pixels *px)
{
    static const struct {
        int32_t value;
        uint8_t rgb[3];
        const char *name;
    } bars[] = {{35, {31, 119, 180}, "Alder"},
                {62, {255, 127, 14}, "Birch"},
                {48, {44, 160, 44}, "Cedar"},
                {90, {214, 39, 40}, "Elm"},
                {71, {148, 103, 189}, "Fir"}};
    print(px, 100, 22, "Height of trees (m)", 15, ink_black);
    for (int v = 0; v <= 100; v += 20) {
        const double y = 440 - 3.8 * v + 0.5;
        char text[8];
        fov__format(text, sizeof(text), "%d", v);
        stroke(px, 100, y, 580, y, ink_grid);
        print(px, v < 10 ? 82 : v < 100 ? 72 : 62, y - 6, text, 11, ink_grey);
    }
    for (size_t i = 0; i < FOV_COUNT(bars); i++) {
        const double x = 130 + 90 * (double)i;
        plate(px, x, 440 - 3.8 * bars[i].value, x + 60, 440, bars[i].rgb[0], bars[i].rgb[1],
              bars[i].rgb[2]);
        print(px, x + 6, 452, bars[i].name, 11, ink_black);
    }
    stroke(px, 100.5, 60, 100.5, 441, ink_black);
    stroke(px, 100, 440.5, 580, 440.5, ink_black);
}

/* Sky, sun and hills, under a haze that autocontrast takes away. */
static void landscape(struct fov_pixels *px)
{
    const struct fov_ink far_hill = {146, 160, 176, 1}, near_hill = {122, 142, 128, 1};
    for (int32_t y = 30; y < 240; y++) {
        const uint8_t t = (uint8_t)((y - 30) * 40 / 210);
        plate(px, 630, y, 970, y + 1, (uint8_t)(150 + t), (uint8_t)(172 + t / 2), 205);
    }
    fov__draw_disc(px, (fov_point){890, 85}, 26, (struct fov_ink){236, 224, 180, 1});
    fov__draw_triangle(px, (fov_point){640, 239}, (fov_point){740, 110}, (fov_point){850, 239},
                       far_hill);
    fov__draw_triangle(px, (fov_point){760, 239}, (fov_point){870, 140}, (fov_point){969, 239},
                       near_hill);
    fov__draw_triangle(px, (fov_point){631, 239}, (fov_point){680, 180}, (fov_point){780, 239},
                       near_hill);
}

/* A door-plate seen from the side: its corners are (650,290), (800,270), (800,400), (650,380). */
static void sign(struct fov_pixels *px)
{
    const struct fov_ink blue = {36, 84, 150, 1};
    const fov_point a = {650, 290}, b = {800, 270}, c = {800, 400}, d = {650, 380};
    fov__draw_triangle(px, a, b, c, blue);
    fov__draw_triangle(px, a, c, d, blue);
    for (int i = 1; i < 4; i++) {
        const double t = i / 4.0;
        stroke(px, 662, 290 + 90 * t, 788, 272 + 126 * t, (struct fov_ink){255, 255, 255, 3});
    }
}

static void words(struct fov_pixels *px)
{
    const struct fov_ink small = {60, 60, 60, 1};
    print(px, 830, 280, "Timetable", 12, ink_black);
    print(px, 830, 306, "Bus 12  07:45", 8, small);
    print(px, 830, 326, "Bus 14  08:10", 8, small);
    print(px, 830, 346, "Bus 31  09:30", 8, small);
    print(px, 650, 430, "net weight 4.5 kg, best before 03/2027, keep dry", 6,
          (struct fov_ink){90, 90, 90, 1});
    print(px, 650, 456, "pale print that is hard to make out", 9,
          (struct fov_ink){214, 214, 214, 1.2});
}

fov_status cli_demo_picture(fov_image **out, fov_context *ctx, bool is_changed, fov_error *err)
{
    struct fov_pixels *px = NULL;
    fov_status rc = fov__pixels_new(&px, ctx, CLI_DEMO_WIDTH, CLI_DEMO_HEIGHT, 3, err);
    if (rc < 0)
        return rc;
    plate(px, 0, 0, CLI_DEMO_WIDTH, CLI_DEMO_HEIGHT, 255, 255, 255);
    chart(px);
    landscape(px);
    sign(px);
    words(px);
    if (is_changed) { /* what `compare` has to find */
        plate(px, 400, 60, 460, 98, 214, 39, 40);
        plate(px, 873, 324, 930, 338, 255, 255, 255);
        print(px, 878, 326, "08:25", 8, (struct fov_ink){60, 60, 60, 1});
    }
    rc = fov_image_new_pixels(out, ctx, px->data, px->width, px->height, 3, px->stride, err);
    fov__pixels_unref(px);
    return rc;
}
