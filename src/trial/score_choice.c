/*
 * Scores of lm-eval-harness: which choice is the likeliest (acc and its
 * kin), and exact_match. Definitions: lm_eval/api/task.py and the metric
 * exact_match of Hugging Face's evaluate, read 2026-11-22.
 */
#include "trial/score_parts.h"

#include "trial/pattern.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------- likelihoods */

enum norm { NORM_NONE, NORM_CHARACTERS, NORM_BYTES };

static double length_of(struct assay_str text, enum norm norm)
{
    size_t count = 0;

    if (norm == NORM_NONE)
        return 1;
    if (norm == NORM_BYTES)
        return (double)text.len;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return (double)count;
}

/* The first of the largest wins, as in numpy.argmax. */
static void score_likeliest(struct assay_score_step *step, enum norm norm)
{
    static const char *const each[] = {"", " per character", " per byte"};
    const double *logs = step->answer->likelihoods;
    const struct assay_case *of = step->of;
    struct assay_str told = ASSAY_STR("");
    double best = -INFINITY;
    size_t chosen = 0;

    if (!logs) {
        assay_score_error(step, "no likelihoods came with this answer");
        return;
    }
    for (size_t i = 0; i < of->choice_count; i++) {
        struct assay_str choice = assay_str_skip(of->choices[i], of->delimiter);
        double here = logs[i] / length_of(choice, norm);

        if (isnan(here) || isinf(logs[i])) {
            assay_score_error(step, "choice %zu has no likelihood", i + 1);
            return;
        }
        told = assay_arena_printf(step->arena, "%.*s%s%.4f",
                                  ASSAY_STR_ARG(told), i ? ", " : "", here);
        if (here > best) {
            best = here;
            chosen = i;
        }
    }
    assay_score_is(step, chosen == of->gold,
                   "choice %zu is the likeliest, %zu is right: "
                   "log-likelihoods%s %.*s",
                   chosen + 1, of->gold + 1, each[norm], ASSAY_STR_ARG(told));
}

static void score_acc(struct assay_score_step *step)
{
    score_likeliest(step, NORM_NONE);
}

static void score_acc_norm(struct assay_score_step *step)
{
    score_likeliest(step, NORM_CHARACTERS);
}

static void score_acc_bytes(struct assay_score_step *step)
{
    score_likeliest(step, NORM_BYTES);
}

static bool accepts_choice(struct assay_score_step *step,
                           struct assay_error *err)
{
    const struct assay_case *of = step->of;

    if (of->kind != ASSAY_CASE_CHOICE)
        return assay_fail(err, ASSAY_BAD_INPUT, "it is for cases with choices");
    return (of->choice_count >= 2 && of->gold < of->choice_count) ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "expected two choices or more, and one right");
}

/* ------------------------------------------------- exact_match */

static bool has_option(const struct assay_json *options, const char *name)
{
    return assay_json_is(assay_json_get(options, name), ASSAY_JSON_TRUE);
}

static bool accepts_exact(struct assay_score_step *step,
                          struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;
    const struct assay_json *target = assay_json_get(value, "target");
    const struct assay_json *regexes =
        assay_json_get(value, "regexes_to_ignore");

    if (!assay_json_is(target, ASSAY_JSON_STRING) &&
        !(assay_json_is(target, ASSAY_JSON_ARRAY) && target->count > 0))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "expected a \"target\": a text, or a list of them");
    for (const struct assay_json *r = regexes ? regexes->first : NULL; r;
         r = r->next)
        if (!assay_pattern_shelf_get(step->patterns, step->arena,
                                     ASSAY_PATTERN_PYTHON, r->text, err))
            return assay_fail_in(err, "regexes_to_ignore");
    return true;
}

/* Python's re.sub(pattern, "", text). */
static bool drop_matches(const struct assay_score_step *step,
                         struct assay_str regex, struct assay_str *text,
                         struct assay_error *err)
{
    struct assay_arena *arena = step->arena;
    struct assay_pattern_text units;
    struct assay_buf kept;
    size_t from = 0, copied = 0;
    const struct assay_pattern *pattern = assay_pattern_shelf_get(
        step->patterns, arena, ASSAY_PATTERN_PYTHON, regex, err);

