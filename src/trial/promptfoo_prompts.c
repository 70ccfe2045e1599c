/*
 * The prompts of a promptfoo configuration: texts as they stand, and files
 * of every form that holds data.
 */
#include "trial/promptfoo_parts.h"

#include "trial/csv.h"

#include <string.h>

enum { FIRST_PROMPTS = 8, MAX_ROWS = 100000, SHOWN_BYTES = 80 };

/* Its first line, not cut inside a character. */
static struct assay_str first_line(struct assay_str text)
{
    struct assay_str line = assay_str_trim(text), rest;

    assay_str_cut(line, '\n', &line, &rest);
    line = assay_str_head(line, SHOWN_BYTES);
    while (line.len < text.len && line.len > 0 && !assay_utf8_valid(line))
        line.len--;
    return line;
}

static bool add_prompt(struct assay_promptfoo *pf, struct assay_str raw,
                       struct assay_str label, struct assay_str shown,
                       const struct assay_promptfoo_prompt *like)
{
    if (pf->prompt_count == pf->prompt_room) {
        size_t room = pf->prompt_room ? pf->prompt_room * 2 : FIRST_PROMPTS;
        struct assay_promptfoo_prompt *wider =
            ASSAY_NEW_ARRAY(pf->in->arena, struct assay_promptfoo_prompt, room);
        if (pf->prompt_count)
            memcpy(wider, pf->prompts, pf->prompt_count * sizeof *wider);
        pf->prompts = wider;
        pf->prompt_room = room;
    }
    struct assay_promptfoo_prompt *to = &pf->prompts[pf->prompt_count++];
    *to = *like;
    to->raw = raw;
    to->label = label;
    to->shown = shown.len ? shown : first_line(raw);
    if (assay_str_contains(raw, "_conversation"))
        return assay_suite_fail(pf->in, like->from,
                                "_conversation (answers in later prompts) is "
                                "not supported");
    return true;
}

static struct assay_str join(struct assay_promptfoo *pf, struct assay_str a,
                             struct assay_str b)
{
    return assay_arena_printf(pf->in->arena, "%.*s: %.*s", ASSAY_STR_ARG(a),
                              ASSAY_STR_ARG(b));
}

/* ---- Files ---- */

/* Texts between lines of three dashes. */
static bool add_text_file(struct assay_promptfoo *pf,
                          const struct assay_suite_file *file,
                          const struct assay_promptfoo_prompt *like)
{
    struct assay_str rest = file->bytes, line;
    const char *from = rest.at;
    size_t count = 0;

    for (bool more = true; more;) {
        const char *line_at = rest.at;
        more = assay_str_cut(rest, '\n', &line, &rest);
        if (!more)
            line = rest;
        bool mark = assay_str_is(assay_str_trim(line), "---");
        if (more && !mark)
            continue;
        const char *to = mark ? line_at : line.at + line.len;
        struct assay_str raw =
            assay_str_trim((struct assay_str){from, (size_t)(to - from)});
        struct assay_str label = join(pf, file->path, raw);
        if (raw.len &&
            !add_prompt(pf, raw,
                        like->label.len ? join(pf, like->label, label) : label,
                        like->label, like))
            return false;
        count += raw.len > 0;
        from = rest.at;
    }
    return count > 0 || assay_suite_fail(pf->in, like->from, "'%.*s' is empty",
                                         ASSAY_STR_ARG(file->path));
}

static bool add_lines_file(struct assay_promptfoo *pf,
                           const struct assay_suite_file *file,
                           const struct assay_promptfoo_prompt *like)
{
    struct assay_str rest = file->bytes, line;

    while (rest.len > 0) {
        if (!assay_str_cut(rest, '\n', &line, &rest)) {
            line = rest;
            rest = ASSAY_STR("");
        }
        line = assay_str_trim(line);
        if (line.len &&
            !add_prompt(
                pf, line,
                join(pf, like->label.len ? like->label : file->path, line),
                like->label, like))
            return false;
    }
    return true;
}

