/* SPDX-License-Identifier: MIT */
/* The module foveate-ocr: tesseract's C interface behind the table of ocr_module.h. It links no
 * symbol of the library and must never print, nor use more than the calling thread. */
#include "ocr_module.h"

#include <dlfcn.h>

#include <leptonica/allheaders.h>
#include <tesseract/capi.h>

__attribute__((visibility("default"))) extern const struct fov__ocr_module fov_ocr_module;

static void engine_free(void *engine)
{
    TessBaseAPIEnd(engine);
    TessBaseAPIDelete(engine);
}

static void *engine_new(void)
{
    setMsgSeverity(L_SEVERITY_NONE);
    TessBaseAPI *api = TessBaseAPICreate();
    if (api == NULL)
        return NULL;
    /* Before the language is loaded, since a missing one is reported there, on stderr. */
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    if (TessBaseAPIInit2(api, NULL, "eng", OEM_LSTM_ONLY) != 0) {
        engine_free(api);
        return NULL;
    }
    TessBaseAPISetVariable(api, "debug_file", "/dev/null");
    return api;
}

static const char *engine_folder(void *engine)
{
    return TessBaseAPIGetDatapath(engine);
}

static bool cancel_seen(void *user, int words)
{
    (void)words;
    const struct fov__ocr_job *job = user;
    return job->is_cancelled(job->user) != 0;
}

/* Hand on one word; false when the caller wants no more. */
static int word_found(TessResultIterator *it, const struct fov__ocr_job *job, int32_t line)
{
    struct fov__ocr_found found = {.line = line};
    char *text = TessResultIteratorGetUTF8Text(it, RIL_WORD);
    if (text == NULL)
        return 1;
    int x1 = 0, y1 = 0, x2 = 0, y2 = 0;
    int more = 1;
    if (TessPageIteratorBoundingBox(TessResultIteratorGetPageIterator(it), RIL_WORD, &x1, &y1, &x2,
                                    &y2)) {
        found.x1 = x1;
        found.y1 = y1;
        found.x2 = x2;
        found.y2 = y2;
        found.confidence = TessResultIteratorConfidence(it, RIL_WORD);
        found.text = text;
        more = job->found(job->user, &found);
    }
    TessDeleteText(text);
    return more;
}

static int words_walk(TessBaseAPI *api, const struct fov__ocr_job *job)
{
    TessResultIterator *it = TessBaseAPIGetIterator(api);
    if (it == NULL)
        return FOV__OCR_DONE; /* nothing was read */
    const TessPageIterator *page = TessResultIteratorGetPageIteratorConst(it);
    int32_t line = -1;
    int more = 1;
    do {
        if (TessPageIteratorIsAtBeginningOf(page, RIL_TEXTLINE) || line < 0)
            line++;
        more = word_found(it, job, line);
    } while (more && TessResultIteratorNext(it, RIL_WORD));
    TessResultIteratorDelete(it);
    return more ? FOV__OCR_DONE : FOV__OCR_MEMORY;
}

/* tesseract asks for four OpenMP threads, which wait for each other in busy loops: on two cores the
 * same words cost more than twice the processor and no less time. Whether OpenMP is there is the
 * distributor's choice; these are its interface, and the setting is the calling thread's own. */
extern int omp_get_max_active_levels(void) __attribute__((weak));
extern void omp_set_max_active_levels(int levels) __attribute__((weak));

static int recognise(TessBaseAPI *api, const struct fov__ocr_job *job)
{
    ETEXT_DESC *monitor = TessMonitorCreate();
    if (monitor == NULL)
        return FOV__OCR_MEMORY;
    if (job->is_cancelled != NULL) {
        TessMonitorSetCancelThis(monitor, (void *)(uintptr_t)job);
        TessMonitorSetCancelFunc(monitor, cancel_seen);
    }
    const int levels = omp_get_max_active_levels ? omp_get_max_active_levels() : 0;
    if (omp_set_max_active_levels)
        omp_set_max_active_levels(0); /* no parallel regions */
    int failed = TessBaseAPIRecognize(api, monitor);
    if (omp_set_max_active_levels)
        omp_set_max_active_levels(levels);
    TessMonitorDelete(monitor);
    if (job->is_cancelled != NULL && job->is_cancelled(job->user))
        return FOV__OCR_STOPPED;
    return failed ? FOV__OCR_ENGINE : words_walk(api, job);
}

static int read_words(void *engine, const struct fov__ocr_job *job)
{
    TessBaseAPI *api = engine;
    /* One thread: a host that reads many pictures at once has its own, and OpenMP's would only
     * stand in each other's way. The setting belongs to this thread and is given back. */
    int (*get_threads)(void) = NULL;
    void (*set_threads)(int) = NULL;
    *(void **)&get_threads = dlsym(RTLD_DEFAULT, "omp_get_max_threads");
    *(void **)&set_threads = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    int threads = get_threads != NULL ? get_threads() : 0;
    if (set_threads != NULL)
        set_threads(1);
    TessBaseAPISetPageSegMode(api, (TessPageSegMode)job->segmentation);
    TessBaseAPISetVariable(api, "tessedit_char_whitelist",
                           job->is_digits ? "0123456789.,%-+$" : "");
    TessBaseAPISetImage(api, job->grey, job->width, job->height, 1, job->width);
    /* Without a resolution tesseract guesses one from the text and says so on stderr. */
    TessBaseAPISetSourceResolution(api, 150);
    int rc = recognise(api, job);
    TessBaseAPIClear(api);
    /* What was adapted to one picture must not change the reading of the next. */
    TessBaseAPIClearAdaptiveClassifier(api);
    if (set_threads != NULL && threads > 0)
        set_threads(threads);
    return rc;
}

const struct fov__ocr_module fov_ocr_module = {
    FOV__OCR_MODULE_ABI, TessVersion, engine_new, engine_free, engine_folder, read_words,
};
