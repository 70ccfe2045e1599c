/*
 * A template's text as steps: text, output, and the blocks if, for and set.
 */
#include "trial/template.h"

#include "trial/template_parts.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TEXT = 16 << 20, MAX_BLOCKS = 32 };

bool assay_template_fail(struct assay_str text, size_t at,
                         struct assay_error *err, enum assay_code code,
                         const char *format, ...)
{
    size_t line = 1, column = 1;
    char what[300];
    va_list args;

    for (size_t i = 0; i < at && i < text.len; i++) {
        if (text.at[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)text.at[i] & 0xc0) != 0x80;
        }
    }
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return assay_fail(err, code, "line %zu, column %zu of the template: %s",
                      line, column, what);
}

bool assay_template_has_marks(struct assay_str text)
{
    for (const char *at = text.at; text.len >= 2;) {
        const char *found = memchr(at, '{', text.len - 1);
        if (!found)
            return false;
        if (found[1] == '{' || found[1] == '%' || found[1] == '#')
            return true;
        text.len -= (size_t)(found + 1 - at);
        at = found + 1;
    }
    return false;
}

/* ---- Blocks ---- */

/* The steps of one level, and what ended them. */
struct level {
    struct assay_step *first, **end;
    char closed_by[16]; /* "else", "endif" … or empty: the text's end */
    size_t closed_at;   /* offset of that tag */
};

struct reader {
    struct assay_template_reader in;
    bool strip_next; /* the tag before ended with "-" */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' ||
           c == '\v';
}

static bool fail(struct reader *r, size_t at, const char *what)
{
    return assay_template_fail(r->in.text, at, r->in.err, ASSAY_BAD_INPUT, "%s",
                               what);
}

static struct assay_step *add_step(struct reader *r, struct level *level,
                                   enum assay_step_kind kind, size_t at)
{
    struct assay_step *step = ASSAY_NEW(r->in.arena, struct assay_step);
    step->kind = kind;
    step->at = (uint32_t)at;
    *level->end = step;
    level->end = &step->next;
    return step;
}

/* Text between tags; `strip_end`: the tag behind it begins with "-". */
static void add_text(struct reader *r, struct level *level, size_t from,
                     size_t to, bool strip_end)
{
    const char *text = r->in.text.at;

    while (r->strip_next && from < to && is_space(text[from]))
        from++;
    while (strip_end && to > from && is_space(text[to - 1]))
        to--;
    r->strip_next = false;
    if (to > from)
        add_step(r, level, ASSAY_STEP_TEXT, from)->text =
            (struct assay_str){text + from, to - from};
}

/* Offset of the next "{{", "{%" or "{#" from `at` on; the end without one. */
static size_t next_mark(struct assay_str text, size_t at)
{
    for (; at + 1 < text.len; at++) {
        const char *found = memchr(text.at + at, '{', text.len - 1 - at);
        if (!found)
            break;
        at = (size_t)(found - text.at);
        if (strchr("{%#", text.at[at + 1]) && text.at[at + 1])
            return at;
    }
    return text.len;
}

/* Passes "}}" or "%}", with the "-" before it. */
static bool take_end(struct reader *r, const char *mark)
{
    assay_template_skip_space(&r->in);
    r->strip_next = assay_template_take(&r->in, "-");
    if (assay_template_take(&r->in, mark))
        return true;
    if (r->in.at >= r->in.text.len)
        return assay_template_fail(r->in.text, r->in.at, r->in.err,
                                   ASSAY_BAD_INPUT,
                                   "expected '%s', the text ends", mark);
    return assay_template_fail(r->in.text, r->in.at, r->in.err, ASSAY_BAD_INPUT,
                               "expected '%s', found '%c'", mark,
                               r->in.text.at[r->in.at]);
}

static bool read_comment(struct reader *r, size_t at)
{
    while (r->in.at + 1 < r->in.text.len) {
        const char *here = r->in.text.at + r->in.at;
        if (here[0] == '#' && here[1] == '}') {
            r->strip_next = here[-1] == '-';
            r->in.at += 2;
            return true;
        }
        r->in.at++;
    }
    return fail(r, at, "a comment without its '#}'");
}

