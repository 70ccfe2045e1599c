/*
 * Templates rendered: one pass over the steps, values are JSON, NULL is
 * undefined. Bounded by steps and bytes, so that a hostile template ends.
 */
#include "trial/template_parts.h"

#include <math.h>
#include <string.h>

enum { MAX_TEXT = 16 << 20, MAX_STEPS = 1 << 20, TEXT_A_STEP = 256 };

/* Names that for and set made, the innermost first. */
struct binding {
    struct assay_str name;
    const struct assay_json *value;
    struct binding *next;
};

struct frame {
    struct binding *bindings;
    struct frame *outer;
};

struct run {
    const struct assay_template *of;
    struct assay_arena *arena; /* of values on the way */
    struct assay_template_scope *scope;
    struct frame *frame;
    struct assay_buf out;
    size_t steps;
    struct assay_error *err;
};

static bool fail(struct run *run, uint32_t at, const char *what,
                 struct assay_str name)
{
    return assay_template_fail(run->of->text, at, run->err, ASSAY_BAD_INPUT,
                               "%s%.*s", what,
                               ASSAY_STR_ARG(assay_str_head(name, 60)));
}

static bool is_jinja(const struct run *run)
{
    return run->of->rules == ASSAY_TEMPLATE_JINJA;
}

static bool count_step(struct run *run, uint32_t at)
{
    if (++run->steps <= MAX_STEPS)
        return true;
    return assay_template_fail(run->of->text, at, run->err, ASSAY_LIMIT,
                               "more than %d steps to render", MAX_STEPS);
}

static bool evaluate(struct run *run, const struct assay_term *term,
                     const struct assay_json **value);

/* ---- Names ---- */

static struct binding *find_binding(struct frame *frame, struct assay_str name)
{
    struct binding *b = frame->bindings;
    while (b && !assay_str_equal(b->name, name))
        b = b->next;
    return b;
}

/*
 * nunjucks changes the innermost name that is there; Jinja always makes one
 * in its own block.
 */
static void bind(struct run *run, struct frame *frame, struct assay_str name,
                 const struct assay_json *value, bool outwards)
{
    for (struct frame *f = frame; f; f = outwards ? f->outer : NULL) {
        struct binding *b = find_binding(f, name);
        if (b) {
            b->value = value;
            return;
        }
    }
    struct binding *b = ASSAY_NEW(run->arena, struct binding);
    *b = (struct binding){name, value, frame->bindings};
    frame->bindings = b;
}

/* What a name stands for; NULL: nothing. */
static const struct assay_json *look_up(struct run *run, struct assay_str name)
{
    for (struct frame *f = run->frame; f; f = f->outer) {
        const struct binding *b = find_binding(f, name);
        if (b)
            return b->value;
    }
    return assay_json_get_str(run->scope->vars, name);
}

static bool take_name(struct run *run, const struct assay_term *term,
                      const struct assay_json **value)
{
    *value = look_up(run, term->name);
    if (!*value && !run->scope->undefined.len)
        run->scope->undefined = term->name;
    return true;
}

/* A value that must be there under Jinja's StrictUndefined. */
static bool need(struct run *run, const struct assay_term *term,
                 const struct assay_json *value)
{
    if (value || !is_jinja(run))
        return true;
    return fail(run, term->at, "undefined: ",
                term->name.len ? term->name : ASSAY_STR("a value"));
}

/* ---- Members and slices ---- */

/* *at is counted from the end where negative; false: not a whole number. */
static bool take_index(struct run *run, const struct assay_json *value,
                       size_t length, double *at)
{
    if (!assay_value_number(run->of->rules, value, at) || *at != floor(*at) ||
        fabs(*at) > 1e9)
        return false;
    if (*at < 0 && is_jinja(run))
        *at += (double)length;
    return true;
}

/* Characters from .. to of a text, in code points. */
static struct assay_str cut_text(struct assay_str text, double from, double to)
{
    struct assay_str cut = {text.at, 0};
    double place = -1;

    for (size_t i = 0; i < text.len; i++) {
        place += ((unsigned char)text.at[i] & 0xc0) != 0x80;
        if (place < from)
            cut.at = text.at + i + 1;
        else if (place < to)
            cut.len++;
    }
    return cut;
}

static bool is_env(struct run *run, const struct assay_term *term)
{
    return term->a->kind == ASSAY_TERM_NAME && run->scope->env &&
           assay_str_is(term->a->name, "env") && !look_up(run, term->a->name);
}

