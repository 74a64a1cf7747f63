/* SPDX-License-Identifier: MIT */
/* Our own reading of a JPEG gives what libjpeg-turbo gives, byte for byte. The oracle here is
 * libjpeg itself, used as its manual says (islow, fancy upsampling, the whole picture), and a crop:
 * no code of ours. Each region is read cold, from marks that are there already, and from planes of
 * the whole; by one thread and four; by both twins. */
#include "image/picture.h"

#include "image/jpeg_internal.h"

#include <jpeglib.h>

struct whole {
    int width, height;
    uint8_t *rgb;
};

static struct whole by_libjpeg(struct bytes bytes, int shrink)
{
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct whole whole;
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, bytes.data, bytes.size);
    jpeg_read_header(&cinfo, TRUE);
    cinfo.scale_num = 8 / (unsigned)shrink;
    cinfo.scale_denom = 8;
    cinfo.dct_method = JDCT_ISLOW;
    cinfo.out_color_space = JCS_RGB;
    jpeg_start_decompress(&cinfo);
    whole.width = (int)cinfo.output_width;
    whole.height = (int)cinfo.output_height;
    whole.rgb = malloc((size_t)whole.width * (size_t)whole.height * 3);
    while (cinfo.output_scanline < cinfo.output_height) {
        JSAMPROW row = whole.rgb + (size_t)cinfo.output_scanline * (size_t)whole.width * 3;
        jpeg_read_scanlines(&cinfo, &row, 1);
    }
    jpeg_finish_decompress(&cinfo);
    assert_int_equal(errors.num_warnings, 0);
    jpeg_destroy_decompress(&cinfo);
    return whole;
}

static struct fov_recti some_rect(uint32_t *state, int width, int height)
{
    struct fov_recti r;
    r.x = (int32_t)(picture_random(state) % (uint32_t)width);
    r.y = (int32_t)(picture_random(state) % (uint32_t)height);
    r.width = 1 + (int32_t)(picture_random(state) % (uint32_t)(width - r.x));
    r.height = 1 + (int32_t)(picture_random(state) % (uint32_t)(height - r.y));
    if (picture_random(state) % 2 != 0) {
        r.width = r.width < 24 ? r.width : 24;
        r.height = r.height < 24 ? r.height : 24;
    }
    return r;
}

static void assert_crop(const struct fov_pixels *px, const struct whole *whole, struct fov_recti r,
                        const char *how, struct jpeg_look look, int shrink)
{
    assert_int_equal(px->width, r.width);
    assert_int_equal(px->height, r.height);
    for (int32_t y = 0; y < r.height; y++) {
        const uint8_t *a = fov__pixels_row(px, y);
        const uint8_t *b =
            whole->rgb + ((size_t)(r.y + y) * (size_t)whole->width + (size_t)r.x) * 3;
        if (memcmp(a, b, (size_t)r.width * 3) != 0)
            fail_msg("%s: row %d of %d,%d %d x %d differs (%d x %d, sampled %d x %d, restart %d, "
                     "shrink %d)",
                     how, (int)y, (int)r.x, (int)r.y, (int)r.width, (int)r.height, look.width,
                     look.height, look.h, look.v, look.restart, shrink);
    }
}

/* True when our own reading gave pixels; then they were the right ones. */
static bool check_region(struct fov_jpeg_scan *scan, fov_image *image, const struct whole *whole,
                         struct fov_recti r, int shrink, const char *how, struct jpeg_look look)
{
    struct fov_planes *planes = NULL;
    struct fov_pixels *px = NULL;
    bool is_refused = false;
    assert_int_equal(fov__jpeg_planes_new(&planes, scan, r, shrink, NULL), FOV_OK);
    assert_int_equal(fov__jpeg_planes_read(planes, scan, image, shrink, &is_refused, NULL, NULL),
                     FOV_OK);
    if (!is_refused) {
        assert_int_equal(fov__planes_to_pixels(&px, planes, r, NULL, NULL), FOV_OK);
        assert_crop(px, whole, r, how, look, shrink);
        fov__pixels_unref(px);
    }
    fov__planes_unref(planes);
    return !is_refused;
}

