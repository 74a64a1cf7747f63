/* SPDX-License-Identifier: MIT */
/* A rectangle of a baseline scan becomes planes of samples: rows that were passed before are
 * entered at the mark before the rectangle and left behind it; new rows are read once, for the
 * marks and the samples together. It must never give samples that libjpeg would not give: whatever
 * is odd sets is_refused. */
#include "image/jpeg_huffman.h"

/* What one thread fills. Two blocks wait for each other, because the twin for AVX2 makes two at a
 * time; luma and chroma apart, as they may differ in size and stride. */
struct queue {
    _Alignas(32) int16_t coef[2][64];
    uint8_t *out[2];
    size_t stride;
    fov__jpeg_idct_fn idct;
    int32_t waiting;
};

struct filler {
    struct fov_planes *planes;
    struct fov_jpeg_scan *scan;
    const fov_image *image;
    int32_t size[FOV__JPEG_PARTS]; /* samples along a block's side */
    int32_t x1, x2;                /* MCUs of a row that are wanted */
    uint8_t *row[FOV__JPEG_PARTS]; /* where the row of MCUs goes */
    uint8_t *spare;                /* a row of MCUs that is higher than what is kept of it */
    uint32_t wide;
    bool is_wrong;
    struct queue queue[2];
};

/* ---- planes --------------------------------------------------------------------------------- */

struct fov_planes *fov__planes_ref(struct fov_planes *planes)
{
    atomic_fetch_add_explicit(&planes->refs, 1, memory_order_relaxed);
    return planes;
}

void fov__planes_unref(struct fov_planes *planes)
{
    if (planes == NULL || atomic_fetch_sub_explicit(&planes->refs, 1, memory_order_acq_rel) != 1)
        return;
    fov__buffer_free(planes->ctx, planes->block);
    fov__free(planes->ctx, planes);
}

static size_t stride_of(int32_t width)
{
    return ((size_t)width + 15) / 16 * 16;
}

static fov_status alloc_planes(struct fov_planes *planes, fov_error *err)
{
    uint64_t size = 64;
    for (int32_t c = 0; c < planes->count; c++) {
        struct fov_plane *plane = &planes->plane[c];
        plane->stride = stride_of(plane->width);
        size += plane->stride * (uint64_t)plane->height;
    }
    if (size > PTRDIFF_MAX)
        return fov__fail_memory(err, "image.jpeg", SIZE_MAX);
    planes->block = fov__buffer_new(planes->ctx, (size_t)size);
    if (planes->block == NULL && fov__cache_drop(planes->ctx))
        planes->block = fov__buffer_new(planes->ctx, (size_t)size);
    if (planes->block == NULL)
        return fov__fail_memory(err, "image.jpeg", (size_t)size);
    planes->bytes = (size_t)size + sizeof(*planes);
    uint8_t *at = planes->block;
    for (int32_t c = 0; c < planes->count; c++) {
        planes->plane[c].data = at;
        at += planes->plane[c].stride * (size_t)planes->plane[c].height;
    }
    return FOV_OK;
}

/* libjpeg makes blocks of chroma larger where that spares it the enlarging (jdmaster.c). */
int32_t fov__jpeg_block_size(int32_t shrink, int32_t down_h, int32_t down_v)
{
    const int32_t least = 8 / shrink;
    return least < 8 && down_h == 2 && down_v == 2 ? 2 * least : least;
}

/* The samples of a component that a span of level pixels needs. */
static void span(int32_t *first, int32_t *last, int32_t at, int32_t count, int32_t step,
                 int32_t all)
{
    *first = at / step - (step > 1);
    *last = (at + count - 1) / step + (step > 1);
    *first = *first > 0 ? *first : 0;
    *last = *last < all ? *last : all - 1;
}