/* Columns prompt and label; a file without a comma: a prompt on each line. */
static bool add_csv_file(struct assay_promptfoo *pf,
                         const struct assay_suite_file *file,
                         const struct assay_promptfoo_prompt *like)
{
    struct assay_csv csv;
    size_t prompt = SIZE_MAX, label = SIZE_MAX;

    if (assay_str_find(file->bytes, ',') == file->bytes.len)
        return add_lines_file(pf, file, like);
    if (!assay_csv_open(pf->in->arena, file->bytes, &csv, pf->in->err))
        return assay_fail_in(pf->in->err, "%.*s", ASSAY_STR_ARG(file->path));
    for (size_t i = 0; i < csv.columns; i++) {
        if (assay_str_is(csv.header[i], "prompt"))
            prompt = i;
        else if (assay_str_is(csv.header[i], "label"))
            label = i;
    }
    if (prompt == SIZE_MAX)
        return assay_suite_fail(pf->in, like->from,
                                "'%.*s' has no column 'prompt'",
                                ASSAY_STR_ARG(file->path));
    for (size_t i = 0;; i++) {
        struct assay_csv_row row;
        if (!assay_csv_next(&csv, pf->in->arena, &row, pf->in->err))
            return assay_fail_in(pf->in->err, "%.*s",
                                 ASSAY_STR_ARG(file->path));
        if (!row.fields)
            return true;
        if (i == MAX_ROWS)
            return assay_fail(pf->in->err, ASSAY_LIMIT,
                              "%.*s: more than %d rows",
                              ASSAY_STR_ARG(file->path), MAX_ROWS);
        struct assay_str raw = assay_str_trim(row.fields[prompt]);
        struct assay_str own = label == SIZE_MAX
                                   ? ASSAY_STR("")
                                   : assay_str_trim(row.fields[label]);
        if (raw.len && !add_prompt(pf, raw, own.len ? own : raw, own, like))
            return false;
    }
}

