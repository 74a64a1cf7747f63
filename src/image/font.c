/* SPDX-License-Identifier: MIT */
/* The embedded lettering: one pen, round ends, no fill, ASCII only, drawn for this library.
 * Letters stand on a grid whose baseline is 0 and whose cap top is 14; small letters are 10 high
 * and go down to -4. At drawing time the bars and stems of a letter are moved onto whole pixels,
 * since a label of ten pixels is legible only when its strokes are not smeared over two. It must
 * never depend on a font file or a text library: labels are part of the bytes that replay
 * compares. */
#include "image/draw_internal.h"

#include <math.h>

/* clang-format off */
enum {
    CAP = 14,
    GAP = 3,           /* between two letters, and to it the pen's width */
    SPACE = 4,         /* how wide a space is, without the gap */
    ASCENDER = 10,     /* levels from here up hang from their upper edge, others stand */
    NARROW = 2,        /* letters under this width stand freer */
    STEM = 2,          /* the least length of a bar or stem that is moved onto pixels */
    CODES_FIRST = 32,
    CODES = 95,
    NUMBERS = 92,      /* of a letter's outline: pairs of x and y */
    KEYS = 20,         /* levels of a letter on one axis: 0-14 and -4 to 14 at most */
    PARTS = 256,       /* straight parts of a letter, curves split up */
    CURVE = 64,        /* added to the x of a point that bends the line without lying on it */
    LIFT = 127
};
/* clang-format on */

/* A letter is a run of points. `P` lies on the line. `C` is the control point of a quadratic curve
 * between its neighbours, which are both `P`. `UP` lifts the pen. A point alone is a dot. */
#define P(x, y) (x), (y)
#define C(x, y) ((x) + CURVE), (y)
#define UP LIFT, LIFT
/* clang-format off */
#define LETTER(...) {(uint8_t)sizeof((int8_t[]){__VA_ARGS__}), {__VA_ARGS__}}
/* clang-format on */

struct letter {
    uint8_t count;
    int8_t v[NUMBERS];
};

