/* SPDX-License-Identifier: MIT */
/* What is not flat is ink: letters, grid lines, the lines of a line chart. Strokes are connected,
 * what cannot be a letter is left out, and neighbours in a row become one piece of text. Letters
 * that climb or fall in steps are noted as slanted. It must never read text. */
#include "reader/reader_internal.h"

/* Weaker ink is the soft edge of something else. */
static const int32_t CONTRAST = 48;
/* A pixel whose channels are this far apart has a colour; grey text and a coloured line that cross
 * are so told apart. */
static const int32_t COLOURED = 34;
/* Longer unbroken runs are rules, not letters. */
static const int32_t RULE = 44;

enum { STROKES = 12000, LETTER = 64, LETTER_MIN = 5 };

enum { INK_NONE = 0, INK_GREY = 1, INK_COLOUR = 2 };

struct stroke {
    int32_t x1, y1, x2, y2, count;
    int32_t ground; /* flat it stands on */
    int32_t kind;
    uint32_t sum[3];
    int32_t group;
};

struct ink {
    struct reader_scene *scene;
    const struct fov_pixels *px;
    uint8_t *kind;
    int32_t *ground;
    int32_t *queue;
    struct stroke *strokes;
    size_t count;
};

static struct reader_rgb pixel(const struct fov_pixels *px, int32_t at)
{
    const uint8_t *p =
        fov__pixels_row(px, at / px->width) + (size_t)(at % px->width) * (size_t)px->bands;
    return (struct reader_rgb){p[0], p[1], p[2]};
}

/* Classify every pixel; the ground of an ink pixel is the flat seen last in its row. */
static void classify(struct ink *ink)
{
    const struct reader_scene *scene = ink->scene;
    for (int32_t y = 0; y < scene->height; y++) {
        int32_t ground = -1;
        for (int32_t x = 0; x < scene->width; x++) {
            const int32_t at = y * scene->width + x;
            ink->kind[at] = INK_NONE;
            if (scene->label[at] >= 0)
                ground = scene->label[at];
            ink->ground[at] = ground;
            if (scene->label[at] >= 0)
                continue;
            const struct reader_rgb c = pixel(ink->px, at);
            const struct reader_rgb g = ground >= 0 ? scene->flats[ground].colour : scene->ground;
            if (fov__reader_rgb_distance(c, g) < CONTRAST)
                continue;
            const int32_t high = c.r > c.g ? (c.r > c.b ? c.r : c.b) : (c.g > c.b ? c.g : c.b);
            const int32_t low = c.r < c.g ? (c.r < c.b ? c.r : c.b) : (c.g < c.b ? c.g : c.b);
            ink->kind[at] = high - low >= COLOURED ? INK_COLOUR : INK_GREY;
        }
    }
}

static void clear_run(struct ink *ink, int32_t start, int32_t step, int32_t length)
{
    if (length < RULE)
        return;
    for (int32_t i = 0; i < length; i++)
        ink->kind[start + i * step] = INK_NONE;
}

/* Take rules out, in rows and columns, so that a label that touches a grid line stays a label. */
static void clear_rules(struct ink *ink)
{
    const int32_t width = ink->scene->width, height = ink->scene->height;
    for (int32_t y = 0; y < height; y++) {
        int32_t run = 0;
        for (int32_t x = 0; x <= width; x++) {
            if (x < width && ink->kind[y * width + x] == INK_GREY) {
                run++;
                continue;
            }
            clear_run(ink, y * width + x - run, 1, run);
            run = 0;
        }
    }
    for (int32_t x = 0; x < width; x++) {
        int32_t run = 0;
        for (int32_t y = 0; y <= height; y++) {
            if (y < height && ink->kind[y * width + x] == INK_GREY) {
                run++;
                continue;
            }
            clear_run(ink, (y - run) * width + x, width, run);
            run = 0;
        }
    }
}

