/*
 * A suite of any format: which one it is, its cases, their ids, its notes.
 */
#include "assay/suite.h"

#include "assay/file.h"
#include "trial/suite_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_MOST_CASES = 1000000,
    MOST_NOTES = 100,
    ID_DIGITS = 16,
    FIRST_CASES = 64,
};

/* ---- Where ---- */

struct assay_str assay_suite_where(const struct assay_suite_reader *in,
                                   const struct assay_json *value)
{
    const struct assay_json *root = value;
    struct assay_str path = in->main ? in->main->path : ASSAY_STR("suite");

    while (root && root->parent)
        root = root->parent;
    for (const struct assay_suite_source *s = in->sources; s; s = s->next)
        if (s->root == root)
            path = s->path;
    return value && value->line
               ? assay_arena_printf(in->arena, "%.*s:%u", ASSAY_STR_ARG(path),
                                    (unsigned)value->line)
               : path;
}

bool assay_suite_fail(struct assay_suite_reader *in,
                      const struct assay_json *value, const char *format, ...)
{
    struct assay_str where = assay_suite_where(in, value);
    va_list args;

    va_start(args, format);
    struct assay_str what = assay_arena_vprintf(in->arena, format, args);
    va_end(args);
    return assay_fail(in->err, ASSAY_BAD_INPUT, "%.*s: %.*s",
                      ASSAY_STR_ARG(where), ASSAY_STR_ARG(what));
}

void assay_suite_note(struct assay_suite_reader *in, const char *format, ...)
{
    struct assay_suite *suite = in->suite;
    va_list args;

    if (suite->note_count == MOST_NOTES)
        return;
    va_start(args, format);
    struct assay_str note = assay_arena_vprintf(in->arena, format, args);
    va_end(args);
    for (size_t i = 0; i < suite->note_count; i++)
        if (assay_str_equal(suite->notes[i], note))
            return;
    if (!suite->notes)
        suite->notes = ASSAY_NEW_ARRAY(in->arena, struct assay_str, MOST_NOTES);
    suite->notes[suite->note_count++] = note;
}

/* ---- Cases ---- */

struct assay_case *assay_suite_new_case(struct assay_suite_reader *in)
{
    struct assay_suite *suite = in->suite;

    if (suite->case_count == in->most_cases) {
        assay_fail(in->err, ASSAY_LIMIT, "more than %zu prompts",
                   in->most_cases);
        return NULL;
    }
    if (suite->case_count == in->case_room) {
        size_t room = in->case_room ? in->case_room * 2 : FIRST_CASES;
        /* not the arena's: it would keep every narrower array too */
        struct assay_case *wider = realloc(suite->cases, room * sizeof *wider);
        if (!wider) {
            assay_fail(in->err, ASSAY_SYSTEM, "no memory for %zu prompts",
                       room);
            return NULL;
        }
        suite->cases = wider;
        in->case_room = room;
    }
    struct assay_case *one = &suite->cases[suite->case_count++];
    *one = (struct assay_case){.id = ASSAY_STR(""),
                               .description = ASSAY_STR(""),
                               .prompt = ASSAY_STR(""),
                               .where = ASSAY_STR(""),
                               .cluster = ASSAY_STR(""),
                               .context = ASSAY_STR("")};
    return one;
}

static void add_text(struct assay_buf *out, struct assay_str text)
{
    /* with its length: no two lists of texts write the same bytes */
    assay_buf_printf(out, "%zu:", text.len);
    assay_buf_add(out, text);
}

/* What a case asks, as bytes. */
static void write_asked(struct assay_buf *out, const struct assay_case *of)
{
    for (size_t i = 0; i < of->message_count; i++) {
        const struct assay_message *m = &of->messages[i];
        assay_buf_printf(out, "m%d", (int)m->role);
        add_text(out, m->text);
        add_text(out, m->call_id);
        for (size_t k = 0; k < m->part_count; k++) {
            assay_buf_printf(out, "p%d", (int)m->parts[k].kind);
            add_text(out, m->parts[k].text);
            add_text(out, m->parts[k].media_type);
            add_text(out, m->parts[k].base64);
            add_text(out, m->parts[k].detail);
        }
        for (size_t k = 0; k < m->call_count; k++) {
            assay_buf_add_char(out, 'c');
            add_text(out, m->calls[k].id);
            add_text(out, m->calls[k].name);
            add_text(out, m->calls[k].arguments);
        }
    }
    if (of->kind == ASSAY_CASE_CHOICE) {
        add_text(out, of->context);
        for (size_t i = 0; i < of->choice_count; i++)
            add_text(out, of->choices[i]);
    }
    if (of->options)
        assay_json_write(out, of->options, (struct assay_json_style){0});
}

struct named {
    uint64_t hash;
    size_t at;
};