/* clang-format off */
static const struct letter letters[CODES] = {
    ['!' - 32] = LETTER(P(0,14), P(0,5), UP, P(0,0)),
    ['"' - 32] = LETTER(P(0,14), P(0,10), UP, P(4,14), P(4,10)),
    ['#' - 32] = LETTER(P(4,14), P(2,0), UP, P(9,14), P(7,0), UP, P(0,9), P(11,9), UP, P(0,5),
                        P(11,5)),
    ['$' - 32] = LETTER(P(8,10), C(7,12), P(4,12), C(0,12), P(0,9), C(0,7), P(4,6), C(8,5), P(8,3),
                        C(8,0), P(4,0), C(1,0), P(0,2), UP, P(4,14), P(4,-2)),
    ['%' - 32] = LETTER(P(3,14), C(6,14), P(6,11), C(6,8), P(3,8), C(0,8), P(0,11), C(0,14),
                        P(3,14), UP, P(11,14), P(3,0), UP, P(11,6), C(14,6), P(14,3), C(14,0),
                        P(11,0), C(8,0), P(8,3), C(8,6), P(11,6)),
    ['&' - 32] = LETTER(P(10,0), P(2,9), C(1,10), P(1,11), C(1,14), P(4,14), C(7,14), P(7,11),
                        C(7,9), P(4,8), C(0,6), P(0,3), C(0,0), P(4,0), C(9,0), P(10,6)),
    ['\'' - 32] = LETTER(P(0,14), P(0,10)),
    ['(' - 32] = LETTER(P(3,14), C(0,11), P(0,7), P(0,4), C(0,0), P(3,-3)),
    [')' - 32] = LETTER(P(0,14), C(3,11), P(3,7), P(3,4), C(3,0), P(0,-3)),
    ['*' - 32] = LETTER(P(4,14), P(4,6), UP, P(0,12), P(8,8), UP, P(0,8), P(8,12)),
    ['+' - 32] = LETTER(P(0,6), P(8,6), UP, P(4,10), P(4,2)),
    [',' - 32] = LETTER(P(1,1), P(1,0), P(0,-3)),
    ['-' - 32] = LETTER(P(0,6), P(5,6)),
    ['.' - 32] = LETTER(P(0,0)),
    ['/' - 32] = LETTER(P(6,14), P(0,-2)),
    ['0' - 32] = LETTER(P(4,14), C(8,14), P(8,9), P(8,5), C(8,0), P(4,0), C(0,0), P(0,5), P(0,9),
                        C(0,14), P(4,14)),
    ['1' - 32] = LETTER(P(1,11), P(4,14), P(4,0), UP, P(0,0), P(8,0)),
    ['2' - 32] = LETTER(P(0,10), C(0,14), P(4,14), C(8,14), P(8,10), C(8,8), P(5,5), P(0,0),
                        P(8,0)),
    ['3' - 32] = LETTER(P(0,12), C(1,14), P(4,14), C(8,14), P(8,11), C(8,8), P(4,8), P(3,8), P(4,8),
                        C(8,8), P(8,4), C(8,0), P(4,0), C(1,0), P(0,2)),
    ['4' - 32] = LETTER(P(6,0), P(6,14), P(0,4), P(8,4)),
    ['5' - 32] = LETTER(P(7,14), P(1,14), P(0,7), C(2,9), P(4,9), C(8,9), P(8,5), P(8,4), C(8,0),
                        P(4,0), C(1,0), P(0,2)),
    ['6' - 32] = LETTER(P(7,13), C(6,14), P(4,14), C(0,14), P(0,8), P(0,4), C(0,0), P(4,0), C(8,0),
                        P(8,4), P(8,5), C(8,9), P(4,9), C(0,9), P(0,5)),
    ['7' - 32] = LETTER(P(0,14), P(8,14), P(3,0)),
    ['8' - 32] = LETTER(P(4,8), C(1,8), P(1,11), C(1,14), P(4,14), C(7,14), P(7,11), C(7,8), P(4,8),
                        C(0,8), P(0,4), C(0,0), P(4,0), C(8,0), P(8,4), C(8,8), P(4,8)),
    ['9' - 32] = LETTER(P(1,1), C(2,0), P(4,0), C(8,0), P(8,6), P(8,10), C(8,14), P(4,14), C(0,14),
                        P(0,10), P(0,9), C(0,5), P(4,5), C(8,5), P(8,9)),
    [':' - 32] = LETTER(P(0,9), UP, P(0,0)),
    [';' - 32] = LETTER(P(1,9), UP, P(1,1), P(1,0), P(0,-3)),
    ['<' - 32] = LETTER(P(8,11), P(0,6), P(8,1)),
    ['=' - 32] = LETTER(P(0,8), P(8,8), UP, P(0,4), P(8,4)),
    ['>' - 32] = LETTER(P(0,11), P(8,6), P(0,1)),
    ['?' - 32] = LETTER(P(0,11), C(0,14), P(4,14), C(8,14), P(8,11), C(8,9), P(6,8), C(4,7), P(4,4),
                        UP, P(4,0)),
    ['@' - 32] = LETTER(P(10,6), C(10,9), P(7,9), C(4,9), P(4,6), P(4,5), C(4,2), P(7,2), C(10,2),
                        P(10,5), UP, P(10,9), P(10,5), C(10,2), P(12,2), C(14,2), P(14,6), P(14,7),
                        C(14,14), P(7,14), C(0,14), P(0,7), P(0,4), C(0,-3), P(7,-3), P(8,-3),
                        C(10,-3), P(11,-2)),
    ['A' - 32] = LETTER(P(0,0), P(5,14), P(10,0), UP, P(2,5), P(8,5)),
    ['B' - 32] = LETTER(P(5,8), P(0,8), P(0,14), P(5,14), C(8,14), P(8,11), C(8,8), P(5,8), C(9,8),
                        P(9,4), C(9,0), P(5,0), P(0,0), P(0,8)),
    ['C' - 32] = LETTER(P(10,11), C(8,14), P(5,14), C(0,14), P(0,8), P(0,6), C(0,0), P(5,0), C(8,0),
                        P(10,3)),
    ['D' - 32] = LETTER(P(0,0), P(0,14), P(4,14), C(10,14), P(10,8), P(10,6), C(10,0), P(4,0),
                        P(0,0)),
    ['E' - 32] = LETTER(P(8,14), P(0,14), P(0,0), P(8,0), UP, P(0,7), P(7,7)),
    ['F' - 32] = LETTER(P(8,14), P(0,14), P(0,0), UP, P(0,7), P(7,7)),
    ['G' - 32] = LETTER(P(10,11), C(8,14), P(5,14), C(0,14), P(0,8), P(0,6), C(0,0), P(5,0), C(8,0),
                        P(10,2), P(10,6), P(6,6)),
    ['H' - 32] = LETTER(P(0,14), P(0,0), UP, P(9,14), P(9,0), UP, P(0,7), P(9,7)),
    ['I' - 32] = LETTER(P(0,14), P(4,14), UP, P(2,14), P(2,0), UP, P(0,0), P(4,0)),
    ['J' - 32] = LETTER(P(7,14), P(7,4), C(7,0), P(4,0), P(3,0), C(0,0), P(0,4)),
    ['K' - 32] = LETTER(P(0,14), P(0,0), UP, P(9,14), P(0,5), UP, P(3,8), P(9,0)),
    ['L' - 32] = LETTER(P(0,14), P(0,0), P(8,0)),
    ['M' - 32] = LETTER(P(0,0), P(0,14), P(6,4), P(12,14), P(12,0)),
    ['N' - 32] = LETTER(P(0,0), P(0,14), P(9,0), P(9,14)),
    ['O' - 32] = LETTER(P(5,14), P(6,14), C(11,14), P(11,8), P(11,6), C(11,0), P(6,0), P(5,0),
                        C(0,0), P(0,6), P(0,8), C(0,14), P(5,14)),
    ['P' - 32] = LETTER(P(0,0), P(0,14), P(5,14), C(9,14), P(9,10), C(9,6), P(5,6), P(0,6)),
    ['Q' - 32] = LETTER(P(5,14), P(6,14), C(11,14), P(11,8), P(11,6), C(11,0), P(6,0), P(5,0),
                        C(0,0), P(0,6), P(0,8), C(0,14), P(5,14), UP, P(7,4), P(11,-1)),
    ['R' - 32] = LETTER(P(0,0), P(0,14), P(5,14), C(9,14), P(9,10), C(9,6), P(5,6), P(0,6), UP,
                        P(5,6), P(9,0)),
    ['S' - 32] = LETTER(P(8,12), C(7,14), P(4,14), C(0,14), P(0,11), C(0,8), P(4,7), C(8,6), P(8,3),
                        C(8,0), P(4,0), C(1,0), P(0,2)),
    ['T' - 32] = LETTER(P(0,14), P(10,14), UP, P(5,14), P(5,0)),
    ['U' - 32] = LETTER(P(0,14), P(0,5), C(0,0), P(4,0), P(5,0), C(9,0), P(9,5), P(9,14)),
    ['V' - 32] = LETTER(P(0,14), P(5,0), P(10,14)),
    ['W' - 32] = LETTER(P(0,14), P(3,0), P(7,13), P(11,0), P(14,14)),
    ['X' - 32] = LETTER(P(0,14), P(9,0), UP, P(9,14), P(0,0)),
    ['Y' - 32] = LETTER(P(0,14), P(5,7), P(10,14), UP, P(5,7), P(5,0)),
    ['Z' - 32] = LETTER(P(0,14), P(9,14), P(0,0), P(9,0)),
    ['[' - 32] = LETTER(P(4,14), P(0,14), P(0,-3), P(4,-3)),
    ['\\' - 32] = LETTER(P(0,14), P(6,-2)),
    [']' - 32] = LETTER(P(0,14), P(4,14), P(4,-3), P(0,-3)),
    ['^' - 32] = LETTER(P(0,9), P(4,14), P(8,9)),
    ['_' - 32] = LETTER(P(0,-3), P(9,-3)),
    ['`' - 32] = LETTER(P(0,14), P(3,11)),
    ['a' - 32] = LETTER(P(1,10), P(4,10), C(7,10), P(7,7), P(7,0), UP, P(7,6), P(3,6), C(0,6),
                        P(0,3), C(0,0), P(3,0), C(6,0), P(7,3)),
    ['b' - 32] = LETTER(P(0,14), P(0,0), UP, P(0,7), C(1,10), P(4,10), C(8,10), P(8,6), P(8,4),
                        C(8,0), P(4,0), C(1,0), P(0,3)),
    ['c' - 32] = LETTER(P(7,8), C(6,10), P(4,10), C(0,10), P(0,6), P(0,4), C(0,0), P(4,0), C(6,0),
                        P(7,2)),
    ['d' - 32] = LETTER(P(8,14), P(8,0), UP, P(8,7), C(7,10), P(4,10), C(0,10), P(0,6), P(0,4),
                        C(0,0), P(4,0), C(7,0), P(8,3)),
    ['e' - 32] = LETTER(P(0,5), P(8,5), P(8,6), C(8,10), P(4,10), C(0,10), P(0,6), P(0,4), C(0,0),
                        P(4,0), C(7,0), P(8,2)),
    ['f' - 32] = LETTER(P(6,14), P(5,14), C(2,14), P(2,11), P(2,0), UP, P(0,10), P(5,10)),
    ['g' - 32] = LETTER(P(8,10), P(8,-1), C(8,-4), P(4,-4), C(2,-4), P(0,-3), UP, P(8,7), C(7,10),
                        P(4,10), C(0,10), P(0,6), P(0,4), C(0,0), P(4,0), C(7,0), P(8,3)),
    ['h' - 32] = LETTER(P(0,14), P(0,0), UP, P(0,7), C(1,10), P(4,10), C(7,10), P(7,6), P(7,0)),
    ['i' - 32] = LETTER(P(0,10), P(0,0), UP, P(0,14)),
    ['j' - 32] = LETTER(P(2,10), P(2,-1), C(2,-4), P(0,-4), UP, P(2,14)),
    ['k' - 32] = LETTER(P(0,14), P(0,0), UP, P(7,10), P(0,3), UP, P(3,6), P(7,0)),
    ['l' - 32] = LETTER(P(0,14), P(0,3), C(0,0), P(3,0)),
    ['m' - 32] = LETTER(P(0,10), P(0,0), UP, P(0,7), C(1,10), P(3,10), C(6,10), P(6,7), P(6,0), UP,
                        P(6,7), C(7,10), P(9,10), C(12,10), P(12,7), P(12,0)),
    ['n' - 32] = LETTER(P(0,10), P(0,0), UP, P(0,7), C(1,10), P(4,10), C(7,10), P(7,6), P(7,0)),
    ['o' - 32] = LETTER(P(4,10), C(8,10), P(8,6), P(8,4), C(8,0), P(4,0), C(0,0), P(0,4), P(0,6),
                        C(0,10), P(4,10)),
    ['p' - 32] = LETTER(P(0,10), P(0,-4), UP, P(0,7), C(1,10), P(4,10), C(8,10), P(8,6), P(8,4),
                        C(8,0), P(4,0), C(1,0), P(0,3)),
    ['q' - 32] = LETTER(P(8,10), P(8,-4), UP, P(8,7), C(7,10), P(4,10), C(0,10), P(0,6), P(0,4),
                        C(0,0), P(4,0), C(7,0), P(8,3)),
    ['r' - 32] = LETTER(P(0,10), P(0,0), UP, P(0,6), C(1,10), P(5,10)),
    ['s' - 32] = LETTER(P(7,8), C(6,10), P(4,10), P(3,10), C(0,10), P(0,8), C(0,6), P(3,5), P(4,5),
                        C(7,4), P(7,2), C(7,0), P(4,0), P(3,0), C(1,0), P(0,2)),
    ['t' - 32] = LETTER(P(2,13), P(2,3), C(2,0), P(5,0), P(6,0), UP, P(0,10), P(6,10)),
    ['u' - 32] = LETTER(P(0,10), P(0,4), C(0,0), P(3,0), C(6,0), P(7,3), UP, P(7,10), P(7,0)),
    ['v' - 32] = LETTER(P(0,10), P(4,0), P(8,10)),
    ['w' - 32] = LETTER(P(0,10), P(3,0), P(6,10), P(9,0), P(12,10)),
    ['x' - 32] = LETTER(P(0,10), P(7,0), UP, P(7,10), P(0,0)),
    ['y' - 32] = LETTER(P(0,10), P(4,0), UP, P(8,10), P(4,0), P(3,-2), C(2,-4), P(0,-4)),
    ['z' - 32] = LETTER(P(0,10), P(7,10), P(0,0), P(7,0)),
    ['{' - 32] = LETTER(P(5,14), C(2,14), P(2,11), P(2,8), C(2,6), P(0,6), C(2,6), P(2,3), P(2,0),
                        C(2,-3), P(5,-3)),
    ['|' - 32] = LETTER(P(0,14), P(0,-3)),
    ['}' - 32] = LETTER(P(0,14), C(3,14), P(3,11), P(3,8), C(3,6), P(5,6), C(3,6), P(3,3), P(3,0),
                        C(3,-3), P(0,-3)),
    ['~' - 32] = LETTER(P(0,5), C(1,9), P(5,6), C(9,3), P(10,7)),
};

