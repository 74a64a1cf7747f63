/* SPDX-License-Identifier: MIT */
/* The final text of a model as an answer. The form was asked for, not enforced: a text without the
 * lines is an answer whole, and evidence that names no image of this session is left out. */
#include "session/session_internal.h"

void fov__answer_clear(struct fov_session *s)
{
    fov__free(s->ctx, s->answer_text);
    fov__free(s->ctx, s->answer_reason);
    fov__free(s->ctx, s->evidence);
    s->answer_text = s->answer_reason = NULL;
    s->evidence = NULL;
    s->evidence_count = 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct fov_span trim(struct fov_span t)
{
    while (t.len > 0 && is_space(t.data[0])) {
        t.data++;
        t.len--;
    }
    while (t.len > 0 && is_space(t.data[t.len - 1]))
        t.len--;
    return t;
}

static const char *const words[] = {"ANSWER:", "CANNOT TELL:", "REASON:", "EVIDENCE:"};

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* What follows `word` where `line` begins with it, in any case, behind a list's or a heading's sign
 * and with Markdown's stars anywhere ("**Answer**: 7"); NULL when it does not. */
static const char *after_word(const char *line, const char *word)
{
    const char *p = line;

    while (is_one_of(*p, " \t*#>_-`"))
        p++;
    for (; *word; word++, p++) {
        while (*p != *word && is_one_of(*p, "*_`"))
            p++;
        if (*p != *word && !(*p >= 'a' && *p <= 'z' && *p - 'a' + 'A' == *word))
            return NULL;
    }
    while (is_one_of(*p, "*_` \t"))
        p++;
    return p;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end + 1 : NULL;
}

static struct fov_span rest_of(const char *line)
{
    struct fov_span rest = trim((struct fov_span){line, strcspn(line, "\n")});

    while (rest.len > 0 && is_one_of(rest.data[rest.len - 1], "*`"))
        rest.len--;
    return trim(rest);
}

static bool begins_part(const char *line)
{
    for (size_t i = 0; i < FOV_COUNT(words); i++)
        if (after_word(line, words[i]))
            return true;
    return false;
}

/* What stands behind the last line that begins with `word`: its rest or, where that is empty, the
 * next line that is not and begins no other part. */
static struct fov_span last_line(const char *text, const char *word)
{
    struct fov_span found = {NULL, 0};

    for (const char *line = text; line; line = next_line(line)) {
        const char *p = after_word(line, word);

        if (!p)
            continue;
        found = rest_of(p);
        for (line = next_line(line); found.len == 0 && line && !begins_part(line);
             line = next_line(line)) {
            struct fov_span next = rest_of(line);
            found = next.len ? next : found;
        }
        line = p; /* a part that came right behind is looked at too */
    }
    return found;
}

static fov_status keep(struct fov_session *s, struct fov_span text, char **out, fov_error *err)
{
    *out = NULL;
    if (!text.data || text.len == 0)
        return FOV_OK;
    *out = fov__strndup(s->ctx, text.data, text.len);
    return *out ? FOV_OK : fov__fail_memory(err, "answer", text.len);
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Names such as img_3 in a line, in order, each once, only those that exist. Whatever stands
 * between them (commas, brackets, a full stop) does not matter. */
static fov_status read_evidence(struct fov_session *s, struct fov_span line, fov_error *err)
{
    size_t capacity = 0;

    for (size_t i = 0, end; i < line.len; i = end) {
        char name[16] = "";
        int32_t id = -1;
        bool is_known = false;

        for (end = i; end < line.len && is_name(line.data[end]);)
            end++;
        if (end - i < sizeof(name) && end > i) {
            memcpy(name, line.data + i, end - i);
            id = fov__graph_find(s->graph, name);
        }
        end = end > i ? end : i + 1;
        for (size_t k = 0; k < s->evidence_count; k++)
            is_known = is_known || s->evidence[k] == id;
        if (id < 0 || is_known)
            continue;
        if (!fov__grow(s->ctx, &s->evidence, &capacity, s->evidence_count + 1,
                       sizeof(*s->evidence)))
            return fov__fail_memory(err, "answer", sizeof(*s->evidence));
        s->evidence[s->evidence_count++] = id;
    }
    return FOV_OK;
}

fov_status fov__answer_read(struct fov_session *s, const char *text, fov_error *err)
{
    struct fov_span answer = last_line(text, "ANSWER:"), unsure = last_line(text, "CANNOT TELL:");
    struct fov_span reason = last_line(text, "REASON:");
    /* The later of the two counts: a model may think aloud before it decides. */
    bool is_unsure = unsure.data && (!answer.data || unsure.data > answer.data);
    const char *inside = answer.data ? after_word(answer.data, "CANNOT TELL") : NULL;
    fov_status rc;

    fov__answer_clear(s);
    if (!is_unsure && inside && inside < answer.data + answer.len + 1) {
        inside += strspn(inside, ":;,.- ");
        unsure = (struct fov_span){inside, 0};
        if (inside < answer.data + answer.len) /* "ANSWER: CANNOT TELL: it is cut off" */
            unsure.len = (size_t)(answer.data + answer.len - inside);
        is_unsure = true;
    }
    if (!is_unsure && !answer.data)
        answer = trim((struct fov_span){text, strlen(text)});
    if (!is_unsure && answer.len == 0) {
        static const char nothing[] = "the model answered with an empty text";
        unsure = (struct fov_span){nothing, sizeof(nothing) - 1};
        is_unsure = true;
    }
    if (is_unsure) {
        rc = keep(s, unsure.len ? unsure : reason, &s->answer_reason, err);
    } else {
        rc = keep(s, answer, &s->answer_text, err);
        if (rc == FOV_OK)
            rc = keep(s, reason, &s->answer_reason, err);
    }
    if (rc == FOV_OK)
        rc = read_evidence(s, last_line(text, "EVIDENCE:"), err);
    return rc < 0 ? rc : is_unsure ? FOV_NOTE_UNSURE : FOV_OK;
}
