/* SPDX-License-Identifier: MIT */
/* Words in a picture, read by engines that the module foveate-ocr makes. This part turns pixels
 * into the padded grey picture that tesseract reads best, keeps idle engines for the next caller,
 * and names the engine for transcripts. It must never know tesseract itself. */
#include "ocr/ocr_internal.h"

#include "ocr/ocr_module.h"

#include <unistd.h>

/* White around the picture: tesseract loses letters that touch the edge. */
enum { PAD = 10, IDLE_MAX = 8 };

/* Tesseract's language file for English is 4 MB (fast) to 23 MB (best). */
static const uint64_t LANGUAGE_BYTES = 64u << 20;

struct ocr_service {
    fov_context *ctx;
    const struct fov__ocr_module *module;
    pthread_mutex_t lock;
    void *idle[IDLE_MAX];
    size_t idle_count;
    char identity[96];
    pid_t home; /* the process that made it: OpenMP's threads do not survive a fork() */
};

static void service_free(void *user)
{
    struct ocr_service *service = user;
    for (size_t i = 0; i < service->idle_count && service->home == getpid(); i++)
        service->module->engine_free(service->idle[i]);
    pthread_mutex_destroy(&service->lock);
    fov__free(service->ctx, service);
}

static fov_status name_engine(struct ocr_service *service, void *engine, fov_error *err)
{
    fov_bytes data = {NULL, 0, NULL};
    char hash[FOV_SHA256_HEX];
    const char *folder = service->module->engine_folder(engine);
    char *path = fov__path_join(service->ctx, folder != NULL ? folder : "", "eng.traineddata");
    if (path == NULL)
        return fov__fail_memory(err, "ocr", 0);
    fov_status rc = fov__file_read(&data, service->ctx, path, LANGUAGE_BYTES, err);
    fov__free(service->ctx, path);
    if (rc < 0)
        return rc;
    fov__sha256_hex(hash, data.data, data.size);
    fov_bytes_free(&data);
    fov__format(service->identity, sizeof(service->identity), "tesseract %s eng %.16s",
                service->module->version(), hash);
    return FOV_OK;
}

static void *engine_make(const struct fov__ocr_module *module, fov_error *err)
{
    void *engine = module->engine_new();
    if (engine == NULL)
        fov__fail(err, FOV_E_UNSUPPORTED, 0, "ocr",
                  "tesseract %s finds no English language data; install the package "
                  "tesseract-ocr-eng or set TESSDATA_PREFIX",
                  module->version());
    return engine;
}

static void *service_new(fov_context *ctx, fov_error *err)
{
    const struct fov__ocr_module *module =
        fov__module_open(ctx, "ocr", FOV__OCR_MODULE_SYMBOL, err);
    if (module == NULL)
        return NULL;
    if (module->abi != FOV__OCR_MODULE_ABI) {
        fov__fail(err, FOV_E_UNSUPPORTED, 0, "ocr",
                  "the module foveate-ocr speaks version %u, not %u", module->abi,
                  FOV__OCR_MODULE_ABI);
        return NULL;
    }
    struct ocr_service *service = fov__calloc(ctx, 1, sizeof(*service));
    if (service == NULL) {
        fov__fail_memory(err, "ocr", sizeof(*service));
        return NULL;
    }
    service->ctx = ctx;
    service->home = getpid();
    service->module = module;
    pthread_mutex_init(&service->lock, NULL);
    void *engine = engine_make(module, err);
    if (engine != NULL) {
        service->idle[service->idle_count++] = engine;
        if (name_engine(service, engine, err) == FOV_OK)
            return service;
    }
    service_free(service);
    return NULL;
}

static struct ocr_service *service_get(fov_context *ctx, fov_error *err)
{
    return fov__service(ctx, FOV__SLOT_OCR, service_new, service_free, err);
}

static void *engine_take(struct ocr_service *service, fov_error *err)
{
    void *engine = NULL;
    pthread_mutex_lock(&service->lock);
    if (service->idle_count > 0)
        engine = service->idle[--service->idle_count];
    pthread_mutex_unlock(&service->lock);
    return engine != NULL ? engine : engine_make(service->module, err);
}

static void engine_give(struct ocr_service *service, void *engine)
{
    pthread_mutex_lock(&service->lock);
    const bool kept = service->idle_count < IDLE_MAX;
    if (kept)
        service->idle[service->idle_count++] = engine;
    pthread_mutex_unlock(&service->lock);
    if (!kept)
        service->module->engine_free(engine);
}

/* Luma of BT.601 in integers, alpha on white, inside a white frame. */
static uint8_t *grey_new(const struct fov_pixels *px)
{
    const size_t width = (size_t)px->width + 2 * PAD, height = (size_t)px->height + 2 * PAD;
    uint8_t *grey = fov__alloc(px->ctx, width * height);
    if (grey == NULL)
        return NULL;
    memset(grey, 255, width * height);
    for (int32_t y = 0; y < px->height; y++) {
        const uint8_t *in = fov__pixels_row(px, y);
        uint8_t *out = grey + ((size_t)y + PAD) * width + PAD;
        for (int32_t x = 0; x < px->width; x++, in += px->bands) {
            uint32_t luma = (77u * in[0] + 150u * in[1] + 29u * in[2] + 128u) >> 8;
            if (px->bands == 4)
                luma = (luma * in[3] + 255u * (255u - in[3]) + 127u) / 255u;
            out[x] = (uint8_t)luma;
        }
    }
    return grey;
}