/* What stands for a character that is not in the table. */
static const struct letter missing = LETTER(P(0,0), P(0,14), P(8,14), P(8,0), P(0,0));
/* clang-format on */

/* Where the levels of a letter lie on one axis, in pixels from the left or from the baseline. */
struct axis {
    int count;
    int key[KEYS];
    double at[KEYS];
    double scale;
};

/* A size of lettering, settled once for a text: whole pixels, so that the same letter has the same
 * pixels wherever it stands. */
struct face {
    double height, pen, scale, gap;
};

struct shape {
    const struct letter *letter;
    struct axis x, y;
};

static bool face_make(struct face *face, double height, double pen)
{
    if (!isfinite(height) || !isfinite(pen) || height <= 0 || pen <= 0 || height > 1048576.0)
        return false;
    face->height = height < 1 ? 1 : fov__rint(height);
    /* A heavier pen would close the letters. */
    face->pen = pen < face->height * 0.25 ? pen : face->height * 0.25;
    face->scale = (face->height - face->pen) / CAP;
    face->gap = GAP * face->scale < 1.25 ? 1.25 : GAP * face->scale;
    return true;
}

static void axis_add(struct axis *axis, int key)
{
    int i = axis->count;

    while (i > 0 && axis->key[i - 1] > key)
        i--;
    if ((i > 0 && axis->key[i - 1] == key) || axis->count == KEYS)
        return;
    memmove(axis->key + i + 1, axis->key + i, (size_t)(axis->count - i) * sizeof(axis->key[0]));
    axis->key[i] = key;
    axis->count++;
}

