/*
 * What the readers of suites share. Private to the suite_*.c and promptfoo_*.c
 * files.
 */
#ifndef ASSAY_TRIAL_SUITE_PARTS_H
#define ASSAY_TRIAL_SUITE_PARTS_H

#include "assay/suite.h"
#include "trial/csv.h"
#include "trial/template.h"

/* A document that was read: which file a value stands in. */
struct assay_suite_source {
    const struct assay_json *root;
    struct assay_str path;
    struct assay_suite_source *next;
};

/* Where rows stand: values of a tree, or lines of a file. */
struct assay_suite_origin {
    const struct assay_suite_file *file; /* NULL: rows are nodes */
    const struct assay_csv *csv;         /* of a CSV: its header */
    const struct assay_json *data;       /* promptfoo: of the scenario */
    /* promptfoo: of the one row that stands here, or NULL */
    const struct assay_promptfoo_product *product;
};

/* Of what cases are made: a test, a line. */
struct assay_suite_row {
    union {
        const struct assay_json *node; /* or NULL */
        size_t offset;                 /* in the origin's file */
    } at;
    uint32_t origin, line;
    uint32_t first_case; /* the cases up to the next row's are its own */
    uint32_t first_test; /* test_index of the first of them */
};

/* What is kept of each case while the case itself is not there. */
struct assay_suite_tag {
    char id[16];
    uint32_t cluster; /* number in `clusters`; 0: it is in none */
};

/* The files that fit a pattern, as they were found first. */
struct assay_suite_found {
    struct assay_str pattern;
    struct assay_str *names;
    size_t count;
    struct assay_suite_found *next;
};

struct assay_suite_reader {
    struct assay_suite *suite;
    struct assay_arena *arena; /* what is made for one row goes here */
    struct assay_suite_base *base;
    struct assay_suite_file *main;
    struct assay_suite_source *sources;
    const struct assay_json *env; /* the suite's own variables, or NULL */
    struct assay_str env_refused; /* a key was asked for */
    struct assay_str env_unset;   /* why the last text was refused, or empty */
    /* Makes the nth case of a row; sets all but its id. */
    bool (*make)(struct assay_suite_reader *in,
                 const struct assay_suite_row *row, size_t nth,
                 struct assay_case *to);
    const struct assay_promptfoo *promptfoo;
    const struct assay_lm_eval *lm_eval;
    struct assay_error *err;
};

/*
 * What outlives the reading; all of it stands still when `whole`. The arrays
 * of rows, tags, clusters and origins are of malloc.
 */
struct assay_suite_base {
    struct assay_arena *arena; /* the suite's */
    struct assay_suite_options options;
    struct assay_str folder;          /* of the suite, real path */
    struct assay_suite_reader reader; /* copied for each case */
    bool whole;
    struct assay_suite_origin *origins;
    struct assay_suite_row *rows;
    struct assay_suite_tag *tags;
    struct assay_str *clusters; /* neighbours differ; the first is empty */
    size_t origin_count, row_count, cluster_count;
    size_t origin_room, row_room, tag_room, cluster_room, file_room;
    size_t most_cases;
    struct assay_suite_found *found;
    uint32_t *file_slots; /* [2 * file_room]: by hash of the name */
};

/* "tests.csv:14", of a value read from a file. */
struct assay_str assay_suite_where(const struct assay_suite_reader *in,
                                   const struct assay_json *value);