static bool take_member(struct run *run, const struct assay_term *term,
                        const struct assay_json **value)
{
    const struct assay_json *of, *key;
    double at;

    *value = NULL;
    if (!evaluate(run, term->b, &key))
        return false;
    if (is_env(run, term)) {
        *value =
            run->scope->env(run->scope->context,
                            assay_value_text(run->of->rules, run->arena, key));
        return true;
    }
    if (!evaluate(run, term->a, &of) || !need(run, term->a, of))
        return false;
    if (assay_json_is(of, ASSAY_JSON_OBJECT)) {
        *value = assay_json_get_str(
            of, assay_value_text(run->of->rules, run->arena, key));
    } else if (assay_json_is(of, ASSAY_JSON_ARRAY) &&
               take_index(run, key, of->count, &at)) {
        for (const struct assay_json *e = of->first; e && !*value; e = e->next)
            if ((double)e->index == at)
                *value = e;
    } else if (assay_json_is(of, ASSAY_JSON_STRING) &&
               take_index(run, key,
                          assay_value_length(run->of->rules, of->text), &at)) {
        struct assay_str one = cut_text(of->text, at, at + 1);
        if (one.len)
            *value = assay_json_string(run->arena, one);
    } else if (assay_json_is(key, ASSAY_JSON_STRING) && !is_jinja(run) &&
               assay_str_is(key->text, "length") && of &&
               (of->type == ASSAY_JSON_STRING ||
                of->type == ASSAY_JSON_ARRAY)) {
        /* texts and lists of JavaScript have this one member */
        *value = assay_value_from_number(
            run->of->rules, run->arena,
            of->type == ASSAY_JSON_ARRAY
                ? of->count
                : (double)assay_value_length(run->of->rules, of->text));
    }
    return true;
}

static struct assay_json *new_element(struct run *run,
                                      const struct assay_json *value)
{
    struct assay_json *copy = value ? assay_json_copy(run->arena, value)
                                    : assay_json_null(run->arena);
    copy->key = ASSAY_STR("");
    return copy;
}

/* a[b:c] of Python. */
static bool take_slice(struct run *run, const struct assay_term *term,
                       const struct assay_json **value)
{
    const struct assay_json *of, *from_value = NULL, *to_value = NULL;
    double from = 0, to;

    if (!evaluate(run, term->a, &of) || !need(run, term->a, of) ||
        (term->b && !evaluate(run, term->b, &from_value)) ||
        (term->c && !evaluate(run, term->c, &to_value)))
        return false;
    bool list = assay_json_is(of, ASSAY_JSON_ARRAY);
    if (!list && !assay_json_is(of, ASSAY_JSON_STRING))
        return fail(run, term->at, "only a text or a list has slices",
                    ASSAY_STR(""));
    size_t length =
        list ? of->count : assay_value_length(run->of->rules, of->text);
    to = (double)length;
    if ((term->b && !take_index(run, from_value, length, &from)) ||
        (term->c && !take_index(run, to_value, length, &to)))
        return fail(run, term->at, "a slice takes whole numbers",
                    ASSAY_STR(""));
    if (!list) {
        *value = assay_json_string(run->arena, cut_text(of->text, from, to));
        return true;
    }
    struct assay_json *part = assay_json_array(run->arena);
    for (const struct assay_json *e = of->first; e; e = e->next)
        if ((double)e->index >= from && (double)e->index < to)
            assay_json_add(part, new_element(run, e));
    *value = part;
    return true;
}

/* ---- Operators ---- */

/* Long texts cost steps too, so that memory is bounded by them. */
static bool count_text(struct run *run, uint32_t at,
                       const struct assay_json *value)
{
    if (assay_json_is(value, ASSAY_JSON_STRING))
        run->steps += value->text.len / TEXT_A_STEP;
    return count_step(run, at);
}

static bool take_binary(struct run *run, const struct assay_term *term,
                        const struct assay_json **value)
{
    struct assay_template_call call = {
        .rules = run->of->rules, .arena = run->arena, .count = 1};

    if (!evaluate(run, term->a, &call.value))
        return false;
    if (term->op == ASSAY_OP_OR || term->op == ASSAY_OP_AND) {
        *value = call.value;
        if (!need(run, term->a, call.value))
            return false;
        return assay_value_is_true(call.rules, call.value) ==
                   (term->op == ASSAY_OP_OR) ||
               evaluate(run, term->b, value);
    }
    if (!evaluate(run, term->b, &call.arguments[0]) ||
        !need(run, term->a, call.value) ||
        !need(run, term->b, call.arguments[0]))
        return false;
    if (!assay_operator_apply(term->op, &call, value))
        return fail(run, term->at, "", assay_str_c(call.wrong));
    return count_text(run, term->at, *value);
}

/* ---- Terms ---- */

