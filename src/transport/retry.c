/* SPDX-License-Identifier: MIT */
/* When a request is sent again, and how long to wait: the policy of the official client libraries
 * (openai 7.57 and anthropic 1.12, November 2026), so that a server's operators see the behaviour
 * they planned for. It must never send again what may already have been answered and paid for: a
 * 2xx status line ends all trying. */
#include "transport/transport_internal.h"

#include <errno.h>
#include <time.h>

enum {
    WAIT_STEP_MS = 100,     /* how soon a cancel is seen */
    RETRY_AFTER_MAX_S = 60, /* a server that asks for more is not obeyed: the caller decides */
    BACKOFF_FIRST_MS = 500,
    BACKOFF_MAX_MS = 8000
};

static uint64_t real_now_ms(void *user)
{
    (void)user;
    return fov__clock_ms();
}

static int64_t real_utc_s(void *user)
{
    (void)user;
    return (int64_t)time(NULL);
}

/* Jitter only keeps many clients from coming back together; it needs no quality and no state. */
static double real_random01(void *user)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t seed[2] = {(uint64_t)now.tv_nsec, (uint64_t)(uintptr_t)&now};
    (void)user;
    return (double)(fov__xxh3(seed, sizeof(seed)) >> 11) / 9007199254740992.0;
}

static fov_status real_wait_ms(void *user, uint64_t ms, const fov_cancel *cancel)
{
    const uint64_t end = fov__clock_ms() + ms;
    (void)user;
    for (;;) {
        if (fov_cancel_is_set(cancel)) {
            return FOV_E_CANCELLED;
        }
        const uint64_t now = fov__clock_ms();
        if (now >= end) {
            return FOV_OK;
        }
        const uint64_t step = end - now < WAIT_STEP_MS ? end - now : WAIT_STEP_MS;
        struct timespec nap = {0, (long)step * 1000000L};
        while (nanosleep(&nap, &nap) != 0 && errno == EINTR) {
        }
    }
}

static const struct fov_retry_hooks real_hooks = {real_now_ms, real_utc_s, real_random01,
                                                  real_wait_ms, NULL};

/* ---- dates ---------------------------------------------------------------------------------- */

