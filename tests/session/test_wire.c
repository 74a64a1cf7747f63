/* SPDX-License-Identifier: MIT */
/* The whole slice over a real socket: a server that speaks OpenAI's Chat Completions plays a model
 * which zooms, turns the zoom, and zooms into that. What it was sent is decoded again and compared
 * with one warp from the source, and the point it names is mapped back. */
#include "session_support.h"

#include <math.h>

#include "transport/loopback.h"

#define REPLY(message, stop)                                                                      \
    "{\"id\":\"x\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":" message \
    ",\"finish_reason\":\"" stop "\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7}}"
#define CALL(id, name, arguments)                                                             \
    "{\"role\":\"assistant\",\"content\":null,\"x_opaque\":[1.50,\"kept\"],\"tool_calls\":[{" \
    "\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name                  \
    "\",\"arguments\":\"" arguments "\"}}]}"

static const struct fov_loopback_reply script[] = {
    {.status = 200,
     .body = REPLY(CALL("c1", "zoom", "{\\\"box\\\":[100,100,500,400]}"), "tool_calls")},
    {.status = 503,
     .headers = "retry-after-ms: 1\r\n",
     .body = "{\"error\":{\"message\":\"busy\"}}"},
    {.status = 200,
     .body = REPLY(CALL("c2", "rotate", "{\\\"image\\\":\\\"img_1\\\",\\\"degrees\\\":10}"),
                   "tool_calls")},
    {.status = 200,
     .body =
         REPLY(CALL("c3", "zoom", "{\\\"image\\\":\\\"img_2\\\",\\\"box\\\":[500,400,1000,900]}"),
               "tool_calls"),
     .mode = FOV_LOOPBACK_GZIP},
    {.status = 200,
     .body = REPLY(
         "{\"role\":\"assistant\",\"content\":\"ANSWER: the point 250,250\\nEVIDENCE: img_3\"}",
         "stop"),
     .mode = FOV_LOOPBACK_CHUNKED,
     .piece = 7},
};

/* The pixels of the last data URL in a request. */
static fov_image *last_picture(fov_context *ctx, const struct fov_loopback_request *request)
{
    const char *at = NULL, *next, *end;
    fov_image *image = NULL;
    fov_error err = {0};
    uint8_t *bytes;
    size_t n = 0;

    for (next = strstr(request->body, ";base64,"); next; next = strstr(next + 1, ";base64,"))
        at = next + 8;
    assert_non_null(at);
    end = strchr(at, '"');
    bytes = malloc((size_t)(end - at));
    assert_non_null(bytes);
    assert_true(fov__base64_decode(bytes, &n, at, (size_t)(end - at)));
    if (fov_image_open_memory(&image, ctx, bytes, n, NULL, &err) < 0)
        fail_msg("%s", err.message);
    free(bytes);
    return image;
}

static double sinc(double x)
{
    const double pi = 3.14159265358979323846;

    return fabs(x) < 1e-12 ? 1.0 : sin(pi * x) / (pi * x);
}

static double lanczos_at(const uint8_t *px, int32_t w, int32_t h, double x, double y, int c)
{
    double sum = 0, weight = 0;

    for (int32_t j = (int32_t)floor(y) - 4; j <= (int32_t)floor(y) + 4; j++) {
        for (int32_t i = (int32_t)floor(x) - 4; i <= (int32_t)floor(x) + 4; i++) {
            double dx = i + 0.5 - x, dy = j + 0.5 - y, k;
            int32_t ci = i < 0 ? 0 : i >= w ? w - 1 : i, cj = j < 0 ? 0 : j >= h ? h - 1 : j;

            if (fabs(dx) >= 3 || fabs(dy) >= 3)
                continue;
            k = sinc(dx) * sinc(dx / 3) * sinc(dy) * sinc(dy / 3);
            sum += k * px[((size_t)cj * (size_t)w + (size_t)ci) * 3 + (size_t)c];
            weight += k;
        }
    }
    return sum / weight;
}

/* By hand, apart from the library's own matrices: where a pixel of the last delivery lies in the
 * source. img_1 is [100,100,500,400]; img_2 is img_1 turned 10 degrees about its middle in a frame
 * of fw x fh, delivered w2 x h2; img_3 is the box [500,400,1000,900] of that delivery, rounded
 * outwards to whole pixels of img_2. */
static fov_point by_hand(fov_point p, fov_size delivered, fov_size frame, fov_size shown2)
{
    const double a = 10.0 * 3.14159265358979323846 / 180.0;
    double bx1 = floor(500.0 * frame.width / shown2.width + 1e-6),
           by1 = floor(400.0 * frame.height / shown2.height + 1e-6);
    double bx2 = ceil(1000.0 * frame.width / shown2.width - 1e-6),
           by2 = ceil(900.0 * frame.height / shown2.height - 1e-6);
    double x = bx1 + p.x * (bx2 - bx1) / delivered.width - frame.width / 2.0;
    double y = by1 + p.y * (by2 - by1) / delivered.height - frame.height / 2.0;

    return (fov_point){100.0 + 200.0 + x * cos(a) + y * sin(a),
                       100.0 + 150.0 - x * sin(a) + y * cos(a)};
}