static int number(const struct letter *letter, int i, int axis)
{
    const int v = letter->v[2 * i + axis];

    return axis == 0 && v >= CURVE / 2 ? v - CURVE : v;
}

static bool is_lift(const struct letter *letter, int i)
{
    return letter->v[2 * i] == LIFT;
}

static bool is_curve(const struct letter *letter, int i)
{
    return letter->v[2 * i] >= CURVE / 2;
}

/* The levels of a letter: its extremes, its bars and stems, and the tops and bottoms of its curves
 * (where a control point lies level with an end). */
static void axis_find(struct axis *axis, const struct letter *letter, int which)
{
    const int count = letter->count / 2;
    int lo = 99, hi = -99;

    axis->count = 0;
    for (int i = 0; i < count; i++) {
        if (is_lift(letter, i))
            continue;
        const int v = number(letter, i, which);
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
        if (i + 1 == count || is_lift(letter, i + 1) || number(letter, i + 1, which) != v)
            continue;
        /* The side of a bowl inside the letter's width: better half a pixel than a whole one. */
        if (which == 0 && (is_curve(letter, i) || is_curve(letter, i + 1)))
            continue;
        const int run = number(letter, i + 1, !which) - number(letter, i, !which);
        if (run >= STEM || run <= -STEM)
            axis_add(axis, v);
    }
    if (count > 0) {
        axis_add(axis, lo);
        axis_add(axis, hi);
    }
}

