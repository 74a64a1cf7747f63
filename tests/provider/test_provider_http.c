/* SPDX-License-Identifier: MIT */
/* The whole way over sockets: a provider, curl and a server that misbehaves. */
#include "provider/capture.h"
#include "transport/loopback.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define OK_BODY                                                                                 \
    "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},\"finish_reason\":" \
    "\"stop\"}]}"

/* An allocator that knows the most that was ever live. The context counts before it asks. */
struct peak {
    fov_context *ctx;
    uint64_t bytes;
};

static void note(struct peak *peak)
{
    if (peak->ctx != NULL) {
        const uint64_t live = atomic_load(&peak->ctx->live_bytes);
        peak->bytes = live > peak->bytes ? live : peak->bytes;
    }
}

static void *peak_malloc(size_t size, void *user)
{
    note(user);
    return malloc(size);
}

static void *peak_realloc(void *ptr, size_t size, void *user)
{
    note(user);
    return realloc(ptr, size);
}

static void peak_free(void *ptr, void *user)
{
    (void)user;
    free(ptr);
}

struct fixture {
    struct peak peak;
    fov_context *ctx;
    struct fov_loopback *server;
    fov_conversation *c;
    fov_reply *reply;
    fov_model *model;
    fov_request request;
    fov_error err;
    char base[128];
    char log[8192];
};

static void keep_log(int level, const char *line, void *user)
{
    struct fixture *f = user;
    const size_t used = strlen(f->log);
    (void)level;
    snprintf(f->log + used, sizeof(f->log) - used, "%s\n", line);
}

static void open_all(struct fixture *f, const struct fov_loopback_reply *script, size_t count)
{
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    const fov_allocator allocator = {peak_malloc, peak_realloc, peak_free, &f->peak};
    fov_context_opts context = FOV_CONTEXT_OPTS_INIT;
    memset(f, 0, sizeof(*f));
    context.allocator = &allocator;
    context.log = keep_log;
    context.log_user = f;
    context.limits.reply_bytes = 1 << 20;
    assert_int_equal(fov_context_new(&f->ctx, &context, NULL), FOV_OK);
    f->peak.ctx = f->ctx;
    f->server = fov_loopback_start(script, count);
    snprintf(f->base, sizeof(f->base), "%s/v1", fov_loopback_url(f->server));
    opts.base_url = f->base;
    opts.model = "m";
    opts.api_key = TEST_KEY;
    assert_int_equal(fov_model_new_provider(&f->model, f->ctx, &opts, &f->err), FOV_OK);
    assert_int_equal(fov_conversation_new(&f->c, f->ctx, NULL), FOV_OK);
    assert_int_equal(fov_reply_new(&f->reply, f->ctx, NULL), FOV_OK);
    assert_int_equal(fov_conversation_add(f->c, FOV_ROLE_USER, NULL), FOV_OK);
    assert_int_equal(fov__conversation_add_text(f->c, "q", NULL), FOV_OK);
    f->request = (fov_request){.struct_size = sizeof(fov_request), .conversation = f->c};
}

static void close_all(struct fixture *f)
{
    fov_reply_free(f->reply);
    fov_conversation_free(f->c);
    fov_model_free(f->model);
    fov_loopback_stop(f->server);
    assert_null(strstr(f->log, TEST_KEY));
    assert_null(strstr(f->err.message, TEST_KEY));
    assert_int_equal(atomic_load(&f->ctx->live_bytes), 0);
    f->peak.ctx = NULL;
    fov_context_free(f->ctx);
}

static fov_status ask(struct fixture *f)
{
    return fov_model_generate(f->model, &f->request, f->reply, &f->err);
}

static void http__sends_five_images_without_copying_one(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200, .body = OK_BODY}};
    const size_t size = 1100 * 1000;
    uint8_t *image = malloc(size);
    char *want = malloc(fov__base64_size(size) + 1);
    struct fixture f;
    char id[16];
    (void)state;
    open_all(&f, script, 1);
    for (int i = 0; i < 5; i++) {
        for (size_t k = 0; k < size; k++) {
            image[k] = (uint8_t)((k * 2654435761u + (size_t)i) >> 11);
        }
        struct fov_delivery *delivery =
            make_delivery(f.ctx, FOV_FORMAT_JPEG, image, size, 1000, 1000);
        snprintf(id, sizeof(id), "img_%d", i);
        assert_int_equal(fov__conversation_add_image(f.c, id, delivery, NULL), FOV_OK);
        fov__delivery_unref(delivery);
    }
    const uint64_t before = atomic_load(&f.ctx->live_bytes);
    assert_true(before > 5 * size);
    f.peak.bytes = before;
    assert_int_equal(ask(&f), FOV_OK);
    assert_true(f.peak.bytes > before); /* the count does count */
    print_message("peak above the conversation: %llu bytes\n",
                  (unsigned long long)(f.peak.bytes - before));
    assert_true(f.peak.bytes - before < 256 * 1024);
    /* and all of it arrived */
    const struct fov_loopback_request *seen = fov_loopback_request_at(f.server, 0);
    assert_true(seen->size > 5 * fov__base64_size(size));
    fov__base64_encode(want, image, size); /* the last one */
    want[fov__base64_size(size)] = '\0';
    const char *last = NULL;
    for (const char *p = seen->body; (p = strstr(p, "data:image/jpeg;base64,")) != NULL; p++) {
        last = p + strlen("data:image/jpeg;base64,");
    }
    assert_non_null(last);
    assert_memory_equal(last, want, fov__base64_size(size));
    assert_string_equal(last + fov__base64_size(size), "\"}}]}]}");
    close_all(&f);
    free(image);
    free(want);
}

