/*
 * A suite as text, to be compared with a file that a person has read.
 */
#ifndef ASSAY_TESTS_SUITE_DUMP_H
#define ASSAY_TESTS_SUITE_DUMP_H

#include "assay/suite.h"
#include "support/support.h"

#include "assay/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void dump_json(struct assay_buf *out, const struct assay_json *value)
{
    if (value)
        assay_json_write(out, value, (struct assay_json_style){0});
}

static void dump_str(struct assay_buf *out, const char *name,
                     struct assay_str text)
{
    if (!text.len)
        return;
    assay_buf_printf(out, " %s=", name);
    assay_json_write_string(out, text);
}

static void dump_stated(struct assay_buf *out, const char *name,
                        struct assay_stated number)
{
    if (number.given)
        assay_buf_printf(out, " %s=%g", name, number.value);
}

static void dump_chat(struct assay_buf *out, const struct assay_chat *chat)
{
    if (chat->max_tokens)
        assay_buf_printf(out, " max_tokens=%u", (unsigned)chat->max_tokens);
    dump_stated(out, "temperature", chat->temperature);
    dump_stated(out, "seed", chat->seed);
    for (size_t i = 0; i < chat->stop_count; i++)
        dump_str(out, "stop", chat->stops[i]);
    const struct assay_json *trees[] = {chat->schema, chat->tools, chat->extra};
    static const char *const names[] = {"schema", "tools", "extra"};
    for (size_t i = 0; i < 3; i++)
        if (trees[i]) {
            assay_buf_printf(out, " %s=", names[i]);
            dump_json(out, trees[i]);
        }
}

static void dump_assertions(struct assay_buf *out,
                            const struct assay_assertion *list, size_t count,
                            int indent)
{
    for (size_t i = 0; i < count; i++) {
        const struct assay_assertion *a = &list[i];
        assay_buf_fill(out, ' ', (size_t)indent);
        assay_buf_printf(out, "assert %s%.*s", a->negated ? "not-" : "",
                         ASSAY_STR_ARG(a->type));
        if (a->value) {
            assay_buf_add_c(out, " value=");
            dump_json(out, a->value);
        }
        dump_stated(out, "threshold", a->threshold);
        if (a->weight != 1)
            assay_buf_printf(out, " weight=%g", a->weight);
        dump_str(out, "metric", a->metric);
        dump_str(out, "judge", a->judge);
        assay_buf_add_c(out, "\n");
        dump_assertions(out, a->of, a->count, indent + 2);
    }
}

static void dump_messages(struct assay_buf *out, const struct assay_case *of)
{
    static const char *const roles[] = {"system", "user", "model", "tool"};

    for (size_t i = 0; i < of->message_count; i++) {
        const struct assay_message *m = &of->messages[i];
        assay_buf_printf(out, "  %s:", roles[m->role]);
        if (!m->part_count) {
            assay_buf_add_char(out, ' ');
            assay_json_write_string(out, m->text);
        }
        for (size_t k = 0; k < m->part_count; k++) {
            const struct assay_message_part *p = &m->parts[k];
            assay_buf_printf(out, " part%d", (int)p->kind);
            dump_str(out, "text", p->text);
            dump_str(out, "media", p->media_type);
            dump_str(out, "base64", p->base64);
            dump_str(out, "detail", p->detail);
        }
        for (size_t k = 0; k < m->call_count; k++) {
            dump_str(out, "call", m->calls[k].name);
            dump_str(out, "arguments", m->calls[k].arguments);
        }
        dump_str(out, "call_id", m->call_id);
        assay_buf_add_c(out, "\n");
    }
}

