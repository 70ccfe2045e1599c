/*
 * A suite: what is asked, and what answers must be like. Read from a
 * promptfoo configuration (the subset in docs/suites.md), an lm-eval task of
 * the plain kind, or a plain file of prompts; what is not supported is
 * refused by its name and place, never left out.
 *
 * A suite holds the bytes of its files and where each row begins in them. A
 * case is made from its row when it is asked for, so that a hundred thousand
 * of them take no more room than their file. A file is data: nothing in it
 * runs.
 */
#ifndef ASSAY_SUITE_H
#define ASSAY_SUITE_H

#include "assay/arena.h"
#include "assay/chat.h"
#include "assay/error.h"

/*
 * What an answer must be like. Names, defaults and meaning are promptfoo's
 * (docs/suites.md lists them); values are rendered with the vars of the case.
 */
struct assay_assertion {
    struct assay_str type; /* "contains-any", without "not-" */
    bool negated;
    const struct assay_json *value; /* or NULL */
    struct assay_stated threshold;
    double weight;           /* 1; 0: never fails, counts in metrics alone */
    struct assay_str metric; /* groups assertions in reports, or empty */
    struct assay_str judge;  /* route that judges (llm-rubric), or empty */
    const struct assay_assertion *of; /* assert-set: these */
    size_t count;
};

enum assay_case_kind {
    ASSAY_CASE_GENERATE, /* messages in, text out */
    ASSAY_CASE_CHOICE,   /* log-likelihood of each continuation */
};

/* A cut of the answer before it is scored, lm-eval's filters. */
struct assay_filter {
    struct assay_str name; /* "regex", "take_first", "lowercase" … */
    const struct assay_json *options; /* or NULL */
};

/* One prompt with one row of vars: what is asked once of every route. */
struct assay_case {
    enum assay_case_kind kind;
    struct assay_str id;          /* stable: sha256 of what it asks, 16 hex */
    struct assay_str description; /* or empty */
    struct assay_str prompt;      /* label or first line, to show */
    struct assay_str where;       /* "tests.csv:14" */
    uint32_t prompt_index, test_index; /* in the file, from 0 */
    struct assay_str cluster;      /* cases that belong together, or empty */
    const struct assay_json *vars; /* object */
    const struct assay_json *metadata; /* object, or NULL */
    const struct assay_message *messages;
    size_t message_count;
    const struct assay_assertion *assertions;
    size_t assertion_count;
    struct assay_stated threshold; /* pass: weighted score at least this */
    /* Of this case alone, over the provider's (max_tokens, stops, schema). */
    const struct assay_json *options;
    /* Which providers of the suite it is for; NULL: all. */
    const bool *providers;
    /* CHOICE: */
    struct assay_str context;
    const struct assay_str *choices;
    size_t choice_count, gold;
    /* Bytes before each choice that only part it from the context: they are
       read, and are none of its length. */
    size_t delimiter;
    const struct assay_filter *filters; /* before scoring, in this order */
    size_t filter_count;
};

/* A provider as the file names it. */
struct assay_suite_provider {
    struct assay_str id;    /* "openai:chat:gpt-4o", as written */
    struct assay_str label; /* or the id */
    /*
     * Where it leads: a catalog route ("openai/gpt-4o"), "openai:URL#MODEL",
     * "local:FILE" or "echo" (the prompt itself); a dialect and model where the catalog must be asked.
     */
    struct assay_str route, dialect, model, base_url, key_env, api_version;
    bool key_stated; /* the file names key_env, not the provider's habit */
    struct assay_chat chat; /* numbers, tools, schema …; no messages */
    struct assay_header *headers;
    size_t header_count;
    struct assay_stated cost_in, cost_out; /* dollars a token, if stated */
    struct assay_str refused; /* why it cannot be asked, or empty */
};

/* Bytes that were read, kept with the run so that it can be repeated. */
struct assay_suite_file {
    struct assay_str path; /* as named from the suite */
    struct assay_str sha256;
    struct assay_str bytes;
};

struct assay_suite_base;

struct assay_suite {
    struct assay_arena arena;
    struct assay_str name, format; /* "promptfoo", "lm-eval", "prompts" */
    struct assay_str scoring;      /* "assertions", "loglikelihood", "letter,
                                      generated" … */
    size_t case_count;
    struct assay_str *judges; /* that assertions name, each once */
    size_t judge_count;
    /* Where the first case stands that is not for all providers; or empty. */
    struct assay_str for_some;
    struct assay_suite_provider *providers;
    size_t provider_count;
    uint32_t repeat;      /* each case so often; 1 */
    uint32_t concurrency; /* 0: not stated */
    struct assay_suite_file *files;
    size_t file_count;
    /* Object: variables of the environment that it asked for, and what they
       said; null where they are not set. NULL: none. */
    struct assay_json *variables;
    /* What was read over without effect on results ("sharing", …). */
    struct assay_str *notes;
    size_t note_count;
    struct assay_suite_base *base; /* what the cases are made from */
};

struct assay_suite_options {
    /* Looks up {{env.NAME}}; NULL: the environment. Keys are never given. */
    const char *(*env)(const char *name);
    size_t most_cases; /* 0: 1,000,000 */
    /*
     * The files as they were read once, the suite's own first, to read the
     * same suite again: nothing is read from disk. They outlive the suite.
     */
    const struct assay_suite_file *kept;
    size_t kept_count;
};

/*
 * NULL: BAD_INPUT with file, line and what was expected; NOT_FOUND: a file
 * it names; LIMIT. Files it names are read from its folder, below it only
 * unless named absolutely.
 */
struct assay_suite *assay_suite_read(const char *path,
                                     const struct assay_suite_options *options,
                                     struct assay_error *err);
void assay_suite_free(struct assay_suite *suite);
/*
 * A case by its number, made in the arena; it borrows from the suite too.
 * Every case was made once while the suite was read, so that what is wrong
 * with one was told then. Several threads may ask at once, each with an arena
 * of its own.
 */
bool assay_suite_case(const struct assay_suite *suite, size_t number,
                      struct assay_arena *arena, struct assay_case *to,
                      struct assay_error *err);
/* What assay_suite_case would set as its id and cluster. */
struct assay_str assay_suite_case_id(const struct assay_suite *suite,
                                     size_t number);
struct assay_str assay_suite_case_cluster(const struct assay_suite *suite,
                                          size_t number);
/*
 * A case's options over what its provider or route says: temperature,
 * max_tokens, stop, response_format, tools … under promptfoo's names. What
 * is made lives in the arena. BAD_INPUT: a value that cannot be.
 */
bool assay_suite_apply(const struct assay_json *options,
                       struct assay_arena *arena, struct assay_chat *chat,
                       struct assay_error *err);

#endif
