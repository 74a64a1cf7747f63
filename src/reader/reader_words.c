/* SPDX-License-Identifier: MIT */
/* A piece of text is cut out of a delivered picture, made dark on white, read as one line, and the
 * readings of several pictures are merged. It must never decide what a text means. */
#include "reader/reader_internal.h"

/* White added around a cut-out, its pixels. */
enum { FRAME = 8, MANY = 350 };
/* Letters of this height are read best: tesseract scales a line to 36 pixels. */
static const double LETTERS = 30;

static int32_t luma(struct reader_rgb c)
{
    return (77 * c.r + 150 * c.g + 29 * c.b + 128) >> 8;
}

static int32_t spread_of(struct reader_rgb c)
{
    const int32_t high = c.r > c.g ? (c.r > c.b ? c.r : c.b) : (c.g > c.b ? c.g : c.b);
    const int32_t low = c.r < c.g ? (c.r < c.b ? c.r : c.b) : (c.g < c.b ? c.g : c.b);
    return high - low;
}

struct cut {
    int32_t x1, y1, x2, y2; /* pixels of the view */
    int32_t enlarge;
    bool is_light; /* light letters on a dark ground */
    bool is_halo;  /* take only what is nearly white: letters with a dark outline */
    bool is_grey;  /* grey letters on a grey ground: what has a colour is not of them */
};

static struct reader_rgb view_pixel(const struct reader_view *view, int32_t x, int32_t y)
{
    const uint8_t *p = fov__pixels_row(view->px, y) + (size_t)x * (size_t)view->px->bands;
    return (struct reader_rgb){p[0], p[1], p[2]};
}

/* One pixel as ink, 0, to paper, 255; `low` and `high` are the luma range of the cut-out. */
static int32_t tone(const struct cut *cut, struct reader_rgb c, struct reader_rgb ground,
                    int32_t low, int32_t high)
{
    if (cut->is_halo) {
        const int32_t least = c.r < c.g ? (c.r < c.b ? c.r : c.b) : (c.g < c.b ? c.g : c.b);
        const int32_t white = (least - 190) * 255 / 65;
        return 255 - (white < 0 ? 0 : white > 255 ? 255 : white);
    }
    if (cut->is_grey && spread_of(c) >= 60)
        c = ground;
    int32_t value = (luma(c) - low) * 255 / (high > low ? high - low : 1);
    value = value < 0 ? 0 : value > 255 ? 255 : value;
    return cut->is_light ? 255 - value : value;
}

static void range(const struct cut *cut, const struct reader_view *view, int32_t *low,
                  int32_t *high)
{
    *low = 255;
    *high = 0;
    for (int32_t y = cut->y1; y < cut->y2; y++) {
        for (int32_t x = cut->x1; x < cut->x2; x++) {
            const int32_t value = luma(view_pixel(view, x, y));
            *low = value < *low ? value : *low;
            *high = value > *high ? value : *high;
        }
    }
}