    if (!pattern || !assay_pattern_text(arena, *text, &units, err))
        return false;
    struct assay_pattern_span *spans = ASSAY_NEW_ARRAY(
        arena, struct assay_pattern_span, assay_pattern_groups(pattern) + 1);
    enum assay_pattern_found found = ASSAY_PATTERN_NONE;
    assay_buf_init(&kept, text->len + 1);
    while (from <= units.len) {
        found = assay_pattern_search(pattern, units, from, spans, err);
        if (found != ASSAY_PATTERN_FOUND)
            break;
        assay_buf_add(&kept, assay_pattern_part(arena, units,
                                                (struct assay_pattern_span){
                                                    copied, spans[0].start}));
        copied = spans[0].end;
        from = copied + (spans[0].end == spans[0].start);
        if (from > copied && from < units.len && units.at[from] >= 0xdc00 &&
            units.at[from] <= 0xdfff)
            from++; /* not into a pair */
    }
    assay_buf_add(&kept, assay_pattern_part(
                             arena, units,
                             (struct assay_pattern_span){copied, units.len}));
    *text = assay_arena_copy(arena, assay_buf_str(&kept));
    assay_buf_release(&kept);
    return found != ASSAY_PATTERN_GAVE_UP;
}

/* string.punctuation, string.digits */
static struct assay_str drop_bytes(struct assay_arena *arena,
                                   struct assay_str text, const char *dropped)
{
    char *to = ASSAY_NEW_ARRAY(arena, char, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == 0 || !strchr(dropped, text.at[i]))
            to[len++] = text.at[i];
    return (struct assay_str){to, len};
}

static bool prepare(struct assay_score_step *step, struct assay_str *text,
                    struct assay_error *err)
{
    const struct assay_json *options = step->assertion->value;
    const struct assay_json *regexes =
        assay_json_get(options, "regexes_to_ignore");

    for (const struct assay_json *r = regexes ? regexes->first : NULL; r;
         r = r->next)
        if (!drop_matches(step, r->text, text, err))
            return false;
    if (has_option(options, "ignore_case"))
        *text = assay_js_lower(step->arena, *text);
    if (has_option(options, "ignore_punctuation"))
        *text = drop_bytes(step->arena, *text,
                           "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
    if (has_option(options, "ignore_numbers"))
        *text = drop_bytes(step->arena, *text, "0123456789");
    return true;
}

static void score_exact(struct assay_score_step *step)
{
    const struct assay_json *target =
        assay_json_get(step->assertion->value, "target");
    const struct assay_json *first =
        target->type == ASSAY_JSON_ARRAY ? target->first : target;
    struct assay_str text = step->answer->text;
    struct assay_error err = {0};

    if (!prepare(step, &text, &err)) {
        assay_score_error(step, "%s", err.text);
        return;
    }
    for (const struct assay_json *t = first; t;
         t = t == target ? NULL : t->next) {
        struct assay_str wanted = t->text;

        if (!prepare(step, &wanted, &err)) {
            assay_score_error(step, "%s", err.text);
            return;
        }
        if (assay_str_equal(text, wanted)) {
            assay_score_is(step, true, "the answer is \"%.*s\"",
                           ASSAY_STR_ARG(assay_score_show(step->arena, text)));
            return;
        }
    }
    assay_score_is(step, false, "the answer \"%.*s\" is not \"%.*s\"",
                   ASSAY_STR_ARG(assay_score_show(step->arena, text)),
                   ASSAY_STR_ARG(assay_score_show(step->arena, first->text)));
}

const struct assay_score_kind assay_score_choice_kinds[] = {
    {"acc", accepts_choice, score_acc},
    {"acc_norm", accepts_choice, score_acc_norm},
    {"acc_bytes", accepts_choice, score_acc_bytes},
    {"exact_match", accepts_exact, score_exact},
    {0},
};