static bool take_call(struct run *run, const struct assay_term *term,
                      const struct assay_json **value)
{
    struct assay_template_call call = {.rules = run->of->rules,
                                       .arena = run->arena};
    bool method = term->kind == ASSAY_TERM_METHOD;
    bool takes_none = !method && assay_str_is(term->name, "default");

    if (!evaluate(run, term->a, &call.value) ||
        (!takes_none && !need(run, term->a, call.value)))
        return false;
    for (const struct assay_term *a = term->arguments; a; a = a->next)
        if (!evaluate(run, a, &call.arguments[call.count++]) ||
            !need(run, a, call.arguments[call.count - 1]))
            return false;
    if (method ? assay_template_method_apply(term->filter, &call, value)
               : assay_template_filter_apply(term->filter, &call, value))
        return count_text(run, term->at, *value);
    return fail(run, term->at, "", assay_str_c(call.wrong));
}

static bool take_list(struct run *run, const struct assay_term *term,
                      const struct assay_json **value)
{
    struct assay_json *list = assay_json_array(run->arena);

    *value = list;
    for (const struct assay_term *a = term->arguments; a; a = a->next) {
        const struct assay_json *element;
        if (!evaluate(run, a, &element) || !need(run, a, element))
            return false;
        assay_json_add(list, new_element(run, element));
    }
    return true;
}

static bool take_choice(struct run *run, const struct assay_term *term,
                        const struct assay_json **value)
{
    const struct assay_json *condition;

    *value = NULL;
    if (!evaluate(run, term->a, &condition) || !need(run, term->a, condition))
        return false;
    if (assay_value_is_true(run->of->rules, condition))
        return evaluate(run, term->b, value);
    return !term->c || evaluate(run, term->c, value);
}

static bool take_sign(struct run *run, const struct assay_term *term,
                      const struct assay_json **value)
{
    const struct assay_json *of;
    double number;

    if (!evaluate(run, term->a, &of))
        return false;
    if (!assay_value_number(run->of->rules, of, &number))
        return fail(run, term->at, "'-' takes a number", ASSAY_STR(""));
    *value = assay_value_from_number(run->of->rules, run->arena, -number);
    return true;
}

/* Recursion: an expression has at most 500 parts. */
static bool evaluate(struct run *run, const struct assay_term *term,
                     const struct assay_json **value)
{
    const struct assay_json *of;

    if (!count_step(run, term->at))
        return false;
    switch (term->kind) {
    case ASSAY_TERM_VALUE:
        *value = term->value;
        return true;
    case ASSAY_TERM_NAME:
        return take_name(run, term, value);
    case ASSAY_TERM_LIST:
        return take_list(run, term, value);
    case ASSAY_TERM_MEMBER:
        return take_member(run, term, value);
    case ASSAY_TERM_SLICE:
        return take_slice(run, term, value);
    case ASSAY_TERM_METHOD:
    case ASSAY_TERM_FILTER:
        return take_call(run, term, value);
    case ASSAY_TERM_BINARY:
        return take_binary(run, term, value);
    case ASSAY_TERM_CHOICE:
        return take_choice(run, term, value);
    case ASSAY_TERM_NEGATE:
        return take_sign(run, term, value);
    case ASSAY_TERM_NOT:
    case ASSAY_TERM_DEFINED:
    case ASSAY_TERM_NONE:
        break;
    }
    if (!evaluate(run, term->a, &of))
        return false;
    *value = assay_json_bool(run->arena,
                             term->kind == ASSAY_TERM_DEFINED ? of != NULL
                             : term->kind == ASSAY_TERM_NONE
                                 ? assay_json_is(of, ASSAY_JSON_NULL)
                                 : !assay_value_is_true(run->of->rules, of));
    return true;
}

/* ---- Steps ---- */

static bool run_steps(struct run *run, const struct assay_step *steps);

/* `loop` of one round. */
static struct assay_json *new_loop(struct run *run, size_t index, size_t count)
{
    struct assay_json *loop = assay_json_object(run->arena);

    assay_json_set_uint(run->arena, loop, "index", index + 1);
    assay_json_set_uint(run->arena, loop, "index0", index);
    assay_json_set_uint(run->arena, loop, "revindex", count - index);
    assay_json_set_uint(run->arena, loop, "revindex0", count - index - 1);
    assay_json_set_bool(run->arena, loop, "first", index == 0);
    assay_json_set_bool(run->arena, loop, "last", index + 1 == count);
    assay_json_set_uint(run->arena, loop, "length", count);
    return loop;
}

/* The names of one round: an element, its parts, or key and value. */
static void bind_round(struct run *run, const struct assay_step *step,
                       struct frame *frame, const struct assay_json *of,
                       const struct assay_json *element)
{
    bool map = of->type == ASSAY_JSON_OBJECT;
    const struct assay_json *key =
        map ? assay_json_string(run->arena, element->key) : element;

    if (!step->names[1].len) {
        bind(run, frame, step->names[0], key, false);
        return;
    }
    const struct assay_json *first = map ? key : element->first;
    const struct assay_json *second =
        map ? element : (first ? first->next : NULL);
    bind(run, frame, step->names[0], first, false);
    bind(run, frame, step->names[1], second, false);
}

