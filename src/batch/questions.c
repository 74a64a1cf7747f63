/* SPDX-License-Identifier: MIT */
/* The file of questions: each line judged by itself, so that one bad row costs one row. What is
 * kept of a row is where it stands; it is parsed again when its turn comes. It never opens a
 * picture. */
#include "batch/batch_internal.h"

enum { DEPTH = 8 };

/* ---- one row -------------------------------------------------------------------------------- */

void fov__batch_sum(char out[FOV__BATCH_SUM], const void *data, size_t len)
{
    char hex[FOV_SHA256_HEX];

    fov__sha256_hex(hex, data, len);
    memcpy(out, hex, FOV__BATCH_SUM - 1);
    out[FOV__BATCH_SUM - 1] = '\0';
}

static fov_status no_row(fov_error *err, const char *where, const char *what)
{
    return fov__fail(err, FOV_E_ARG, 0, where, "\"%s\" %s", where, what);
}

/* A string, or a number as it is written shortest; NULL for anything else or no memory. */
static char *text_of(fov_context *ctx, const fov_json_value *value)
{
    char number[32];
    double v;

    if (fov__json_string(value))
        return fov__strdup(ctx, fov__json_string(value));
    if (!fov__json_number(value, &v))
        return NULL;
    fov__double_text(number, v);
    return fov__strdup(ctx, number);
}

/* One text or an array of them, each of 1 to `longest` bytes. */
static fov_status read_texts(struct fov_row *row, const char *name, const fov_json_value *value,
                             char **out, size_t most, size_t longest, size_t *count, fov_error *err)
{
    const bool is_array = fov__json_type(value) == FOV_JSON_ARRAY;
    const fov_json_value *v = is_array ? fov__json_child(value) : value;

    *count = 0;
    for (; v; v = is_array ? fov__json_next(v) : NULL) {
        const enum fov_json_type type = fov__json_type(v);

        if (type != FOV_JSON_STRING && type != FOV_JSON_NUMBER)
            return fov__fail(err, FOV_E_ARG, 0, name, "\"%s\" holds %s, where text is expected",
                             name, fov__json_type_name(v));
        if (*count == most)
            return fov__fail(err, FOV_E_ARG, 0, name, "\"%s\" holds more than %zu texts", name,
                             most);
        out[*count] = text_of(row->ctx, v);
        if (!out[*count])
            return fov__fail_memory(err, name, 0);
        (*count)++;
        if (out[*count - 1][0] == '\0' || strlen(out[*count - 1]) > longest)
            return fov__fail(err, FOV_E_ARG, 0, name,
                             "\"%s\" holds a text of %zu bytes, 1 to %zu "
                             "are allowed",
                             name, strlen(out[*count - 1]), longest);
    }
    return *count ? FOV_OK : no_row(err, name, "is an empty array");
}

static fov_status read_id(struct fov_row *row, const fov_json_value *root, fov_error *err)
{
    const fov_json_value *id = fov__json_get(root, "id");
    const enum fov_json_type type = fov__json_type(id);
    double number = 0;

    if (type != FOV_JSON_STRING && type != FOV_JSON_NUMBER)
        return no_row(err, "id", id ? "must be a string or a whole number" : "is missing");
    /* 2^53: beyond it two numbers of the file may be one double. */
    if (fov__json_number(id, &number) &&
        (fov__floor(number) != number || number > 9007199254740992.0 ||
         number < -9007199254740992.0))
        return no_row(err, "id", "is a number that is not whole");
    row->id = text_of(row->ctx, id);
    if (!row->id)
        return fov__fail_memory(err, "id", 0);
    if (row->id[0] == '\0' || strlen(row->id) > FOV__BATCH_ID_MAX)
        return fov__fail(err, FOV_E_ARG, 0, "id", "\"id\" has %zu bytes, 1 to %d are allowed",
                         strlen(row->id), FOV__BATCH_ID_MAX);
    return FOV_OK;
}