/* The cut-out, enlarged linearly where the view shows it small. */
static fov_status cut_out(struct fov_pixels **out, const struct cut *cut,
                          const struct reader_view *view, struct reader_rgb ground, fov_error *err)
{
    const int32_t k = cut->enlarge, width = (cut->x2 - cut->x1) * k,
                  height = (cut->y2 - cut->y1) * k;
    int32_t low = 0, high = 255;
    range(cut, view, &low, &high);
    fov_status rc =
        fov__pixels_new(out, view->px->ctx, width + 2 * FRAME, height + 2 * FRAME, 3, err);
    if (rc < 0)
        return rc;
    for (int32_t y = 0; y < (*out)->height; y++)
        memset(fov__pixels_row(*out, y), 255, (size_t)(*out)->width * 3);
    for (int32_t y = 0; y < height; y++) {
        uint8_t *row = fov__pixels_row(*out, y + FRAME) + (size_t)FRAME * 3;
        /* Centres in 1/(2k) of a pixel, so that everything stays whole numbers. */
        const int32_t sy = 2 * y + 1 - k, fy = ((sy % (2 * k)) + 2 * k) % (2 * k);
        const int32_t by = (sy - fy) / (2 * k);
        for (int32_t x = 0; x < width; x++) {
            const int32_t sx = 2 * x + 1 - k, fx = ((sx % (2 * k)) + 2 * k) % (2 * k);
            const int32_t bx = (sx - fx) / (2 * k);
            int32_t sum = 0;
            for (int32_t t = 0; t < 4; t++) {
                int32_t px = cut->x1 + bx + (t & 1), py = cut->y1 + by + (t >> 1);
                px = px < cut->x1 ? cut->x1 : px >= cut->x2 ? cut->x2 - 1 : px;
                py = py < cut->y1 ? cut->y1 : py >= cut->y2 ? cut->y2 - 1 : py;
                const int32_t wx = t & 1 ? fx : 2 * k - fx, wy = t >> 1 ? fy : 2 * k - fy;
                sum += wx * wy * tone(cut, view_pixel(view, px, py), ground, low, high);
            }
            memset(row + (size_t)x * 3, sum / (4 * k * k), 3);
        }
    }
    return FOV_OK;
}

static bool place(struct cut *cut, const struct reader_text *text, const struct reader_view *view)
{
    const double margin = 1.2;
    const fov_box wide = {text->box.x1 - margin, text->box.y1 - margin, text->box.x2 + margin,
                          text->box.y2 + margin};
    fov_box box = fov__mat_bounds(view->from_frame, wide);
    const fov_box all = {0, 0, view->px->width, view->px->height};
    /* A text that the view shows in part only would be read in part. */
    if (box.x1 < -2.5 * view->scale || box.y1 < -2.5 * view->scale ||
        box.x2 > all.x2 + 2.5 * view->scale || box.y2 > all.y2 + 2.5 * view->scale)
        return false;
    if (!fov__box_intersect(box, all, &box))
        return false;
    *cut = (struct cut){.x1 = (int32_t)fov__floor(box.x1),
                        .y1 = (int32_t)fov__floor(box.y1),
                        .x2 = (int32_t)fov__ceil(box.x2),
                        .y2 = (int32_t)fov__ceil(box.y2)};
    if (cut->x2 - cut->x1 < 3 || cut->y2 - cut->y1 < 4)
        return false;
    const double letters = text->height * view->scale;
    cut->enlarge = letters >= 0.7 * LETTERS ? 1 : (int32_t)fov__rint(LETTERS / (letters + 0.01));
    cut->enlarge = cut->enlarge < 1 ? 1 : cut->enlarge > 4 ? 4 : cut->enlarge;
    cut->is_light = luma(text->ink) > luma(text->ground);
    cut->is_grey = spread_of(text->ink) < 34 && spread_of(text->ground) < 34;
    return true;
}

static void trim(char *text)
{
    size_t from = 0, len = strlen(text);
    while (text[from] == ' ' || text[from] == '|' || text[from] == '_')
        from++;
    while (len > from && (text[len - 1] == ' ' || text[len - 1] == '|' || text[len - 1] == '\n'))
        len--;
    memmove(text, text + from, len - from);
    text[len - from] = '\0';
}

/* Words of one reading, joined. */
static void join(const struct fov_ocr_result *result, char *out, size_t size, double *confidence)
{
    double sum = 0, letters = 0;
    out[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        const size_t used = strlen(out), len = strlen(result->words[i].text);
        if (used + len + 2 > size)
            break;
        fov__format(out + used, size - used, "%s%s", used > 0 ? " " : "", result->words[i].text);
        sum += result->words[i].confidence * (double)len;
        letters += (double)len;
    }
    *confidence = letters > 0 ? sum / letters : 0;
    trim(out);
}