static void trace(struct ink *ink, int32_t start, struct stroke *stroke)
{
    const int32_t width = ink->scene->width, height = ink->scene->height;
    const uint8_t kind = ink->kind[start];
    size_t head = 0, tail = 0;
    *stroke = (struct stroke){width, height, 0, 0, 0, ink->ground[start], kind, {0, 0, 0}, -1};
    ink->queue[tail++] = start;
    ink->kind[start] = INK_NONE;
    while (head < tail) {
        const int32_t at = ink->queue[head++], x = at % width, y = at / width;
        const struct reader_rgb c = pixel(ink->px, at);
        stroke->sum[0] += c.r;
        stroke->sum[1] += c.g;
        stroke->sum[2] += c.b;
        stroke->count++;
        stroke->x1 = x < stroke->x1 ? x : stroke->x1;
        stroke->y1 = y < stroke->y1 ? y : stroke->y1;
        stroke->x2 = x + 1 > stroke->x2 ? x + 1 : stroke->x2;
        stroke->y2 = y + 1 > stroke->y2 ? y + 1 : stroke->y2;
        for (int32_t dy = -1; dy <= 1; dy++) {
            for (int32_t dx = -1; dx <= 1; dx++) {
                if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height)
                    continue;
                const int32_t to = at + dy * width + dx;
                if (ink->kind[to] != kind)
                    continue;
                ink->kind[to] = INK_NONE;
                ink->queue[tail++] = to;
            }
        }
    }
}

static bool is_letter(const struct stroke *stroke)
{
    const int32_t width = stroke->x2 - stroke->x1, height = stroke->y2 - stroke->y1;
    if (width > 2 * LETTER || height > LETTER)
        return false;
    if (height <= 2 && width > 10)
        return false; /* the edge of a bar, a dash of a dashed line */
    if (width <= 2 && height > 24)
        return false;
    return width <= 8 * height + 4;
}

static int32_t height_of(const struct stroke *s)
{
    return s->y2 - s->y1;
}

/* A bullet or a swatch before a text: as wide as high, full, and apart from what follows. */
static bool is_bullet(const struct ink *ink, size_t i)
{
    const struct stroke *a = &ink->strokes[i];
    const int32_t width = a->x2 - a->x1, height = height_of(a);
    if (width < 5 || height < 5 || width * 4 > height * 5 || height * 4 > width * 5 ||
        a->count * 100 < width * height * 76)
        return false;
    for (size_t j = 0; j < ink->count && ink->strokes[j].x1 < a->x2 + height; j++) {
        const struct stroke *b = &ink->strokes[j];
        const bool in_row = j != i && b->y1 < a->y2 && b->y2 > a->y1 && height_of(b) * 2 > height;
        if (in_row && b->x2 > a->x1 - height && b->x1 < a->x2 + (height + 2) / 3)
            return false;
    }
    return true;
}

static int stroke_order(const struct stroke *a, const struct stroke *b)
{
    return a->x1 != b->x1 ? (a->x1 < b->x1 ? -1 : 1) : (a->y1 > b->y1) - (a->y1 < b->y1);
}

/* Shell sort: qsort() of the C library may allocate and need not be stable. */
static void sort_strokes(struct stroke *strokes, size_t count)
{
    for (size_t gap = count / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < count; i++) {
            const struct stroke moved = strokes[i];
            size_t j = i;
            for (; j >= gap && stroke_order(&moved, &strokes[j - gap]) < 0; j -= gap)
                strokes[j] = strokes[j - gap];
            strokes[j] = moved;
        }
    }
}

static void find_strokes(struct ink *ink)
{
    const int32_t total = ink->scene->width * ink->scene->height;
    for (int32_t at = 0; at < total && ink->count < STROKES; at++) {
        if (ink->kind[at] == INK_NONE)
            continue;
        trace(ink, at, &ink->strokes[ink->count]);
        if (is_letter(&ink->strokes[ink->count]))
            ink->count++;
    }
    sort_strokes(ink->strokes, ink->count);
    size_t kept = 0;
    for (size_t i = 0; i < ink->count; i++)
        ink->strokes[i].group = is_bullet(ink, i) ? 1 : 0;
    for (size_t i = 0; i < ink->count; i++) {
        if (ink->strokes[i].group == 0)
            ink->strokes[kept++] = ink->strokes[i];
    }
    ink->count = kept;
}

static int32_t root(struct stroke *strokes, int32_t i)
{
    while (strokes[i].group >= 0 && strokes[i].group != i)
        i = strokes[i].group;
    return i;
}