static fov_status read_images(struct fov_row *row, const fov_json_value *root, fov_error *err)
{
    const fov_json_value *one = fov__json_get(root, "image"), *many = fov__json_get(root, "images");

    if (!one == !many)
        return no_row(err, "image", one ? "and \"images\" are both given" : "is missing");
    if (one && !fov__json_string(one))
        return no_row(err, "image", "must be a string; several go into \"images\"");
    if (many && fov__json_type(many) != FOV_JSON_ARRAY)
        return no_row(err, "images", "must be an array");
    return read_texts(row, one ? "image" : "images", one ? one : many, row->images,
                      FOV__BATCH_IMAGES_MAX, 4096, &row->image_count, err);
}

/* Which choice a right answer means: its text, or its letter. -1: none. -2: either. */
static int gold_choice(const struct fov_row *row, const char *gold)
{
    int by_text = -1, by_letter = -1;

    for (size_t i = 0; i < row->choice_count; i++)
        if (strcmp(row->choices[i], gold) == 0)
            by_text = (int)i;
    if (gold[0] >= 'A' && gold[1] == '\0' && (size_t)(gold[0] - 'A') < row->choice_count)
        by_letter = gold[0] - 'A';
    if (by_text >= 0 && by_letter >= 0 && by_text != by_letter)
        return -2;
    return by_text >= 0 ? by_text : by_letter;
}

static fov_status read_choices(struct fov_row *row, const fov_json_value *root, fov_error *err)
{
    const fov_json_value *choices = fov__json_get(root, "choices");
    fov_status rc;

    row->gold_choice = -1;
    if (fov__json_type(choices) == FOV_JSON_NULL)
        return FOV_OK;
    if (fov__json_type(choices) != FOV_JSON_ARRAY)
        return no_row(err, "choices", "must be an array");
    rc = read_texts(row, "choices", choices, row->choices, FOV__BATCH_CHOICES_MAX,
                    FOV__BATCH_GOLD_MAX, &row->choice_count, err);
    if (rc < 0)
        return rc;
    if (row->choice_count < 2)
        return no_row(err, "choices", "holds one text, at least two are expected");
    if (row->gold_count == 0)
        return FOV_OK;
    if (row->gold_count > 1)
        return no_row(err, "answer", "must be one of the choices, not several");
    row->gold_choice = gold_choice(row, row->golds[0]);
    if (row->gold_choice == -2)
        return fov__fail(err, FOV_E_ARG, 0, "answer",
                         "\"answer\" %.40s is the letter of one choice and the text of another",
                         row->golds[0]);
    if (row->gold_choice < 0)
        return fov__fail(err, FOV_E_ARG, 0, "answer",
                         "\"answer\" %.40s is none of the %zu choices, by text or by letter",
                         row->golds[0], row->choice_count);
    return FOV_OK;
}

static fov_status read_members(struct fov_row *row, const fov_json_value *root, fov_error *err)
{
    const fov_json_value *gold = fov__json_get(root, "answer"), *type = fov__json_get(root, "type");
    fov_status rc = read_id(row, root, err);

    if (rc >= 0)
        rc = read_images(row, root, err);
    if (rc < 0)
        return rc;
    row->question = fov__json_string(fov__json_get(root, "question"));
    if (!row->question || !row->question[0])
        return no_row(err, "question", "must be a string that is not empty");
    row->type = type ? fov__json_string(type) : "";
    if (fov__json_type(type) == FOV_JSON_NULL)
        row->type = "";
    if (!row->type || strlen(row->type) > FOV__BATCH_TYPE_MAX)
        return no_row(err, "type", "must be a string of at most 128 bytes");
    row->has_gold = gold != NULL;
    if (fov__json_type(gold) != FOV_JSON_NULL)
        rc = read_texts(row, "answer", gold, row->golds, FOV__BATCH_GOLDS_MAX, FOV__BATCH_GOLD_MAX,
                        &row->gold_count, err);
    return rc < 0 ? rc : read_choices(row, root, err);
}