static struct fov_jpeg_scan *scan_of(fov_image *image)
{
    struct fov_jpeg_scan *scan = NULL;
    assert_int_equal(fov__jpeg_scan_new(&scan, image, NULL), FOV_OK);
    assert_true(scan->has_planes);
    assert_false(scan->is_refused);
    return scan;
}

static fov_context *context_for(uint32_t threads, enum fov__cpu cpu)
{
    fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
    fov_context *ctx = NULL;
    opts.threads = threads;
    assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
    if (cpu < ctx->cpu)
        ctx->cpu = cpu;
    return ctx;
}

static int regions, refused;

static void count(bool was_read)
{
    regions++;
    refused += !was_read;
}

static void check_level(fov_image *image, struct bytes bytes, struct jpeg_look look, int shrink,
                        int rounds, uint32_t *seed)
{
    const struct whole whole = by_libjpeg(bytes, shrink);
    const struct fov_recti all = {0, 0, whole.width, whole.height};
    struct fov_jpeg_scan *known = scan_of(image), *passed = scan_of(image);
    struct fov_planes *planes = NULL;
    struct fov_pixels *px = NULL;
    assert_int_equal(fov__jpeg_scan_begin(passed, NULL), FOV_OK);
    assert_true(fov__jpeg_scan_reach(passed, image, passed->mcus_y, NULL));
    fov__jpeg_scan_end(passed);
    assert_int_equal(fov__jpeg_planes_new(&planes, known, all, shrink, NULL), FOV_OK);
    assert_int_equal(fov__jpeg_decode_planes(planes, image, shrink, NULL, NULL), FOV_OK);
    for (int i = 0; i < rounds; i++) {
        const struct fov_recti r = some_rect(seed, whole.width, whole.height);
        struct fov_jpeg_scan *cold = scan_of(image);
        count(check_region(cold, image, &whole, r, shrink, "cold", look));
        count(check_region(known, image, &whole, r, shrink, "grown marks", look));
        count(check_region(passed, image, &whole, r, shrink, "marks of a walk", look));
        fov__jpeg_scan_unref(cold);
        assert_int_equal(fov__planes_to_pixels(&px, planes, r, NULL, NULL), FOV_OK);
        assert_crop(px, &whole, r, "libjpeg's planes", look, shrink);
        fov__pixels_unref(px);
    }
    count(check_region(known, image, &whole, all, shrink, "all", look));
    fov__planes_unref(planes);
    fov__jpeg_scan_unref(known);
    fov__jpeg_scan_unref(passed);
    free(whole.rgb);
}

static void check_look(struct jpeg_look look, int rounds, uint32_t seed)
{
    static const struct {
        uint32_t threads;
        enum fov__cpu cpu;
    } ways[] = {{1, FOV__CPU_AVX2}, {1, FOV__CPU_PORTABLE}, {4, FOV__CPU_AVX2}};
    const struct bytes bytes = picture_jpeg(look);
    for (size_t way = 0; way < FOV_COUNT(ways); way++) {
        fov_context *ctx = context_for(ways[way].threads, ways[way].cpu);
        fov_image *image = picture_open(ctx, bytes, false);
        for (int shrink = 1; shrink <= 8; shrink *= 2)
            check_level(image, bytes, look, shrink, shrink == 1 ? rounds : rounds / 3 + 1, &seed);
        fov_image_unref(image);
        fov_context_free(ctx);
    }
    free(bytes.data);
}

static const int samplings[][2] = {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {0, 0}}; /* 0: grey */

