/*
 * One prompt with its answers side by side. What stands here is of models
 * and suites: text, never markup; whoever renders it escapes.
 */
#include "assay/report.h"

#include <math.h>

enum { TITLE_BYTES = 100 };

struct view {
    struct assay_arena *arena;
    struct assay_document *doc;
    struct assay_section *section;
    const struct assay_run_prompt *prompt;
    struct assay_str name;
};

static struct assay_str kept(struct view *v, struct assay_str text)
{
    return assay_arena_copy(v->arena, text);
}

/* ------------------------------------------------------- the question */

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Of a message: its text, or the first of its parts that is one. */
static struct assay_str words_of(const struct assay_json *message)
{
    const struct assay_json *content = assay_json_get(message, "content");

    if (!assay_json_is(content, ASSAY_JSON_ARRAY))
        return assay_json_text(message, "content");
    for (const struct assay_json *p = content->first; p; p = p->next)
        if (assay_json_text(p, "text").len)
            return assay_json_text(p, "text");
    return ASSAY_STR("");
}

struct assay_str assay_run_case_name(struct assay_arena *arena,
                                     const struct assay_run_case *at)
{
    bool template =
        assay_str_find(at->prompt, '{') < at->prompt.len && at->input.len;
    struct assay_error ignored = {0};
    const struct assay_json *input;
    struct assay_str said = ASSAY_STR("");

    if (at->description.len || !template)
        return assay_str_trim(at->description.len ? at->description
                                                  : at->prompt);
    input = assay_json_parse(arena, assay_arena_copy(arena, at->input), NULL,
                             &ignored);
    if (assay_json_is(input, ASSAY_JSON_ARRAY))
        for (const struct assay_json *m = input->first; m; m = m->next)
            if (assay_str_is(assay_json_text(m, "role"), "user"))
                said = words_of(m);
    said = assay_str_trim(said);
    return said.len ? said : assay_str_trim(at->prompt);
}

/* As much of the first line as a heading holds, in whole characters. */
static struct assay_str heading(struct view *v)
{
    struct assay_str text = v->name;
    struct assay_str line = assay_str_head(text, assay_str_find(text, '\n'));
    size_t len = TITLE_BYTES;

    if (line.len <= TITLE_BYTES && line.len == text.len)
        return line;
    if (line.len <= TITLE_BYTES)
        len = line.len;
    while (len > 0 && len < line.len && is_continuation(line.at[len]))
        len--;
    return assay_arena_printf(v->arena, "%.*s\xe2\x80\xa6",
                              ASSAY_STR_ARG(assay_str_head(line, len)));
}

/* A line of the suite's own list says no more than the number does. */
static struct assay_str where_else(const struct view *v)
{
    const struct assay_run *run = v->prompt->run;
    struct assay_str where = v->prompt->at->where, file, line;

    if (assay_str_is(run->suite_format, "prompts") &&
        assay_str_cut_last(where, ':', &file, &line) &&
        assay_str_equal(file, run->suite))
        return ASSAY_STR("");
    return where;
}

static void say(struct view *v, struct assay_str who, struct assay_str text)
{
    if (text.len)
        assay_section_say(
            v->doc, v->section, ASSAY_BLOCK_PARAGRAPH,
            assay_arena_printf(v->arena, "%.*s%s%.*s", ASSAY_STR_ARG(who),
                               who.len ? ": " : "", ASSAY_STR_ARG(text)));
}

static void show_picture(struct view *v, const struct assay_json *part)
{
    struct assay_str type = assay_json_text(part, "media_type");
    struct assay_block *block = assay_section_say(
        v->doc, v->section, ASSAY_BLOCK_PICTURE,
        assay_arena_printf(v->arena, "[picture, %.*s]", ASSAY_STR_ARG(type)));

    block->link = assay_document_picture_link(v->arena, type,
                                              assay_json_text(part, "base64"));
}

static void say_part(struct view *v, struct assay_str who,
                     const struct assay_json *part)
{
    struct assay_str type = assay_json_text(part, "type");

    if (assay_str_is(type, "text"))
        say(v, who, assay_json_text(part, "text"));
    else if (assay_str_is(type, "image"))
        show_picture(v, part);
    else if (assay_str_is(type, "image_url"))
        say(v, who,
            assay_arena_printf(v->arena, "[picture at %.*s]",
                               ASSAY_STR_ARG(assay_json_text(part, "url"))));
}

