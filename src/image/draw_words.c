/* SPDX-License-Identifier: MIT */
/* Words for the stroke font, which has ASCII only: other characters in the nearest typed form, and
 * lines broken to a width. It never invents a letter: what has no typed form is left for the font
 * to show as missing. */
#include "image/draw_internal.h"

/* U+00A0 to U+017F, sixteen a row; "" leaves the character. */
/* clang-format off */
static const char *const latin[] = {
    " ", "!", "c", "GBP", "", "JPY", "|", "", "\"", "(c)", "a", "<<", "", "", "(r)", "-",
    " deg", "+/-", "^2", "^3", "'", "u", "", "-", ",", "^1", "o", ">>", "1/4", "1/2", "3/4", "?",
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I", "I",
    "D", "N", "O", "O", "O", "O", "O", "x", "O", "U", "U", "U", "U", "Y", "Th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
    "d", "n", "o", "o", "o", "o", "o", "/", "o", "u", "u", "u", "u", "y", "th", "y",
    "A", "a", "A", "a", "A", "a", "C", "c", "C", "c", "C", "c", "C", "c", "D", "d",
    "D", "d", "E", "e", "E", "e", "E", "e", "E", "e", "E", "e", "G", "g", "G", "g",
    "G", "g", "G", "g", "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i",
    "I", "i", "IJ", "ij", "J", "j", "K", "k", "k", "L", "l", "L", "l", "L", "l", "L",
    "l", "L", "l", "N", "n", "N", "n", "N", "n", "n", "N", "n", "O", "o", "O", "o",
    "O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s", "S", "s",
    "S", "s", "T", "t", "T", "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u",
    "U", "u", "U", "u", "W", "w", "Y", "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s",
};

static const struct {
    uint32_t first, last;
    const char *form;
} signs[] = {
    {0x2000, 0x200a, " "}, {0x200b, 0x200f, " "}, {0x2010, 0x2015, "-"}, {0x2018, 0x201b, "'"},
    {0x201c, 0x201f, "\""}, {0x2022, 0x2022, "*"}, {0x2026, 0x2026, "..."}, {0x2028, 0x202f, " "},
    {0x2032, 0x2032, "'"}, {0x2033, 0x2033, "\""}, {0x2039, 0x2039, "<"}, {0x203a, 0x203a, ">"},
    {0x2044, 0x2044, "/"}, {0x205f, 0x206f, " "}, {0x20ac, 0x20ac, "EUR"},
    {0x2103, 0x2103, " deg C"}, {0x2109, 0x2109, " deg F"}, {0x2122, 0x2122, "(tm)"},
    {0x2190, 0x2190, "<-"}, {0x2192, 0x2192, "->"}, {0x2212, 0x2212, "-"}, {0x2215, 0x2215, "/"},
    {0x2217, 0x2217, "*"}, {0x2248, 0x2248, "~"}, {0x2260, 0x2260, "!="}, {0x2264, 0x2264, "<="},
    {0x2265, 0x2265, ">="}, {0x3000, 0x3000, " "}, {0xfb00, 0xfb00, "ff"}, {0xfb01, 0xfb01, "fi"},
    {0xfb02, 0xfb02, "fl"}, {0xfeff, 0xfeff, " "},
};
/* clang-format on */

/* NULL: none. */
static const char *form_of(uint32_t code)
{
    if (code >= 0xa0 && code - 0xa0 < FOV_COUNT(latin))
        return latin[code - 0xa0][0] != '\0' ? latin[code - 0xa0] : NULL;
    for (size_t i = 0; i < FOV_COUNT(signs); i++) {
        if (code >= signs[i].first && code <= signs[i].last)
            return signs[i].form;
    }
    return NULL;
}

static void add_form(struct fov_buf *out, const char *form)
{
    /* " deg" brings a space of its own, which is one too many behind another. */
    if (form[0] == ' ' && (out->len == 0 || out->data[out->len - 1] == ' '))
        form++;
    fov__buf_adds(out, form);
}

void fov__words_ascii(struct fov_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t code = 0;
        const size_t n = fov__utf8_next(text + i, len - i, &code);
        const char *form = n > 0 ? form_of(code) : NULL;
        if (n == 0 || code <= 0x20 || (code >= 0x7f && code < 0xa0))
            add_form(out, " ");
        else if (form != NULL)
            add_form(out, form);
        else
            fov__buf_add(out, text + i, n);
        i += n > 0 ? n : 1;
    }
}

/* ---- lines ---------------------------------------------------------------------------------- */

static bool fits(char *text, size_t len, double height, double stroke, int32_t width)
{
    const char kept = text[len];
    text[len] = '\0';
    const fov_size size = fov__draw_text_size(text, height, stroke);
    text[len] = kept;
    return size.width <= width;
}

