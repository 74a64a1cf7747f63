/* SPDX-License-Identifier: MIT */
/* Any bytes as an address, with curl's own parser as the oracle: what we accept, curl must accept
 * and read the same host, port and scheme out of, since two readings are how a key reaches the
 * wrong server. Also as the header lines and the date of a response. */
#include "fuzz_support.h"

#include "transport/transport_internal.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef FOV_HAVE_HTTP
#include <curl/curl.h>

static void same_part(CURLU *handle, CURLUPart part, unsigned flags, const char *ours,
                      const char *law)
{
    char *theirs = NULL;
    const bool there = curl_url_get(handle, part, &theirs, flags) == CURLUE_OK;
    if (!there || fov__ascii_casecmp(theirs, ours) != 0)
        fprintf(stderr, "ours \"%s\", curl's \"%s\"\n", ours, there ? theirs : "(none)");
    fuzz_require(there && fov__ascii_casecmp(theirs, ours) == 0, law);
    curl_free(theirs);
}

/* curl rewrites what it reads as a number ("0x7f.1", "[0:0::1]"): another spelling of the address
 * that it connects to, which is never taken for loopback by us unless it is plain. */
static bool is_numeric(const char *host)
{
    const size_t len = strlen(host);
    const char *last = strrchr(host, '.');
    last = last != NULL && last[1] != '\0' ? last + 1 : host;
    return host[0] == '[' || (last[0] >= '0' && last[0] <= '9') || host[len - 1] == '.';
}

static void curl_agrees(const char *text, const struct fov_url *url)
{
    char port[16];
    CURLU *handle = curl_url();
    fuzz_require(handle != NULL, "there is memory");
    const CURLUcode rc = curl_url_set(handle, CURLUPART_URL, text, 0);
    if (rc == CURLUE_OK) {
        snprintf(port, sizeof(port), "%d", (int)url->port);
        same_part(handle, CURLUPART_SCHEME, 0, url->is_https ? "https" : "http",
                  "curl reads the same scheme");
        same_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, "curl reads the same port");
        if (!is_numeric(url->host) || url->is_loopback)
            same_part(handle, CURLUPART_HOST, 0, url->host, "curl reads the same host");
        char *user = NULL;
        fuzz_require(curl_url_get(handle, CURLUPART_USER, &user, 0) == CURLUE_NO_USER,
                     "curl reads no user name");
    }
    curl_url_cleanup(handle);
}
#endif

static void address(const char *text)
{
    struct fov_url url;
    fov_error err = {0};
    const fov_status rc = fov__url_parse(&url, text, "base_url", &err);
    fuzz_require_error(rc, &err);
    if (rc < 0)
        return;
    const char *query = strchr(text, '?');
    fuzz_require(url.host[0] != '\0' && strlen(url.host) < sizeof(url.host), "there is a host");
    fuzz_require(url.port >= 1 && url.port <= 65535, "a port is one");
    fuzz_require(url.target >= text && url.target <= text + strlen(text) &&
                     (url.target[0] == '\0' || url.target[0] == '/' || url.target[0] == '?'),
                 "a target is a path, a query or nothing");
    fuzz_require(query == NULL || strchr(url.show, '?') == NULL, "a query is not shown");
    fuzz_require(strchr(url.show, '@') == NULL || strchr(url.target, '@') != NULL,
                 "no user name is shown");
#ifdef FOV_HAVE_HTTP
    curl_agrees(text, &url);
#endif
}

static void response_lines(fov_context *ctx, const char *data, size_t size)
{
    struct fov_http_response response;
    char value[40];
    int64_t utc = -1;
    static const char *const names[] = {"retry-after", "content-type", "x-request-id", "date"};
    fov__response_init(&response, ctx, 1 << 16);
    for (const char *at = data, *end = data + size; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop != NULL ? stop : end;
        fov__response_header_line(&response, at, (size_t)(stop - at));
        at = stop + 1;
    }
    fuzz_require(response.headers.len <= FOV__HEADER_BYTES_MAX, "headers stay within bounds");
    fuzz_require(response.status >= 0 && response.status <= 999, "a status has three digits");
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        if (!fov__response_header(&response, names[i], value, sizeof(value)))
            continue;
        for (const char *p = value; *p != '\0'; p++)
            fuzz_require(*p >= ' ' && *p < 127, "a header's value is fit for a log");
        if (fov__http_date(value, &utc))
            fuzz_require(utc >= -62135596800 && utc < 253402300800, "a date is of years 1 to 9999");
    }
    (void)fov__retry_wanted(&response);
    fuzz_require(fov__retry_delay_ms(&response, 3, 0.5, 1795519799) <= 60000,
                 "a wait is a minute at most");
    fov__response_free(&response);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fov_context *ctx;
    if (ctx == NULL)
        ctx = fuzz_context();
    char *text = malloc(size + 1);
    fuzz_require(text != NULL, "there is memory");
    memcpy(text, data, size);
    text[size] = '\0';
    address(text);
    response_lines(ctx, text, size);
    free(text);
    return 0;
}

void fuzz_seeds(fuzz_emit emit, void *user)
{
    static const char *const texts[] = {
        "https://api.openai.com/v1",
        "http://localhost:11434/v1?api-version=1",
        "http://127.0.0.1:8080",
        "http://[::1]:80/a",
        "https://a.example:443?x",
        "http://127.1/",
        "http://2130706433/",
        "https://user@host/",
        "http://a#b@c/",
        "https://a.example\\@b/",
        "HTTP/1.1 429 x\nretry-after: 3\nretry-after-ms: 250\nx-should-retry: true\n\n",
        "HTTP/2 503\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\nretry-after: 9e99\n"};
    for (size_t i = 0; i < FOV_COUNT(texts); i++)
        emit(texts[i], strlen(texts[i]), user);
}