static void check_picture(struct desk *desk, fov_image *got, fov_size frame, fov_size shown2)
{
    fov_size size = fov_image_size(got), source_size;
    fov_image *source = NULL;
    uint8_t *px, *want;
    double error = 0;
    size_t n = 0;

    assert_int_equal(fov_image_open(&source, desk->ctx, CHART, NULL, NULL), FOV_OK);
    source_size = fov_image_size(source);
    want = malloc((size_t)source_size.width * (size_t)source_size.height * 3);
    px = malloc((size_t)size.width * (size_t)size.height * 3);
    assert_true(px && want);
    assert_int_equal(fov_image_read(source, (fov_box){0, 0, source_size.width, source_size.height},
                                    3, want, (size_t)source_size.width * 3, NULL),
                     FOV_OK);
    assert_int_equal(fov_image_read(got, (fov_box){0, 0, size.width, size.height}, 3, px,
                                    (size_t)size.width * 3, NULL),
                     FOV_OK);
    for (int32_t y = 0; y < size.height; y += 3) {
        for (int32_t x = 0; x < size.width; x += 3) {
            fov_point q = by_hand((fov_point){x + 0.5, y + 0.5}, size, frame, shown2);

            if (q.x < 104 || q.y < 104 || q.x > 496 || q.y > 396)
                continue; /* the fill, and its soft edge */
            for (int c = 0; c < 3; c++, n++) {
                double v = lanczos_at(want, source_size.width, source_size.height, q.x, q.y, c);
                double d = px[((size_t)y * (size_t)size.width + (size_t)x) * 3 + (size_t)c] -
                           (v < 0     ? 0
                            : v > 255 ? 255
                                      : v);
                error += d * d;
            }
        }
    }
    assert_true(n > 10000);
    if (10 * log10(255 * 255 / (error / (double)n)) < 46)
        fail_msg("PSNR against one warp by hand is %.1f dB",
                 10 * log10(255 * 255 / (error / (double)n)));
    free(px);
    free(want);
    fov_image_unref(source);
}

static void wire__a_zoom_into_a_turned_zoom_is_one_warp(void **state)
{
    struct fov_loopback *server = fov_loopback_start(script, FOV_COUNT(script));
    fov_provider_opts provider = FOV_PROVIDER_OPTS_INIT;
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_context *ctx = NULL;
    fov_model *model = NULL;
    struct desk desk;
    fov_error err = {0};
    fov_image *picture;
    fov_size frame, shown2, shown3;
    fov_point mapped, hand;
    fov_replayed replayed = FOV_REPLAYED_INIT;
    char *text, base_url[128];
    int32_t source = -1;

    (void)state;
    snprintf(base_url, sizeof(base_url), "%s/v1", fov_loopback_url(server));
    assert_int_equal(fov_context_new(&ctx, NULL, NULL), FOV_OK);
    provider.model = "some-model";
    provider.base_url = base_url;
    provider.api_key = "sk-secret-of-this-test";
    if (fov_model_new_provider(&model, ctx, &provider, &err) < 0)
        fail_msg("%s", err.message);
    opts.profile = "generic";
    desk_open_model(&desk, ctx, model, &opts, 0);
    if (desk_ask(&desk, "Where is it?") != FOV_OK)
        fail_msg("%s", desk.err.message);
    assert_string_equal(desk.answer.text, "the point 250,250");
    assert_int_equal(desk.answer.images, 3);
    assert_int_equal(desk.answer.usage.input_tokens, 400);

    /* What the model was sent last. */
    assert_int_equal(fov_loopback_count(server), 5);
    picture = last_picture(ctx, fov_loopback_request_at(server, 4));
    frame = fov_graph_size(fov_session_graph(desk.session), 2);
    shown2 =
        (fov_size){desk.session->box.images[2].fit.width, desk.session->box.images[2].fit.height};
    shown3 = fov_image_size(picture);
    check_picture(&desk, picture, frame, shown2);
    fov_image_unref(picture);

    /* The point that it named, through the graph and by hand. */
    mapped = (fov_point){
        250.0 * fov_graph_size(fov_session_graph(desk.session), 3).width / shown3.width,
        250.0 * fov_graph_size(fov_session_graph(desk.session), 3).height / shown3.height};
    assert_int_equal(
        fov_graph_to_source(fov_session_graph(desk.session), 3, mapped, &source, &mapped, NULL),
        FOV_OK);
    hand = by_hand((fov_point){250, 250}, shown3, frame, shown2);
    assert_int_equal(source, 0);
    assert_true(fabs(mapped.x - hand.x) < 0.5 && fabs(mapped.y - hand.y) < 0.5);

    /* Each assistant message went back as it came, and nothing secret was kept. */
    assert_non_null(
        strstr(fov_loopback_request_at(server, 4)->body, "\"x_opaque\":[1.50,\"kept\"]"));
    assert_int_equal(fov_session_close(desk.session, NULL), FOV_OK);
    text = desk_transcript(&desk);
    assert_null(strstr(text, "secret"));
    assert_null(strstr(text, "base64"));
    free(text);
    if (fov_transcript_verify(ctx, desk.folder, NULL, NULL, &replayed, &err) != FOV_OK)
        fail_msg("%s", err.message);
    assert_int_equal(replayed.deliveries, 4);
    desk_close(&desk);
    fov_loopback_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire__a_zoom_into_a_turned_zoom_is_one_warp)};

    return cmocka_run_group_tests_name("session over a socket", tests, NULL, NULL);
}
