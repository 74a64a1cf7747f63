/* SPDX-License-Identifier: MIT */
/* JPEG by libjpeg-turbo: whole, or a piece through skipped rows and cropped columns with at least
 * one extra MCU on each side, so that the piece equals the same box of the whole byte for byte
 * (fancy upsampling and the first row after a skip look at neighbours). Where the library cannot
 * promise that (several scans, odd sampling, a damaged file) the whole is decoded and cut. It also
 * says what a header holds, and gives the planes of what jpeg_planes.c cannot read. All that
 * changes after setjmp() is in struct job, which the caller owns. */
#include "image/jpeg_internal.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h> /* jpeglib.h needs FILE */

#include <jpeglib.h>
#include <jerror.h>

/* The field has two names, by the ABI that libjpeg-turbo was built to mimic. */
#if JPEG_LIB_VERSION >= 70
#define MIN_DCT min_DCT_v_scaled_size
#else
#define MIN_DCT min_DCT_scaled_size
#endif

enum { GREY = 128 };

struct job {
    struct jpeg_error_mgr errors; /* first: libjpeg hands back its address */
    struct jpeg_decompress_struct cinfo;
    struct jpeg_source_mgr source;
    jmp_buf jump;
    bool is_created;
    fov_image *image;
    const fov_cancel *cancel;
    struct fov_recti rect; /* level pixels */
    int32_t shrink;
    struct fov_colour *colour;
    struct fov_pixels *out;
    struct fov_planes *planes; /* in place of `out` */
    uint8_t *row;              /* one decoded row, where it cannot go straight into `out` */
    JDIMENSION row_x;          /* level column of its first pixel */
    int32_t rows_done;         /* of `out` */
    int32_t cut_row;           /* level row from which nothing was in the file */
    bool is_cancelled, is_out_of_memory, has_damage;
    char message[JMSG_LENGTH_MAX];
};

static struct job *job_of(j_common_ptr cinfo)
{
    return (struct job *)(void *)cinfo->err;
}

static void on_error(j_common_ptr cinfo)
{
    struct job *job = job_of(cinfo);
    const int code = job->errors.msg_code;
    job->is_out_of_memory = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE;
    if (job->message[0] == '\0')
        job->errors.format_message(cinfo, job->message);
    longjmp(job->jump, 1);
}

/* Level rows that one row of MCUs makes. */
static int32_t mcu_height(const struct jpeg_decompress_struct *cinfo)
{
    const int v = cinfo->num_components == 1 ? 1 : cinfo->max_v_samp_factor;
    return v * cinfo->MIN_DCT;
}

static int32_t mcu_width(const struct jpeg_decompress_struct *cinfo)
{
    const int h = cinfo->num_components == 1 ? 1 : cinfo->max_h_samp_factor;
    return h * cinfo->MIN_DCT;
}

static void note_cut(struct job *job)
{
    const struct jpeg_decompress_struct *cinfo = &job->cinfo;
    /* A later scan only refines what the first one left everywhere. */
    if (cinfo->input_scan_number > 1 || cinfo->MIN_DCT == 0)
        return;
    const int64_t row = (int64_t)cinfo->input_iMCU_row * mcu_height(cinfo);
    if (row < job->cut_row)
        job->cut_row = (int32_t)row;
}

/* Warnings about headers (a version, Adobe's transform, stray bytes between segments) harm no
 * pixel; all others mean that some pixels are not what was encoded. */
static bool is_harmless(const struct job *job)
{
    const int code = job->errors.msg_code;
    return code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM || code == JWRN_TOO_MUCH_DATA ||
           (code == JWRN_EXTRANEOUS_DATA && job->cinfo.input_scan_number == 0);
}

static void on_message(j_common_ptr cinfo, int level)
{
    struct job *job = job_of(cinfo);
    if (level >= 0 || is_harmless(job))
        return;
    if (job->message[0] == '\0')
        job->errors.format_message(cinfo, job->message);
    job->has_damage = true;
    if (!job->image->is_lenient)
        longjmp(job->jump, 1);
    if (job->errors.msg_code == JWRN_JPEG_EOF ||
        (job->errors.msg_code == JWRN_HIT_MARKER && job->cinfo.unread_marker == JPEG_EOI))
        note_cut(job);
}