/* Who speaks is said where more than the user does. */
static void say_messages(struct view *v, const struct assay_json *messages)
{
    for (const struct assay_json *m = messages->first; m; m = m->next) {
        const struct assay_json *content = assay_json_get(m, "content");
        struct assay_str who =
            messages->count > 1 ? assay_json_text(m, "role") : ASSAY_STR("");
        if (!assay_json_is(content, ASSAY_JSON_ARRAY)) {
            say(v, who, assay_json_text(m, "content"));
            continue;
        }
        for (const struct assay_json *p = content->first; p; p = p->next)
            say_part(v, who, p);
    }
}

static void say_choices(struct view *v, const struct assay_json *input)
{
    const struct assay_json *choices = assay_json_get(input, "choices");

    say(v, ASSAY_STR(""), assay_json_text(input, "context"));
    for (const struct assay_json *c = choices ? choices->first : NULL; c;
         c = c->next)
        assay_section_say(v->doc, v->section, ASSAY_BLOCK_ITEM, c->text);
}

/* The heading has said it: one short message of the user's, and no more. */
static bool is_said(const struct view *v, const struct assay_json *messages)
{
    return messages->count == 1 && v->name.len <= TITLE_BYTES &&
           assay_str_find(v->name, '\n') == v->name.len &&
           assay_str_equal(v->name, assay_str_trim(assay_json_text(
                                        messages->first, "content")));
}

static void say_question(struct view *v)
{
    const struct assay_run_case *at = v->prompt->at;
    struct assay_error ignored = {0};
    const struct assay_json *input =
        at->input.len
            ? assay_json_parse(v->arena, kept(v, at->input), NULL, &ignored)
            : NULL;

    if (assay_json_is(input, ASSAY_JSON_ARRAY)) {
        if (!is_said(v, input))
            say_messages(v, input);
    } else if (input) {
        say_choices(v, input);
    } else {
        say(v, ASSAY_STR(""), at->prompt);
    }
}

/* ------------------------------------------------------- the answers */

static struct assay_cell known(struct assay_str text)
{
    return (struct assay_cell){.text = text, .state = ASSAY_KNOWN};
}

static struct assay_cell none(struct assay_str why)
{
    return (struct assay_cell){.text = why, .state = ASSAY_UNKNOWN};
}

static struct assay_str calls_text(struct view *v,
                                   const struct assay_completion *reply)
{
    struct assay_str text = kept(v, reply->text);

    for (size_t i = 0; i < reply->call_count; i++)
        text = assay_arena_printf(v->arena, "%.*s%s%.*s(%.*s)",
                                  ASSAY_STR_ARG(text), text.len ? " " : "",
                                  ASSAY_STR_ARG(reply->calls[i].name),
                                  ASSAY_STR_ARG(reply->calls[i].arguments));
    return text;
}

static struct assay_cell answer(struct view *v, const struct assay_attempt *a)
{
    struct assay_str text;

    if (!a)
        return none(ASSAY_STR("not asked"));
    if (a->state != ASSAY_ATTEMPT_DONE)
        return none(assay_arena_printf(
            v->arena, "no answer: %s%s%.*s", assay_class_name(a->of),
            a->message.len ? ", " : "", ASSAY_STR_ARG(a->message)));
    text = calls_text(v, &a->reply);
    if (!text.len && a->reply.refusal.len)
        text = assay_arena_printf(v->arena, "refused: %.*s",
                                  ASSAY_STR_ARG(a->reply.refusal));
    return text.len ? known(text) : none(ASSAY_STR("(empty)"));
}

static struct assay_cell marked(struct view *v, const struct assay_attempt *a)
{
    struct assay_cell cell;

    if (!a || a->state != ASSAY_ATTEMPT_DONE)
        return none(ASSAY_STR(""));
    cell = known(assay_str_c(assay_mark_name(a->mark)));
    if (a->mark == ASSAY_MARK_FAILED || a->mark == ASSAY_MARK_ERROR)
        cell.flags = ASSAY_CELL_WARN;
    if (a->score > 0 && a->score < 1)
        cell.note = assay_arena_printf(v->arena, "%.3g", a->score);
    return cell;
}

/* What a person said of it, beside what the judge did. */
static struct assay_cell labelled(struct view *v, const struct assay_attempt *a)
{
    const struct assay_run *run = v->prompt->run;
    size_t count = (size_t)run->repeats * run->route_count;

