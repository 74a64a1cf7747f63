/* SPDX-License-Identifier: MIT */
/* ocr: words and where they stand, by an engine that never tires of small print. What it says is a
 * reading, not the truth: confidences go along, and nothing is corrected here. */
#include "op/op_internal.h"

#include "ocr/ocr_internal.h"

struct ocr_args {
    fov_op_args_head head;
    fov_box box;
    int32_t layout;
};
enum { OCR_BOX_BIT = 1 }; /* 1 << the index of `box` below */

enum {
    OCR_WORDS = 400,  /* a model reads no more than that at once */
    OCR_LARGE = 1568, /* small print is enlarged to this longest side ... */
    OCR_ENLARGE = 3,  /* ... but no more than so many times: beyond it letters do not get clearer */
    OCR_EDGE = 6000   /* and a very large part is shrunk to this, or reading takes minutes */
};

static double scale_of(fov_box box)
{
    const double w = box.x2 - box.x1, h = box.y2 - box.y1, longest = w > h ? w : h;
    if (longest > OCR_EDGE)
        return OCR_EDGE / longest;
    const double scale = OCR_LARGE / longest;
    return scale < 1 ? 1 : scale > OCR_ENLARGE ? OCR_ENLARGE : scale;
}

static void write_box(struct fov_jw *jw, const char *key, fov_box box)
{
    const double v[] = {box.x1, box.y1, box.x2, box.y2};
    fov__jw_array(jw, key);
    for (int i = 0; i < 4; i++)
        fov__jw_number(jw, NULL, fov__rint(v[i] * 10) / 10 + 0.0);
    fov__jw_end_array(jw);
}

static void write_words(struct fov_jw *jw, fov_op_io *io, const struct fov_ocr_result *read,
                        size_t count, fov_box box, double sx, double sy)
{
    fov__jw_array(jw, "words");
    for (size_t i = 0; i < count; i++) {
        const struct fov_ocr_word *word = &read->words[i];
        const fov_box at = {box.x1 + word->box.x1 / sx, box.y1 + word->box.y1 / sy,
                            box.x1 + word->box.x2 / sx, box.y1 + word->box.y2 / sy};
        fov__jw_object(jw, NULL);
        fov__jw_string(jw, "text", word->text);
        write_box(jw, "box", at);
        write_box(jw, "source_px", fov__op_source_box(io, at));
        fov__jw_number(jw, "confidence", fov__rint(word->confidence * 100) / 100);
        fov__jw_end_object(jw);
    }
    fov__jw_end_array(jw);
}

static fov_status write_lines(struct fov_jw *jw, fov_op_io *io,
                              const struct fov_ocr_result *read, size_t count, fov_error *err)
{
    struct fov_buf line;
    fov__buf_init(&line, io->ctx, 1 << 16);
    fov__jw_array(jw, "lines");
    for (size_t i = 0; i < count; i++) {
        if (line.len > 0)
            fov__buf_addc(&line, ' ');
        fov__buf_adds(&line, read->words[i].text);
        if (i + 1 == count || read->words[i + 1].line != read->words[i].line) {
            fov__jw_string_n(jw, NULL, line.data, line.len);
            if (line.status == FOV_OK)
                fov__buf_reset(&line);
        }
    }
    fov__jw_end_array(jw);
    const fov_status rc = fov__buf_check(&line, "ocr", err);
    fov__buf_free(&line);
    return rc;
}

static fov_status ocr_fact(const void *args, fov_op_io *io, struct fov_jw *jw,
                           fov_op_fault *fault, fov_error *err)
{
    static const enum fov__ocr_layout layouts[] = {FOV__OCR_SPARSE, FOV__OCR_AUTO, FOV__OCR_BLOCK,
                                                   FOV__OCR_LINE};
    const struct ocr_args *ocr = args;
    fov_box box = {0, 0, io->in->width, io->in->height};
    if ((ocr->head.given & OCR_BOX_BIT) != 0)
        box = ocr->box;
    const double scale = scale_of(box);
    const double w = fov__rint((box.x2 - box.x1) * scale), h = fov__rint((box.y2 - box.y1) * scale);
    const int32_t width = w < 1 ? 1 : (int32_t)w, height = h < 1 ? 1 : (int32_t)h;
    struct fov_pixels *px = NULL;
    struct fov_ocr_result *read = NULL;
    fov_error why;
    fov_status rc = io->render(io, 0, box, width, height, &px, err);
    if (rc < 0)
        return rc;
    rc = fov__ocr_read(&read, io->ctx, px, layouts[ocr->layout], false, io->cancel, &why);
    if (rc < 0) {
        if (rc == FOV_E_UNSUPPORTED)
            fov__fault(fault, FOV_FAULT_UNSUPPORTED, "ocr", NULL, NULL, "%s", why.message);
        fov__fail(err, rc, why.detail, why.where, "%s", why.message);
        goto done;
    }
    const size_t count = read->count < OCR_WORDS ? read->count : OCR_WORDS;
    write_words(jw, io, read, count, box, width / (box.x2 - box.x1), height / (box.y2 - box.y1));
    rc = write_lines(jw, io, read, count, err);
    if (count < read->count) {
        char note[96];
        fov__format(note, sizeof(note),
                    "the first %zu of %zu words; read a smaller box for the rest", count,
                    read->count);
        fov__jw_string(jw, "cut", note);
    }
done:
    fov__ocr_free(read);
    fov__pixels_unref(px);
    return rc;
}

static const char *const ocr_layouts[] = {"sparse", "auto", "block", "line", NULL};

static const fov_op_param_row ocr_params[] = {
    FOV_OP_BOX(ocr_args, box, "bbox_2d", 0, "the part to read; left out, the whole image"),
    FOV_OP_ENUM(ocr_args, layout, 0, ocr_layouts, 0,
            "sparse: words scattered as in a chart; auto: columns; block: one paragraph; line: one "
            "line"),
    FOV_OP_END};

static const fov_op_example_row ocr_examples[] = {
    {"{}", "words"}, {"{\"box\":[0,0,1000,100],\"layout\":\"line\"}", "lines"}, {NULL, NULL}};

const fov_op_def fov__op_ocr = {
    .name = "ocr",
    .since = "0.1.0",
    .summary = "Read printed text with an OCR engine: words, places and confidence.",
    .when = "Use it for much or very small print, and to get the exact place of a word. It reads "
            "printed letters only and makes mistakes: look yourself where it matters.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_DOCUMENT | FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = ocr_params,
    .args_size = sizeof(struct ocr_args),
    .examples = ocr_examples,
    .fact = ocr_fact,
};