/* Behind {% raw %}: all up to {% endraw %} is text. */
static bool read_raw(struct reader *r, struct level *level, const char *word)
{
    char end[16];
    size_t from = r->in.at;

    snprintf(end, sizeof end, "end%s", word);
    for (size_t at = next_mark(r->in.text, from); at < r->in.text.len;
         at = next_mark(r->in.text, at + 1)) {
        if (r->in.text.at[at + 1] != '%')
            continue;
        r->in.at = at + 2;
        bool strip = assay_template_take(&r->in, "-");
        assay_template_skip_space(&r->in);
        if (!assay_template_take_word(&r->in, end))
            continue;
        add_text(r, level, from, at, strip);
        return take_end(r, "%}");
    }
    return assay_template_fail(r->in.text, from, r->in.err, ASSAY_BAD_INPUT,
                               "expected '{%% %s %%}'", end);
}

static bool read_level(struct reader *r, struct level *level);

/* The steps up to one of the tags named; *level says which. */
static bool read_body(struct reader *r, struct level *level, size_t at,
                      const char *const *ends)
{
    if (r->in.depth == MAX_BLOCKS)
        return assay_template_fail(r->in.text, at, r->in.err, ASSAY_LIMIT,
                                   "more than %d blocks in each other",
                                   MAX_BLOCKS);
    r->in.depth++;
    if (!read_level(r, level))
        return false;
    r->in.depth--;
    for (size_t i = 0; ends[i]; i++)
        if (strcmp(level->closed_by, ends[i]) == 0)
            return true;
    if (!level->closed_by[0])
        return assay_template_fail(r->in.text, at, r->in.err, ASSAY_BAD_INPUT,
                                   "a block without its '{%% %s %%}'", ends[0]);
    return assay_template_fail(r->in.text, level->closed_at, r->in.err,
                               ASSAY_BAD_INPUT, "'%s' where '%s' was expected",
                               level->closed_by, ends[0]);
}

/* Behind "if" or "elif". */
static bool read_if(struct reader *r, struct level *level, size_t at)
{
    static const char *const ends[] = {"endif", "else", "elif", "elseif", NULL};
    static const char *const last[] = {"endif", NULL};
    struct assay_step *step = add_step(r, level, ASSAY_STEP_IF, at);
    struct level body = {.end = &body.first}, other = {.end = &other.first};

    step->term = assay_term_read(&r->in);
    if (!step->term || !take_end(r, "%}") || !read_body(r, &body, at, ends))
        return false;
    step->body = body.first;
    if (strcmp(body.closed_by, "endif") == 0)
        return take_end(r, "%}");
    if (strcmp(body.closed_by, "else") == 0) {
        if (!take_end(r, "%}") || !read_body(r, &other, at, last) ||
            !take_end(r, "%}"))
            return false;
    } else {
        /* each elif lies in the one before: their number is bounded too */
        if (r->in.depth == MAX_BLOCKS)
            return assay_template_fail(r->in.text, at, r->in.err, ASSAY_LIMIT,
                                       "more than %d branches", MAX_BLOCKS);
        r->in.depth++;
        if (!read_if(r, &other, body.closed_at))
            return false;
        r->in.depth--;
    }
    step->otherwise = other.first;
    return true;
}

static bool read_for(struct reader *r, struct level *level, size_t at)
{
    static const char *const ends[] = {"endfor", "else", NULL};
    static const char *const last[] = {"endfor", NULL};
    struct assay_step *step = add_step(r, level, ASSAY_STEP_FOR, at);
    struct level body = {.end = &body.first}, other = {.end = &other.first};

    step->names[0] = assay_template_take_name(&r->in);
    step->names[1] = ASSAY_STR("");
    assay_template_skip_space(&r->in);
    if (assay_template_take(&r->in, ",")) {
        step->names[1] = assay_template_take_name(&r->in);
        if (!step->names[1].len)
            return fail(r, r->in.at, "expected a name behind ','");
    }
    if (!step->names[0].len || !assay_template_take_word(&r->in, "in"))
        return fail(r, r->in.at, "expected 'for NAME in …'");
    step->term = assay_term_read(&r->in);
    if (!step->term || !take_end(r, "%}") || !read_body(r, &body, at, ends))
        return false;
    step->body = body.first;
    if (!take_end(r, "%}"))
        return false;
    if (strcmp(body.closed_by, "else") == 0 &&
        (!read_body(r, &other, at, last) || !take_end(r, "%}")))
        return false;
    step->otherwise = other.first;
    return true;
}