static double axis_map(const struct axis *axis, double v)
{
    int i = 1;

    while (i + 1 < axis->count && v > axis->key[i])
        i++;
    if (axis->count < 2)
        return axis->at[0];
    const double u = axis->key[i - 1], w = axis->key[i];
    return axis->at[i - 1] + (axis->at[i] - axis->at[i - 1]) * (v - u) / (w - u);
}

static bool axis_has(const struct axis *axis, double v)
{
    for (int i = 0; i < axis->count; i++) {
        if (axis->key[i] == v)
            return true;
    }
    return false;
}

static void shape_make(struct shape *shape, const struct face *face, const struct letter *letter)
{
    struct axis *x = &shape->x, *y = &shape->y;

    shape->letter = letter;
    axis_find(x, letter, 0);
    axis_find(y, letter, 1);
    for (int i = 0; i < y->count; i++) {
        const double raw = y->key[i] * face->scale;

        y->at[i] = y->key[i] == CAP        ? face->height - face->pen
                   : y->key[i] >= ASCENDER ? fov__rint(raw + face->pen) - face->pen
                                           : fov__rint(raw);
    }
    for (int i = 0; i < x->count; i++)
        x->at[i] = fov__rint(x->key[i] * face->scale);
    /* A stem in the middle needs an even width, or one side would be a pixel wider; but figures
     * stand in columns, so the 1 keeps the width of the others. */
    if (x->count > 2 && letter != &letters['1' - CODES_FIRST] &&
        axis_has(x, x->key[x->count - 1] * 0.5)) {
        const double half = fov__rint(x->key[x->count - 1] * 0.5 * face->scale);

        for (int i = 0; i < x->count; i++) {
            if (2 * x->key[i] == x->key[x->count - 1])
                x->at[i] = half;
        }
        x->at[x->count - 1] = 2 * half;
    }
}