static void jpeg__own_reading_is_libjpegs_for_500_regions_of_each_sampling(void **state)
{
    static const int sizes[][2] = {{1, 1},    {5, 7},     {16, 16},  {17, 33},
                                   {97, 131}, {300, 210}, {603, 257}};
    static const int restarts[] = {0, 1, -1, 5, 7}; /* -1: a row of MCUs */
    (void)state;
    regions = refused = 0;
    for (size_t k = 0; k < FOV_COUNT(samplings); k++) {
        const int before = regions;
        for (size_t s = 0; s < FOV_COUNT(sizes); s++) {
            for (size_t r = 0; r < FOV_COUNT(restarts); r++) {
                struct jpeg_look look = {.width = sizes[s][0],
                                         .height = sizes[s][1],
                                         .components = samplings[k][0] != 0 ? 3 : 1,
                                         .h = samplings[k][0],
                                         .v = samplings[k][1],
                                         .restart = restarts[r],
                                         .is_optimised = (s + r) % 2 != 0,
                                         .quality = (s + r) % 3 == 0 ? 97 : 0};
                if (look.restart < 0)
                    look.restart = (look.width - 1) / (8 * (look.h == 2 ? 2 : 1)) + 1;
                check_look(look, 6, (uint32_t)(k * 100 + s * 10 + r));
            }
        }
        assert_true(regions - before >= 500);
    }
    /* Nothing of the kind has overflowing arithmetic: all must have been our own reading. */
    assert_int_equal(refused, 0);
}

static void jpeg__hard_pictures_are_right_or_refused(void **state)
{
    static const int qualities[] = {1, 5, 30, 100};
    (void)state;
    regions = refused = 0;
    for (size_t k = 0; k < FOV_COUNT(samplings); k++) {
        for (size_t q = 0; q < FOV_COUNT(qualities); q++) {
            const struct jpeg_look look = {.width = 203,
                                           .height = 150,
                                           .components = samplings[k][0] != 0 ? 3 : 1,
                                           .h = samplings[k][0],
                                           .v = samplings[k][1],
                                           .quality = qualities[q],
                                           .is_optimised = q % 2 != 0,
                                           .is_hard = true};
            check_look(look, 8, (uint32_t)(k * 10 + q));
        }
    }
    /* Refusing is always right, and must be rare. */
    if (refused * 10 > regions)
        fail_msg("%d of %d regions were refused", refused, regions);
}

/* ---- through fov__image_decode() ------------------------------------------------------------ */

/* The upright picture's box from the raw one, pixel by pixel, written out again independently. */
static const uint8_t *upright(const struct whole *raw, int orientation, int x, int y)
{
    const int w = raw->width, h = raw->height;
    const int a[9] = {0, x, w - 1 - x, w - 1 - x, x, y, y, w - 1 - y, w - 1 - y};
    const int b[9] = {0, y, y, h - 1 - y, h - 1 - y, x, h - 1 - x, h - 1 - x, x};
    return raw->rgb + ((size_t)b[orientation] * (size_t)w + (size_t)a[orientation]) * 3;
}

static bool is_right(const struct fov_level *level, const struct whole *raw, int orientation,
                     struct fov_recti r)
{
    for (int y = r.y; y < r.y + r.height; y++) {
        const uint8_t *row =
            fov__pixels_row(level->px, y - (int)level->y0) + 3 * (size_t)(r.x - (int)level->x0);
        for (int x = r.x; x < r.x + r.width; x++, row += 3) {
            if (memcmp(row, upright(raw, orientation, x, y), 3) != 0)
                return false;
        }
    }
    return true;
}