/* Whether two strokes, a left of b, stand in one row near enough to be of one text. */
static bool are_neighbours(const struct stroke *a, const struct stroke *b)
{
    const int32_t gap = b->x1 - a->x2, ha = height_of(a), hb = height_of(b);
    const int32_t tall = ha > hb ? ha : hb, low = ha > hb ? hb : ha;
    if (a->ground != b->ground || tall < 4)
        return false;
    /* Letters with coloured fringes fall into both kinds; a line that passes is no such letter. */
    if (a->kind != b->kind && (gap * 5 > tall * 2 || low * 3 < tall * 2))
        return false;
    if (low < 4 || low * 5 < tall * 2) { /* a point, a dash, an accent */
        const struct stroke *mark = ha > hb ? b : a, *letter = ha > hb ? a : b;
        const double middle = (double)(mark->y1 + mark->y2) / 2;
        return gap <= (tall + 1) / 2 && middle >= letter->y1 - 0.35 * tall &&
               middle <= letter->y2 + 0.35 * tall;
    }
    const int32_t top = a->y1 > b->y1 ? a->y1 : b->y1, bottom = a->y2 < b->y2 ? a->y2 : b->y2;
    const int32_t reach = tall > 6 ? tall : 6;
    return (bottom - top) * 2 >= low && gap <= reach && tall <= 3 * low;
}

/* A dash right of a letter belongs to it only when a letter follows: "18-24", but not the tick of
 * an axis beside its number or the line that leads to a slice. */
static bool is_loose_dash(const struct ink *ink, size_t i, size_t j)
{
    const struct stroke *letter = &ink->strokes[i], *dash = &ink->strokes[j];
    const int32_t tall = height_of(letter);
    if (height_of(dash) > 2 || dash->x2 - dash->x1 < 3 || dash->x1 < letter->x1 ||
        height_of(letter) < 4)
        return false;
    for (size_t k = j + 1; k < ink->count && ink->strokes[k].x1 < dash->x2 + tall; k++) {
        const struct stroke *next = &ink->strokes[k];
        const int32_t gap = next->x1 - dash->x2;
        if (gap >= 0 && gap <= (tall + 1) / 2 && height_of(next) >= 4 && next->y1 < dash->y2 &&
            next->y2 > dash->y1)
            return false;
    }
    return true;
}

static void group_strokes(struct ink *ink)
{
    for (size_t i = 0; i < ink->count; i++)
        ink->strokes[i].group = (int32_t)i;
    for (size_t i = 0; i < ink->count; i++) {
        const struct stroke *a = &ink->strokes[i];
        for (size_t j = i + 1; j < ink->count; j++) {
            const struct stroke *b = &ink->strokes[j];
            if (b->x1 > a->x2 + LETTER)
                break;
            if (!are_neighbours(a, b) || is_loose_dash(ink, i, j))
                continue;
            const int32_t p = root(ink->strokes, (int32_t)i), q = root(ink->strokes, (int32_t)j);
            if (p != q)
                ink->strokes[p > q ? p : q].group = p > q ? q : p;
        }
    }
}

static void grow_box(fov_box *box, const struct stroke *s)
{
    box->x1 = s->x1 < box->x1 ? s->x1 : box->x1;
    box->y1 = s->y1 < box->y1 ? s->y1 : box->y1;
    box->x2 = s->x2 > box->x2 ? s->x2 : box->x2;
    box->y2 = s->y2 > box->y2 ? s->y2 : box->y2;
}

/* One text for every group whose letters are tall enough to be read at all. */
static void make_texts(struct ink *ink, int32_t *text_of)
{
    struct reader_scene *scene = ink->scene;
    /* First which groups hold a letter at all: the dots of a dotted line would fill the list. */
    for (size_t i = 0; i < ink->count; i++)
        text_of[i] = -2;
    for (size_t i = 0; i < ink->count; i++) {
        const int32_t r = root(ink->strokes, (int32_t)i);
        if (height_of(&ink->strokes[i]) >= LETTER_MIN)
            text_of[r] = -1;
    }
    for (size_t i = 0; i < ink->count; i++) {
        const struct stroke *s = &ink->strokes[i];
        const int32_t r = root(ink->strokes, (int32_t)i);
        if (text_of[r] < 0) {
            if (text_of[r] == -2 || scene->text_count >= READER_TEXTS)
                continue;
            text_of[r] = (int32_t)scene->text_count;
            struct reader_text *text = &scene->texts[scene->text_count++];
            memset(text, 0, sizeof(*text));
            text->box = (fov_box){s->x1, s->y1, s->x2, s->y2};
            text->view = -1;
            text->ground = s->ground >= 0 ? scene->flats[s->ground].colour : scene->ground;
        }
        struct reader_text *text = &scene->texts[text_of[r]];
        grow_box(&text->box, s);
        text->pieces++;
        if (height_of(s) > text->height) {
            text->height = height_of(s);
            const uint32_t n = (uint32_t)s->count;
            text->ink = (struct reader_rgb){(uint8_t)(s->sum[0] / n), (uint8_t)(s->sum[1] / n),
                                            (uint8_t)(s->sum[2] / n)};
        }
    }
}

