/* SPDX-License-Identifier: MIT */
/* Every way to call every operation wrongly. The table of operations is walked, never a list of
 * names, so a new operation is judged the day it is added: its examples are legal calls, and each
 * of its arguments is spoiled in each way that its type allows, in six spaces, two frames and on
 * two images. Whatever is refused must be refused well: the code that fits, the field, the value,
 * what is allowed, a hint, an untouched graph, and a corrected call that is made and must succeed.
 */
#include "op/error_bench.h"

/* ---- laws of a refusal ---------------------------------------------------------------------- */

static const char promised[] = " BAD_TYPE OUT_OF_RANGE EMPTY_BOX TOO_SMALL BAD_ASPECT ";

static bool is_promised(enum fov_fault_code code)
{
    char word[32];
    fov__format(word, sizeof(word), " %s ", fov__fault_name(code));
    return strstr(promised, word) != NULL;
}

/* Collected, so that one run shows all that is wrong; of each kind the first. */
static size_t complaints;

static void complain(struct bench *b, const struct spoiled *spoiled, const char *arguments,
                     const fov_op_fault *f, const char *why)
{
    char kind[sizeof(b->said[0])];
    complaints++;
    fov__format(kind, sizeof(kind), "%s: %s", spoiled->what, why);
    for (size_t i = 0; i < b->said_count; i++) {
        if (strcmp(b->said[i], kind) == 0)
            return;
    }
    if (b->said_count < FOV_COUNT(b->said))
        memcpy(b->said[b->said_count++], kind, sizeof(kind));
    print_error("%s %.600s (%s, %s): %s; the answer is %s %s, got '%s', allowed '%s': %s %s\n",
                b->def->name, arguments, setting_name(&b->setting), spoiled->what, why,
                fov__fault_name(f->code), f->field, f->got, f->allowed, f->hint, f->call);
}

/* The value as it stands in the call, or its beginning; of a fact its kind may be told besides. */
static bool holds_value(const char *arguments, const char *got)
{
    char text[96];
    fov__format(text, sizeof(text), "%s", got);
    const size_t len = strlen(text);
    if (len > 3 && strcmp(text + len - 3, "...") == 0)
        text[len - 3] = '\0';
    char *kind = strncmp(text, "fact_", 5) == 0 ? strstr(text, ", which ") : NULL;
    if (kind != NULL)
        *kind = '\0';
    return strstr(arguments, text) != NULL;
}

static bool begins_with(const char *text, const char *head)
{
    return strncmp(text, head, strlen(head)) == 0;
}

static bool is_one_line(const char *text)
{
    return text[0] != '\0' && strchr(text, '\n') == NULL && fov__utf8_valid(text, strlen(text));
}

static void check_field(struct bench *b, const struct spoiled *spoiled, const char *arguments,
                        const fov_op_fault *f)
{
    char field[128];
    const char *whole = b->def->name;
    fov__format(field, sizeof(field), "%s.%s", whole, spoiled->field != NULL ? spoiled->field : "");
    if (!begins_with(f->field, field) &&
        !(strcmp(f->field, whole) == 0 && (spoiled->codes & CODE(MISSING_ARG)) != 0))
        complain(b, spoiled, arguments, f, "the field is another");
}

static void check_words(struct bench *b, const struct spoiled *spoiled, const char *arguments,
                        const struct made_call *made)
{
    const fov_op_fault *f = &made->fault;
    const bool has_value = f->code != FOV_FAULT_MISSING_ARG;
    check_field(b, spoiled, arguments, f);
    if (has_value && (f->got[0] == '\0' || !holds_value(arguments, f->got)))
        complain(b, spoiled, arguments, f, "got is not the value");
    if (f->allowed[0] == '\0')
        complain(b, spoiled, arguments, f, "nothing is said to be allowed");
    if (!is_one_line(f->hint) || strstr(f->hint, "failed to") != NULL)
        complain(b, spoiled, arguments, f, "the hint is no sentence");
    if (made->err.status != made->status || !is_one_line(made->err.message))
        complain(b, spoiled, arguments, f, made->err.message);
}

/* Once for each offer and setting: measuring again proves nothing. */
static bool is_new_offer(struct bench *b, const char *call)
{
    struct fov_sha256 *hash = NULL;
    char hex[FOV_SHA256_HEX];
    assert_int_equal(fov__sha256_new(&hash, b->used.ctx, NULL), FOV_OK);
    fov__sha256_add(hash, call, strlen(call));
    fov__sha256_end(hash, hex);
    for (size_t i = 0; i < b->made_count; i++) {
        if (memcmp(b->made[i], hex, 16) == 0)
            return false;
    }
    assert_true(b->made_count < FOV_COUNT(b->made));
    memcpy(b->made[b->made_count++], hex, 16);
    return true;
}

