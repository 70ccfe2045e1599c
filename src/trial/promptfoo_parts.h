/*
 * A promptfoo configuration while it is read. Private to promptfoo_*.c and
 * suite_promptfoo.c.
 *
 * Source: promptfoo.dev/docs/configuration, and the behaviour of the npm
 * package promptfoo 0.123.1, read 2026-11-22.
 */
#ifndef ASSAY_TRIAL_PROMPTFOO_PARTS_H
#define ASSAY_TRIAL_PROMPTFOO_PARTS_H

#include "trial/suite_parts.h"

struct assay_promptfoo_prompt {
    struct assay_str id, label; /* what providers and tests name it by */
    struct assay_str shown;     /* label or first line */
    struct assay_str raw;
    const struct assay_json *config; /* over the provider's, or NULL */
    const struct assay_json *from;   /* where it stands */
    /* When `ready`, of the raw text with this prefix and suffix: */
    struct assay_str prefix, suffix;
    bool ready;
    const struct assay_json *tree;   /* raw is JSON: its texts are filled */
    struct assay_template *template; /* else */
};

/* A test with all that reaches it from defaultTest and scenarios. */
struct assay_promptfoo_test {
    const struct assay_json *node; /* where it stands */
    const struct assay_json *vars, *options, *metadata;
    const struct assay_json **asserts;
    size_t assert_count;
    const struct assay_json *threshold, *prompts, *providers;
    struct assay_str description;
    uint32_t number;     /* of the suite's tests, from 1 */
    uint32_t first_test; /* test_index of its first row of vars */
};

/* A prompt that goes with a test, and for which providers (NULL: all). */
struct assay_promptfoo_partner {
    size_t prompt;
    const bool *providers;
};

/* A test multiplied out: each combination of values with each partner. */
struct assay_promptfoo_product {
    const struct assay_promptfoo_test *test;
    struct assay_promptfoo_axis *axes;
    struct assay_promptfoo_partner *partners;
    size_t axis_count, partner_count;
    uint64_t combinations;
};

struct assay_promptfoo {
    struct assay_suite_reader *in;
    const struct assay_json *root;
    struct assay_promptfoo_prompt *prompts;
    size_t prompt_count, prompt_room;
    const struct assay_json **provider_nodes; /* of each provider, or NULL */
    const struct assay_json *default_test;    /* object, or NULL */
    uint32_t rows;                            /* of vars, so far */
};

/* A member that must be a mapping, a list …; NULL where absent or null. */
const struct assay_json *assay_promptfoo_member(const struct assay_json *of,
                                                const char *name);
/*
 * The first member of an object that is in neither list; NULL: none. Lists
 * end with NULL and may be NULL.
 */
const struct assay_json *assay_promptfoo_unknown(const struct assay_json *of,
                                                 const char *const *known,
                                                 const char *const *more);

bool assay_promptfoo_read_prompts(struct assay_promptfoo *pf,
                                  const struct assay_json *prompts);
/* A reference of a provider or test fits a prompt, by label or id. */
bool assay_promptfoo_fits(const struct assay_promptfoo_prompt *prompt,
                          const struct assay_json *references);
bool assay_promptfoo_read_providers(struct assay_promptfoo *pf,
                                    const struct assay_json *providers);
/* A provider's id as route, dialect and model. */
bool assay_promptfoo_address(struct assay_promptfoo *pf,
                             const struct assay_json *from,
                             struct assay_suite_provider *to);
/*
 * The route of a provider that judges, as a text or {id, config}: also one of
 * our own, "local:…" or "openai:https://…#MODEL". What config says beside
 * where it is, a judge is not asked by: refused.
 */
bool assay_promptfoo_judge(struct assay_promptfoo *pf,
                           const struct assay_json *from,
                           struct assay_str *route);
/*
 * One member of a provider's config. *known false: it is none of a chat's;
 * False: it has a value that it cannot have.
 */
bool assay_promptfoo_chat_member(struct assay_suite_reader *in,
                                 const struct assay_json *member,
                                 struct assay_chat *chat, bool *known);
/* Each value of defaultTest, tests and scenarios as cases. */
bool assay_promptfoo_read_tests(struct assay_promptfoo *pf);
/* The header of a CSV of tests, kept with the suite. */
bool assay_promptfoo_csv_open(struct assay_promptfoo *pf,
                              const struct assay_suite_file *file,
                              struct assay_csv *csv);
/* The row that begins there as a test; NULL: told. */
const struct assay_json *assay_promptfoo_csv_test(
    struct assay_promptfoo *pf, const struct assay_suite_origin *origin,
    size_t offset, uint32_t line);
/* "contains:x", "not-similar(0.8):y", or a text to be equal to. */
struct assay_json *assay_promptfoo_assertion(struct assay_suite_reader *in,
                                             struct assay_str text,
                                             uint32_t line);
/* The assertions of one case, their values filled in with its vars. */
bool assay_promptfoo_read_asserts(struct assay_promptfoo *pf,
                                  const struct assay_promptfoo_test *test,
                                  const struct assay_json *vars,
                                  struct assay_case *to);
/* Files read into vars, a newline at the end gone, names in them resolved. */
bool assay_promptfoo_settle(struct assay_promptfoo *pf, struct assay_json *vars,
                            const struct assay_json *from);
/* The test's values and prompts; all of it is in the reader's arena. */
bool assay_promptfoo_multiply(struct assay_promptfoo *pf,
                              const struct assay_promptfoo_test *test,
                              struct assay_promptfoo_product *p);
/* The vars of one combination; the last var turns fastest. */
struct assay_json *assay_promptfoo_combine(
    struct assay_arena *arena, const struct assay_promptfoo_product *p,
    uint64_t number);
/* All its cases are made once and taken in, by the newest row. */
bool assay_promptfoo_add_cases(struct assay_promptfoo *pf,
                               const struct assay_promptfoo_product *p);
/* One of them. */
bool assay_promptfoo_one_case(struct assay_promptfoo *pf,
                              const struct assay_promptfoo_product *p,
                              size_t nth, struct assay_case *to);
/* For assay_suite_reader.make. */
bool assay_promptfoo_make_case(struct assay_suite_reader *in,
                               const struct assay_suite_row *row, size_t nth,
                               struct assay_case *to);

#endif