/* Large enough for pieces. The caches: the default, one that keeps marks and no piece, none. */
static void image__gives_libjpegs_pixels_whatever_the_cache_and_orientation(void **state)
{
    static const uint64_t caches[] = {0, 400000, 1};
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        const struct jpeg_look look = {.width = 2600 + orientation,
                                       .height = 1700 + orientation,
                                       .components = orientation == 4 ? 1 : 3,
                                       .h = orientation % 2 + 1,
                                       .v = orientation / 2 % 2 + 1,
                                       .restart = orientation % 3 * 50,
                                       .quality = 60,
                                       .orientation = orientation};
        const struct bytes bytes = picture_jpeg(look);
        const struct whole raw = by_libjpeg(bytes, 1);
        uint32_t seed = (uint32_t)orientation;
        for (size_t c = 0; c < FOV_COUNT(caches); c++) {
            fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
            fov_context *ctx = NULL;
            opts.limits.cache_bytes = caches[c];
            opts.threads = c == 1 ? 3 : 1;
            assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
            fov_image *image = picture_open(ctx, bytes, false);
            for (int i = 0; i < 7; i++) {
                struct fov_recti r = some_rect(&seed, image->info.width, image->info.height);
                struct fov_level level;
                r.width = r.width < 700 ? r.width : 700;
                r.height = r.height < 500 ? r.height : 500;
                assert_int_equal(fov__image_decode(&level, image, r, 1, NULL, NULL), FOV_OK);
                assert_true(is_right(&level, &raw, orientation, r));
                fov__pixels_unref(level.px);
            }
            fov_image_unref(image);
            fov_context_free(ctx);
        }
        free(raw.rgb);
        free(bytes.data);
    }
}

enum { THREADS = 8 };

struct shared {
    fov_image *image;
    const struct whole *whole;
    pthread_barrier_t start;
    atomic_int wrong;
    atomic_int next;
};

static void *look_around(void *user)
{
    struct shared *shared = user;
    uint32_t seed = (uint32_t)atomic_fetch_add(&shared->next, 1);
    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < 6; i++) {
        struct fov_recti r = some_rect(&seed, shared->whole->width, shared->whole->height);
        struct fov_level level;
        r.width = r.width < 300 ? r.width : 300;
        r.height = r.height < 300 ? r.height : 300;
        if (fov__image_decode(&level, shared->image, r, 1, NULL, NULL) != FOV_OK) {
            atomic_fetch_add(&shared->wrong, 1);
            continue;
        }
        if (!is_right(&level, shared->whole, 1, r))
            atomic_fetch_add(&shared->wrong, 1);
        fov__pixels_unref(level.px);
    }
    return NULL;
}

static void scan__is_grown_by_eight_threads_at_once(void **state)
{
    (void)state;
    const struct bytes bytes = picture_jpeg((struct jpeg_look){
        .width = 2500, .height = 1800, .components = 3, .h = 2, .v = 2, .quality = 50});
    const struct whole whole = by_libjpeg(bytes, 1);
    for (int round = 0; round < 4; round++) {
        fov_context *ctx = context_for(round % 2 == 0 ? 1 : 2, FOV__CPU_AVX2);
        struct shared shared = {.image = picture_open(ctx, bytes, false), .whole = &whole};
        pthread_t threads[THREADS];
        assert_int_equal(pthread_barrier_init(&shared.start, NULL, THREADS), 0);
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, look_around, &shared), 0);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal(atomic_load(&shared.wrong), 0);
        pthread_barrier_destroy(&shared.start);
        fov_image_unref(shared.image);
        fov_context_free(ctx);
    }
    free(whole.rgb);
    free(bytes.data);
}

/* ---- memory --------------------------------------------------------------------------------- */

struct meter {
    size_t live, peak;
};

/* Each block knows its size, in front. */
static void *meter_malloc(size_t size, void *user)
{
    struct meter *meter = user;
    size_t *block = malloc(size + 16);
    if (block == NULL)
        return NULL;
    *block = size;
    meter->live += size;
    meter->peak = meter->peak > meter->live ? meter->peak : meter->live;
    return block + 2;
}

static void meter_free(void *ptr, void *user)
{
    struct meter *meter = user;
    if (ptr == NULL)
        return;
    size_t *block = (size_t *)ptr - 2;
    meter->live -= *block;
    free(block);
}