static void dump_case(struct assay_buf *out, const struct assay_case *of,
                      size_t providers)
{
    assay_buf_printf(out, "case %.*s prompt %u test %u",
                     ASSAY_STR_ARG(of->where), (unsigned)of->prompt_index,
                     (unsigned)of->test_index);
    dump_str(out, "description", of->description);
    dump_str(out, "prompt", of->prompt);
    dump_str(out, "cluster", of->cluster);
    dump_stated(out, "threshold", of->threshold);
    if (of->providers) {
        assay_buf_add_c(out, " providers=");
        for (size_t i = 0; i < providers; i++)
            assay_buf_add_char(out, of->providers[i] ? '1' : '0');
    }
    assay_buf_add_c(out, "\n");
    if (of->metadata && of->metadata->count) {
        assay_buf_add_c(out, "  metadata ");
        dump_json(out, of->metadata);
        assay_buf_add_c(out, "\n");
    }
    if (of->options) {
        assay_buf_add_c(out, "  options ");
        dump_json(out, of->options);
        assay_buf_add_c(out, "\n");
    }
    dump_messages(out, of);
    if (of->kind == ASSAY_CASE_CHOICE) {
        dump_str(out, " context", of->context);
        for (size_t i = 0; i < of->choice_count; i++)
            dump_str(out, i == of->gold ? "gold" : "choice", of->choices[i]);
        assay_buf_add_c(out, "\n");
    }
    for (size_t i = 0; i < of->filter_count; i++) {
        dump_str(out, " filter", of->filters[i].name);
        assay_buf_add_char(out, ' ');
        dump_json(out, of->filters[i].options);
        assay_buf_add_c(out, "\n");
    }
    dump_assertions(out, of->assertions, of->assertion_count, 2);
}

/* A case is the same whenever it is asked for. */
static void dump_one(struct assay_buf *out, const struct assay_suite *suite,
                     size_t number)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_case one;

    if (!assay_suite_case(suite, number, &arena, &one, &err))
        fail_msg("case %zu: %s", number, err.text);
    if (out)
        dump_case(out, &one, suite->provider_count);
    assay_arena_free(&arena);
}

static void dump_suite(struct assay_buf *out, const struct assay_suite *suite)
{
    assay_buf_printf(out, "%.*s, %.*s, repeat %u, concurrency %u",
                     ASSAY_STR_ARG(suite->format),
                     ASSAY_STR_ARG(suite->scoring), (unsigned)suite->repeat,
                     (unsigned)suite->concurrency);
    dump_str(out, "name", suite->name);
    assay_buf_add_c(out, "\n");
    for (size_t i = 0; i < suite->provider_count; i++) {
        const struct assay_suite_provider *p = &suite->providers[i];
        assay_buf_printf(out, "provider %.*s", ASSAY_STR_ARG(p->id));
        if (!assay_str_equal(p->id, p->label))
            dump_str(out, "label", p->label);
        dump_str(out, "route", p->route);
        dump_str(out, "dialect", p->dialect);
        dump_str(out, "model", p->model);
        dump_str(out, "key", p->key_env);
        dump_str(out, "version", p->api_version);
        dump_str(out, "refused", p->refused);
        dump_stated(out, "cost_in", p->cost_in);
        dump_chat(out, &p->chat);
        assay_buf_add_c(out, "\n");
    }
    for (size_t i = suite->case_count; i-- > 0;) /* in any order */
        dump_one(NULL, suite, i);
    for (size_t i = 0; i < suite->case_count; i++)
        dump_one(out, suite, i);
    for (size_t i = 0; i < suite->note_count; i++)
        assay_buf_printf(out, "note %.*s\n", ASSAY_STR_ARG(suite->notes[i]));
    for (size_t i = 0; i < suite->file_count; i++)
        assay_buf_printf(out, "file %.*s %zu bytes\n",
                         ASSAY_STR_ARG(suite->files[i].path),
                         suite->files[i].bytes.len);
}

static const char *test_env(const char *name)
{
    return strcmp(name, "TEAM") == 0 ? "blue" : NULL;
}

/* The suite at `path` reads as the text in `path`.expected. */
static inline void assert_suite_reads(const char *path)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    const struct assay_suite_options options = {.env = test_env};
    struct assay_suite *suite = assay_suite_read(path, &options, &err);
    struct assay_buf out;
    struct assay_str expected = ASSAY_STR("");
    char name[300];

    if (!suite)
        fail_msg("%s: %s", path, err.text);
    assay_buf_init(&out, (size_t)1 << 24);
    dump_suite(&out, suite);
    snprintf(name, sizeof name, "%s.expected", path);
    assay_file_read(&arena, name, 1 << 24, &expected, &err);
    if (!assay_str_equal(expected, assay_buf_str(&out))) {
        const char *to = getenv("ASSAY_TEST_WRITE");
        if (to)
            assay_file_write(to, assay_buf_str(&out), &err);
        fail_msg("%s reads differently:\n%.*s", path,
                 ASSAY_STR_ARG(assay_buf_str(&out)));
    }
    assay_buf_release(&out);
    assay_suite_free(suite);
    assay_arena_free(&arena);
}

#endif