    for (size_t i = 0; a && i < count; i++)
        if (v->prompt->ends[i] == a && v->prompt->labels[i])
            return known(v->prompt->labels[i]->passed ? ASSAY_STR("pass")
                                                      : ASSAY_STR("fail"));
    return none(ASSAY_STR(""));
}

/* Reasons of the checks that did not pass. */
static struct assay_cell why(struct view *v, const struct assay_attempt *a)
{
    struct assay_str text = {"", 0};

    if (!a || a->state != ASSAY_ATTEMPT_DONE || !a->checks ||
        a->mark == ASSAY_MARK_PASSED)
        return none(text);
    for (const struct assay_json *c = a->checks->first; c; c = c->next)
        if (!assay_str_is(assay_json_text(c, "mark"), "passed"))
            text = assay_arena_printf(
                v->arena, "%.*s%s%.*s: %.*s", ASSAY_STR_ARG(text),
                text.len ? "; " : "", ASSAY_STR_ARG(assay_json_text(c, "type")),
                ASSAY_STR_ARG(assay_json_text(c, "reason")));
    return text.len ? known(text) : none(text);
}

static struct assay_cell took(struct view *v, const struct assay_attempt *a)
{
    double ms = a ? assay_attempt_latency_ms(a) : (double)NAN;

    if (!isfinite(ms))
        return none(ASSAY_STR(""));
    return known(assay_arena_printf(v->arena, "%.*f ms", ms < 10 ? 1 : 0, ms));
}

/* A row of the table, unless there is nothing in it. */
static void add_row(struct view *v, struct assay_block *table, const char *name,
                    size_t repeat,
                    struct assay_cell (*cell)(struct view *v,
                                              const struct assay_attempt *a))
{
    const struct assay_run *run = v->prompt->run;
    const struct assay_attempt *const *ends =
        v->prompt->ends + repeat * run->route_count;
    struct assay_cell *row =
        ASSAY_NEW_ARRAY(v->arena, struct assay_cell, run->route_count);
    bool any = false;

    for (size_t r = 0; r < run->route_count; r++) {
        row[r] = cell(v, ends[r]);
        any |= row[r].text.len > 0;
    }
    if (!any)
        return;
    struct assay_cell *cells = assay_table_row(v->doc, table);
    cells[0] = known(run->repeats > 1 ? assay_arena_printf(v->arena, "%s %zu",
                                                           name, repeat + 1)
                                      : assay_str_c(name));
    for (size_t r = 0; r < run->route_count; r++)
        cells[r + 1] = row[r];
}

static void add_answers(struct view *v)
{
    const struct assay_run *run = v->prompt->run;
    struct assay_column *columns =
        ASSAY_NEW_ARRAY(v->arena, struct assay_column, run->route_count + 1);
    struct assay_block *table;

    for (size_t r = 0; r < run->route_count; r++)
        columns[r + 1].title = kept(v, run->routes[r].label);
    table =
        assay_section_table(v->doc, v->section, columns, run->route_count + 1);
    for (size_t repeat = 0; repeat < run->repeats; repeat++) {
        add_row(v, table, "answer", repeat, answer);
        add_row(v, table, "marked", repeat, marked);
        add_row(v, table, "your label", repeat, labelled);
        add_row(v, table, "why", repeat, why);
        add_row(v, table, "took", repeat, took);
    }
}

void assay_run_prompt_section(struct assay_document *doc,
                              const struct assay_run_prompt *prompt)
{
    struct view v = {
        .arena = doc->arena,
        .doc = doc,
        .prompt = prompt,
        .name = assay_run_case_name(doc->arena, prompt->at),
    };
    struct assay_str number = assay_arena_printf(
        v.arena, "prompt-%llu", (unsigned long long)prompt->at->number + 1);
    struct assay_str where = where_else(&v);
    struct assay_str title = assay_arena_printf(
        v.arena, "%llu. %.*s%s%.*s", (unsigned long long)prompt->at->number + 1,
        ASSAY_STR_ARG(heading(&v)), where.len ? " \xc2\xb7 " : "",
        ASSAY_STR_ARG(where));

    v.section = assay_document_section(doc, number.at, title.at);
    v.section->minor = true;
    say_question(&v);
    add_answers(&v);
}