/* "tests.csv:14: …", BAD_INPUT. Returns false. */
bool assay_suite_fail(struct assay_suite_reader *in,
                      const struct assay_json *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Once each, at most 100 of them. */
void assay_suite_note(struct assay_suite_reader *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ------------------------------------------------------- rows */

/* The number of an origin that rows may name. */
bool assay_suite_add_origin(struct assay_suite_reader *in,
                            struct assay_suite_origin origin, uint32_t *number);
/*
 * A row; its cases are taken in next, in their order. NULL: LIMIT, SYSTEM.
 * Void when the next one is made.
 */
struct assay_suite_row *assay_suite_add_row(struct assay_suite_reader *in,
                                            struct assay_suite_row row);
/* The newest row makes this case too: its id, cluster and judges are kept. */
bool assay_suite_take_case(struct assay_suite_reader *in,
                           const struct assay_case *made);
/* A row that makes one case: it is made, and taken. */
bool assay_suite_add_single(struct assay_suite_reader *in,
                            struct assay_suite_row row);
/*
 * When all are taken in: cases that ask the same get ids of their own, and
 * arrays keep no room to spare.
 */
bool assay_suite_end_rows(struct assay_suite_reader *in);
/* A case of which nothing is known yet. */
struct assay_case assay_suite_no_case(void);

/* A line of a file, from {0}; false: there is none any more. */
struct assay_suite_line {
    struct assay_str text;
    size_t offset, next;
    uint32_t number;
};
bool assay_suite_next_line(const struct assay_suite_file *file,
                           struct assay_suite_line *line);
/* The line of JSON that begins there; NULL: told. */
struct assay_json *assay_suite_line_value(struct assay_suite_reader *in,
                                          const struct assay_suite_file *file,
                                          size_t offset, uint32_t number);

/* ------------------------------------------------------- files */

/*
 * A file named from the suite, read once and kept with its hash. Names lead
 * below the suite's folder, links included, or are absolute. `from` is where
 * it is named, or NULL.
 */
struct assay_suite_file *assay_suite_open(struct assay_suite_reader *in,
                                          struct assay_str name,
                                          const struct assay_json *from);
/* Without links and dots; false: there is no such thing. */
bool assay_suite_real_path(struct assay_suite_reader *in, struct assay_str path,
                           struct assay_str *real);
/* Files that fit a pattern (* ? [a-z] **), sorted; at least one. */
bool assay_suite_glob(struct assay_suite_reader *in, struct assay_str pattern,
                      const struct assay_json *from, struct assay_str **names,
                      size_t *count);
bool assay_suite_is_pattern(struct assay_str name);
/*
 * suite_kept.c, where options->kept stands in for the disk: a file of it,
 * NULL with NOT_FOUND; and all that fit a pattern, into names [kept_count].
 */
const struct assay_suite_file *assay_suite_kept(struct assay_suite_reader *in,
                                                struct assay_str name);
size_t assay_suite_kept_fitting(struct assay_suite_reader *in,
                                struct assay_str pattern,
                                struct assay_str *names);
/* Its text as a tree: JSON for .json, an array of its lines for .jsonl, else
   YAML. */
struct assay_json *assay_suite_document(struct assay_suite_reader *in,
                                        const struct assay_suite_file *file);
/* Values under this root stand in that file. */
void assay_suite_add_source(struct assay_suite_reader *in,
                            const struct assay_json *root,
                            struct assay_str path);
/* "file://x" without its scheme; false: it is no such text. */
bool assay_suite_file_name(struct assay_str text, struct assay_str *name);
/* ".js", ".py" and the like: programs, which are never run. */
bool assay_suite_is_program(struct assay_str name);
/* ".PNG" of "a/b.PNG", in lower case; empty without one. */
struct assay_str assay_suite_extension(struct assay_suite_reader *in,
                                       struct assay_str name);

/* ------------------------------------------------------- texts */

/* For templates: {{ env.NAME }}. The context is the reader. */
const struct assay_json *assay_suite_env(void *context, struct assay_str name);
/* A variable of the environment, NULL where it is not set; the suite keeps
   which ones it asked for. */
const char *assay_suite_variable(struct assay_suite_reader *in,
                                 const char *name);
/* After rendering: false when a key was asked for by {{ env.NAME }}. */
bool assay_suite_env_ok(struct assay_suite_reader *in,
                        const struct assay_json *from);
/*
 * A text of the configuration with its {{ env.NAME }} filled in. One that is
 * not set is refused, for what it would have said is not known.
 */
bool assay_suite_text(struct assay_suite_reader *in,
                      const struct assay_json *value, struct assay_str *text);
/* A number, where there is one (NULL and null leave *to as it is). */
bool assay_suite_number(struct assay_suite_reader *in,
                        const struct assay_json *value,
                        struct assay_stated *to);
/* Names a secret: "OPENAI_API_KEY", "HF_TOKEN". */
bool assay_suite_is_key_name(struct assay_str name);

/* ------------------------------------------------------- messages */

/*
 * What a rendered prompt says: the messages of a chat when it is a list of
 * {role, content}, else one message of a user.
 */
bool assay_suite_messages(struct assay_suite_reader *in, struct assay_str text,
                          const struct assay_json *from, struct assay_case *to);
/* The same from a list; BAD_INPUT names what is no message. */
bool assay_suite_messages_from(struct assay_suite_reader *in,
                               const struct assay_json *list,
                               const struct assay_json *from,
                               struct assay_case *to);
/* One message of a user. */
void assay_suite_user_message(struct assay_suite_reader *in,
                              struct assay_str text, struct assay_case *to);

/* ------------------------------------------------------- formats */

bool assay_suite_read_promptfoo(struct assay_suite_reader *in,
                                const struct assay_json *root);
bool assay_suite_read_lm_eval(struct assay_suite_reader *in,
                              const struct assay_json *root);
bool assay_suite_read_prompts(struct assay_suite_reader *in);

/* Base64 of RFC 4648 with padding. In the arena. */
struct assay_str assay_base64(struct assay_arena *arena,
                              struct assay_str bytes);

#endif