static bool run_for(struct run *run, const struct assay_step *step)
{
    struct frame frame = {NULL, run->frame};
    const struct assay_json *of;
    size_t round = 0;
    bool ok = true;

    if (!evaluate(run, step->term, &of) || !need(run, step->term, of))
        return false;
    if (!of || of->type < ASSAY_JSON_ARRAY || of->count == 0) {
        if (of && of->type != ASSAY_JSON_NULL && of->type < ASSAY_JSON_ARRAY)
            return fail(run, step->at, "for takes a list or a map",
                        ASSAY_STR(""));
        return run_steps(run, step->otherwise);
    }
    if (of->type == ASSAY_JSON_OBJECT && !step->names[1].len && !is_jinja(run))
        return fail(run, step->at, "for over a map takes two names",
                    ASSAY_STR(""));
    run->frame = &frame;
    for (const struct assay_json *e = of->first; e && ok; e = e->next) {
        if (is_jinja(run))
            frame.bindings = NULL;
        bind_round(run, step, &frame, of, e);
        bind(run, &frame, ASSAY_STR("loop"), new_loop(run, round++, of->count),
             false);
        ok = count_step(run, step->at) && run_steps(run, step->body);
    }
    run->frame = frame.outer;
    return ok;
}

/* {{ env.NAME }}, as it stands; with a default it is another term. */
static void note_gap(struct run *run, const struct assay_term *term)
{
    const struct assay_json *name;

    if (term->kind == ASSAY_TERM_MEMBER && is_env(run, term) &&
        !run->scope->unset.len && evaluate(run, term->b, &name) &&
        assay_json_is(name, ASSAY_JSON_STRING))
        run->scope->unset = name->text;
}

static bool run_step(struct run *run, const struct assay_step *step)
{
    const struct assay_json *value;

    if (!count_step(run, step->at))
        return false;
    if (step->kind == ASSAY_STEP_TEXT) {
        assay_buf_add(&run->out, step->text);
        return true;
    }
    if (step->kind == ASSAY_STEP_FOR)
        return run_for(run, step);
    if (!evaluate(run, step->term, &value) || !need(run, step->term, value))
        return false;
    if (step->kind == ASSAY_STEP_IF)
        return run_steps(run, assay_value_is_true(run->of->rules, value)
                                  ? step->body
                                  : step->otherwise);
    if (step->kind == ASSAY_STEP_SET)
        bind(run, run->frame, step->names[0], value, !is_jinja(run));
    else if (value && (is_jinja(run) || value->type != ASSAY_JSON_NULL))
        assay_value_write(run->of->rules, &run->out, value);
    else if (!value)
        note_gap(run, step->term);
    return true;
}

static bool run_steps(struct run *run, const struct assay_step *steps)
{
    for (const struct assay_step *s = steps; s; s = s->next)
        if (!run_step(run, s))
            return false;
    return true;
}

bool assay_template_render(const struct assay_template *of,
                           struct assay_arena *arena,
                           struct assay_template_scope *scope,
                           struct assay_str *text, struct assay_error *err)
{
    struct assay_arena scratch = {0};
    struct frame top = {0};
    struct run run = {
        .of = of, .arena = &scratch, .scope = scope, .frame = &top, .err = err};

    assay_buf_init(&run.out, MAX_TEXT);
    bool ok = run_steps(&run, of->steps) && assay_buf_ok(&run.out, err);
    if (ok)
        *text = assay_arena_copy(arena, assay_buf_str(&run.out));
    assay_buf_release(&run.out);
    assay_arena_free(&scratch);
    return ok;
}

bool assay_template_value(const struct assay_template *of,
                          struct assay_arena *arena,
                          struct assay_template_scope *scope,
                          const struct assay_json **value,
                          struct assay_error *err)
{
    const struct assay_step *only = of->steps;
    struct assay_str text;

    if (only && only->kind == ASSAY_STEP_OUTPUT && !only->next) {
        struct frame top = {0};
        struct run run = {.of = of,
                          .arena = arena,
                          .scope = scope,
                          .frame = &top,
                          .err = err};
        return evaluate(&run, only->term, value) &&
               need(&run, only->term, *value);
    }
    if (!assay_template_render(of, arena, scope, &text, err))
        return false;
    *value = assay_json_string(arena, text);
    return true;
}

bool assay_template_fill(struct assay_arena *arena, struct assay_str text,
                         enum assay_template_rules rules,
                         struct assay_template_scope *scope,
                         struct assay_str *filled, struct assay_error *err)
{
    if (!assay_template_has_marks(text)) {
        *filled = text;
        return true;
    }
    struct assay_template *of = assay_template_read(arena, text, rules, err);
    return of && assay_template_render(of, arena, scope, filled, err);
}