/* One stroke is one letter: "Cc" is a C. */
static void single(const struct reader_text *text, char *reading)
{
    const bool is_pair = strlen(reading) == 2 && (reading[0] | 0x20) == (reading[1] | 0x20);
    if (text->pieces == 1 && is_pair && text->box.x2 - text->box.x1 < 1.2 * text->height)
        reading[1] = '\0';
}

static fov_status read_cut(struct reader_text *text, const struct cut *cut,
                           const struct reader_view *view, int32_t index,
                           enum fov__ocr_layout layout, bool digits, const fov_cancel *cancel,
                           fov_error *err)
{
    struct fov_pixels *px = NULL;
    struct fov_ocr_result *result = NULL;
    char reading[READER_TEXT_MAX];
    double confidence = 0;
    fov_status rc = cut_out(&px, cut, view, text->ground, err);
    if (rc == FOV_OK)
        rc = fov__ocr_read(&result, view->px->ctx, px, layout, digits, cancel, err);
    if (rc == FOV_OK) {
        join(result, reading, sizeof(reading), &confidence);
        single(text, reading);
        fov__reader_merge(text, reading, confidence, index, view->scale);
    }
    fov__ocr_free(result);
    fov__pixels_unref(px);
    return rc;
}

static void update_number(struct reader_text *text)
{
    text->is_number = fov__reader_number_parse(text->text, false, &text->number) ||
                      fov__reader_number_parse(text->text, true, &text->number);
}

void fov__reader_merge(struct reader_text *text, const char *reading, double confidence,
                       int32_t view, double scale)
{
    struct reader_number number;
    if (reading[0] == '\0')
        return;
    if (text->view >= 0 && strcmp(text->text, reading) == 0) {
        text->readings++;
        if (confidence > text->confidence)
            text->confidence = confidence;
        return;
    }
    /* Where one reading is a number and the other is not, small print was a number. */
    const bool is_number = fov__reader_number_parse(reading, false, &number);
    const double bonus = is_number && !text->is_number && text->view >= 0 ? 0.25 : 0;
    const double guard = text->readings > 1 ? 0.15 * (text->readings - 1) : 0;
    if (text->view >= 0 && confidence + bonus <= text->confidence + guard) {
        for (int32_t i = 0; i < text->others; i++) {
            if (strcmp(text->other[i], reading) == 0)
                return;
        }
        if (text->others < (int32_t)FOV_COUNT(text->other))
            fov__format(text->other[text->others++], sizeof(text->other[0]), "%s", reading);
        return;
    }
    if (text->view >= 0 && text->others < (int32_t)FOV_COUNT(text->other))
        fov__format(text->other[text->others++], sizeof(text->other[0]), "%s", text->text);
    fov__format(text->text, sizeof(text->text), "%s", reading);
    text->confidence = confidence;
    text->readings = 1;
    text->view = view;
    text->scale = scale;
    update_number(text);
}