fov_status fov__jpeg_planes_new(struct fov_planes **out, const struct fov_jpeg_scan *scan,
                                struct fov_recti rect, int32_t shrink, fov_error *err)
{
    *out = NULL;
    struct fov_planes *planes = fov__calloc(scan->ctx, 1, sizeof(*planes));
    if (planes == NULL)
        return fov__fail_memory(err, "image.jpeg", sizeof(*planes));
    atomic_init(&planes->refs, 1);
    planes->ctx = scan->ctx;
    planes->count = scan->count;
    planes->is_fancy = shrink < 8;
    int32_t x1 = scan->mcus_x, x2 = 0, y1 = scan->mcus_y, y2 = 0;
    for (int32_t c = 0; c < scan->count; c++) {
        const struct fov_jpeg_part *part = &scan->part[c];
        struct fov_plane *plane = &planes->plane[c];
        const int32_t size = fov__jpeg_block_size(shrink, part->down_h, part->down_v);
        int32_t a, b;
        plane->across = part->down_h * (8 / shrink) / size;
        plane->down = part->down_v * (8 / shrink) / size;
        plane->all_width = (scan->width * part->h * size - 1) / (scan->max_h * 8) + 1;
        plane->all_height = (scan->height * part->v * size - 1) / (scan->max_v * 8) + 1;
        planes->is_fancy = planes->is_fancy && (plane->across == 1 || plane->all_width > 2);
        span(&a, &b, rect.x, rect.width, plane->across, plane->all_width);
        x1 = a / (part->h * size) < x1 ? a / (part->h * size) : x1;
        x2 = b / (part->h * size) + 1 > x2 ? b / (part->h * size) + 1 : x2;
        span(&a, &b, rect.y, rect.height, plane->down, plane->all_height);
        y1 = a / (part->v * size) < y1 ? a / (part->v * size) : y1;
        y2 = b / (part->v * size) + 1 > y2 ? b / (part->v * size) + 1 : y2;
    }
    for (int32_t c = 0; c < scan->count; c++) {
        const struct fov_jpeg_part *part = &scan->part[c];
        struct fov_plane *plane = &planes->plane[c];
        const int32_t size = fov__jpeg_block_size(shrink, part->down_h, part->down_v);
        plane->x = x1 * part->h * size;
        plane->y = y1 * part->v * size;
        plane->width = (x2 - x1) * part->h * size;
        /* Rows that only fill up the last MCUs are not kept. */
        const int32_t height = (y2 - y1) * part->v * size, left = plane->all_height - plane->y;
        plane->height = height < left ? height : left;
    }
    const fov_status rc = alloc_planes(planes, err);
    if (rc < 0)
        fov__planes_unref(planes);
    else
        *out = planes;
    return rc;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static void empty(struct filler *f, struct queue *queue)
{
    if (queue->waiting == 0)
        return;
    const int32_t other = queue->waiting - 1; /* one alone is made twice, in the same place */
    f->is_wrong = !queue->idct(queue->coef[0], queue->out[0], queue->coef[other], queue->out[other],
                               queue->stride) ||
                  f->is_wrong;
    memset(queue->coef, 0, sizeof(queue->coef));
    queue->waiting = 0;
}

/* A block of nothing but its mean: what the transforms of all sizes come to. */
static void fill_flat(struct filler *f, uint8_t *out, size_t stride, int32_t size, int32_t dc)
{
    const int32_t v = (dc + 4) >> 3;
    f->wide |= (uint32_t)(v + 512) & ~1023u;
    const int clamped = v < -128 ? 0 : v > 127 ? 255 : v + 128;
    if (size == 8) {
        const uint64_t eight = (uint64_t)clamped * 0x0101010101010101u;
        for (int32_t y = 0; y < 8; y++)
            memcpy(out + (size_t)y * stride, &eight, 8);
        return;
    }
    for (int32_t y = 0; y < size; y++)
        memset(out + (size_t)y * stride, clamped, (size_t)size);
}

static bool fill_block(struct filler *f, struct reader *r, int32_t c, uint8_t *out)
{
    const struct fov_jpeg_part *part = &f->scan->part[c];
    struct queue *queue = &f->queue[c > 0];
    int16_t *coef = queue->coef[queue->waiting];
    const struct fov_jpeg_huffman *ac = &f->scan->table[part->ac];
    int32_t last = 0;
    if (!next_dc(&r->bits, &f->scan->table[part->dc], &r->dc[c]))
        return false;
    /* Of a block that becomes one sample only the mean is wanted. */
    if (f->size[c] == 1 ? !pass_ac(&r->bits, ac)
                        : !next_ac(&r->bits, ac, part->quant, coef, &f->wide, &last))
        return false;
    const int32_t dc = r->dc[c] * part->quant[0];
    f->wide |= (uint32_t)(dc + 8192) & ~16383u;
    if (last == 0) {
        fill_flat(f, out, queue->stride, f->size[c], dc);
        return true;
    }
    coef[0] = (int16_t)dc;
    queue->out[queue->waiting++] = out;
    if (queue->waiting == 2)
        empty(f, queue);
    return true;
}

/* One MCU into the planes; `x` counts MCUs from the planes' corner. */
static bool fill_mcu(struct filler *f, struct reader *r, int32_t x)
{
    const struct fov_jpeg_scan *scan = f->scan;
    if (!reader_restart(r, scan->restart))
        return false;
    for (int32_t c = 0; c < scan->count; c++) {
        const struct fov_jpeg_part *part = &scan->part[c];
        const struct fov_plane *plane = &f->planes->plane[c];
        const size_t size = (size_t)f->size[c], step = size * plane->stride;
        uint8_t *row = f->row[c] + (size_t)(x * part->h) * size;
        for (int32_t by = 0; by < part->v; by++, row += step) {
            for (int32_t bx = 0; bx < part->h; bx++) {
                if (!fill_block(f, r, c, row + (size_t)bx * size))
                    return false;
            }
        }
    }
    r->mcu++;
    return r->bits.count >= 0 && (f->wide == 0 && !f->is_wrong);
}

/* Samples of a component along the height of row `y` of the planes' MCUs, and where they begin. */
static int32_t row_height(const struct filler *f, int32_t c)
{
    return f->scan->part[c].v * f->size[c];
}

static uint8_t *row_start(const struct filler *f, int32_t c, int32_t y)
{
    const struct fov_plane *plane = &f->planes->plane[c];
    return plane->data + (size_t)(y * row_height(f, c)) * plane->stride;
}

static bool is_cut(const struct filler *f, int32_t c, int32_t y)
{
    return (y + 1) * row_height(f, c) > f->planes->plane[c].height;
}

static void begin_row(struct filler *f, int32_t y)
{
    uint8_t *spare = f->spare;
    for (int32_t c = 0; c < f->scan->count; c++) {
        f->row[c] = is_cut(f, c, y) ? spare : row_start(f, c, y);
        if (spare != NULL) /* there is none where no row is cut */
            spare += (size_t)row_height(f, c) * f->planes->plane[c].stride;
    }
}

static bool end_row(struct filler *f, int32_t y)
{
    empty(f, &f->queue[0]);
    empty(f, &f->queue[1]);
    for (int32_t c = 0; c < f->scan->count; c++) {
        const struct fov_plane *plane = &f->planes->plane[c];
        const int32_t left = plane->height - y * row_height(f, c);
        if (is_cut(f, c, y) && left > 0)
            memcpy(row_start(f, c, y), f->row[c], (size_t)left * plane->stride);
    }
    return f->wide == 0 && !f->is_wrong;
}

/* A row that has its marks. */
static bool fill_known_row(struct filler *f, int32_t row, int32_t y)
{
    const struct fov_jpeg_scan *scan = f->scan;
    const int32_t mark = f->x1 / FOV__JPEG_MARK_STEP;
    int32_t x = mark * FOV__JPEG_MARK_STEP;
    struct reader r;
    begin_row(f, y);
    reader_start(&r, f->image, &scan->mark[row * scan->marks_x + mark], row * scan->mcus_x + x);
    for (; x < f->x1; x++) {
        if (!reader_pass(&r, scan))
            return false;
    }
    for (; x < f->x2; x++) {
        if (!fill_mcu(f, &r, x - f->x1))
            return false;
    }
    return end_row(f, y);
}

/* The next row of all that were passed, under the lock: marks and samples in one reading. */
static bool fill_new_row(struct filler *f, int32_t row, int32_t y)
{
    struct fov_jpeg_scan *scan = f->scan;
    struct fov_jpeg_mark *mark = &scan->mark[row * scan->marks_x];
    struct reader r;
    begin_row(f, y);
    reader_start(&r, f->image, &scan->next, row * scan->mcus_x);
    for (int32_t x = 0; x < scan->mcus_x; x++) {
        if (x % FOV__JPEG_MARK_STEP == 0)
            reader_mark(&r, f->image, mark++);
        if (x < f->x1 || x >= f->x2 ? !reader_pass(&r, scan) : !fill_mcu(f, &r, x - f->x1))
            return false;
    }
    reader_mark(&r, f->image, &scan->next);
    atomic_store_explicit(&scan->rows, row + 1, memory_order_release);
    return end_row(f, y);
}

static bool fill_row(struct filler *f, int32_t row, int32_t y, const fov_cancel *cancel)
{
    struct fov_jpeg_scan *scan = f->scan;
    if (!fov__jpeg_scan_reach(scan, f->image, row, cancel))
        return false;
    if (atomic_load_explicit(&scan->rows, memory_order_acquire) > row)
        return fill_known_row(f, row, y);
    pthread_mutex_lock(&scan->lock);
    const bool is_mine = atomic_load_explicit(&scan->rows, memory_order_relaxed) == row;
    /* A failure here is no news of the scan: it may be a block for libjpeg's arithmetic. */
    const bool is_done = is_mine && !scan->is_stuck && fill_new_row(f, row, y);
    pthread_mutex_unlock(&scan->lock);
    if (is_mine)
        return is_done;
    return fill_known_row(f, row, y);
}

/* ---- a rectangle ---------------------------------------------------------------------------- */

/* Rows of MCUs that are taken together: half a millisecond of work for a picture 4000 pixels wide.
 */
enum { CHUNK_ROWS = 4, WAITING_MAX = 64 };

/* Positions are found one row after the other, and finding them takes a third of the time of making
 * samples. So one thread is at the front: it passes over chunks for the others, and as long as
 * these have enough it makes the next chunk itself, positions and samples in one reading. */
struct task {
    struct fov_planes *planes;
    struct fov_jpeg_scan *scan;
    const fov_image *image;
    const fov_cancel *cancel;
    int32_t shrink, first, rows; /* of MCUs */
    uint8_t *spare;              /* for the last row; NULL: it is kept as it comes */
    atomic_int is_refused;