/* A text that lies inside another of its size is the same, seen in another kind of ink. */
static void join_nested(struct reader_scene *scene)
{
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_text *a = &scene->texts[i];
        for (size_t j = 0; j < scene->text_count; j++) {
            struct reader_text *b = &scene->texts[j];
            fov_box shared;
            if (i == j || a->height < LETTER_MIN || b->height < 3 || b->pieces > a->pieces ||
                a->height > 2 * b->height || b->height > 2 * a->height ||
                !fov__box_intersect(a->box, b->box, &shared))
                continue;
            const double part = (shared.x2 - shared.x1) * (shared.y2 - shared.y1);
            if (part < 0.6 * (b->box.x2 - b->box.x1) * (b->box.y2 - b->box.y1))
                continue;
            const struct stroke whole = {(int32_t)b->box.x1,
                                         (int32_t)b->box.y1,
                                         (int32_t)b->box.x2,
                                         (int32_t)b->box.y2,
                                         0,
                                         0,
                                         0,
                                         {0, 0, 0},
                                         0};
            grow_box(&a->box, &whole);
            b->height = 0; /* dropped with the specks */
        }
    }
}

static void drop_specks(struct reader_scene *scene)
{
    size_t kept = 0;
    join_nested(scene);
    for (size_t i = 0; i < scene->text_count; i++) {
        struct reader_text *text = &scene->texts[i];
        if (text->height < LETTER_MIN || text->box.x2 - text->box.x1 < 2)
            continue;
        text->anchor =
            (fov_point){(text->box.x1 + text->box.x2) / 2, (text->box.y1 + text->box.y2) / 2};
        scene->texts[kept++] = *text;
    }
    scene->text_count = kept;
}

/* Steps from a lone letter to the next one, by direction. Labels that do not lie level stand under
 * a chart, so only its lower part is looked at. */
enum { BAND = 8 }; /* pixels of a row of the histogram below */

struct steps {
    int32_t up, down, upright, columns;
    int32_t rows[2048];
    fov_box slanted, standing;
};

/* The nearest letter above or right of this one. */
static bool nearest(const struct ink *ink, size_t i, double *bx, double *by)
{
    const struct stroke *a = &ink->strokes[i];
    const double ax = (a->x1 + a->x2) / 2.0, ay = (a->y1 + a->y2) / 2.0;
    double best = 1e9;
    for (size_t j = 0; j < ink->count && ink->strokes[j].x1 < a->x2 + 24; j++) {
        const struct stroke *b = &ink->strokes[j];
        const double dx = (b->x1 + b->x2) / 2.0 - ax, dy = (b->y1 + b->y2) / 2.0 - ay;
        const double d = dx * dx + dy * dy;
        const int32_t h = height_of(b), w = b->x2 - b->x1;
        if (j == i || dx < -1 || (dx < 1.5 && dy > 0) || (h < 4 && w < 4) || h > 24 ||
            b->ground != a->ground || d >= best)
            continue;
        best = d;
        *bx = dx;
        *by = dy;
    }
    const double size = height_of(a) > a->x2 - a->x1 ? height_of(a) : a->x2 - a->x1;
    return best <= 4 * size * size;
}

