/* SPDX-License-Identifier: MIT */
/* Tool calls in a model's plain text, for models and servers without native ones: <tool_call> tags
 * and fenced JSON as Hermes and Qwen write them, <grounding> as Mini-o3 does. The text around them
 * is left alone, what stands in <think> is no call, and JSON that is wrong is told of, never
 * mended: mending would be guessing. Nothing is evaluated. One pass; each call costs at most one
 * look at the rest of the message, and their number is bounded. */
#include "tool/tool_internal.h"

/* More in one message is no plan but a loop. */
enum { CALLS_MAX = 32 };

struct scan {
    struct fov_text_calls *out;
    const char *text, *end, *at;
    bool in_fence;
    fov_error *err;
};

/* What one call is made of, before it is judged. */
struct found {
    const char *start;       /* of its tag or fence */
    const char *json, *stop; /* what should be its JSON */
    const char *tag;         /* "tool_call", "grounding", "json" */
    bool is_cut;             /* the message ends inside it */
};

static bool begins(const char *at, const char *end, const char *word)
{
    const size_t len = strlen(word);
    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0;
}

/* Where `word` begins, or NULL. */
static const char *find(const char *at, const char *end, const char *word)
{
    const char *p = at;
    while (p < end && (p = memchr(p, word[0], (size_t)(end - p))) != NULL) {
        if (begins(p, end, word))
            return p;
        p++;
    }
    return NULL;
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    return at;
}