/* JSON and YAML: the value as JSON is the prompt. */
static bool add_tree_file(struct assay_promptfoo *pf,
                          const struct assay_suite_file *file,
                          const struct assay_promptfoo_prompt *like)
{
    const struct assay_json *tree = assay_suite_document(pf->in, file);
    struct assay_buf out;

    if (!tree)
        return false;
    if (assay_json_is(tree, ASSAY_JSON_STRING))
        return add_prompt(pf, tree->text,
                          like->label.len ? like->label : file->path,
                          like->label, like);
    assay_buf_init(&out, file->bytes.len * 8 + 64);
    assay_json_write(&out, tree, (struct assay_json_style){0});
    struct assay_str raw = assay_arena_copy(pf->in->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return add_prompt(pf, raw,
                      like->label.len ? like->label : join(pf, file->path, raw),
                      like->label.len ? like->label : file->path, like);
}

static bool add_file(struct assay_promptfoo *pf, struct assay_str name,
                     const struct assay_promptfoo_prompt *like)
{
    struct assay_str extension = assay_suite_extension(pf->in, name);

    if (assay_suite_is_program(name))
        return assay_suite_fail(pf->in, like->from,
                                "'%.*s' is a program; prompts are data here",
                                ASSAY_STR_ARG(name));
    struct assay_suite_file *file = assay_suite_open(pf->in, name, like->from);
    if (!file)
        return false;
    if (assay_str_is(extension, ".txt"))
        return add_text_file(pf, file, like);
    if (assay_str_is(extension, ".csv"))
        return add_csv_file(pf, file, like);
    if (assay_str_is(extension, ".jsonl"))
        return add_lines_file(pf, file, like);
    if (assay_str_is(extension, ".json") || assay_str_is(extension, ".yaml") ||
        assay_str_is(extension, ".yml"))
        return add_tree_file(pf, file, like);
    if (assay_str_is(extension, ".md") || assay_str_is(extension, ".j2"))
        return add_prompt(pf, file->bytes,
                          like->label.len ? like->label
                                          : join(pf, file->path, file->bytes),
                          like->label, like);
    return assay_suite_fail(pf->in, like->from,
                            "'%.*s': prompts are read from .txt, .json, "
                            ".jsonl, .yaml, .md, .j2 and .csv",
                            ASSAY_STR_ARG(name));
}

/* ---- Items ---- */

/* A path without "file://": one word that ends as a file of prompts does. */
static bool is_bare_path(struct assay_str text)
{
    static const char *const ends[] = {
        ".txt", ".json", ".jsonl", ".yaml", ".yml", ".md", ".j2", ".csv", NULL};
    for (size_t i = 0; i < text.len; i++)
        if (strchr(" \t\r\n{}", text.at[i]))
            return false;
    if (assay_suite_is_program(text))
        return true;
    for (size_t i = 0; ends[i]; i++)
        if (assay_str_ends(text, ends[i]))
            return true;
    return false;
}

static bool add_item(struct assay_promptfoo *pf, struct assay_str text,
                     const struct assay_promptfoo_prompt *like)
{
    static const char *const schemes[] = {"exec:", "portkey://", "langfuse://",
                                          "helicone://", NULL};
    struct assay_str name = text, *names;
    size_t count;

    for (size_t i = 0; schemes[i]; i++)
        if (assay_str_starts(text, schemes[i]))
            return assay_suite_fail(pf->in, like->from,
                                    "prompts from '%s' are not supported",
                                    schemes[i]);
    if (!assay_suite_file_name(text, &name) && !is_bare_path(text))
        return add_prompt(pf, text, like->label.len ? like->label : text,
                          like->label, like);
    if (!assay_suite_glob(pf->in, name, like->from, &names, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_file(pf, names[i], like))
            return false;
    return true;
}

/* {id, raw, label, config} */
static bool add_object(struct assay_promptfoo *pf,
                       const struct assay_json *item)
{
    static const char *const known[] = {"id",     "raw",     "label",
                                        "config", "display", NULL};
    const struct assay_json *other = assay_promptfoo_unknown(item, known, NULL);
    const struct assay_json *raw = assay_promptfoo_member(item, "raw");
    struct assay_promptfoo_prompt like = {
        .from = item,
        .id = assay_json_text(item, "id"),
        .label = assay_json_text(item, "label"),
        .config = assay_promptfoo_member(item, "config")};
    struct assay_str text;

    if (other)
        return assay_suite_fail(pf->in, other,
                                "'%.*s' of a prompt is not supported",
                                ASSAY_STR_ARG(other->key));
    if (!like.label.len)
        like.label = assay_json_text(item, "display");
    if (!raw)
        raw = assay_promptfoo_member(item, "id");
    if (!raw)
        return assay_suite_fail(pf->in, item, "a prompt needs 'raw' or 'id'");
    if (!assay_json_is(raw, ASSAY_JSON_STRING))
        return assay_suite_fail(pf->in, raw, "expected a text, found %s",
                                assay_json_type_name(raw));
    text = raw->text;
    return add_item(pf, text, &like);
}

bool assay_promptfoo_read_prompts(struct assay_promptfoo *pf,
                                  const struct assay_json *prompts)
{
    struct assay_promptfoo_prompt like = {
        .id = ASSAY_STR(""), .label = ASSAY_STR(""), .from = prompts};

    if (!prompts)
        return assay_suite_fail(pf->in, pf->root, "expected 'prompts'");
    if (prompts->type == ASSAY_JSON_STRING)
        return add_item(pf, prompts->text, &like);
    for (const struct assay_json *p = prompts->first; p; p = p->next) {
        like.from = p;
        if (prompts->type == ASSAY_JSON_OBJECT) {
            /* the old form, path: label */
            like.label =
                assay_json_is(p, ASSAY_JSON_STRING) ? p->text : ASSAY_STR("");
            if (!add_item(pf, p->key, &like))
                return false;
        } else if (p->type == ASSAY_JSON_OBJECT) {
            if (!add_object(pf, p))
                return false;
        } else if (p->type != ASSAY_JSON_STRING) {
            return assay_suite_fail(pf->in, p,
                                    "a prompt is a text or a mapping, not %s",
                                    assay_json_type_name(p));
        } else if (!add_item(pf, p->text, &like)) {
            return false;
        }
    }
    return pf->prompt_count > 0 ||
           assay_suite_fail(pf->in, prompts, "no prompt in it");
}

/* ---- References ---- */

static bool fits(struct assay_str name, struct assay_str reference)
{
    struct assay_str head = assay_str_head(name, reference.len);

    if (name.len == 0)
        return false;
    if (assay_str_ends(reference, "*")) {
        reference.len--;
        return assay_str_equal(assay_str_head(name, reference.len), reference);
    }
    return assay_str_equal(name, reference) ||
           (assay_str_equal(head, reference) && name.at[reference.len] == ':');
}

bool assay_promptfoo_fits(const struct assay_promptfoo_prompt *prompt,
                          const struct assay_json *references)
{
    if (!references)
        return true;
    for (const struct assay_json *r = references->first; r; r = r->next)
        if (assay_json_is(r, ASSAY_JSON_STRING) &&
            (fits(prompt->label, r->text) || fits(prompt->id, r->text)))
            return true;
    return false;
}