/* Whether the letter makes a step, and of which kind: 1 slanted, 2 standing. */
static int32_t step_of(const struct ink *ink, const int32_t *text_of, size_t i, bool *is_up)
{
    const struct stroke *a = &ink->strokes[i];
    const int32_t ta = text_of[root(ink->strokes, (int32_t)i)];
    double bx = 0, by = 0;
    if (a->y1 < ink->scene->height * 55 / 100 || height_of(a) > 24 || a->x2 - a->x1 > 24 ||
        (height_of(a) < 4 && a->x2 - a->x1 < 4))
        return 0;
    if ((ta >= 0 && ink->scene->texts[ta].pieces > 2) || !nearest(ink, i, &bx, &by))
        return 0;
    const double rise = by < 0 ? -by : by, run = bx < 0 ? -bx : bx;
    *is_up = by < 0;
    if (run < 0.3 * rise && by < 0)
        return 2;
    return rise > 0.35 * run && rise < 2.8 * run ? 1 : 0;
}

/* The rows with most steps, a tenth of the picture above and below the fullest. */
static void fullest_band(const struct steps *steps, int32_t height, int32_t *low, int32_t *high)
{
    const int32_t window = height / (6 * BAND) + 1, count = height / BAND + 1;
    int32_t best = -1;
    for (int32_t r = 0; r < count && r < (int32_t)FOV_COUNT(steps->rows); r++) {
        int32_t sum = 0;
        for (int32_t k = r; k < r + window && k < (int32_t)FOV_COUNT(steps->rows); k++)
            sum += steps->rows[k];
        if (sum > best) {
            best = sum;
            *low = r * BAND;
            *high = (r + window) * BAND;
        }
    }
}

static void count_steps(const struct ink *ink, const int32_t *text_of, struct steps *steps)
{
    const fov_box nowhere = {ink->scene->width, ink->scene->height, 0, 0};
    double last_column = -1e9;
    int32_t low = 0, high = 0;
    bool is_up = false;
    memset(steps, 0, sizeof(*steps));
    steps->slanted = steps->standing = nowhere;
    for (size_t i = 0; i < ink->count; i++) {
        const int32_t row = ink->strokes[i].y1 / BAND;
        if (row < (int32_t)FOV_COUNT(steps->rows))
            steps->rows[row] += step_of(ink, text_of, i, &is_up) != 0;
    }
    fullest_band(steps, ink->scene->height, &low, &high);
    for (size_t i = 0; i < ink->count; i++) {
        const struct stroke *a = &ink->strokes[i];
        const int32_t kind = a->y1 >= low && a->y1 < high ? step_of(ink, text_of, i, &is_up) : 0;
        if (kind == 2) {
            steps->upright++;
            grow_box(&steps->standing, a);
            steps->columns += a->x1 - last_column > 6;
            last_column = a->x1;
        } else if (kind == 1) {
            steps->up += is_up;
            steps->down += !is_up;
            grow_box(&steps->slanted, a);
        }
    }
}

static bool is_strip(const struct reader_scene *scene, fov_box box)
{
    return box.y2 - box.y1 < 0.33 * scene->height && box.x2 - box.x1 > 0.15 * scene->width;
}

/* Labels that stand or slant are noted when there are many of them. */
static void note_slant(struct reader_scene *scene, const struct steps *steps)
{
    const int32_t most = steps->up > steps->down ? steps->up : steps->down;
    const int32_t least = steps->up > steps->down ? steps->down : steps->up;
    scene->slant = 0;
    if (steps->upright >= 10 && steps->columns >= 4 && steps->upright > most &&
        is_strip(scene, steps->standing)) {
        scene->slant = 90;
        scene->slanted = steps->standing;
    } else if (most >= 10 && least * 3 <= most && is_strip(scene, steps->slanted)) {
        scene->slant = steps->up > steps->down ? 45 : -45;
        scene->slanted = steps->slanted;
    }
}

/* The slope of the feet of a row of letters, in degrees; false where the row is too short. */
static bool row_slope(const struct ink *ink, int32_t row, double *degrees)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < ink->count; i++) {
        const struct stroke *s = &ink->strokes[i];
        if (root(ink->strokes, (int32_t)i) != row || height_of(s) < LETTER_MIN)
            continue;
        const double x = (s->x1 + s->x2) / 2.0, y = s->y2;
        n += 1;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    const double det = n * sxx - sx * sx;
    if (n < 8 || det <= 0)
        return false;
    /* Small angles: the arc is the slope, within 1 % up to 10 degrees. */
    *degrees = (n * sxy - sx * sy) / det * 57.29578;
    return true;
}