static void *meter_realloc(void *ptr, size_t size, void *user)
{
    void *moved = meter_malloc(size, user);
    if (moved != NULL && ptr != NULL) {
        const size_t old = *((size_t *)ptr - 2);
        memcpy(moved, ptr, old < size ? old : size);
        meter_free(ptr, user);
    }
    return moved;
}

/* What one look at a tenth of 12 megapixels holds at most beside the file: its pixels (3.7 MB), a
 * band of planes, tables and marks. */
static void image__looks_at_a_part_in_the_memory_of_the_part(void **state)
{
    (void)state;
    const struct bytes bytes = picture_jpeg((struct jpeg_look){
        .width = 4000, .height = 3000, .components = 3, .h = 2, .v = 2, .quality = 30});
    for (int i = 0; i < 3; i++) {
        struct meter meter = {0, 0};
        const fov_allocator allocator = {meter_malloc, meter_realloc, meter_free, &meter};
        fov_context_opts opts = FOV_CONTEXT_OPTS_INIT;
        fov_context *ctx = NULL;
        struct fov_level level;
        opts.allocator = &allocator;
        opts.limits.cache_bytes = 1000000;
        assert_int_equal(fov_context_new(&ctx, &opts, NULL), FOV_OK);
        fov_image *image = picture_open(ctx, bytes, false);
        const struct fov_recti r = {900, i * 1000, 1265, 949};
        assert_int_equal(fov__image_decode(&level, image, r, 1, NULL, NULL), FOV_OK);
        if (meter.peak > bytes.size + 5500000)
            fail_msg("%zu bytes were live beside the file's %zu", meter.peak - bytes.size,
                     bytes.size);
        fov__pixels_unref(level.px);
        fov_image_unref(image);
        fov_context_free(ctx);
        assert_int_equal(meter.live, 0);
    }
    free(bytes.data);
}

/* A whole level that is kept takes 1.5 bytes a pixel of 4:2:0, and padding to whole MCUs. */
static void image__keeps_planes_at_their_own_sampling(void **state)
{
    (void)state;
    for (int is_progressive = 0; is_progressive < 2; is_progressive++) {
        const struct bytes bytes =
            picture_jpeg((struct jpeg_look){.width = 1600,
                                            .height = 1200,
                                            .components = 3,
                                            .h = 2,
                                            .v = 2,
                                            .is_progressive = is_progressive != 0});
        fov_context *ctx = picture_context();
        fov_image *image = picture_open(ctx, bytes, false);
        struct fov_level level = picture_level(image, 1);
        struct fov_cache_stats stats;
        fov__cache_get_stats(ctx, &stats);
        assert_true(stats.bytes > 1600 * 1200);
        assert_true(stats.bytes < 1600 * 1200 * 3 / 2 + 150000); /* tables and marks */
        fov_stats sums = FOV_STATS_INIT;
        assert_int_equal(fov_stats_get(ctx, &sums, NULL), FOV_OK);
        assert_int_equal(sums.decoded_pixels, 1600 * 1200);
        fov__pixels_unref(level.px);
        fov_image_unref(image);
        fov_context_free(ctx);
        free(bytes.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg__own_reading_is_libjpegs_for_500_regions_of_each_sampling),
        cmocka_unit_test(jpeg__hard_pictures_are_right_or_refused),
        cmocka_unit_test(image__gives_libjpegs_pixels_whatever_the_cache_and_orientation),
        cmocka_unit_test(scan__is_grown_by_eight_threads_at_once),
        cmocka_unit_test(image__looks_at_a_part_in_the_memory_of_the_part),
        cmocka_unit_test(image__keeps_planes_at_their_own_sampling),
    };
    return cmocka_run_group_tests_name("image_jpeg_exact", tests, NULL, NULL);
}