static void on_output(j_common_ptr cinfo)
{
    (void)cinfo; /* the library prints nothing */
}

static void on_source_start(j_decompress_ptr cinfo)
{
    (void)cinfo;
}

/* Asked for more than there is: say so once, then go on with ends of image. */
static boolean on_source_empty(j_decompress_ptr cinfo)
{
    static const JOCTET end[2] = {0xff, JPEG_EOI};
    WARNMS(cinfo, JWRN_JPEG_EOF);
    cinfo->src->next_input_byte = end;
    cinfo->src->bytes_in_buffer = sizeof(end);
    return TRUE;
}

static void on_source_skip(j_decompress_ptr cinfo, long count)
{
    struct jpeg_source_mgr *source = cinfo->src;
    if (count <= 0)
        return;
    if ((size_t)count >= source->bytes_in_buffer) {
        source->bytes_in_buffer = 0; /* on_source_empty() follows */
        return;
    }
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

static void on_source_end(j_decompress_ptr cinfo)
{
    (void)cinfo;
}

static void read_header(struct job *job)
{
    fov_image *image = job->image;
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    job->is_created = true; /* destroying half of it is fine */
    jpeg_create_decompress(cinfo);
    /* What libjpeg holds for itself (coefficients of a progressive picture) counts too. */
    const uint64_t live = atomic_load(&image->ctx->live_bytes),
                   most = image->ctx->limits.memory_bytes;
    const uint64_t left = most > live ? most - live : 1;
    cinfo->mem->max_memory_to_use = left < LONG_MAX ? (long)left : LONG_MAX;
    job->source = (struct jpeg_source_mgr){.next_input_byte = image->encoded.data,
                                           .bytes_in_buffer = image->encoded.size,
                                           .init_source = on_source_start,
                                           .fill_input_buffer = on_source_empty,
                                           .skip_input_data = on_source_skip,
                                           .resync_to_restart = jpeg_resync_to_restart,
                                           .term_source = on_source_end};
    cinfo->src = &job->source;
    jpeg_read_header(cinfo, TRUE);
}

static void start(struct job *job)
{
    const fov_image *image = job->image;
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    read_header(job);
    cinfo->scale_num = (unsigned)(8 / job->shrink);
    cinfo->scale_denom = 8;
    cinfo->dct_method = JDCT_ISLOW;
    cinfo->do_fancy_upsampling = TRUE;
    cinfo->out_color_space = cinfo->num_components == 4 ? JCS_CMYK : JCS_RGB;
    cinfo->raw_data_out = job->planes != NULL;
    jpeg_start_decompress(cinfo);
    if (cinfo->output_width != (JDIMENSION)fov__level_size(image->raw_width, job->shrink) ||
        cinfo->output_height != (JDIMENSION)fov__level_size(image->raw_height, job->shrink) ||
        cinfo->output_components != (cinfo->num_components == 4 ? 4 : 3))
        ERREXIT(cinfo, JERR_BAD_STATE);
}

static int32_t down_to(int32_t v, int32_t step)
{
    return v / step * step;
}

/* Leave out what lies more than one MCU beside the piece. */
static void narrow(struct job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    if (!fov__jpeg_has_regions(job->image))
        return;
    const int32_t mw = mcu_width(cinfo), mh = mcu_height(cinfo);
    const int32_t width = (int32_t)cinfo->output_width;
    int32_t x1 = down_to(job->rect.x, mw) - mw;
    int32_t x2 = down_to(job->rect.x + job->rect.width - 1, mw) + 2 * mw;
    x1 = x1 > 0 ? x1 : 0;
    x2 = x2 < width ? x2 : width;
    if (x2 - x1 < width) {
        JDIMENSION at = (JDIMENSION)x1, wide = (JDIMENSION)(x2 - x1);
        jpeg_crop_scanline(cinfo, &at, &wide);
        job->row_x = at;
    }
    const int32_t y1 = down_to(job->rect.y, mh) - mh;
    if (y1 > 0)
        jpeg_skip_scanlines(cinfo, (JDIMENSION)y1);
}

static void read_rows(struct job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    const int32_t bands = cinfo->output_components, end = job->rect.y + job->rect.height;
    const bool in_place =
        bands == 3 && job->row_x == 0 && cinfo->output_width == (JDIMENSION)job->rect.width;
    const size_t offset = (size_t)((JDIMENSION)job->rect.x - job->row_x) * (size_t)bands;
    for (int32_t y = (int32_t)cinfo->output_scanline; y < end; y++) {
        if (y % 64 == 0 && fov_cancel_is_set(job->cancel)) {
            job->is_cancelled = true;
            return;
        }
        const bool is_wanted = y >= job->rect.y;
        uint8_t *out = is_wanted ? fov__pixels_row(job->out, y - job->rect.y) : NULL;
        JSAMPROW row = in_place && is_wanted ? out : job->row;
        if (jpeg_read_scanlines(cinfo, &row, 1) != 1)
            ERREXIT(cinfo, JERR_CANT_SUSPEND);
        if (!is_wanted)
            continue;
        if (bands == 4) {
            fov__colour_row(job->colour, out, row + offset, job->rect.width);
        } else {
            if (!in_place)
                memcpy(out, row + offset, (size_t)job->rect.width * 3);
            if (!fov__colour_is_identity(job->colour))
                fov__colour_row(job->colour, out, out, job->rect.width);
        }
        job->rows_done++;
    }
}

/* All rows of all components as they are stored, a row of MCUs at a time. */
static void read_planes(struct job *job)
{
    enum { ROWS_MAX = 2 * DCTSIZE };
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    const struct fov_planes *planes = job->planes;
    JSAMPROW rows[FOV__JPEG_PARTS][ROWS_MAX];
    JSAMPARRAY parts[FOV__JPEG_PARTS] = {rows[0], rows[1], rows[2]};
    const int32_t lines = cinfo->max_v_samp_factor * cinfo->MIN_DCT;
    for (int32_t i = 0; cinfo->output_scanline < cinfo->output_height; i++) {
        for (int32_t c = 0; c < planes->count; c++) {
            const struct fov_plane *plane = &planes->plane[c];
            const int32_t count = lines / plane->down;
            for (int32_t y = 0; y < count && y < ROWS_MAX; y++)
                /* Of a grey picture sampled 2 x 2 the last rows may be padding of padding. */
                rows[c][y] = i * count + y < plane->height
                                 ? plane->data + (size_t)(i * count + y) * plane->stride
                                 : job->row;
        }
        if (fov_cancel_is_set(job->cancel)) {
            job->is_cancelled = true;
            return;
        }
        if (jpeg_read_raw_data(cinfo, parts, (JDIMENSION)lines) != (JDIMENSION)lines)
            ERREXIT(cinfo, JERR_CANT_SUSPEND);
        job->rows_done += lines;
    }
}

/* False when libjpeg gave up; then job->message says why. */
static bool run_libjpeg(struct job *job)
{
    if (setjmp(job->jump) != 0)
        return false;
    start(job);
    if (job->planes != NULL) {
        read_planes(job);
        return true;
    }
    narrow(job);
    read_rows(job);
    return true;
}

/* What libjpeg's end means. */
static fov_status judge(const struct job *job, bool is_done, fov_error *err)
{
    if (!is_done && job->is_out_of_memory)
        return fov__fail_memory(err, "image.jpeg", 0);
    if (job->is_cancelled)
        return fov__cancelled(err);
    if (!is_done || job->has_damage)
        return fov__probe_damage(job->image, err, "after row %d of %d: %s",
                                 (int)((job->rect.y + job->rows_done) * job->shrink),
                                 (int)job->image->raw_height, job->message);
    return FOV_OK;
}

static fov_status decode(struct job *job, fov_error *err)
{
    fov_image *image = job->image;
    const size_t size = ((size_t)image->raw_width + 64) * 4;
    fov_status rc = fov__colour_new(&job->colour, image, err);
    if (rc == FOV_OK)
        rc = fov__pixels_new(&job->out, image->ctx, job->rect.width, job->rect.height, 3, err);
    if (rc < 0)
        return rc;
    job->row = fov__alloc(image->ctx, size);
    if (job->row == NULL)
        return fov__fail_memory(err, "image.jpeg", size);
    rc = judge(job, run_libjpeg(job), err);
    int32_t first = job->cut_row - job->rect.y;
    first = first < 0 ? 0 : first < job->rows_done ? first : job->rows_done;
    for (int32_t row = first; rc == FOV_OK && row < job->rect.height; row++)
        memset(fov__pixels_row(job->out, row), GREY, job->out->stride);
    return rc;
}

bool fov__jpeg_has_regions(const fov_image *image)
{
    return image->scans == 1 && !image->info.is_progressive && image->has_even_sampling &&
           !image->is_lenient;
}

static struct job *job_new(fov_image *image, int32_t shrink, const fov_cancel *cancel)
{
    struct job *job = fov__calloc(image->ctx, 1, sizeof(*job));
    if (job == NULL)
        return NULL;
    job->image = image;
    job->cancel = cancel;
    job->shrink = shrink;
    job->cut_row = INT32_MAX;
    job->cinfo.err = jpeg_std_error(&job->errors);
    job->errors.error_exit = on_error;
    job->errors.emit_message = on_message;
    job->errors.output_message = on_output;
    return job;
}

static void job_free(struct job *job)
{
    if (job->is_created)
        jpeg_destroy_decompress(&job->cinfo);
    fov__colour_free(job->colour);
    fov__free(job->image->ctx, job->row);
    fov__free(job->image->ctx, job);
}

fov_status fov__jpeg_decode(struct fov_pixels **out, fov_image *image, struct fov_recti rect,
                            int32_t shrink, const fov_cancel *cancel, fov_error *err)
{
    *out = NULL;
    struct job *job = job_new(image, shrink, cancel);
    if (job == NULL)
        return fov__fail_memory(err, "image.jpeg", sizeof(*job));
    job->rect = rect;
    const fov_status rc = decode(job, err);
    if (rc < 0)
        fov__pixels_unref(job->out);
    else
        *out = job->out;
    job_free(job);
    return rc;
}

fov_status fov__jpeg_decode_planes(struct fov_planes *planes, fov_image *image, int32_t shrink,
                                   const fov_cancel *cancel, fov_error *err)
{
    const size_t size = ((size_t)image->raw_width + 64) * 4;
    struct job *job = job_new(image, shrink, cancel);
    if (job == NULL)
        return fov__fail_memory(err, "image.jpeg", sizeof(*job));
    job->planes = planes;
    job->row = fov__alloc(image->ctx, size);
    const fov_status rc = job->row != NULL ? judge(job, run_libjpeg(job), err)
                                           : fov__fail_memory(err, "image.jpeg", size);
    job_free(job);
    return rc;
}

/* ---- the header, for jpeg_scan.c ------------------------------------------------------------ */

/* The index of a table among those taken so far; it is taken when new. False: there is none. */
static bool take_table(struct fov_jpeg_tables *tables, uint8_t *index, const JHUFF_TBL *from,
                       bool is_dc)
{
    if (from == NULL)
        return false;
    int32_t i = 0;
    while (i < tables->count &&
           (tables->table[i].is_dc != is_dc ||
            memcmp(tables->table[i].bits, from->bits, sizeof(from->bits)) != 0 ||
            memcmp(tables->table[i].value, from->huffval, sizeof(from->huffval)) != 0))
        i++;
    if (i == tables->count) {
        tables->count++;
        tables->table[i].is_dc = is_dc;
        memcpy(tables->table[i].bits, from->bits, sizeof(from->bits));
        memcpy(tables->table[i].value, from->huffval, sizeof(from->huffval));
    }
    *index = (uint8_t)i;
    return true;
}

static bool take_part(struct fov_jpeg_part *part, const struct jpeg_decompress_struct *cinfo, int c,
                      struct fov_jpeg_tables *tables)
{
    const jpeg_component_info *info = &cinfo->comp_info[c];
    const JQUANT_TBL *quant = cinfo->quant_tbl_ptrs[info->quant_tbl_no & 3];
    if (cinfo->cur_comp_info[c] != info || quant == NULL || info->dc_tbl_no > 3 ||
        info->ac_tbl_no > 3 || info->quant_tbl_no > 3)
        return false;
    for (int k = 0; k < DCTSIZE2; k++) {
        const int natural = fov__jpeg_natural[k];
        /* libjpeg multiplies in 16 bits; no encoder of 8-bit samples has need of more than 8. */
        if (quant->quantval[natural] < 1 || quant->quantval[natural] > 4095)
            return false;
        part->quant[k] = quant->quantval[natural];
    }
    return take_table(tables, &part->dc, cinfo->dc_huff_tbl_ptrs[info->dc_tbl_no], true) &&
           take_table(tables, &part->ac, cinfo->ac_huff_tbl_ptrs[info->ac_tbl_no], false);
}

static bool take_geometry(struct fov_jpeg_scan *scan, const struct job *job)
{
    const struct jpeg_decompress_struct *cinfo = &job->cinfo;
    const bool is_grey = cinfo->num_components == 1;
    if (!job->image->has_even_sampling ||
        cinfo->jpeg_color_space != (is_grey ? JCS_GRAYSCALE : JCS_YCbCr) ||
        (!is_grey && cinfo->num_components != 3))
        return false;
    scan->width = job->image->raw_width;
    scan->height = job->image->raw_height;
    scan->count = cinfo->num_components;
    /* Of a single component a block is an MCU, whatever its sampling. */
    scan->max_h = is_grey ? 1 : cinfo->comp_info[0].h_samp_factor;
    scan->max_v = is_grey ? 1 : cinfo->comp_info[0].v_samp_factor;
    scan->mcus_x = (scan->width - 1) / (8 * scan->max_h) + 1;
    scan->mcus_y = (scan->height - 1) / (8 * scan->max_v) + 1;
    for (int c = 0; c < scan->count; c++) {
        struct fov_jpeg_part *part = &scan->part[c];
        part->h = c == 0 ? scan->max_h : 1;
        part->v = c == 0 ? scan->max_v : 1;
        part->down_h = scan->max_h / part->h;
        part->down_v = scan->max_v / part->v;
    }
    return true;
}

static bool take_head(struct job *job, struct fov_jpeg_scan *scan, uint32_t *offset)
{
    const struct jpeg_decompress_struct *cinfo = &job->cinfo;
    const fov_image *image = job->image;
    if (setjmp(job->jump) != 0)
        return false;
    read_header(job);
    scan->has_planes = take_geometry(scan, job);
    if (!scan->has_planes || !fov__jpeg_has_regions(image) || cinfo->arith_code ||
        cinfo->progressive_mode || cinfo->comps_in_scan != cinfo->num_components ||
        cinfo->Ss != 0 || cinfo->Se != DCTSIZE2 - 1 || cinfo->Ah != 0 || cinfo->Al != 0 ||
        image->encoded.size > UINT32_MAX)
        return false;
    for (int c = 0; c < scan->count; c++) {
        if (!take_part(&scan->part[c], cinfo, c, &scan->codes))
            return false;
    }
    scan->restart = (int32_t)cinfo->restart_interval;
    *offset = (uint32_t)(cinfo->src->next_input_byte - (const uint8_t *)image->encoded.data);
    return true;
}

fov_status fov__jpeg_read_head(struct fov_jpeg_scan *scan, fov_image *image, uint32_t *offset,
                               fov_error *err)
{
    struct job *job = job_new(image, 1, NULL);
    if (job == NULL)
        return fov__fail_memory(err, "image.jpeg", sizeof(*job));
    scan->is_refused = !take_head(job, scan, offset);
    /* A header that memory did not suffice for is not known to be another kind. */
    const bool is_out_of_memory = job->is_out_of_memory;
    job_free(job);
    return is_out_of_memory ? fov__fail_memory(err, "image.jpeg", 0) : FOV_OK;
}