fov_status fov__row_read(struct fov_row *row, fov_context *ctx, struct fov_span text,
                         fov_error *err)
{
    const fov_json_value *root;
    fov_status rc;

    memset(row, 0, sizeof(*row));
    row->ctx = ctx;
    rc = fov__json_parse(&row->doc, ctx, text.data, text.len, DEPTH, FOV__BATCH_LINE_MAX, err);
    if (rc >= 0) {
        root = fov__json_root(row->doc);
        rc = fov__json_type(root) == FOV_JSON_OBJECT
                 ? read_members(row, root, err)
                 : fov__fail(err, FOV_E_ARG, 0, "row", "the line is %s and not an object",
                             fov__json_type_name(root));
    }
    if (rc < 0)
        fov__row_drop(row);
    else
        fov__ok(err);
    return rc;
}

static void free_texts(fov_context *ctx, char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fov__free(ctx, texts[i]);
}

void fov__row_drop(struct fov_row *row)
{
    free_texts(row->ctx, row->images, row->image_count);
    free_texts(row->ctx, row->choices, row->choice_count);
    free_texts(row->ctx, row->golds, row->gold_count);
    fov__free(row->ctx, row->id);
    fov__json_free(row->doc);
    row->id = NULL;
    row->doc = NULL;
    row->image_count = row->choice_count = row->gold_count = 0;
}

void fov__row_prompt(struct fov_buf *out, const struct fov_row *row)
{
    fov__buf_adds(out, row->question);
    for (size_t i = 0; i < row->choice_count; i++)
        fov__buf_addf(out, "\n(%c) %s", (char)('A' + i), row->choices[i]);
    if (row->choice_count)
        fov__buf_adds(out, "\nAnswer with the letter of the right choice.");
}

/* ---- the file ------------------------------------------------------------------------------- */

struct reading {
    struct fov_questions *q;
    fov__bad_row_fn bad;
    void *user;
    fov_error *err;
};

static fov_status digest_row(struct fov_batch_item *item, const struct fov_row *row, fov_error *err)
{
    static const char *const members[] = {"image",   "images", "question",
                                          "choices", "answer", "type"};
    const fov_json_value *root = fov__json_root(row->doc);
    struct fov_buf buf;
    struct fov_jw jw;
    fov_status rc;

    fov__buf_init(&buf, row->ctx, 4 * FOV__BATCH_LINE_MAX);
    fov__jw_init(&jw, &buf);
    fov__jw_object(&jw, NULL);
    for (size_t i = 0; i < FOV_COUNT(members); i++)
        if (fov__json_get(root, members[i]))
            fov__jw_value(&jw, members[i], fov__json_get(root, members[i]));
    fov__jw_end_object(&jw);
    rc = fov__buf_check(&buf, "questions", err);
    if (rc >= 0)
        fov__batch_sum(item->digest, buf.data, buf.len);
    fov__buf_free(&buf);
    return rc;
}

/* Where `id` is in the table, or the empty place for it. */
static size_t place_of(const struct fov_questions *q, const char *id)
{
    size_t at = (size_t)fov__xxh3(id, strlen(id)) & (q->table_size - 1);

    while (q->table[at] && strcmp(q->items[q->table[at] - 1].id, id) != 0)
        at = (at + 1) & (q->table_size - 1);
    return at;
}

static fov_status grow_table(struct fov_questions *q, fov_error *err)
{
    const size_t size = q->table_size ? 2 * q->table_size : 1024;
    size_t *old = q->table;

    if (2 * (q->count + 1) <= q->table_size)
        return FOV_OK;
    q->table = fov__calloc(q->ctx, size, sizeof(*q->table));
    if (!q->table) {
        q->table = old;
        return fov__fail_memory(err, "questions", size * sizeof(*old));
    }
    fov__free(q->ctx, old);
    q->table_size = size;
    for (size_t i = 0; i < q->count; i++)
        q->table[place_of(q, q->items[i].id)] = i + 1;
    return FOV_OK;
}

static fov_status add_row(struct fov_questions *q, struct fov_row *row, struct fov_span text,
                          size_t line, fov_error *err)
{
    struct fov_batch_item *item;
    fov_status rc = grow_table(q, err);
    size_t at;

    if (rc < 0)
        return rc;
    at = place_of(q, row->id);
    if (q->table[at])
        return fov__fail(err, FOV_E_ARG, 0, "id", "the id \"%.60s\" is that of line %zu already",
                         row->id, q->items[q->table[at] - 1].line);
    if (!fov__grow(q->ctx, &q->items, &q->capacity, q->count + 1, sizeof(*q->items)))
        return fov__fail_memory(err, "questions", sizeof(*q->items));
    item = &q->items[q->count];
    memset(item, 0, sizeof(*item));
    item->line = line;
    item->text = text;
    rc = digest_row(item, row, err);
    if (rc < 0)
        return rc;
    item->id = row->id;
    row->id = NULL;
    q->table[at] = ++q->count;
    return FOV_OK;
}