static bool is_inside_character(const char *at)
{
    return ((unsigned char)*at & 0xc0) == 0x80;
}

/* The longest beginning that fits, up to a space where there is one, else to a comma (numbers and
 * JSON have no spaces), else to any character: its length, at least one character. */
static size_t line_length(char *text, double height, double stroke, int32_t width)
{
    const size_t all = strlen(text);
    size_t len = 0, space = 0, comma = 0;
    /* By steps of a character: a width grows with each. */
    while (len < all) {
        size_t next = len + 1;
        while (is_inside_character(text + next))
            next++;
        if (!fits(text, next, height, stroke, width))
            break;
        if (text[next] == ' ' || text[next] == '\0')
            space = next;
        if (text[next - 1] == ',')
            comma = next;
        len = next;
    }
    if (len == all)
        return all;
    if (space > 0 || comma > 0)
        return space > 0 ? space : comma;
    if (len == 0 && all > 0)
        len = 1;
    while (is_inside_character(text + len))
        len++;
    return len;
}

/* The first `len` bytes, or fewer, so that the dots fit behind them. */
static void end_in_dots(char *line, size_t len, double height, double stroke, int32_t width)
{
    for (;; len--) {
        while (len > 0 && (is_inside_character(line + len) || line[len - 1] == ' '))
            len--;
        memcpy(line + len, "...", 4);
        if (len == 0 || fits(line, len + 3, height, stroke, width))
            return;
    }
}

int32_t fov__words_wrap(char *text, double height, double stroke, int32_t width, char **lines,
                        int32_t most)
{
    int32_t count = 0;
    while (*text == ' ')
        text++;
    while (*text != '\0' && count < most) {
        const size_t len = line_length(text, height, stroke, width);
        const bool is_end = text[len] == '\0';
        char *next = text + len;
        lines[count++] = text;
        if (!is_end && count == most) {
            end_in_dots(text, len, height, stroke, width);
            break;
        }
        if (is_end)
            break;
        /* A word that was broken has no space to be ended at. */
        if (*next != ' ')
            memmove(next + 1, next, strlen(next) + 1);
        *next++ = '\0';
        while (*next == ' ')
            next++;
        text = next;
    }
    return count;
}

/* ---- words ---------------------------------------------------------------------------------- */

fov_status fov__words_make(struct fov_words *words, fov_context *ctx, const char *text, size_t len,
                           const struct fov_type *type, int32_t width, int32_t most, fov_error *err)
{
    struct fov_buf buf;
    char *room = NULL;
    fov__buf_init(&buf, ctx, 8 * FOV__WORDS_MAX);
    fov__words_ascii(&buf, text, len < FOV__WORDS_MAX ? len : FOV__WORDS_MAX);
    if (len >= FOV__WORDS_MAX)
        fov__buf_adds(&buf, "...");
    fov__buf_addc(&buf, '\0');
    room = fov__buf_room(&buf, FOV__WORDS_LINES + 4);
    if (room != NULL)
        memset(room, 0, FOV__WORDS_LINES + 4);
    words->text = fov__buf_take_text(&buf);
    if (words->text == NULL)
        return fov__fail_memory(err, "picture", len);
    words->count = fov__words_wrap(words->text, type->height, type->pen, width, words->lines, most);
    return FOV_OK;
}

void fov__words_draw(struct fov_pixels *px, const struct fov_words *words,
                     const struct fov_type *type, int32_t x, int32_t y)
{
    const struct fov_ink ink = {type->grey[0], type->grey[1], type->grey[2], type->pen};
    for (int32_t i = 0; i < words->count; i++)
        fov__draw_text(px, (fov_point){x, y + i * type->step}, words->lines[i], type->height, ink);
}

int32_t fov__words_height(const struct fov_words *words, const struct fov_type *type)
{
    return words->count > 0 ? (words->count - 1) * type->step + (int32_t)type->height : 0;
}

void fov__draw_paste(struct fov_pixels *to, const struct fov_pixels *px, int32_t x, int32_t y)
{
    for (int32_t j = 0; j < px->height && y + j < to->height; j++) {
        const uint8_t *from = fov__pixels_row(px, j);
        uint8_t *at = fov__pixels_row(to, y + j) + (size_t)x * (size_t)to->bands;
        for (int32_t i = 0; i < px->width && x + i < to->width; i++) {
            const uint32_t alpha = px->bands == 4 ? from[3] : 255;
            for (int k = 0; k < 3; k++)
                at[k] = (uint8_t)((from[k] * alpha + at[k] * (255 - alpha) + 127) / 255);
            from += px->bands;
            at += to->bands;
        }
    }
}