static bool looks_numeric(const char *text)
{
    size_t digits = 0, letters = 0;
    for (const char *c = text; *c != '\0'; c++) {
        digits += *c >= '0' && *c <= '9';
        letters += (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
    }
    return digits > 0 && digits >= letters;
}

fov_status fov__reader_read(struct reader_text *text, const struct reader_view *view, int32_t index,
                            const fov_cancel *cancel, fov_error *err)
{
    struct cut cut;
    if (!place(&cut, text, view))
        return FOV_OK;
    fov_status rc = read_cut(text, &cut, view, index, FOV__OCR_LINE, false, cancel, err);
    /* Short words are sometimes not seen as a line at all. */
    if (rc == FOV_OK && text->pieces > 1 && text->view < 0)
        rc = read_cut(text, &cut, view, index, FOV__OCR_RAW, false, cancel, err);
    /* White letters with an outline, as on the parts of a stacked bar, are read without it. */
    if (rc == FOV_OK && luma(text->ground) < 215 && text->confidence < 0.9) {
        struct cut halo = cut;
        halo.is_halo = true;
        rc = read_cut(text, &halo, view, index, FOV__OCR_LINE, false, cancel, err);
    }
    const bool is_short = text->box.x2 - text->box.x1 < 6 * text->height;
    if (rc == FOV_OK && is_short && (text->view < 0 || looks_numeric(text->text)) &&
        text->confidence < 0.85)
        rc = read_cut(text, &cut, view, index, FOV__OCR_LINE, true, cancel, err);
    return rc;
}

/* The view that shows a text whole and largest, up to what helps; -1 when none does. */
static int32_t best_view(const struct reader_text *text, const struct reader_view *views,
                         size_t count, int32_t but)
{
    int32_t best = -1;
    double best_fit = 1e9;
    for (size_t i = 0; i < count; i++) {
        struct cut cut;
        const double zero = 0;
        if ((int32_t)i == but || views[i].degrees > zero || views[i].degrees < zero ||
            !place(&cut, text, &views[i]))
            continue;
        const double letters = text->height * views[i].scale;
        const double fit = letters < LETTERS ? LETTERS / letters : letters / LETTERS;
        if (fit < best_fit) {
            best_fit = fit;
            best = (int32_t)i;
        }
    }
    return best;
}

fov_status fov__reader_read_all(struct reader_scene *scene, const struct reader_view *views,
                                size_t view_count, const fov_cancel *cancel, fov_error *err)
{
    fov_status rc = FOV_OK;
    for (size_t i = 0; rc == FOV_OK && i < scene->text_count; i++) {
        struct reader_text *text = &scene->texts[i];
        if (text->view >= 0 || text->degrees > 0 || text->degrees < 0)
            continue;
        /* A photograph has hundreds of lone marks; a chart's lone letters are few. */
        if (scene->text_count > MANY && text->pieces < 2)
            continue;
        const int32_t first = best_view(text, views, view_count, -1);
        if (first < 0)
            continue;
        rc = fov__reader_read(text, &views[first], first, cancel, err);
        /* A second opinion at another scale where the first is not sure, and for every number. */
        const bool is_unsure = text->confidence < 0.9 || looks_numeric(text->text);
        const int32_t second = is_unsure ? best_view(text, views, view_count, first) : -1;
        if (rc == FOV_OK && second >= 0)
            rc = fov__reader_read(text, &views[second], second, cancel, err);
    }
    return rc;
}

fov_status fov__reader_probe(double *sure, const struct reader_scene *scene,
                             const struct reader_view *view, const fov_cancel *cancel,
                             fov_error *err)
{
    enum { WORDS = 8 };
    size_t longest[WORDS];
    size_t count = 0;
    fov_status rc = FOV_OK;
    double each[WORDS], sum = 0;
    for (size_t i = 0; i < scene->text_count; i++) {
        const int32_t pieces = scene->texts[i].pieces;
        /* Prose is slow to read and says no more than a label. */
        if (pieces < 3 || pieces > 24)
            continue;
        size_t j = count < WORDS ? count++ : WORDS;
        for (; j > 0 && scene->texts[longest[j - 1]].pieces < pieces; j--) {
            if (j < WORDS)
                longest[j] = longest[j - 1];
        }
        if (j < WORDS)
            longest[j] = i;
    }
    for (size_t i = 0; rc == FOV_OK && i < count; i++) {
        struct reader_text text = scene->texts[longest[i]];
        text.view = -1;
        text.confidence = 0;
        text.readings = text.others = 0;
        rc = fov__reader_read(&text, view, 0, cancel, err);
        const double confidence =
            text.view >= 0 && !fov__reader_text_is_noise(&text) ? text.confidence : 0;
        size_t j = i;
        for (; j > 0 && each[j - 1] < confidence; j--)
            each[j] = each[j - 1];
        each[j] = confidence;
    }
    /* The better half: icons and marks are read badly whichever way they are turned. */
    const size_t half = (count + 1) / 2;
    for (size_t i = 0; rc == FOV_OK && i < half; i++)
        sum += each[i];
    *sure = half > 0 ? sum / (double)half : 0;
    return rc;
}