static bool read_set(struct reader *r, struct level *level, size_t at)
{
    struct assay_step *step = add_step(r, level, ASSAY_STEP_SET, at);

    step->names[0] = assay_template_take_name(&r->in);
    assay_template_skip_space(&r->in);
    if (!step->names[0].len || !assay_template_take(&r->in, "="))
        return fail(r, r->in.at, "expected 'set NAME = …'");
    step->term = assay_term_read(&r->in);
    return step->term && take_end(r, "%}");
}

static bool is_closing(struct assay_str word)
{
    static const char *const words[] = {"else",  "elif",   "elseif",
                                        "endif", "endfor", NULL};
    for (size_t i = 0; words[i]; i++)
        if (assay_str_is(word, words[i]))
            return true;
    return false;
}

/* Behind "{%". *closed: the tag ends this level; it is not passed yet. */
static bool read_tag(struct reader *r, struct level *level, size_t at,
                     bool *closed)
{
    struct assay_str word = assay_template_take_name(&r->in);

    *closed = is_closing(word);
    if (*closed) {
        snprintf(level->closed_by, sizeof level->closed_by, "%.*s",
                 ASSAY_STR_ARG(word));
        level->closed_at = at;
        return true;
    }
    if (assay_str_is(word, "if"))
        return read_if(r, level, at);
    if (assay_str_is(word, "for"))
        return read_for(r, level, at);
    if (assay_str_is(word, "set"))
        return read_set(r, level, at);
    if (assay_str_is(word, "raw") || assay_str_is(word, "verbatim"))
        return take_end(r, "%}") &&
               read_raw(r, level,
                        assay_str_is(word, "raw") ? "raw" : "verbatim");
    return assay_template_fail(r->in.text, at, r->in.err, ASSAY_BAD_INPUT,
                               "'{%% %.*s %%}' is not supported: expected if, "
                               "for, set or raw",
                               ASSAY_STR_ARG(assay_str_head(word, 40)));
}

static bool read_level(struct reader *r, struct level *level)
{
    bool closed = false;

    while (!closed) {
        size_t from = r->in.at, at = next_mark(r->in.text, from);
        bool strip = at + 2 < r->in.text.len && r->in.text.at[at + 2] == '-';

        add_text(r, level, from, at, strip);
        r->in.at = at;
        if (at == r->in.text.len)
            return true;
        r->in.at += strip ? 3 : 2;
        char kind = r->in.text.at[at + 1];
        bool ok;
        if (kind == '#') {
            ok = read_comment(r, at);
        } else if (kind == '%') {
            ok = read_tag(r, level, at, &closed);
        } else {
            struct assay_step *step = add_step(r, level, ASSAY_STEP_OUTPUT, at);
            step->term = assay_term_read(&r->in);
            ok = step->term && take_end(r, "}}");
        }
        if (!ok)
            return false;
    }
    return true;
}

struct assay_template *assay_template_read(struct assay_arena *arena,
                                           struct assay_str text,
                                           enum assay_template_rules rules,
                                           struct assay_error *err)
{
    struct reader r = {
        .in = {.arena = arena, .text = text, .rules = rules, .err = err}};
    struct level top = {.end = &top.first};

    if (text.len > MAX_TEXT) {
        assay_fail(err, ASSAY_LIMIT, "a template of more than 16 MiB");
        return NULL;
    }
    if (!read_level(&r, &top))
        return NULL;
    if (top.closed_by[0]) {
        assay_template_fail(text, top.closed_at, err, ASSAY_BAD_INPUT,
                            "'%s' without its beginning", top.closed_by);
        return NULL;
    }
    struct assay_template *of = ASSAY_NEW(arena, struct assay_template);
    *of = (struct assay_template){text, rules, top.first};
    return of;
}