static double shape_width(const struct shape *shape, const struct face *face)
{
    return shape->x.count > 0 ? shape->x.at[shape->x.count - 1] + face->pen : SPACE * face->scale;
}

/* How far to the next letter: whole pixels. */
static double shape_advance(const struct shape *shape, const struct face *face)
{
    return fov__rint(shape_width(shape, face) + face->gap - 0.25 * face->pen);
}

/* A full stop or an i needs more room on both sides than a letter that has a width of its own. */
static double shape_aside(const struct shape *shape, const struct face *face)
{
    const struct axis *x = &shape->x;

    return x->count > 0 && x->key[x->count - 1] < NARROW ? fov__rint(0.6 * face->scale) : 0;
}

/* The character at *text, and *text behind it. What is not UTF-8 is a missing character a byte. */
static const struct letter *letter_next(const char **text, const char *end)
{
    uint32_t code = 0;
    const size_t len = fov__utf8_next(*text, (size_t)(end - *text), &code);

    *text += len > 0 ? len : 1;
    return len > 0 && code >= CODES_FIRST && code < CODES_FIRST + CODES
               ? &letters[code - CODES_FIRST]
               : &missing;
}

/* ---- drawing -------------------------------------------------------------------------------- */

struct parts {
    size_t count;
    fov_point ends[2 * PARTS];
};

static void part_add(struct parts *parts, fov_point a, fov_point b)
{
    if (parts->count == PARTS)
        return;
    parts->ends[2 * parts->count] = a;
    parts->ends[2 * parts->count + 1] = b;
    parts->count++;
}