static int by_hash(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/*
 * Cases that ask the same in words (of two tests, say) are numbered in the
 * order of the file.
 */
static void tell_apart(struct assay_suite_reader *in)
{
    struct assay_suite *suite = in->suite;
    struct assay_arena scratch = {0};
    struct named *all =
        ASSAY_NEW_ARRAY(&scratch, struct named, suite->case_count + 1);

    for (size_t i = 0; i < suite->case_count; i++)
        all[i] = (struct named){assay_str_hash(suite->cases[i].id), i};
    qsort(all, suite->case_count, sizeof *all, by_hash);
    for (size_t i = 1, same = 0; i < suite->case_count; i++) {
        struct assay_case *one = &suite->cases[all[i].at];
        same = all[i].hash == all[i - 1].hash ? same + 1 : 0;
        if (same == 0)
            continue;
        struct assay_str text = assay_arena_printf(
            &scratch, "%.*s/%zu", ASSAY_STR_ARG(one->id), same);
        one->id = assay_arena_copy(
            in->arena,
            assay_str_head(assay_sha256_hex(&scratch, text), ID_DIGITS));
    }
    assay_arena_free(&scratch);
}

void assay_suite_name_cases(struct assay_suite_reader *in)
{
    struct assay_buf out;

    assay_buf_init(&out, SIZE_MAX / 4);
    for (size_t i = 0; i < in->suite->case_count; i++) {
        struct assay_arena scratch = {0};
        assay_buf_clear(&out);
        write_asked(&out, &in->suite->cases[i]);
        in->suite->cases[i].id = assay_arena_copy(
            in->arena,
            assay_str_head(assay_sha256_hex(&scratch, assay_buf_str(&out)),
                           ID_DIGITS));
        assay_arena_free(&scratch);
    }
    assay_buf_release(&out);
    tell_apart(in);
}

/* ---- Reading ---- */

/* Which format a tree is of, by the members that only it has. */
static bool read_tree(struct assay_suite_reader *in,
                      const struct assay_json *root)
{
    static const char *const promptfoo[] = {"prompts", "providers", "targets",
                                            "tests",   "scenarios", NULL};
    static const char *const lm_eval[] = {
        "task", "output_type", "doc_to_text", "dataset_path", "include", NULL};

    if (!assay_json_is(root, ASSAY_JSON_OBJECT))
        return assay_suite_fail(in, root,
                                "expected a mapping (prompts, tests …), "
                                "found %s",
                                assay_json_type_name(root));
    for (size_t i = 0; promptfoo[i]; i++)
        if (assay_json_get(root, promptfoo[i]))
            return assay_suite_read_promptfoo(in, root);
    for (size_t i = 0; lm_eval[i]; i++)
        if (assay_json_get(root, lm_eval[i]))
            return assay_suite_read_lm_eval(in, root);
    return assay_suite_fail(in, root,
                            "neither a promptfoo configuration (prompts, "
                            "tests) nor an lm-eval task (task, doc_to_text)");
}

static bool read_file(struct assay_suite_reader *in, struct assay_str name)
{
    in->main = assay_suite_open(in, name, NULL);
    if (!in->main)
        return false;
    in->suite->name = name;
    struct assay_str extension = assay_suite_extension(in, name);
    if (assay_str_is(extension, ".yaml") || assay_str_is(extension, ".yml") ||
        assay_str_is(extension, ".json")) {
        const struct assay_json *root = assay_suite_document(in, in->main);
        return root && read_tree(in, root);
    }
    if (assay_suite_is_program(name))
        return assay_suite_fail(in, NULL, "a program; a suite is data");
    return assay_suite_read_prompts(in);
}

/* Folder and name of the suite; its folder's real path. */
static bool find_folder(struct assay_suite_reader *in, const char *path,
                        struct assay_str *name)
{
    struct assay_str whole = assay_str_c(path), folder = ASSAY_STR(".");

    *name = whole;
    if (assay_str_cut_last(whole, '/', &folder, name) && folder.len == 0)
        folder = ASSAY_STR("/");
    if (!assay_suite_real_path(in, folder, &in->folder))
        return assay_fail(in->err, ASSAY_NOT_FOUND,
                          "cannot open '%s': no such folder", path);
    *name = assay_arena_copy(in->arena, *name);
    return true;
}

struct assay_suite *assay_suite_read(const char *path,
                                     const struct assay_suite_options *options,
                                     struct assay_error *err)
{
    static const struct assay_suite_options defaults;
    struct assay_suite *suite = calloc(1, sizeof *suite);
    struct assay_suite_reader in = {
        .suite = suite, .options = options ? options : &defaults, .err = err};
    struct assay_str name;

    if (!suite) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for a suite");
        return NULL;
    }
    in.arena = &suite->arena;
    in.most_cases = in.options->most_cases ? in.options->most_cases
                                           : (size_t)DEFAULT_MOST_CASES;
    suite->name = suite->format = suite->scoring = ASSAY_STR("");
    suite->repeat = 1;
    if (in.options->kept) {
        name = in.options->kept[0].path;
        in.folder = ASSAY_STR("");
    }
    if ((!in.options->kept && !find_folder(&in, path, &name)) ||
        !read_file(&in, name)) {
        assay_suite_free(suite);
        return NULL;
    }
    if (suite->case_count == 0) {
        assay_fail(err, ASSAY_BAD_INPUT, "%s: no prompt in it", path);
        assay_suite_free(suite);
        return NULL;
    }
    assay_suite_name_cases(&in);
    return suite;
}

void assay_suite_free(struct assay_suite *suite)
{
    if (!suite)
        return;
    free(suite->cases);
    assay_arena_free(&suite->arena);
    free(suite);
}
