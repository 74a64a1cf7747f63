/* SPDX-License-Identifier: MIT */
/* Scales. Ticks of an axis are numbers in a row whose values grow evenly with their place; what
 * does not fit was misread. A value printed at a bar must stand where the scale puts it, so a lost
 * decimal point shows. It must never make a scale of fewer than three ticks. */
#include "reader/reader_internal.h"

enum { TICKS = 40 };

static double absolute(double v)
{
    return v < 0 ? -v : v;
}

/* Least squares over the ticks that agree. */
static bool refine(struct reader_axis *axis, const double *position, const double *value,
                   const bool *agrees, size_t count)
{
    double n = 0, sp = 0, sv = 0, spp = 0, spv = 0;
    for (size_t i = 0; i < count; i++) {
        if (!agrees[i])
            continue;
        n += 1;
        sp += position[i];
        sv += value[i];
        spp += position[i] * position[i];
        spv += position[i] * value[i];
    }
    const double det = n * spp - sp * sp;
    if (n < 2 || det <= 0)
        return false;
    axis->slope = (n * spv - sp * sv) / det;
    axis->offset = (sv - axis->slope * sp) / n;
    return true;
}

static int32_t support(double slope, double offset, const double *position, const double *value,
                       size_t count, double tolerance, bool *agrees)
{
    int32_t found = 0;
    for (size_t i = 0; i < count; i++) {
        agrees[i] =
            absolute(slope * position[i] + offset - value[i]) <= tolerance * absolute(slope);
        found += agrees[i];
    }
    return found;
}

bool fov__reader_axis_fit(struct reader_axis *out, const double *position, const double *value,
                          size_t count, int32_t need, double tolerance, bool *agrees)
{
    bool now[TICKS], best[TICKS] = {false};
    memset(out, 0, sizeof(*out));
    count = count > TICKS ? TICKS : count;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            const double run = position[j] - position[i], rise = value[j] - value[i];
            if (absolute(run) < 4 * tolerance || absolute(rise) <= 0)
                continue;
            const double slope = rise / run, offset = value[i] - slope * position[i];
            const int32_t found = support(slope, offset, position, value, count, tolerance, now);
            if (found > out->ticks) {
                out->ticks = found;
                memcpy(best, now, sizeof(best));
            }
        }
    }
    if (out->ticks < need || !refine(out, position, value, best, count))
        return false;
    out->is_found = true;
    out->low = 1e9;
    out->high = -1e9;
    for (size_t i = 0; i < count; i++) {
        if (agrees != NULL)
            agrees[i] = best[i];
        if (!best[i])
            continue;
        out->low = position[i] < out->low ? position[i] : out->low;
        out->high = position[i] > out->high ? position[i] : out->high;
    }
    return true;
}

/* Number texts that stand in one line with the seed: right or left edges or middles of a column,
 * or middles of a row. */
static size_t in_line(const struct reader_scene *scene, const struct reader_text *seed,
                      bool is_level, int32_t edge, size_t *index, double *position, double *value)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->text_count && count < TICKS; i++) {
        const struct reader_text *text = &scene->texts[i];
        if (!text->is_number || text->is_used || text->degrees > 0 || text->degrees < 0)
            continue;
        const double ratio = text->height / seed->height;
        if (ratio < 0.6 || ratio > 1.7)
            continue;
        double off = 0;
        if (is_level)
            off = text->anchor.y - seed->anchor.y;
        else if (edge == 0)
            off = text->box.x2 - seed->box.x2;
        else if (edge == 1)
            off = text->box.x1 - seed->box.x1;
        else
            off = text->anchor.x - seed->anchor.x;
        if (absolute(off) > (is_level ? 3.0 : 3.5))
            continue;
        index[count] = i;
        position[count] = is_level ? text->anchor.x : text->anchor.y;
        value[count++] = text->number.value;
    }
    return count;
}

bool fov__reader_axis_find(struct reader_axis *out, struct reader_scene *scene, bool is_level)
{
    size_t best[TICKS], best_count = 0;
    memset(out, 0, sizeof(*out));
    for (size_t s = 0; s < scene->text_count; s++) {
        const struct reader_text *seed = &scene->texts[s];
        if (!seed->is_number || seed->is_used || seed->degrees > 0 || seed->degrees < 0)
            continue;
        for (int32_t edge = 0; edge < (is_level ? 1 : 3); edge++) {
            size_t index[TICKS];
            double position[TICKS], value[TICKS];
            bool agrees[TICKS];
            struct reader_axis axis;
            const size_t count = in_line(scene, seed, is_level, edge, index, position, value);
            if (count < 3 || !fov__reader_axis_fit(&axis, position, value, count, 3, 2.2, agrees))
                continue;
            if (is_level ? axis.slope <= 0 : axis.slope >= 0)
                continue;
            int32_t years = 0;
            for (size_t i = 0; i < count; i++)
                years += agrees[i] && scene->texts[index[i]].number.is_year;
            if (years * 2 > axis.ticks || axis.ticks <= out->ticks)
                continue;
            *out = axis;
            best_count = 0;
            for (size_t i = 0; i < count; i++) {
                if (agrees[i])
                    best[best_count++] = index[i];
            }
        }
    }
    for (size_t i = 0; i < best_count; i++) {
        scene->texts[best[i]].is_used = true;
        out->view = scene->texts[best[i]].view;
    }
    return out->is_found;
}

static bool is_near(double value, double expected, double tolerance)
{
    return absolute(value - expected) <= tolerance;
}

bool fov__reader_axis_settle(const struct reader_text *text, double expected, double tolerance,
                             struct reader_number *out)
{
    struct reader_number number;
    for (int32_t i = -1; i < text->others; i++) {
        const char *reading = i < 0 ? text->text : text->other[i];
        if (fov__reader_number_parse(reading, true, &number) &&
            is_near(number.value, expected, tolerance)) {
            *out = number;
            return true;
        }
    }
    /* A point is the smallest thing on a chart and the first to be lost. */
    for (int32_t i = -1; i < text->others; i++) {
        const char *reading = i < 0 ? text->text : text->other[i];
        if (!fov__reader_number_parse(reading, true, &number) || number.decimals > 0)
            continue;
        double value = number.value;
        for (int32_t places = 1; places <= 2; places++) {
            value /= 10;
            if (is_near(value, expected, tolerance)) {
                number.value = value;
                number.decimals = places;
                *out = number;
                return true;
            }
        }
    }
    return false;
}