static void check_offer(struct bench *b, const struct spoiled *spoiled, const char *arguments,
                        const fov_op_fault *f)
{
    struct made_call again;
    if (f->call[0] == '\0') {
        if (is_promised(f->code) && spoiled->no_call == NULL)
            complain(b, spoiled, arguments, f, "no corrected call is offered");
        return;
    }
    if ((b->def->kind == FOV_OP_STATE && b->used.box == NULL) || !is_new_offer(b, f->call) ||
        b->offers >= b->most_offers)
        return;
    world_call(&again, &b->used, &b->setting, b->def, f->call, strlen(f->call));
    if (again.status < 0)
        complain(b, spoiled, arguments, f, again.fault.hint);
    b->offers++;
}

void spoil(struct bench *b, const struct spoiled *spoiled, const char *arguments)
{
    struct made_call made;
    const fov_op_fault *f = &made.fault;
    char digest[FOV_SHA256_HEX];
    world_call(&made, &b->judged, &b->setting, b->def, arguments, strlen(arguments));
    if (b->def->kind == FOV_OP_STATE && made.fault.code == FOV_FAULT_UNSUPPORTED &&
        (spoiled->codes & ACCEPTED) != 0)
        return; /* legal, and for a session to do */
    if (((spoiled->codes >> f->code) & 1) == 0)
        complain(b, spoiled, arguments, f, "another code is right");
    if (f->code == FOV_FAULT_NONE) { /* legal after all: then the graph has grown */
        world_digest(&b->judged, b->digest);
        return;
    }
    if (made.status != FOV_E_ARG)
        complain(b, spoiled, arguments, f, "the status is another");
    check_words(b, spoiled, arguments, &made);
    check_offer(b, spoiled, arguments, f);
    world_digest(&b->judged, digest);
    if (strcmp(digest, b->digest) != 0)
        complain(b, spoiled, arguments, f, "the graph has changed");
    b->refused++;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static void open_setting(struct bench *b, struct setting setting, const char *profile)
{
    b->setting = setting;
    b->made_count = 0;
    world_open(&b->judged, b->def);
    world_open(&b->used, b->def);
    if (profile != NULL) {
        world_open_box(&b->judged, profile);
        world_open_box(&b->used, profile);
    }
    world_digest(&b->judged, b->digest);
}

static void close_setting(struct bench *b)
{
    world_close(&b->judged);
    world_close(&b->used);
}

/* Whether the arguments are legal here; made on the graph that may change. */
static bool is_legal(struct bench *b, const struct fov_json *arguments)
{
    struct made_call made;
    struct fov_buf buf;
    struct fov_jw jw;
    fov__buf_init(&buf, b->used.ctx, 1 << 20);
    fov__jw_init(&jw, &buf);
    fov__jw_value(&jw, NULL, fov__json_root(arguments));
    world_call(&made, &b->used, &b->setting, b->def, buf.data, buf.len);
    fov__buf_free(&buf);
    return made.status >= 0 ||
           (b->def->kind == FOV_OP_STATE && made.fault.code == FOV_FAULT_UNSUPPORTED);
}

/* The same with the parameter at some legal value; NULL when there is none to be made up. */
static struct fov_json *with_param(struct bench *b, struct fov_json *arguments,
                                   const fov_op_param_row *param)
{
    struct fov_json *kept = b->legal, *doc = NULL;
    struct fov_buf raw, buf;
    bool is_made = true;
    fov__buf_init(&raw, b->used.ctx, 1 << 20);
    fov__buf_adds(&raw, is_list(param) ? "[" : "");
    for (int i = 0; i < (is_list(param) && param->min > 1 ? (int)param->min : 1); i++) {
        fov__buf_adds(&raw, i > 0 ? "," : "");
        is_made = is_made && put_legal(&raw, &b->used, &b->setting, param, i);
    }
    fov__buf_adds(&raw, is_list(param) ? "]" : "");
    b->legal = arguments;
    if (is_made) {
        put_call(&buf, b, param->name, raw.data);
        assert_int_equal(fov__json_parse(&doc, b->used.ctx, buf.data, buf.len, 32, 65536, NULL),
                         FOV_OK);
        fov__buf_free(&buf);
    }
    b->legal = kept;
    fov__buf_free(&raw);
    return doc;
}

/* A legal call that holds the parameter (NULL: any call): an example, else an example with the
 * parameter added. */
static struct fov_json *find_legal(struct bench *b, const fov_op_param_row *param)
{
    for (int added = 0; added < (param != NULL ? 2 : 1); added++) {
        for (const fov_op_example_row *e = b->def->examples; e->arguments != NULL; e++) {
            struct fov_json *doc = say_example(&b->used, &b->setting, b->def, e->arguments);
            const bool has =
                param == NULL || fov__json_get(fov__json_root(doc), param->name) != NULL;
            if (added == 1) {
                struct fov_json *more = with_param(b, doc, param);
                fov__json_free(doc);
                doc = more;
            }
            if (doc != NULL && (has || added == 1) && is_legal(b, doc))
                return doc;
            fov__json_free(doc);
        }
    }
    if (b->said_count++ == 0)
        print_error("%s (%s): no example, and no example with %s added, is a legal call\n",
                    b->def->name, setting_name(&b->setting),
                    param != NULL ? param->name : "nothing");
    complaints++;
    return NULL;
}

static void spoil_operation(struct bench *b)
{
    for (const fov_op_param_row *p = b->def->params; p != NULL && p->name != NULL; p++) {
        if ((p->flags & FOV_PARAM_HIDDEN) != 0)
            continue;
        b->param = p;
        b->legal = find_legal(b, p);
        if (b->legal != NULL)
            spoil_param(b);
        fov__json_free(b->legal);
    }
    b->param = NULL;
    b->legal = find_legal(b, NULL);
    if (b->legal == NULL)
        return;
    /* What the places of a call mean hangs on its image: in place of one that cannot be known the
     * original is offered, which is the same question only where the original was meant. */
    if (b->setting.image == 0)
        spoil_images(b);
    spoil_rest(b);
    fov__json_free(b->legal);
    b->legal = NULL;
}

static void judge_operation(struct bench *b, const fov_op_def *def, size_t most_offers)
{
    memset(b, 0, sizeof(*b));
    b->def = def;
    b->most_offers = most_offers;
}

static void errors__tell_what_is_wrong_and_offer_a_call_that_works(void **state)
{
    static struct bench b;
    size_t refused = 0, offers = 0;
    (void)state;
    complaints = 0;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        judge_operation(&b, fov__op_at(NULL, i), SIZE_MAX);
        for (int s = 0; s < (has_places(b.def) ? SETTINGS : 1); s++) {
            open_setting(&b, setting_at(s), NULL);
            spoil_operation(&b);
            close_setting(&b);
        }
        print_message("%s: %zu calls refused, %zu corrected calls made\n", b.def->name, b.refused,
                      b.offers);
        refused += b.refused;
        offers += b.offers;
    }
    assert_int_equal(complaints, 0);
    assert_true(refused > 10000 && offers > 1000);
}

