/*
 * A suite of any format: which one it is, where its values stand, its notes.
 */
#include "assay/suite.h"

#include "assay/file.h"
#include "trial/suite_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MOST_CASES = 1000000, MOST_NOTES = 100 };

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

    if (in->base->whole || suite->note_count == MOST_NOTES)
        return;
    va_start(args, format);
    struct assay_str note = assay_arena_vprintf(in->arena, format, args);
    va_end(args);
    for (size_t i = 0; i < suite->note_count; i++)
        if (assay_str_equal(suite->notes[i], note))
            return;
    if (!suite->notes)
        suite->notes =
            ASSAY_NEW_ARRAY(in->base->arena, struct assay_str, MOST_NOTES);
    suite->notes[suite->note_count++] = assay_arena_copy(in->base->arena, note);
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
    if (!assay_suite_real_path(in, folder, &in->base->folder))
        return assay_fail(in->err, ASSAY_NOT_FOUND,
                          "cannot open '%s': no such folder", path);
    *name = assay_arena_copy(in->arena, *name);
    return true;
}

/* What can be made from nothing: later readers share it. */
static bool make_base(struct assay_suite *suite,
                      const struct assay_suite_options *options)
{
    struct assay_suite_base *base = calloc(1, sizeof *base);

    if (!base)
        return false;
    suite->base = base;
    base->arena = &suite->arena;
    if (options)
        base->options = *options;
    base->most_cases = base->options.most_cases ? base->options.most_cases
                                                : (size_t)DEFAULT_MOST_CASES;
    base->clusters = calloc(1, sizeof *base->clusters);
    base->cluster_count = base->cluster_room = 1;
    return base->clusters != NULL;
}

static bool read_whole(struct assay_suite *suite, const char *path,
                       struct assay_error *err)
{
    struct assay_suite_reader in = {.suite = suite,
                                    .arena = &suite->arena,
                                    .base = suite->base,
                                    .err = err};
    const struct assay_suite_file *again = suite->base->options.kept;
    struct assay_str name;

    suite->base->folder = ASSAY_STR("");
    if (again)
        name = again->path;
    if ((!again && !find_folder(&in, path, &name)) || !read_file(&in, name))
        return false;
    if (suite->case_count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT, "%s: no prompt in it", path);
    suite->base->reader = in;
    suite->base->whole = true;
    return assay_suite_end_rows(&in);
}

struct assay_suite *assay_suite_read(const char *path,
                                     const struct assay_suite_options *options,
                                     struct assay_error *err)
{
    struct assay_suite *suite = calloc(1, sizeof *suite);

    if (!suite || !make_base(suite, options)) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for a suite");
        assay_suite_free(suite);
        return NULL;
    }
    suite->name = suite->format = suite->scoring = suite->for_some =
        ASSAY_STR("");
    suite->repeat = 1;
    if (read_whole(suite, path, err))
        return suite;
    assay_suite_free(suite);
    return NULL;
}

void assay_suite_free(struct assay_suite *suite)
{
    if (!suite)
        return;
    if (suite->base) {
        free(suite->base->origins);
        free(suite->base->rows);
        free(suite->base->tags);
        free(suite->base->clusters);
        free(suite->base);
    }
    assay_arena_free(&suite->arena);
    free(suite);
}