static const char *trim_end(const char *at, const char *end)
{
    while (end > at && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return end;
}

/* Behind the bracket that closes the one at `at`, as far as strings and brackets tell; NULL when
 * the text ends before. */
static const char *value_end(const char *at, const char *end)
{
    size_t depth = 0;
    bool in_string = false;
    for (; at < end; at++) {
        if (in_string) {
            if (*at == '\\' && at + 1 < end)
                at++;
            else if (*at == '"')
                in_string = false;
        } else if (*at == '"') {
            in_string = true;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if ((*at == '}' || *at == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return NULL;
}

/* ---- what is wrong with one ----------------------------------------------------------------- */

static const char *form_of(const char *tag)
{
    return strcmp(tag, "grounding") == 0
               ? "{\"bbox_2d\":[0.1,0.2,0.5,0.6],\"source\":\"original_image\"}"
               : "{\"name\":\"zoom\",\"arguments\":{...}}";
}

/* The place that the scanner's message ends with: "... at byte 41". */
static size_t place_of(const char *message, size_t len)
{
    const char *word = strstr(message, " at byte ");
    double v = 0;
    if (word == NULL || !fov__text_double(word + 9, strlen(word + 9), &v) || v < 0)
        return 0;
    return v < (double)len ? (size_t)v : len;
}

/* The two habits of models that JSON does not have, and the end of the message. */
static const char *advice(const struct found *f, const char *at)
{
    const char *before = trim_end(f->json, at);
    if (f->is_cut)
        return "the message ended inside the call: write the whole call again";
    if (at < f->stop && (*at == '}' || *at == ']') && before > f->json && before[-1] == ',')
        return "leave out the comma before the closing bracket";
    if (at < f->stop && *at == '\'')
        return "names and texts stand in double quotes";
    return "write the call again as one JSON object";
}

static void say_broken(const struct found *f, const fov_error *why, fov_op_fault *fault)
{
    const size_t len = (size_t)(f->stop - f->json), place = place_of(why->message, len);
    const char *from = f->json + (place > 24 ? place - 24 : 0);
    char got[96];
    size_t n = (size_t)(f->stop - from);
    n = n < sizeof(got) - 1 ? n : sizeof(got) - 1;
    memcpy(got, from, n);
    got[n] = '\0';
    fov__fault(fault, FOV_FAULT_BAD_JSON, f->tag, got, form_of(f->tag), "%s; %s.", why->message,
               advice(f, f->json + place));
}

/* ---- one call ------------------------------------------------------------------------------- */

static struct fov_text_call *add(struct scan *s, const char *start, const char *stop)
{
    struct fov_text_calls *out = s->out;
    struct fov_text_call *call;
    if (!fov__grow(out->ctx, &out->v, &out->capacity, out->count + 1, sizeof(*out->v)))
        return NULL;
    call = &out->v[out->count++];
    memset(call, 0, sizeof(*call));
    call->start = (size_t)(start - s->text);
    call->end = (size_t)(stop - s->text);
    return call;
}

static fov_status keep(struct scan *s, struct fov_text_call *call, const char *name,
                       const char *arguments, size_t len)
{
    call->name = fov__strdup(s->out->ctx, name);
    call->arguments = fov__strndup(s->out->ctx, arguments, len);
    return call->name && call->arguments ? FOV_OK : fov__fail_memory(s->err, "call", len);
}

/* {"name", "arguments"} that has been parsed; arguments may be an object or, as on OpenAI's wire, a
 * text that holds one. */
static fov_status keep_named(struct scan *s, struct fov_text_call *call, const struct found *f,
                             const fov_json_value *root)
{
    static const char *const path[] = {"arguments", NULL};
    const char *name = fov__json_string(fov__json_get(root, "name"));
    const fov_json_value *arguments = fov__json_get(root, "arguments");
    const char *text = fov__json_string(arguments);
    struct fov_span raw = {"", 0};
    char field[40];
    if (name == NULL || name[0] == '\0') {
        fov__format(field, sizeof(field), "%s.name", f->tag);
        fov__fault(&call->fault, FOV_FAULT_MISSING_ARG, field, NULL, form_of(f->tag),
                   "A call is a JSON object with the tool's name and its arguments.");
        return keep(s, call, f->tag, "", 0);
    }
    if (text != NULL)
        raw = (struct fov_span){text, strlen(text)};
    else if (fov__json_type(arguments) != FOV_JSON_NULL)
        raw = fov__json_raw(f->json, (size_t)(f->stop - f->json), path);
    return keep(s, call, name, raw.data, raw.len);
}

/* How much of it is UTF-8, to the last whole character. */
static size_t text_len(const char *at, size_t len)
{
    size_t n = 0, step;
    uint32_t code;
    while (n < len && at[n] != '\0' && (step = fov__utf8_next(at + n, len - n, &code)) > 0)
        n += step;
    return n;
}

/* Judge what stands between json and stop; *is_call tells whether it was one. Only a fence may hold
 * something else. */
static fov_status judge(struct scan *s, const struct found *f, const char *stop, bool *is_call)
{
    fov_context *ctx = s->out->ctx;
    const bool is_fence = strcmp(f->tag, "json") == 0, is_box = strcmp(f->tag, "grounding") == 0;
    const size_t len = (size_t)(f->stop - f->json);
    struct fov_json *doc = NULL;
    struct fov_text_call *call;
    fov_error why = {0};
    /* The call around the arguments is one level and a name. */
    fov_status rc = fov__json_parse(&doc, ctx, f->json, len, ctx->limits.json_depth + 1,
                                    ctx->limits.json_bytes + 256, &why);
    const fov_json_value *root = rc >= 0 ? fov__json_root(doc) : NULL;

    *is_call = false;
    if (rc == FOV_E_MEMORY) {
        *s->err = why;
        return rc;
    }
    if (is_fence && rc >= 0 &&
        (fov__json_string(fov__json_get(root, "name")) == NULL ||
         fov__json_type(fov__json_get(root, "arguments")) == FOV_JSON_NULL)) {
        fov__json_free(doc);
        return FOV_OK; /* JSON that the model shows, not a call */
    }
    *is_call = true;
    call = add(s, f->start, stop);
    if (call == NULL) {
        fov__json_free(doc);
        return fov__fail_memory(s->err, "call", sizeof(*call));
    }
    if (rc < 0) {
        say_broken(f, &why, &call->fault);
        rc = keep(s, call, f->tag, f->json, text_len(f->json, len < 256 ? len : 256));
    } else if (is_box) {
        rc = keep(s, call, "grounding", f->json, len);
    } else {
        rc = keep_named(s, call, f, root);
    }
    fov__json_free(doc);
    return rc;
}

/* ---- the forms ------------------------------------------------------------------------------ */

/* <tag>JSON</tag>; s->at is behind the opening tag. Where the closing tag is missing, the JSON's
 * own end is the call's. */
static fov_status read_tag(struct scan *s, const char *start, const char *tag)
{
    struct found f = {.start = start, .tag = tag};
    const char *close, *stop;
    char open_tag[16], close_tag[16];
    bool is_call;

    fov__format(open_tag, sizeof(open_tag), "<%s>", tag);
    fov__format(close_tag, sizeof(close_tag), "</%s>", tag);
    f.json = skip_space(s->at, s->end);
    const bool is_open = f.json < s->end && (*f.json == '{' || *f.json == '[');
    const char *value = is_open ? value_end(f.json, s->end) : NULL;
    const char *next = value != NULL ? skip_space(value, s->end) : NULL;
    if (next != NULL && begins(next, s->end, close_tag)) {
        f.stop = value;
        stop = next + strlen(close_tag);
    } else {
        const char *again = find(f.json, s->end, open_tag);
        close = find(f.json, again != NULL ? again : s->end, close_tag);
        if (close != NULL) {
            f.stop = close;
            stop = close + strlen(close_tag);
        } else if (value != NULL && (again == NULL || value <= again)) {
            f.stop = stop = value;
        } else if (is_open || f.json == s->end) {
            f.stop = stop = again != NULL ? again : s->end;
            f.is_cut = again == NULL;
        } else {
            return FOV_OK; /* the tag is spoken of, not used */
        }
        f.stop = trim_end(f.json, f.stop);
    }
    s->at = stop;
    return judge(s, &f, stop, &is_call);
}

/* A call that is broken is told from other JSON by its two names, in whatever quotes. */
static bool looks_like_call(const char *at, const char *end)
{
    static const char *const names[] = {"name", "arguments"};
    for (size_t i = 0; i < FOV_COUNT(names); i++) {
        const char *p = at;
        const size_t len = strlen(names[i]);
        bool is_there = false;
        while (!is_there && (p = find(p, end, names[i])) != NULL) {
            is_there =
                p > at && p + len < end && (p[-1] == '"' || p[-1] == '\'') && p[len] == p[-1];
            p++;
        }
        if (!is_there)
            return false;
    }
    return true;
}

/* ```json {...} ```; s->at is at the fence. What is no call is left to be read on. */
static fov_status read_fence(struct scan *s)
{
    struct found f = {.start = s->at, .tag = "json"};
    const char *info = s->at + 3, *close, *stop;
    bool is_call = false;
    fov_status rc;

    s->at = info;
    s->in_fence = !s->in_fence;
    if (!s->in_fence)
        return FOV_OK;
    for (const char *const *word = (const char *const[]){"json", "tool_call", NULL}; *word; word++)
        info += begins(info, s->end, *word) ? strlen(*word) : 0;
    f.json = skip_space(info, s->end);
    if (f.json == s->end || (*f.json != '{' && *f.json != '['))
        return FOV_OK;
    close = find(f.json, s->end, "```");
    f.stop = trim_end(f.json, close != NULL ? close : s->end);
    f.is_cut = close == NULL && value_end(f.json, f.stop) == NULL;
    if (close == NULL && !f.is_cut) /* the fence was cut off, its JSON was not */
        f.stop = value_end(f.json, f.stop);
    if (!looks_like_call(f.json, f.stop))
        return FOV_OK;
    stop = close != NULL ? close + 3 : f.stop;
    rc = judge(s, &f, stop, &is_call);
    if (rc >= 0 && is_call) {
        s->at = stop;
        s->in_fence = false;
    }
    return rc;
}

static void forget(struct fov_text_calls *calls)
{
    for (size_t i = 0; i < calls->count; i++) {
        fov__free(calls->ctx, calls->v[i].name);
        fov__free(calls->ctx, calls->v[i].arguments);
    }
    calls->count = 0;
}

/* The message from s->at, a '<' or a '`'. */
static fov_status read_one(struct scan *s)
{
    const char *start = s->at, *close;

    if (begins(start, s->end, "<think>")) {
        close = find(start, s->end, "</think>");
        s->at = close != NULL ? close + 8 : s->end;
        return FOV_OK;
    }
    if (begins(start, s->end, "</think>")) { /* chat templates open it in the prompt */
        forget(s->out);
        s->in_fence = false;
        s->at += 8;
        return FOV_OK;
    }
    if (begins(start, s->end, "<tool_call>")) {
        s->at += 11;
        return read_tag(s, start, "tool_call");
    }
    if (begins(start, s->end, "<grounding>")) {
        s->at += 11;
        return read_tag(s, start, "grounding");
    }
    if (begins(start, s->end, "```"))
        return read_fence(s);
    s->at++;
    return FOV_OK;
}

/* The one too many stands for all that follow. */
static void say_too_many(struct fov_text_call *call)
{
    char allowed[40];
    fov__format(allowed, sizeof(allowed), "%d calls in a message", CALLS_MAX);
    fov__fault(&call->fault, FOV_FAULT_LIMIT, "calls", "", allowed,
               "This call and those behind it were not made; call again with fewer.");
}

fov_status fov__text_calls(struct fov_text_calls *out, fov_context *ctx, const char *text,
                           size_t len, fov_error *err)
{
    fov_error why = {0};
    struct scan s = {.out = out, .text = text, .end = text + len, .at = text, .err = &why};
    fov_status rc = FOV_OK;

    memset(out, 0, sizeof(*out));
    out->ctx = ctx;
    while (rc >= 0 && s.at < s.end && out->count <= CALLS_MAX) {
        if (*s.at == '<' || *s.at == '`')
            rc = read_one(&s);
        else
            s.at++;
    }
    if (rc < 0) {
        fov__text_calls_free(out);
        if (err != NULL)
            *err = why;
        return rc;
    }
    if (out->count > CALLS_MAX)
        say_too_many(&out->v[CALLS_MAX]);
    return FOV_OK;
}

void fov__text_calls_free(struct fov_text_calls *calls)
{
    if (calls->ctx == NULL)
        return;
    forget(calls);
    fov__free(calls->ctx, calls->v);
    memset(calls, 0, sizeof(*calls));
}

/* ---- what is said beside them --------------------------------------------------------------- */

/* Copy [at, end) without what stands in <think>. */
static void add_aloud(struct fov_buf *out, const char *at, const char *end)
{
    while (at < end) {
        const char *think = find(at, end, "<think>"), *close;
        fov__buf_add(out, at, (size_t)((think != NULL ? think : end) - at));
        close = think != NULL ? find(think, end, "</think>") : NULL;
        at = close != NULL ? close + 8 : end;
    }
}

/* Inside the last <answer> where there is one: that is what such models were trained to end with.
 * Without the space around it. */
static void keep_answer(struct fov_buf *out)
{
    const char *at = out->data, *end = out->data + out->len, *next;
    bool has_answer = false;

    while ((next = find(at, end, "<answer>")) != NULL) {
        at = next + 8;
        has_answer = true;
    }
    next = has_answer ? find(at, end, "</answer>") : NULL;
    end = next != NULL ? next : end;
    at = skip_space(at, end);
    out->len = (size_t)(trim_end(at, end) - at);
    memmove(out->data, at, out->len);
    out->data[out->len] = '\0';
}

fov_status fov__text_aloud(struct fov_buf *out, const struct fov_text_calls *calls,
                           const char *text, size_t len)
{
    const char *at = text, *end = text + len, *orphan = text, *next;

    /* Thinking that the prompt opened ends with the first </think> that nothing here opened. */
    while ((next = find(orphan, end, "</think>")) != NULL) {
        if (find(orphan, next, "<think>") == NULL)
            at = next + 8;
        orphan = next + 8;
    }
    for (size_t i = 0; i < calls->count; i++) {
        const char *start = text + calls->v[i].start;
        if (start > at)
            add_aloud(out, at, start);
        at = text + calls->v[i].end > at ? text + calls->v[i].end : at;
    }
    add_aloud(out, at, end);
    if (out->status == FOV_OK && out->len > 0)
        keep_answer(out);
    return out->status;
}