/* A quadratic curve as `steps` chords. */
static void curve_add(struct parts *parts, fov_point a, fov_point c, fov_point b, int steps)
{
    fov_point last = a;

    for (int i = 1; i <= steps; i++) {
        const double t = (double)i / steps, s = 1 - t;
        const fov_point next = {a.x * s * s + 2 * c.x * s * t + b.x * t * t,
                                a.y * s * s + 2 * c.y * s * t + b.y * t * t};

        part_add(parts, last, next);
        last = next;
    }
}

static void shape_draw(struct fov_pixels *px, const struct shape *shape, const struct face *face,
                       fov_point corner, struct fov_ink ink)
{
    const struct letter *letter = shape->letter;
    const int count = letter->count / 2;
    const int steps = face->scale < 1 ? 4 : face->scale < 2 ? 6 : 10;
    const fov_point origin = {corner.x + face->pen * 0.5,
                              corner.y + face->height - face->pen * 0.5};
    struct parts parts = {.count = 0};
    fov_point pen = {0, 0}, bend = {0, 0};
    bool is_down = false, is_bent = false;

    for (int i = 0; i < count; i++) {
        const bool was_down = is_down;
        const bool is_dot = !was_down && (i + 1 == count || is_lift(letter, i + 1));

        is_down = !is_lift(letter, i);
        if (!is_down)
            continue;
        const fov_point p = {origin.x + axis_map(&shape->x, number(letter, i, 0)),
                             origin.y - axis_map(&shape->y, number(letter, i, 1))};
        if (is_curve(letter, i)) {
            bend = p;
            is_bent = true;
            continue;
        }
        if (is_bent)
            curve_add(&parts, pen, bend, p, steps);
        else if (was_down)
            part_add(&parts, pen, p);
        else if (is_dot)
            /* A dot as wide as the pen would look smaller than a line. */
            fov__draw_disc(px, p, face->pen * 0.62, ink);
        pen = p;
        is_bent = false;
    }
    fov__draw_segments(px, parts.ends, parts.count, ink);
}

void fov__draw_text(struct fov_pixels *px, fov_point at, const char *text, double height,
                    struct fov_ink ink)
{
    const char *end = text + strlen(text);
    fov_point corner = {fov__rint(at.x), fov__rint(at.y)};
    bool is_first = true;
    struct face face;
    struct shape shape;

    if (!face_make(&face, height, ink.width) || !isfinite(corner.x) || !isfinite(corner.y) ||
        corner.y > px->height || corner.y + 2 * face.height < 0)
        return;
    ink.width = face.pen;
    while (text < end && corner.x <= px->width) {
        shape_make(&shape, &face, letter_next(&text, end));
        corner.x += is_first ? 0 : shape_aside(&shape, &face);
        if (corner.x + shape_width(&shape, &face) + 2 >= 0)
            shape_draw(px, &shape, &face, corner, ink);
        corner.x += shape_advance(&shape, &face) + shape_aside(&shape, &face);
        is_first = false;
    }
}

static int32_t to_size(double v)
{
    return v < INT32_MAX ? (int32_t)fov__ceil(v) : INT32_MAX;
}

fov_size fov__draw_text_size(const char *text, double height, double stroke)
{
    const char *end = text + strlen(text);
    double x = 0, width = 0, below = 0;
    struct face face;
    struct shape shape;

    if (text == end || !face_make(&face, height, stroke))
        return (fov_size){0, 0};
    while (text < end) {
        shape_make(&shape, &face, letter_next(&text, end));
        x += x > 0 ? shape_aside(&shape, &face) : 0;
        width = x + shape_width(&shape, &face);
        x += shape_advance(&shape, &face) + shape_aside(&shape, &face);
        if (shape.y.count > 0 && -shape.y.at[0] > below)
            below = -shape.y.at[0];
    }
    return (fov_size){to_size(width), to_size(face.height + below)};
}
