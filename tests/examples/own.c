/* SPDX-License-Identifier: MIT */
/* A program that brings everything itself: its pixels, an operation that foveate does not have, and
 * the model that is asked. It draws a tank with a red liquid in it, offers an operation that
 * measures how full a tank is, and has its model find that out: wrongly first, then, told what is
 * wrong, rightly. The transcript is proved by this program, and by nobody who lacks the operation.
 */
#include <foveate.h>
#include <foveate/ext/op.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- an operation of one's own: how high the colour of a liquid stands in a tank ------------ */

struct level_args {
    fov_op_args_head head;
    fov_box box;
    fov_op_color color;
    int32_t tolerance;
};

static int is_near(const uint8_t *pixel, fov_op_color color, int32_t tolerance)
{
    return abs(pixel[0] - color.r) <= tolerance && abs(pixel[1] - color.g) <= tolerance &&
           abs(pixel[2] - color.b) <= tolerance;
}

/* The first row from the top that is liquid for the most part; the height when there is none. */
static int32_t find_surface(fov_pixels_view tank, const struct level_args *level)
{
    for (int32_t y = 0; y < tank.height; y++) {
        const uint8_t *pixel = tank.data + (size_t)y * tank.stride;
        int32_t count = 0;

        for (int32_t x = 0; x < tank.width; x++, pixel += tank.bands)
            count += is_near(pixel, level->color, level->tolerance);
        if (2 * count > tank.width)
            return y;
    }
    return tank.height;
}

/* What a model can mend is told to it: here, the colour that stands on the tank's floor. */
static fov_status refuse(const struct level_args *level, fov_pixels_view tank, fov_op_fault *fault)
{
    const uint8_t *floor = tank.data + (size_t)(tank.height - 1) * tank.stride +
                           (size_t)(tank.width / 2) * (size_t)tank.bands;
    char got[8], allowed[64];

    snprintf(got, sizeof(got), "#%02x%02x%02x", level->color.r, level->color.g, level->color.b);
    snprintf(allowed, sizeof(allowed), "a colour of the liquid; its floor is #%02x%02x%02x",
             floor[0], floor[1], floor[2]);
    return fov_op_refuse(fault, FOV_FAULT_OUT_OF_RANGE, "level.color", got, allowed,
                         "Nothing in the box has that colour: name that of the liquid.");
}

static fov_status level_fact(const void *args, fov_op_io *io, fov_op_facts *out,
                             fov_op_fault *fault, fov_error *err)
{
    const struct level_args *level = args;
    const fov_box box = level->box; /* whole pixels, inside the image: `parse` saw to it */
    const int32_t width = (int32_t)(box.x2 - box.x1), height = (int32_t)(box.y2 - box.y1);
    fov_pixels *pixels = NULL;
    fov_status rc = fov_op_render(io, 0, box, width, height, &pixels, err);

    if (rc >= 0) {
        const fov_pixels_view tank = fov_pixels_get_view(pixels);
        const int32_t surface = find_surface(tank, level);
        const double at[2] = {box.x1 + width / 2.0, box.y1 + surface};

        if (surface == height) {
            rc = refuse(level, tank, fault);
        } else {
            fov_op_facts_numbers(out, "at", at, 2);
            fov_op_facts_number(out, "full", (double)(height - surface) / height);
        }
    }
    fov_pixels_unref(pixels);
    return rc;
}

static const fov_op_param_row level_params[] = {
    FOV_OP_BOX(level_args, box, NULL, FOV_PARAM_REQUIRED, "the inside of the tank, wall to wall"),
    FOV_OP_COLOR(level_args, color, FOV_PARAM_REQUIRED, 0xcc2222, "of the liquid"),
    FOV_OP_INT(level_args, tolerance, 0, 0, 64, 24, "levels", "how far a channel may be off"),
    FOV_OP_END};
static const fov_op_example_row level_examples[] = {
    {"{\"box\":[100,50,200,350],\"color\":\"#cc2222\"}", "full"}, {NULL, NULL}};

static const fov_op_def level = {
    .name = "level",
    .since = "1.0.0",
    .summary = "Measure how full a tank, a tube or a battery is.",
    .when = "Use it where a fraction is read from how high a colour stands.",
    .kind = FOV_OP_FACT,
    .presets = FOV_OP_PRESET_ALL,
    .input_min = 1,
    .input_max = 1,
    .params = level_params,
    .args_size = sizeof(struct level_args),
    .examples = level_examples,
    .fact = level_fact,
};

/* ---- a model of one's own ------------------------------------------------------------------- */

/* The result of the last call; 0 when nothing was called yet. */
static int last_result(const fov_request *request, fov_part *out)
{
    const size_t messages = fov_conversation_count(request->conversation);
    int found = 0;

    for (size_t m = 0; m < messages; m++) {
        fov_part part;

        for (size_t i = 0; fov_conversation_get_part(request->conversation, m, i, &part) == FOV_OK;
             i++) {
            if (part.kind == FOV_PART_RESULT) {
                *out = part;
                found = 1;
            }
        }
    }
    return found;
}

static const fov_tool *find_tool(const fov_request *request, const char *name)
{
    for (size_t i = 0; i < request->tool_count; i++)
        if (strcmp(request->tools[i].name, name) == 0)
            return &request->tools[i];
    return NULL;
}