    /* Several threads only. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_led;                   /* somebody is at the front */
    int32_t chunks, front;         /* all; those that nobody has taken yet begin here */
    int32_t waiting[WAITING_MAX];  /* chunks that were passed, a ring */
    int32_t oldest, count, enough; /* of `waiting` */
};

static void start_filler(struct filler *f, const struct task *task)
{
    const struct fov_jpeg_scan *scan = task->scan;
    memset(f, 0, sizeof(*f));
    f->planes = task->planes;
    f->scan = task->scan;
    f->image = task->image;
    f->spare = task->spare;
    for (int32_t c = 0; c < scan->count; c++) {
        const struct fov_jpeg_part *part = &scan->part[c];
        struct queue *queue = &f->queue[c > 0];
        f->size[c] = fov__jpeg_block_size(task->shrink, part->down_h, part->down_v);
        queue->stride = task->planes->plane[c].stride;
        queue->idct = fov__jpeg_idct_for(f->size[c], scan->ctx->cpu);
    }
    const int32_t wide = scan->part[0].h * f->size[0];
    f->x1 = task->planes->plane[0].x / wide;
    f->x2 = f->x1 + task->planes->plane[0].width / wide;
}

static bool is_over(const struct task *task)
{
    return atomic_load_explicit(&task->is_refused, memory_order_relaxed) != 0;
}

static void refuse(struct task *task)
{
    atomic_store_explicit(&task->is_refused, 1, memory_order_relaxed);
}

static void fill_rows(struct task *task, struct filler *f, int32_t y1, int32_t y2)
{
    for (int32_t y = y1; y < y2 && !is_over(task); y++) {
        if (fov_cancel_is_set(task->cancel) || !fill_row(f, task->first + y, y, task->cancel))
            refuse(task);
    }
}

static int32_t chunk_end(const struct task *task, int32_t chunk)
{
    const int32_t end = (chunk + 1) * CHUNK_ROWS;
    return end < task->rows ? end : task->rows;
}

static bool is_known(const struct task *task, int32_t chunk)
{
    return atomic_load_explicit(&task->scan->rows, memory_order_acquire) >=
           task->first + chunk_end(task, chunk);
}

/* One step at the front, entered and left under the lock. */
static void lead(struct task *task, struct filler *f)
{
    const int32_t chunk = task->front++;
    const bool is_free = is_known(task, chunk); /* then others need not wait for it */
    const bool is_mine = is_free || task->count >= task->enough;
    task->is_led = !is_free;
    pthread_mutex_unlock(&task->lock);
    if (is_mine)
        fill_rows(task, f, chunk * CHUNK_ROWS, chunk_end(task, chunk));
    else if (!fov__jpeg_scan_reach(task->scan, task->image, task->first + chunk_end(task, chunk),
                                   task->cancel))
        refuse(task);
    pthread_mutex_lock(&task->lock);
    if (!is_mine)
        task->waiting[(task->oldest + task->count++) % WAITING_MAX] = chunk;
    if (!is_free)
        task->is_led = false;
    pthread_cond_broadcast(&task->changed);
}

static void follow(struct task *task, struct filler *f)
{
    const int32_t chunk = task->waiting[task->oldest];
    task->oldest = (task->oldest + 1) % WAITING_MAX;
    task->count--;
    pthread_mutex_unlock(&task->lock);
    fill_rows(task, f, chunk * CHUNK_ROWS, chunk_end(task, chunk));
    pthread_mutex_lock(&task->lock);
}

static void share(uint32_t index, void *user)
{
    struct task *task = user;
    struct filler f;
    (void)index;
    start_filler(&f, task);
    pthread_mutex_lock(&task->lock);
    while (!is_over(task)) {
        if (!task->is_led && task->front < task->chunks)
            lead(task, &f);
        else if (task->count > 0)
            follow(task, &f);
        else if (task->front == task->chunks && !task->is_led)
            break;
        else
            pthread_cond_wait(&task->changed, &task->lock);
    }
    pthread_cond_broadcast(&task->changed);
    pthread_mutex_unlock(&task->lock);
}

static bool start_sharing(struct task *task)
{
    if (pthread_mutex_init(&task->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&task->changed, NULL) == 0)
        return true;
    pthread_mutex_destroy(&task->lock);
    return false;
}

static void read_all(struct task *task, uint32_t threads)
{
    task->chunks = (task->rows - 1) / CHUNK_ROWS + 1;
    if (threads > (uint32_t)task->chunks)
        threads = (uint32_t)task->chunks;
    if (threads > WAITING_MAX)
        threads = WAITING_MAX;
    task->enough = (int32_t)threads; /* one for each of the others, and one more */
    if (threads > 1 && start_sharing(task)) {
        fov__parallel(threads, threads, share, task);
        pthread_cond_destroy(&task->changed);
        pthread_mutex_destroy(&task->lock);
        return;
    }
    struct filler f;
    start_filler(&f, task);
    fill_rows(task, &f, 0, task->rows);
}

/* Room for a row of MCUs, when the last one is higher than what is kept of it. */
static fov_status make_spare(struct task *task, fov_error *err)
{
    struct filler f;
    size_t size = 0;
    bool is_needed = false;
    start_filler(&f, task);
    for (int32_t c = 0; c < task->scan->count; c++) {
        is_needed = is_needed || is_cut(&f, c, task->rows - 1);
        size += (size_t)row_height(&f, c) * task->planes->plane[c].stride;
    }
    if (!is_needed)
        return FOV_OK;
    task->spare = fov__alloc(task->scan->ctx, size);
    return task->spare != NULL ? FOV_OK : fov__fail_memory(err, "image.jpeg", size);
}

fov_status fov__jpeg_planes_read(struct fov_planes *planes, struct fov_jpeg_scan *scan,
                                 const fov_image *image, int32_t shrink, bool *is_refused,
                                 const fov_cancel *cancel, fov_error *err)
{
    const int32_t tall =
        scan->part[0].v * fov__jpeg_block_size(shrink, scan->part[0].down_h, scan->part[0].down_v);
    struct task task = {.planes = planes,
                        .scan = scan,
                        .image = image,
                        .cancel = cancel,
                        .shrink = shrink,
                        .first = planes->plane[0].y / tall,
                        .rows = (planes->plane[0].height - 1) / tall + 1};
    *is_refused = false;
    atomic_init(&task.is_refused, 0);
    fov_status rc = fov__jpeg_scan_begin(scan, err);
    if (rc < 0)
        return rc;
    rc = make_spare(&task, err);
    if (rc == FOV_OK)
        read_all(&task, scan->ctx->threads);
    fov__jpeg_scan_end(scan);
    fov__free(scan->ctx, task.spare);
    *is_refused = is_over(&task);
    if (*is_refused && fov_cancel_is_set(cancel))
        return fov__cancelled(err);
    return rc;
}

/* ---- pixels --------------------------------------------------------------------------------- */

/* Rows of a band for each row of MCUs that its neighbours read too: 32 to 1 costs 3 percent and
 * keeps a band of a picture 12 000 pixels wide at 3 MiB. */
enum { BAND_MCUS = 32 };

static fov_status read_band(struct fov_pixels *px, struct fov_planes *planes,
                            struct fov_jpeg_scan *scan, const fov_image *image,
                            const struct fov_colour *colour, struct fov_recti rect, int32_t row,
                            int32_t shrink, bool *is_refused, const fov_cancel *cancel,
                            fov_error *err)
{
    fov_status rc = fov__jpeg_planes_read(planes, scan, image, shrink, is_refused, cancel, err);
    if (rc == FOV_OK && !*is_refused)
        rc = fov__planes_to_rows(px, row, planes, rect, colour, cancel, err);
    return rc;
}

/* Bands end where a row of MCUs does, so that two share as little as can be. */
static struct fov_recti band_at(struct fov_recti rect, int32_t y, int32_t tall)
{
    struct fov_recti band = {rect.x, rect.y + y, rect.width, rect.height - y};
    const int32_t most = tall - band.y % tall;
    band.height = band.height < most ? band.height : most;
    return band;
}

fov_status fov__jpeg_read_pixels(struct fov_pixels **out, struct fov_jpeg_scan *scan,
                                 const fov_image *image, struct fov_recti rect, int32_t shrink,
                                 const fov_cancel *cancel, fov_error *err)
{
    struct fov_planes *planes = NULL;
    struct fov_colour *colour = NULL;
    bool is_refused = false;
    *out = NULL;
    if (scan->is_refused)
        return FOV_OK;
    const int32_t tall = BAND_MCUS * scan->max_v * 8 / shrink;
    struct fov_recti band = band_at(rect, 0, tall);
    /* The first band before the pixels, or else the C library would lay each later look's pixels
     * behind a band of this one: 20 looks at 100 megapixels took 87 MiB in place of 58. */
    fov_status rc = fov__jpeg_planes_new(&planes, scan, band, shrink, err);
    if (rc == FOV_OK)
        rc = fov__pixels_new(out, scan->ctx, rect.width, rect.height, 3, err);
    if (rc == FOV_OK && image->icc != NULL)
        rc = fov__colour_new(&colour, image, err);
    for (int32_t y = 0; rc == FOV_OK; band = band_at(rect, y, tall)) {
        if (planes == NULL)
            rc = fov__jpeg_planes_new(&planes, scan, band, shrink, err);
        if (rc == FOV_OK)
            rc = read_band(*out, planes, scan, image, colour, band, y, shrink, &is_refused, cancel,
                           err);
        fov__planes_unref(planes);
        planes = NULL;
        y += band.height;
        if (is_refused || y >= rect.height)
            break;
    }
    fov__planes_unref(planes);
    fov__colour_free(colour);
    if (rc < 0 || is_refused) {
        fov__pixels_unref(*out);
        *out = NULL;
    }
    return rc;
}