/* In pixels of what was really delivered; pictures are delivered of no more than a few offers. */
static void errors__reach_a_model_as_they_are(void **state)
{
    static struct bench b;
    size_t refused = 0, offers = 0;
    (void)state;
    complaints = 0;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        judge_operation(&b, fov__op_at(NULL, i), 8);
        for (int image = 0; image < (has_places(b.def) ? 2 : 1); image++) {
            const struct setting shown = {FOV__SPACE_DELIVERED_PX, FOV__FRAME_IMAGE, image * 3};
            open_setting(&b, shown, "generic");
            spoil_operation(&b);
            close_setting(&b);
        }
        refused += b.refused;
        offers += b.offers;
    }
    assert_int_equal(complaints, 0);
    assert_true(refused > 1000 && offers > 80);
}

/* ---- what is no JSON ------------------------------------------------------------------------ */

static void refuse_text(const struct world *w, const fov_op_def *def, const char *text)
{
    const struct setting shown = {FOV__SPACE_DELIVERED_PX, FOV__FRAME_IMAGE, 0};
    struct made_call made;
    char before[FOV_SHA256_HEX], after[FOV_SHA256_HEX];
    world_digest(w, before);
    world_call(&made, w, &shown, def, text, strlen(text));
    if (made.fault.code != FOV_FAULT_BAD_JSON || strcmp(made.fault.field, def->name) != 0 ||
        made.fault.got[0] == '\0' || made.fault.allowed[0] == '\0' || !is_one_line(made.fault.hint))
        fail_msg("%s %s: %s %s, got '%s', allowed '%s': %s", def->name, text,
                 fov__fault_name(made.fault.code), made.fault.field, made.fault.got,
                 made.fault.allowed, made.fault.hint);
    world_digest(w, after);
    assert_string_equal(before, after);
}

/* NaN and the infinities, as no JSON can hold them. */
static void errors__say_of_broken_json_that_it_is_broken(void **state)
{
    static const char *const numbers[] = {"NaN",     "Infinity", "-Infinity", "nan", "1e999",
                                          "-1e999",  "0x10",     "1.",        ".5",  "+1",
                                          "[1,NaN]", "[1,,2]",   "\"a\nb\"",  "'a'", "\"\xff\""};
    static const char *const texts[] = {"{",       "[1",         "{\"a\":1} and more",
                                        "{a:1}",   "{\"a\":1,}", "{\"a\":1,\"a\":2}",
                                        "nothing", "{\"a\":\"b}"};
    (void)state;
    for (size_t i = 0; fov__op_at(NULL, i) != NULL; i++) {
        const fov_op_def *def = fov__op_at(NULL, i);
        struct world w;
        world_open(&w, def);
        world_open_box(&w, "generic");
        for (size_t k = 0; k < FOV_COUNT(texts); k++)
            refuse_text(&w, def, texts[k]);
        for (const fov_op_param_row *p = def->params; p != NULL && p->name != NULL; p++) {
            for (size_t k = 0; k < FOV_COUNT(numbers); k++) {
                char text[160];
                fov__format(text, sizeof(text), "{\"%s\":%s}", p->name, numbers[k]);
                refuse_text(&w, def, text);
            }
        }
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors__tell_what_is_wrong_and_offer_a_call_that_works),
        cmocka_unit_test(errors__reach_a_model_as_they_are),
        cmocka_unit_test(errors__say_of_broken_json_that_it_is_broken),
    };
    return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