/* FOV_E_ARG and FOV_E_LIMIT are the row's fault, anything else ours. */
static fov_status take_line(struct reading *r, struct fov_span text, size_t line)
{
    struct fov_row row;
    fov_error why = {0};
    fov_status rc;

    if (text.len > FOV__BATCH_LINE_MAX)
        rc = fov__fail(&why, FOV_E_LIMIT, 0, "row", "the line has %zu bytes, at most %d are read",
                       text.len, FOV__BATCH_LINE_MAX);
    else
        rc = fov__row_read(&row, r->q->ctx, text, &why);
    if (rc >= 0) {
        rc = add_row(r->q, &row, text, line, &why);
        fov__row_drop(&row);
    }
    if (rc >= 0)
        return FOV_OK;
    if (rc == FOV_E_MEMORY) {
        if (r->err)
            *r->err = why;
        return rc;
    }
    r->q->bad_rows++;
    if (r->bad)
        r->bad(line, why.message, r->user);
    return FOV_OK;
}

static bool is_blank(struct fov_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r", text.data[i]))
            return false;
    return true;
}

static fov_status take_lines(struct reading *r)
{
    const char *at = (const char *)r->q->text.data, *end = at + r->q->text.size;
    fov_status rc = FOV_OK;

    if (end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) /* some editors' mark of UTF-8 */
        at += 3;
    for (size_t line = 1; rc >= 0 && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const struct fov_span text = {at, (size_t)((stop ? stop : end) - at)};

        if (!is_blank(text))
            rc = take_line(r, text, line);
        at = stop ? stop + 1 : end;
    }
    return rc;
}

static fov_status read_file(struct fov_questions *q, const char *path, fov_error *err)
{
    const char *slash = strrchr(path, '/');

    q->folder =
        slash ? fov__strndup(q->ctx, path, (size_t)(slash - path) + 1) : fov__strdup(q->ctx, ".");
    if (!q->folder)
        return fov__fail_memory(err, "questions", strlen(path));
    return fov__file_read(&q->text, q->ctx, path, FOV__BATCH_FILE_MAX, err);
}

fov_status fov__questions_open(struct fov_questions **out, fov_context *ctx, const char *path,
                               fov__bad_row_fn bad, void *user, fov_error *err)
{
    struct fov_questions *q = fov__calloc(ctx, 1, sizeof(*q));
    struct reading reading = {q, bad, user, err};
    fov_status rc;

    *out = NULL;
    if (!q)
        return fov__fail_memory(err, "questions", sizeof(*q));
    q->ctx = ctx;
    rc = read_file(q, path, err);
    if (rc >= 0)
        rc = grow_table(q, err);
    if (rc >= 0)
        rc = take_lines(&reading);
    if (rc >= 0 && q->count == 0)
        rc = fov__fail(err, FOV_E_ARG, 0, "questions",
                       "the file of questions has no row that can be asked, %llu that cannot",
                       (unsigned long long)q->bad_rows);
    if (rc < 0) {
        fov__questions_free(q);
        return rc;
    }
    fov__ok(err);
    *out = q;
    return FOV_OK;
}

void fov__questions_free(struct fov_questions *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->count; i++)
        fov__free(q->ctx, q->items[i].id);
    fov__free(q->ctx, q->items);
    fov__free(q->ctx, q->table);
    fov__free(q->ctx, q->folder);
    fov_bytes_free(&q->text);
    fov__free(q->ctx, q);
}

struct fov_batch_item *fov__questions_find(const struct fov_questions *q, const char *id)
{
    const size_t at = place_of(q, id);

    return q->table[at] ? &q->items[q->table[at] - 1] : NULL;
}