static void http__carries_the_key_in_its_header_only(void **state)
{
    static const struct fov_loopback_reply script[] = {{.status = 200, .body = OK_BODY}};
    struct fixture f;
    char value[128];
    (void)state;
    open_all(&f, script, 1);
    assert_int_equal(ask(&f), FOV_OK);
    const struct fov_loopback_request *seen = fov_loopback_request_at(f.server, 0);
    assert_string_equal(seen->target, "/v1/chat/completions");
    assert_true(fov_loopback_header(seen, "authorization", value, sizeof(value)));
    assert_string_equal(value, "Bearer " TEST_KEY);
    assert_null(strstr(seen->body, TEST_KEY));
    close_all(&f);
}

static void http__never_takes_the_key_to_another_host(void **state)
{
    static const struct fov_loopback_reply away_script[] = {{.status = 200, .body = OK_BODY}};
    struct fov_loopback *away = fov_loopback_start(away_script, 1);
    char location[160];
    struct fixture f;
    (void)state;
    snprintf(location, sizeof(location), "location: %s/v1/chat/completions\r\n",
             fov_loopback_url(away));
    const struct fov_loopback_reply script[] = {{.status = 308, .headers = location}};
    open_all(&f, script, 1);
    assert_int_equal(ask(&f), FOV_E_PROVIDER);
    assert_int_equal(f.err.detail, 308);
    assert_int_equal(fov_loopback_count(away), 0);
    assert_int_equal(fov_loopback_count(f.server), 1);
    close_all(&f);
    fov_loopback_stop(away);
}

static void http__tries_again_over_real_connections(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.mode = FOV_LOOPBACK_NO_REPLY},
        {.status = 429,
         .headers = "retry-after-ms: 20\r\n",
         .body = "{\"error\":{\"message\":\"" TEST_KEY "\"}}"},
        {.status = 200, .body = OK_BODY, .mode = FOV_LOOPBACK_GZIP_CHUNKED, .piece = 7},
    };
    struct fixture f;
    (void)state;
    open_all(&f, script, 3);
    assert_int_equal(ask(&f), FOV_OK);
    assert_int_equal(fov__reply_usage(f.reply)->requests, 3);
    assert_string_equal(fov_loopback_request_at(f.server, 0)->body,
                        fov_loopback_request_at(f.server, 2)->body);
    close_all(&f);
}

static void http__does_not_pay_twice_for_a_broken_answer(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.status = 200, .body = OK_BODY, .mode = FOV_LOOPBACK_SHORT},
        {.status = 200, .body = OK_BODY}};
    struct fixture f;
    (void)state;
    open_all(&f, script, 2);
    assert_int_equal(ask(&f), FOV_E_NET);
    assert_int_equal(fov_loopback_count(f.server), 1);
    assert_int_equal(ask(&f), FOV_OK); /* the caller may */
    close_all(&f);
}

static void http__bounds_a_bomb(void **state)
{
    static char spaces[1 << 16];
    memset(spaces, ' ', sizeof(spaces));
    const struct fov_loopback_reply script[] = {{.status = 200,
                                                 .body = spaces,
                                                 .size = sizeof(spaces),
                                                 .repeat = 4095,
                                                 .mode = FOV_LOOPBACK_GZIP}};
    struct fixture f;
    (void)state;
    open_all(&f, script, 1);
    assert_int_equal(ask(&f), FOV_E_LIMIT);
    assert_true(f.peak.bytes < 4u << 20); /* of 256 MiB that the reply unfolds to */
    assert_int_equal(fov_loopback_count(f.server), 1);
    close_all(&f);
}

static void *cancel_soon(void *user)
{
    const struct timespec nap = {0, 150 * 1000000L};
    nanosleep(&nap, NULL);
    fov_cancel_set(user);
    return NULL;
}

