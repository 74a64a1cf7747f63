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

/* The rest of the last line that begins with `word`, in any case and behind any '*' of Markdown. */
static struct fov_span last_line(const char *text, const char *word)
{
    struct fov_span found = {NULL, 0};
    size_t len = strlen(word);

    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        const char *p = line, *end = strchr(line, '\n');
        size_t i = 0;

        while (*p == ' ' || *p == '*' || *p == '#')
            p++;
        while (i < len && (p[i] == word[i] || (p[i] | 32) == (word[i] | 32)) && p[i])
            i++;
        if (i < len)
            continue;
        p += len;
        while (*p == '*' || *p == ' ')
            p++;
        found.data = p;
        found.len = end && end > p ? (size_t)(end - p) : end ? 0 : strlen(p);
    }
    while (found.len > 0 && found.data[found.len - 1] == '*')
        found.len--;
    return trim(found);
}

static fov_status keep(struct fov_session *s, struct fov_span text, char **out, fov_error *err)
{
    *out = NULL;
    if (!text.data || text.len == 0)
        return FOV_OK;
    *out = fov__strndup(s->ctx, text.data, text.len);
    return *out ? FOV_OK : fov__fail_memory(err, "answer", text.len);
}

/* Names such as img_3 in a line, in order, each once, only those that exist. */
static fov_status read_evidence(struct fov_session *s, struct fov_span line, fov_error *err)
{
    size_t capacity = 0;

    for (size_t i = 0; i < line.len;) {
        char name[16];
        size_t n = 0;
        int32_t id;
        bool is_known = false;

        while (i < line.len &&
               (line.data[i] == ',' || line.data[i] == ';' || is_space(line.data[i])))
            i++;
        while (i < line.len && n < sizeof(name) - 1 && line.data[i] != ',' && line.data[i] != ';' &&
               !is_space(line.data[i]))
            name[n++] = line.data[i++];
        name[n] = '\0';
        if (n == sizeof(name) - 1) { /* too long for a name: skip the word */
            while (i < line.len && !is_space(line.data[i]))
                i++;
            continue;
        }
        id = n ? fov__graph_find(s->graph, name) : -1;
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
    fov_status rc;

    fov__answer_clear(s);
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