/* It stands for whatever your program talks to. */
static fov_status my_generate(void *user, const fov_request *request, fov_reply *reply,
                              fov_error *err)
{
    static const char hint[] = "its floor is ";
    const fov_tool *tool = find_tool(request, "level");
    char color[8] = "green", text[96];
    fov_part result;

    (void)user;
    if (!tool || !strstr(tool->parameters, "\"tolerance\""))
        return fov_reply_add_text(reply, "CANNOT TELL: I cannot measure", err);
    if (last_result(request, &result)) {
        const char *full = strstr(result.text, "\"full\":"), *told = strstr(result.text, hint);

        printf("it saw     %s\n", result.text);
        if (full) {
            snprintf(text, sizeof(text), "ANSWER: %g %%\nEVIDENCE: img_0",
                     100 * strtod(full + strlen("\"full\":"), NULL));
            return fov_reply_add_text(reply, text, err);
        }
        if (!told)
            return fov_reply_add_text(reply, "CANNOT TELL: I was not told why", err);
        snprintf(color, sizeof(color), "%.7s", told + strlen(hint));
    }
    snprintf(text, sizeof(text), "{\"box\":[100,50,200,350],\"color\":\"%s\"}", color);
    printf("it calls   %s %s\n", tool->name, text);
    return fov_reply_add_call(reply, NULL, tool->name, text, err);
}

static const fov_model_class my_class = {sizeof(fov_model_class), "mine", my_generate, NULL};

/* ---- pixels of one's own -------------------------------------------------------------------- */

enum { WIDTH = 300, HEIGHT = 400, STRIDE = 1280 /* bytes: a row is 1200 of them */ };

static uint8_t frame[HEIGHT * STRIDE];

static void paint(int x1, int y1, int x2, int y2, uint32_t rgb)
{
    for (int y = y1; y < y2; y++) {
        for (int x = x1; x < x2; x++) {
            uint8_t *pixel = frame + y * STRIDE + x * 4;

            pixel[0] = (uint8_t)(rgb >> 16);
            pixel[1] = (uint8_t)(rgb >> 8 & 255);
            pixel[2] = (uint8_t)(rgb & 255);
            pixel[3] = 255;
        }
    }
}

static void draw_tank(void)
{
    paint(0, 0, WIDTH, HEIGHT, 0xffffff);
    paint(96, 50, 204, 354, 0x333333); /* walls and floor, open above */
    paint(100, 50, 200, 350, 0xffffff);
    paint(100, 164, 200, 350, 0xcc2222);
    for (int y = 50; y <= 350; y += 30)
        paint(208, y - 1, 220, y + 1, 0x333333);
}

/* Until then the frame stays as it is. */
static void give_back(void *user)
{
    (void)user;
    printf("the frame may be drawn into again\n");
}

/* ---- the conversation ----------------------------------------------------------------------- */

static fov_status ask(fov_context *ctx, const char *folder, fov_error *err)
{
    fov_session_opts opts = FOV_SESSION_OPTS_INIT;
    fov_answer answer = FOV_ANSWER_INIT;
    fov_session *session = NULL;
    fov_model *model = NULL;
    fov_image *tank = NULL;

    opts.preset = "all"; /* facts are offered too */
    opts.out_dir = folder;
    if (fov_op_register(ctx, &level, FOV_OP_EXT_VERSION, err) >= 0 &&
        fov_model_new(&model, ctx, &my_class, NULL, err) >= 0 &&
        fov_image_new_borrowed(&tank, ctx, frame, WIDTH, HEIGHT, 4, STRIDE, give_back, NULL,
                               err) >= 0 &&
        fov_session_new(&session, ctx, model, &opts, err) >= 0 &&
        fov_session_add_image(session, tank, NULL, err) >= 0 &&
        fov_session_ask(session, "How full is the tank?", &answer, err) == FOV_OK) {
        printf("it answers %s\n", answer.text);
        fov_session_close(session, err);
    }
    fov_session_free(session);
    fov_model_free(model);
    fov_image_unref(tank);
    return err->status;
}

/* A context of somebody else's does not have the operation, and says so. */
static fov_status verify_elsewhere(const char *folder, fov_error *err)
{
    fov_replayed proof = FOV_REPLAYED_INIT;
    fov_context *ctx = NULL;
    fov_status rc = fov_context_new(&ctx, NULL, err);

    if (rc >= 0)
        rc = fov_transcript_verify(ctx, folder, NULL, NULL, &proof, err);
    fov_context_free(ctx);
    return rc;
}

static fov_status run(fov_context *ctx, const char *folder, fov_error *err)
{
    fov_replayed proof = FOV_REPLAYED_INIT;
    fov_error elsewhere;
    fov_status rc;

    draw_tank();
    rc = ask(ctx, folder, err);
    if (rc >= 0)
        rc = fov_transcript_verify(ctx, folder, NULL, NULL, &proof, err);
    if (rc < 0)
        return rc;
    printf("verified   %d image, %d fact, %d differ\n", proof.sources + proof.images, proof.facts,
           proof.differing);
    rc = verify_elsewhere(folder, &elsewhere);
    printf("elsewhere  %s: %s\n", fov_status_name(rc), elsewhere.message);
    return rc == FOV_E_UNSUPPORTED ? FOV_OK : FOV_E_INTERNAL;
}

int main(int argc, char **argv)
{
    fov_error err = {0};
    fov_context *ctx = NULL;
    fov_status rc = FOV_E_ARG;

    if (argc == 2 && (rc = fov_context_new(&ctx, NULL, &err)) >= 0)
        rc = run(ctx, argv[1], &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", argc != 2 ? "usage: own FOLDER" : err.message);
    fov_context_free(ctx);
    return rc < 0;
}
