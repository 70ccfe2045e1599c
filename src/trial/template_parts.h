/*
 * What a template is made of. Private to the template_*.c files.
 */
#ifndef ASSAY_TRIAL_TEMPLATE_PARTS_H
#define ASSAY_TRIAL_TEMPLATE_PARTS_H

#include "trial/template.h"

enum assay_term_kind {
    ASSAY_TERM_VALUE, /* a literal */
    ASSAY_TERM_NAME,
    ASSAY_TERM_LIST,   /* arguments are its elements */
    ASSAY_TERM_MEMBER, /* a[b]; a.name is a["name"] */
    ASSAY_TERM_SLICE,  /* a[b:c] */
    ASSAY_TERM_METHOD, /* a.name(arguments), Jinja */
    ASSAY_TERM_FILTER, /* a | name(arguments) */
    ASSAY_TERM_NOT,
    ASSAY_TERM_NEGATE,
    ASSAY_TERM_BINARY,  /* a name b: name is the operator */
    ASSAY_TERM_CHOICE,  /* b if a else c */
    ASSAY_TERM_DEFINED, /* a is defined */
    ASSAY_TERM_NONE,    /* a is none */
};

enum assay_operator {
    ASSAY_OP_OR,
    ASSAY_OP_AND,
    ASSAY_OP_EQUAL,
    ASSAY_OP_UNEQUAL,
    ASSAY_OP_SAME,   /* === */
    ASSAY_OP_UNSAME, /* !== */
    ASSAY_OP_LESS,
    ASSAY_OP_LESS_EQUAL,
    ASSAY_OP_MORE,
    ASSAY_OP_MORE_EQUAL,
    ASSAY_OP_IN,
    ASSAY_OP_NOT_IN,
    ASSAY_OP_JOIN, /* ~ */
    ASSAY_OP_ADD,
    ASSAY_OP_SUBTRACT,
    ASSAY_OP_MULTIPLY,
    ASSAY_OP_DIVIDE,
    ASSAY_OP_FLOOR, /* // */
    ASSAY_OP_REST,  /* % */
    ASSAY_OP_POWER,
};

struct assay_term {
    enum assay_term_kind kind;
    enum assay_operator op;
    uint32_t at; /* offset in the template */
    struct assay_str name;
    const struct assay_json *value;
    struct assay_term *a, *b, *c;
    struct assay_term *arguments; /* a list by `next` */
    struct assay_term *next;
    int filter; /* place in the table of filters or methods */
};

enum assay_step_kind {
    ASSAY_STEP_TEXT,
    ASSAY_STEP_OUTPUT,
    ASSAY_STEP_IF, /* an elif is an if in `otherwise` */
    ASSAY_STEP_FOR,
    ASSAY_STEP_SET,
};

struct assay_step {
    enum assay_step_kind kind;
    uint32_t at;
    struct assay_str text;     /* TEXT */
    struct assay_str names[2]; /* FOR (second may be empty), SET */
    struct assay_term *term;
    struct assay_step *body, *otherwise;
    struct assay_step *next;
};

struct assay_template {
    struct assay_str text;
    enum assay_template_rules rules;
    struct assay_step *steps;
};

/* "line 2, column 7: …". Returns false. */
bool assay_template_fail(struct assay_str text, size_t at,
                         struct assay_error *err, enum assay_code code,
                         const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* ------------------------------------------------------- expressions */

/* A place in the text of a template. */
struct assay_template_reader {
    struct assay_arena *arena;
    struct assay_str text;
    size_t at;
    enum assay_template_rules rules;
    unsigned depth; /* of blocks, and of brackets in an expression */
    unsigned terms; /* of this expression */
    struct assay_error *err;
};

/* NULL: told. Stops before what cannot continue an expression. */
struct assay_term *assay_term_read(struct assay_template_reader *in);
void assay_template_skip_space(struct assay_template_reader *in);
/* A name at this place, or the empty text. */
struct assay_str assay_template_take_name(struct assay_template_reader *in);
/* Whether these characters stand here; if so, passes them. */
bool assay_template_take(struct assay_template_reader *in, const char *mark);
/* The same for a whole word. */
bool assay_template_take_word(struct assay_template_reader *in,
                              const char *word);

/* ------------------------------------------------------- values */

/* NULL is undefined everywhere. */
bool assay_value_is_true(enum assay_template_rules rules,
                         const struct assay_json *value);
/* What stands for it in a text. */
void assay_value_write(enum assay_template_rules rules, struct assay_buf *out,
                       const struct assay_json *value);
struct assay_str assay_value_text(enum assay_template_rules rules,
                                  struct assay_arena *arena,
                                  const struct assay_json *value);
/* Number(value) of JavaScript; of Python only numbers and booleans are. */
bool assay_value_number(enum assay_template_rules rules,
                        const struct assay_json *value, double *number);
struct assay_json *assay_value_from_number(enum assay_template_rules rules,
                                           struct assay_arena *arena,
                                           double number);
bool assay_value_equal(enum assay_template_rules rules,
                       const struct assay_json *a, const struct assay_json *b);
/* Number of characters: UTF-16 units for nunjucks, code points for Jinja. */
size_t assay_value_length(enum assay_template_rules rules,
                          struct assay_str text);

/* ------------------------------------------------------- filters */

/* A filter, method or operator at work. */
struct assay_template_call {
    enum assay_template_rules rules;
    struct assay_arena *arena;
    const struct assay_json *value;
    const struct assay_json *arguments[4];
    size_t count;
    const char *wrong; /* why there is no result */
};
enum { ASSAY_TEMPLATE_ARGUMENTS = 4 };

/* Place in the table, -1 when there is none of that name. */
int assay_template_filter_find(struct assay_str name);
int assay_template_method_find(struct assay_str name);
/* How many arguments it takes at most. */
size_t assay_template_filter_most(int filter);
size_t assay_template_method_most(int method);
/* *result NULL: undefined. False: call->wrong. */
bool assay_template_filter_apply(int filter, struct assay_template_call *call,
                                 const struct assay_json **result);
bool assay_template_method_apply(int method, struct assay_template_call *call,
                                 const struct assay_json **result);
/* a op b: call->value and its one argument; all but and, or. */
bool assay_operator_apply(enum assay_operator op,
                          struct assay_template_call *call,
                          const struct assay_json **result);

#endif