static void http__is_cancelled_while_it_waits_to_try_again(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.status = 503, .headers = "retry-after: 30\r\n"}};
    struct fixture f;
    fov_cancel *cancel = NULL;
    pthread_t thread;
    (void)state;
    open_all(&f, script, 1);
    assert_int_equal(fov_cancel_new(&cancel, f.ctx, NULL), FOV_OK);
    f.request.cancel = cancel;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, cancel), 0);
    const uint64_t start = fov__clock_ms();
    assert_int_equal(ask(&f), FOV_E_CANCELLED);
    assert_in_range(fov__clock_ms() - start, 100, 450);
    pthread_join(thread, NULL);
    fov_cancel_free(cancel);
    close_all(&f);
}

static void http__keeps_to_the_time_of_a_request(void **state)
{
    static const struct fov_loopback_reply script[] = {{.mode = FOV_LOOPBACK_HANG},
                                                       {.mode = FOV_LOOPBACK_HANG}};
    struct fixture f;
    (void)state;
    open_all(&f, script, 2);
    f.request.timeout_ms = 300;
    const uint64_t start = fov__clock_ms();
    assert_int_equal(ask(&f), FOV_E_NET);
    assert_in_range(fov__clock_ms() - start, 250, 1500);
    close_all(&f);
}

/* Write what passed, then play it without a server: a bug report is a test. */
static void http__records_what_replay_plays(void **state)
{
    static const struct fov_loopback_reply script[] = {
        {.mode = FOV_LOOPBACK_NO_REPLY},
        {.status = 429,
         .headers = "retry-after-ms: 5\r\nset-cookie: account=7\r\n",
         .body = "your key is " TEST_KEY "\n=== reply\n"},
        {.status = 200, .body = OK_BODY, .mode = FOV_LOOPBACK_GZIP},
    };
    char folder[] = "/tmp/fov_record_XXXXXX";
    char path[64];
    char base[160];
    fov_provider_opts opts = FOV_PROVIDER_OPTS_INIT;
    fov_model *model = NULL;
    fov_bytes text;
    struct fixture f;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/x.wire", folder);
    open_all(&f, script, 3);
    struct fov_delivery *delivery = make_delivery(f.ctx, FOV_FORMAT_PNG, "image", 5, 4, 4);
    assert_int_equal(fov__conversation_add_image(f.c, "img_0", delivery, NULL), FOV_OK);
    fov__delivery_unref(delivery);
    snprintf(base, sizeof(base), "%s?secret=hidden", f.base);
    opts.base_url = base;
    opts.model = "m";
    opts.api_key = TEST_KEY;
    opts.record = path;
    assert_int_equal(fov_model_new_provider(&model, f.ctx, &opts, &f.err), FOV_OK);
    assert_int_equal(fov_model_generate(model, &f.request, f.reply, &f.err), FOV_OK);
    fov_model_free(model);
    assert_int_equal(fov__file_read(&text, f.ctx, path, 1 << 20, &f.err), FOV_OK);
    assert_null(strstr((char *)text.data, TEST_KEY));
    assert_null(strstr((char *)text.data, "hidden"));
    assert_null(strstr((char *)text.data, "Bearer"));
    assert_null(strstr((char *)text.data, "account"));
    assert_non_null(strstr((char *)text.data, "base64,sha256:"));
    fov_bytes_free(&text);
    opts.record = NULL;
    opts.replay = path;
    assert_int_equal(fov_model_new_provider(&model, f.ctx, &opts, &f.err), FOV_OK);
    assert_int_equal(fov_model_generate(model, &f.request, f.reply, &f.err), FOV_OK);
    assert_string_equal(fov__reply_part(f.reply, 0)->text, "ok");
    assert_int_equal(fov__reply_usage(f.reply)->requests, 3);
    fov_model_free(model);
    unlink(path);
    rmdir(folder);
    opts.replay = NULL;
    opts.record = path; /* its folder is gone */
    assert_int_equal(fov_model_new_provider(&model, f.ctx, &opts, &f.err), FOV_E_IO);
    close_all(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http__sends_five_images_without_copying_one),
        cmocka_unit_test(http__carries_the_key_in_its_header_only),
        cmocka_unit_test(http__never_takes_the_key_to_another_host),
        cmocka_unit_test(http__tries_again_over_real_connections),
        cmocka_unit_test(http__does_not_pay_twice_for_a_broken_answer),
        cmocka_unit_test(http__bounds_a_bomb),
        cmocka_unit_test(http__is_cancelled_while_it_waits_to_try_again),
        cmocka_unit_test(http__keeps_to_the_time_of_a_request),
        cmocka_unit_test(http__records_what_replay_plays),
    };
    return cmocka_run_group_tests_name("provider over http", tests, NULL, NULL);
}