static bool read_digits(const char *text, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar: years are counted from March, so that
 * the leap day is a year's last and months have the lengths (153 m + 2) / 5. */
static int64_t days_since_1970(int year, int month, int day)
{
    const int64_t y = year - (month <= 2);
    const int64_t era = y / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

bool fov__http_date(const char *text, int64_t *utc_s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int day, year, hour, minute, second;
    if (strlen(text) != 29 || text[3] != ',' || strcmp(text + 25, " GMT") != 0 || text[19] != ':' ||
        text[22] != ':' || text[4] != ' ' || text[7] != ' ' || text[11] != ' ' || text[16] != ' ') {
        return false;
    }
    int month = 0;
    while (month < 12 && memcmp(months + (size_t)month * 3, text + 8, 3) != 0) {
        month++;
    }
    if (month == 12 || !read_digits(text + 5, 2, &day) || !read_digits(text + 12, 4, &year) ||
        !read_digits(text + 17, 2, &hour) || !read_digits(text + 20, 2, &minute) ||
        !read_digits(text + 23, 2, &second)) {
        return false;
    }
    if (day < 1 || day > 31 || year < 1970 || hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *utc_s = days_since_1970(year, month + 1, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

/* ---- the policy ----------------------------------------------------------------------------- */

bool fov__retry_wanted(const struct fov_http_response *response)
{
    char value[16];
    if (fov__response_header(response, "x-should-retry", value, sizeof(value))) {
        if (strcmp(value, "true") == 0) {
            return true;
        }
        if (strcmp(value, "false") == 0) {
            return false;
        }
    }
    const int32_t status = response->status;
    return status == 408 || status == 409 || status == 429 || status >= 500;
}

/* Milliseconds that a header asks for; negative when it asks for nothing that we obey. */
static double asked_ms(const struct fov_http_response *response, int64_t utc_s)
{
    char value[64];
    double number = -1;
    int64_t date = 0;
    if (fov__response_header(response, "retry-after-ms", value, sizeof(value)) &&
        fov__text_double(value, strlen(value), &number)) {
        return number;
    }
    if (!fov__response_header(response, "retry-after", value, sizeof(value))) {
        return -1;
    }
    if (fov__text_double(value, strlen(value), &number)) {
        return number * 1000;
    }
    return fov__http_date(value, &date) ? (double)(date - utc_s) * 1000 : -1;
}

uint64_t fov__retry_delay_ms(const struct fov_http_response *response, uint32_t retry,
                             double random01, int64_t utc_s)
{
    const double asked = asked_ms(response, utc_s);
    if (asked >= 0 && asked <= RETRY_AFTER_MAX_S * 1000.0) {
        return (uint64_t)fov__ceil(asked);
    }
    uint64_t base = BACKOFF_FIRST_MS;
    for (uint32_t i = 0; i < retry && base < BACKOFF_MAX_MS; i++) {
        base *= 2;
    }
    base = base < BACKOFF_MAX_MS ? base : BACKOFF_MAX_MS;
    return (uint64_t)((double)base * (1.0 - 0.25 * random01));
}

/* The headers are asked first, the body only where they say nothing; both are obeyed up to the same
 * limit. */
static uint64_t wait_ms(const struct fov_retry *retry, const struct fov_http_response *response,
                        uint32_t n, const struct fov_retry_hooks *hooks)
{
    const int64_t utc_s = hooks->utc_s(hooks->user);
    if (retry->asked_ms != NULL && asked_ms(response, utc_s) < 0) {
        const double asked = retry->asked_ms(response, retry->user);
        if (asked >= 0 && asked <= RETRY_AFTER_MAX_S * 1000.0) {
            return (uint64_t)fov__ceil(asked);
        }
    }
    return fov__retry_delay_ms(response, n, hooks->random01(hooks->user), utc_s);
}

/* ---- the loop ------------------------------------------------------------------------------- */

static bool may_try_again(const struct fov_retry *retry, const struct fov_http_response *response,
                          fov_status rc)
{
    if (rc == FOV_E_NET) {
        return response->status == 0 && !response->is_permanent;
    }
    if (rc != FOV_OK || (response->status >= 200 && response->status < 300)) {
        return false;
    }
    if (retry->is_permanent != NULL && retry->is_permanent(response, retry->user)) {
        return false;
    }
    return fov__retry_wanted(response);
}

static void log_attempt(struct fov_transport *transport, const struct fov_http_request *request,
                        const struct fov_http_response *response, fov_status rc, uint64_t ms)
{
    struct fov_url url;
    char id[96];
    if (fov__url_parse(&url, request->url, "url", NULL) < 0) {
        return;
    }
    if (!fov__response_header(response, "x-request-id", id, sizeof(id))) {
        (void)fov__response_header(response, "request-id", id, sizeof(id));
    }
    if (request->secret != NULL) {
        fov__secret_mask(request->secret, id);
    }
    fov__log(
        transport->ctx, FOV_LOG_INFO,
        "%s %s: %s, status %d, %llu ms, %llu bytes out, %llu in, request id %s", request->method,
        url.show, fov_status_name(rc), (int)response->status, (unsigned long long)ms,
        (unsigned long long)fov__body_length(request->segments, request->segment_count),
        (unsigned long long)(response->body.len + response->streamed), id[0] != '\0' ? id : "none");
}

fov_status fov__exchange(struct fov_transport *transport, const struct fov_http_request *request,
                         const struct fov_retry *retry, struct fov_http_response *response,
                         uint32_t *attempts, fov_error *err)
{
    const struct fov_retry_hooks *hooks = retry->hooks != NULL ? retry->hooks : &real_hooks;
    const uint64_t start = hooks->now_ms(hooks->user);
    const uint64_t end = retry->deadline_ms > 0 ? start + retry->deadline_ms : UINT64_MAX;
    struct fov_http_request one = *request;
    fov_status rc = FOV_OK;
    for (uint32_t n = 0;; n++) {
        const uint64_t now = hooks->now_ms(hooks->user);
        if (fov_cancel_is_set(request->cancel)) {
            return fov__fail(err, FOV_E_CANCELLED, 0, "http", "the caller cancelled the request");
        }
        if (end != UINT64_MAX) {
            const uint64_t left = now < end ? end - now : 1;
            if (one.timeout_ms == 0 || left < request->timeout_ms || request->timeout_ms == 0) {
                one.timeout_ms = (uint32_t)left;
            }
        }
        fov__response_reset(response);
        rc = transport->send(transport, &one, response, err);
        log_attempt(transport, request, response, rc, hooks->now_ms(hooks->user) - now);
        if (attempts != NULL) {
            *attempts = n + 1;
        }
        if (n >= retry->max || !may_try_again(retry, response, rc)) {
            return rc;
        }
        const uint64_t wait = wait_ms(retry, response, n, hooks);
        const uint64_t after = hooks->now_ms(hooks->user);
        if (after >= end || wait >= end - after) {
            return rc; /* the wait alone would pass the deadline */
        }
        if (hooks->wait_ms(hooks->user, wait, request->cancel) < 0) {
            return fov__fail(err, FOV_E_CANCELLED, 0, "http",
                             "the caller cancelled while waiting to try again");
        }
    }
}