/* The slope that most long rows share, weighing none: letters with tails scatter by a degree. */
static void note_skew(struct reader_scene *scene, const struct ink *ink)
{
    double slopes[64];
    size_t count = 0;
    scene->skew = 0;
    for (size_t i = 0; i < ink->count && count < FOV_COUNT(slopes); i++) {
        double degrees = 0;
        if (root(ink->strokes, (int32_t)i) != (int32_t)i || !row_slope(ink, (int32_t)i, &degrees))
            continue;
        size_t j = count++;
        for (; j > 0 && slopes[j - 1] > degrees; j--)
            slopes[j] = slopes[j - 1];
        slopes[j] = degrees;
    }
    if (count < 3)
        return;
    const double middle = slopes[count / 2];
    size_t agree = 0;
    for (size_t i = 0; i < count; i++)
        agree += slopes[i] - middle < 1.2 && middle - slopes[i] < 1.2;
    if (agree * 10 >= count * 6)
        scene->skew = middle;
}

/* Letters whose nearest neighbour stands beside them, and those whose stands above or below. */
static void note_rows(struct reader_scene *scene, const struct ink *ink)
{
    scene->level = scene->upright = 0;
    for (size_t i = 0; i < ink->count; i++) {
        const struct stroke *a = &ink->strokes[i];
        const double ax = (a->x1 + a->x2) / 2.0, ay = (a->y1 + a->y2) / 2.0;
        double best = 1e9, bx = 0, by = 0;
        const int32_t size = height_of(a) > a->x2 - a->x1 ? height_of(a) : a->x2 - a->x1;
        if (size < LETTER_MIN || size > 40)
            continue;
        for (size_t j = i > 60 ? i - 60 : 0; j < ink->count && ink->strokes[j].x1 < a->x2 + size;
             j++) {
            const struct stroke *b = &ink->strokes[j];
            const double dx = (b->x1 + b->x2) / 2.0 - ax, dy = (b->y1 + b->y2) / 2.0 - ay;
            const int32_t other = height_of(b) > b->x2 - b->x1 ? height_of(b) : b->x2 - b->x1;
            if (j == i || other < LETTER_MIN || other > 40 || dx * dx + dy * dy >= best)
                continue;
            best = dx * dx + dy * dy;
            bx = dx < 0 ? -dx : dx;
            by = dy < 0 ? -dy : dy;
        }
        if (best > 2.3 * size * size)
            continue;
        scene->level += by < 0.4 * bx;
        scene->upright += bx < 0.4 * by;
    }
}

fov_status fov__reader_ink(struct reader_scene *scene, const struct fov_pixels *px, fov_error *err)
{
    fov_context *ctx = scene->ctx;
    const size_t total = (size_t)scene->width * (size_t)scene->height;
    struct ink ink = {.scene = scene, .px = px};
    struct steps steps;
    fov_status rc = FOV_OK;
    ink.kind = fov__alloc(ctx, total);
    ink.ground = fov__alloc(ctx, total * sizeof(*ink.ground));
    ink.queue = fov__alloc(ctx, total * sizeof(*ink.queue));
    ink.strokes = fov__alloc(ctx, (STROKES + 1) * sizeof(*ink.strokes));
    int32_t *text_of = fov__alloc(ctx, (STROKES + 1) * sizeof(*text_of));
    if (ink.kind == NULL || ink.ground == NULL || ink.queue == NULL || ink.strokes == NULL ||
        text_of == NULL) {
        rc = fov__fail_memory(err, "reader", total * sizeof(*ink.queue));
        goto done;
    }
    classify(&ink);
    clear_rules(&ink);
    find_strokes(&ink);
    group_strokes(&ink);
    scene->text_count = 0;
    make_texts(&ink, text_of);
    count_steps(&ink, text_of, &steps);
    note_slant(scene, &steps);
    note_skew(scene, &ink);
    note_rows(scene, &ink);
    drop_specks(scene);
done:
    fov__free(ctx, text_of);
    fov__free(ctx, ink.strokes);
    fov__free(ctx, ink.queue);
    fov__free(ctx, ink.ground);
    fov__free(ctx, ink.kind);
    return rc;
}