struct collect {
    struct fov_ocr_result *result;
    size_t capacity;
    const fov_cancel *cancel;
    int32_t width, height;
};

static double clamp(int32_t value, int32_t limit)
{
    const int32_t inside = value - PAD;
    return inside < 0 ? 0 : inside > limit ? limit : inside;
}

static int word_add(void *user, const struct fov__ocr_found *found)
{
    struct collect *collect = user;
    struct fov_ocr_result *result = collect->result;
    if (!fov__grow(result->ctx, &result->words, &collect->capacity, result->count + 1,
                   sizeof(result->words[0])))
        return 0;
    struct fov_ocr_word *word = &result->words[result->count];
    word->box = (fov_box){clamp(found->x1, collect->width), clamp(found->y1, collect->height),
                          clamp(found->x2, collect->width), clamp(found->y2, collect->height)};
    word->confidence = (double)found->confidence / 100.0;
    word->line = found->line;
    word->text = fov__strdup(result->ctx, found->text);
    if (word->text == NULL)
        return 0;
    result->count++;
    return 1;
}

static int cancel_seen(void *user)
{
    const struct collect *collect = user;
    return fov_cancel_is_set(collect->cancel);
}

static int32_t segmentation(enum fov__ocr_layout layout)
{
    static const int32_t modes[] = {[FOV__OCR_AUTO] = 3,
                                    [FOV__OCR_SPARSE] = 11,
                                    [FOV__OCR_BLOCK] = 6,
                                    [FOV__OCR_LINE] = 7,
                                    [FOV__OCR_RAW] = 13};
    return modes[layout];
}

static fov_status job_status(int done, fov_error *err)
{
    switch (done) {
    case FOV__OCR_DONE:
        return FOV_OK;
    case FOV__OCR_MEMORY:
        return fov__fail_memory(err, "ocr", 0);
    case FOV__OCR_STOPPED:
        return fov__fail(err, FOV_E_CANCELLED, 0, "ocr", "the reading was cancelled");
    default:
        return fov__fail(err, FOV_E_INTERNAL, 0, "ocr", "tesseract refused the picture");
    }
}

fov_status fov__ocr_read(struct fov_ocr_result **out, fov_context *ctx, const struct fov_pixels *px,
                         enum fov__ocr_layout layout, bool digits_only, const fov_cancel *cancel,
                         fov_error *err)
{
    *out = NULL;
    struct ocr_service *service = service_get(ctx, err);
    if (service == NULL)
        return err != NULL && err->status < 0 ? err->status : FOV_E_UNSUPPORTED;
    if (service->home != getpid())
        return fov__fail(err, FOV_E_UNSUPPORTED, 0, "ocr",
                         "OCR was started before fork() and cannot be used in the child process");
    /* Tesseract keeps sizes in 16 bits. */
    if (px->width > INT16_MAX - 2 * PAD || px->height > INT16_MAX - 2 * PAD)
        return fov__fail(err, FOV_E_LIMIT, 0, "ocr",
                         "a picture of %d x %d is above %d pixels a side", (int)px->width,
                         (int)px->height, INT16_MAX - 2 * PAD);
    struct collect collect = {.cancel = cancel, .width = px->width, .height = px->height};
    uint8_t *grey = grey_new(px);
    collect.result = fov__calloc(ctx, 1, sizeof(*collect.result));
    fov_status rc = FOV_OK;
    if (grey == NULL || collect.result == NULL) {
        rc = fov__fail_memory(err, "ocr", (size_t)px->width * (size_t)px->height);
        goto done;
    }
    collect.result->ctx = ctx;
    void *engine = engine_take(service, err);
    if (engine == NULL) {
        rc = FOV_E_UNSUPPORTED;
        goto done;
    }
    const struct fov__ocr_job job = {grey,
                                     px->width + 2 * PAD,
                                     px->height + 2 * PAD,
                                     segmentation(layout),
                                     digits_only,
                                     word_add,
                                     cancel != NULL ? cancel_seen : NULL,
                                     &collect};
    rc = job_status(service->module->read(engine, &job), err);
    engine_give(service, engine);
    if (rc == FOV_OK) {
        *out = collect.result;
        collect.result = NULL;
        fov__ok(err);
    }
done:
    fov__free(ctx, grey);
    fov__ocr_free(collect.result);
    return rc;
}

void fov__ocr_free(struct fov_ocr_result *result)
{
    if (result == NULL)
        return;
    for (size_t i = 0; i < result->count; i++)
        fov__free(result->ctx, result->words[i].text);
    fov__free(result->ctx, result->words);
    fov__free(result->ctx, result);
}

const char *fov__ocr_identity(fov_context *ctx, fov_error *err)
{
    const struct ocr_service *service = service_get(ctx, err);
    return service != NULL ? service->identity : NULL;
}
