/*
 * Assertions that count words: word-count, bleu, gleu. A word is what white
 * space cuts; bleu and gleu lower it first.
 *
 * bleu: Papineni et al., ACL 2002, sentence level, to four words, as
 * promptfoo 0.123.1 has it: orders longer than the answer are left out and
 * the weights shared among the rest, a precision of 0 counts as 1e-7, the
 * closest reference (the shorter of two) makes the brevity penalty.
 * gleu: Wu et al., arXiv 1609.08144, the smaller of precision and recall
 * over one to four words together; full stops at the end of words dropped.
 */
#include "trial/score_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ORDERS = 4,
};

/* ------------------------------------------------- word-count */

static bool read_number(const struct assay_json *value, double *number)
{
    char text[40];
    char *end;

    if (!assay_json_is(value, ASSAY_JSON_NUMBER) &&
        !assay_json_is(value, ASSAY_JSON_STRING))
        return false;
    struct assay_str trimmed = assay_js_trim(value->text);
    if (trimmed.len == 0 || trimmed.len >= sizeof text)
        return false;
    memcpy(text, trimmed.at, trimmed.len);
    text[trimmed.len] = 0;
    *number = strtod(text, &end);
    return *end == 0 && isfinite(*number);
}

struct bounds {
    double min, max;
};

static bool read_bounds(const struct assay_json *value, struct bounds *bounds,
                        struct assay_error *err)
{
    const struct assay_json *min, *max;

    *bounds = (struct bounds){-INFINITY, INFINITY};
    if (!assay_json_is(value, ASSAY_JSON_OBJECT)) {
        if (!read_number(value, &bounds->min))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "expected a number, or an object with min, max");
        bounds->max = bounds->min;
        return true;
    }
    min = assay_json_get(value, "min");
    max = assay_json_get(value, "max");
    if (!min && !max)
        return assay_fail(err, ASSAY_BAD_INPUT, "expected min, max or both");
    if ((min && !read_number(min, &bounds->min)) ||
        (max && !read_number(max, &bounds->max)))
        return assay_fail(err, ASSAY_BAD_INPUT, "min and max are numbers");
    return bounds->min <= bounds->max ||
           assay_fail(err, ASSAY_BAD_INPUT, "min is above max");
}

static bool accepts_count(struct assay_score_step *step,
                          struct assay_error *err)
{
    struct bounds bounds;

    return read_bounds(step->assertion->value, &bounds, err);
}

static void score_count(struct assay_score_step *step)
{
    struct assay_str rest = step->answer->text, word;
    struct assay_error err = {0};
    struct bounds bounds;
    size_t count = 0;

    if (!read_bounds(step->assertion->value, &bounds, &err)) {
        assay_score_error(step, "%s", err.text);
        return;
    }
    while (assay_js_word(&rest, &word))
        count++;
    if (bounds.min == bounds.max)
        assay_score_is(step, (double)count == bounds.min,
                       "%zu words, asked for %g", count, bounds.min);
    else
        assay_score_is(
            step, (double)count >= bounds.min && (double)count <= bounds.max,
            "%zu words, asked for %g to %g", count, bounds.min, bounds.max);
}

/* -------------------------------------------------- n-grams */

/* A text's words, each as a number; equal words have equal numbers. */
struct words {
    uint32_t *at;
    size_t count;
};

struct dictionary {
    struct assay_arena *arena;
    struct assay_str *words; /* by number, from 1 */
    uint32_t *slots;         /* of numbers; 0: free */
    size_t mask, count;
};

/* Room for so many words. */
static struct dictionary new_dictionary(struct assay_arena *arena, size_t most)
{
    size_t slots = 16;

    while (slots < 2 * most)
        slots *= 2;
    return (struct dictionary){
        .arena = arena,
        .words = ASSAY_NEW_ARRAY(arena, struct assay_str, most + 2),
        .slots = ASSAY_NEW_ARRAY(arena, uint32_t, slots),
        .mask = slots - 1,
    };
}

static uint32_t number_of(struct dictionary *in, struct assay_str word)
{
    size_t slot = (size_t)assay_str_hash(word) & in->mask;

    while (in->slots[slot]) {
        if (assay_str_equal(in->words[in->slots[slot]], word))
            return in->slots[slot];
        slot = (slot + 1) & in->mask;
    }
    in->words[++in->count] = word;
    in->slots[slot] = (uint32_t)in->count;
    return (uint32_t)in->count;
}

static size_t count_words(struct assay_str text)
{
    struct assay_str word;
    size_t count = 0;

    while (assay_js_word(&text, &word))
        count++;
    return count;
}

static struct assay_str without_stops(struct assay_str word)
{
    while (word.len > 0 && word.at[word.len - 1] == '.')
        word.len--;
    return word;
}

static struct words words_of(struct dictionary *in, struct assay_str text,
                             bool drop_stops)
{
    struct assay_str word;
    struct words words = {
        ASSAY_NEW_ARRAY(in->arena, uint32_t, count_words(text) + 1), 0};

    text = assay_js_lower(in->arena, text);
    size_t kept = 0;
    while (assay_js_word(&text, &word)) {
        if (drop_stops)
            word = without_stops(word);
        kept += word.len > 0;
        words.at[words.count++] = number_of(in, word);
    }
    if (kept == 0) /* bleu: "".split() gives one empty word; gleu: none */
        words.count = 0;
    if (kept == 0 && !drop_stops)
        words.at[words.count++] = number_of(in, ASSAY_STR(""));
    return words;
}

struct gram {
    uint32_t word[ORDERS];
};

static int compare_grams(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct gram));
}

struct grams {
    struct gram *at;
    size_t count;
};

static struct grams grams_of(struct assay_arena *arena, struct words words,
                             size_t n)
{
    struct grams grams = {0};

    if (n > words.count)
        return grams;
    grams.count = words.count - n + 1;
    grams.at = ASSAY_NEW_ARRAY(arena, struct gram, grams.count);
    for (size_t i = 0; i < grams.count; i++)
        memcpy(grams.at[i].word, words.at + i, n * sizeof *words.at);
    qsort(grams.at, grams.count, sizeof *grams.at, compare_grams);
    return grams;
}

/* How many of a's are in b, each of b's taken once. */
static size_t common(struct grams a, struct grams b)
{
    size_t i = 0, j = 0, count = 0;

    while (i < a.count && j < b.count) {
        int order = compare_grams(&a.at[i], &b.at[j]);

        count += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return count;
}

/* ---------------------------------------------- bleu and gleu */

struct references {
    struct words answer;
    struct words *at;
    size_t count;
};

static bool accepts_references(struct assay_score_step *step,
                               struct assay_error *err)
{
    const struct assay_json *value = step->assertion->value;

    if (assay_json_is(value, ASSAY_JSON_STRING))
        return true;
    if (!assay_json_is(value, ASSAY_JSON_ARRAY) || value->count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "expected a text, or a list of texts");
    for (const struct assay_json *v = value->first; v; v = v->next)
        if (!assay_json_is(v, ASSAY_JSON_STRING))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "expected a list of texts, one is a %s",
                              assay_json_type_name(v));
    return true;
}

static struct references read_references(struct assay_score_step *step,
                                         bool drop_stops)
{
    const struct assay_json *value = step->assertion->value;
    const struct assay_json *first =
        assay_json_is(value, ASSAY_JSON_ARRAY) ? value->first : value;
    size_t most = count_words(step->answer->text) + 1, count = 0;

    for (const struct assay_json *v = first; v; v = v->next, count++) {
        most += count_words(v->text) + 1;
        if (v == value)
            break;
    }
    struct dictionary words = new_dictionary(step->arena, most);
    struct references all = {
        .answer = words_of(&words, step->answer->text, drop_stops),
        .at = ASSAY_NEW_ARRAY(step->arena, struct words, count + 1),
    };
    for (const struct assay_json *v = first; v; v = v->next) {
        all.at[all.count++] = words_of(&words, v->text, drop_stops);
        if (v == value)
            break;
    }
    return all;
}

static size_t apart(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* The length closest to the answer's; of two the shorter. */
static size_t closest_length(const struct references *all)
{
    size_t best = all->at[0].count, own = all->answer.count;

    for (size_t i = 1; i < all->count; i++) {
        size_t here = all->at[i].count;

        if (apart(here, own) < apart(best, own) ||
            (apart(here, own) == apart(best, own) && here < best))
            best = here;
    }
    return best;
}

static void score_bleu(struct assay_score_step *step)
{
    double threshold = assay_score_threshold(step->assertion, 0.5);
    struct references all = read_references(step, false);
    double logs = 0, orders = 0, penalty = 1;

    if (assay_js_trim(step->answer->text).len == 0) {
        assay_score_grade(step, 0, threshold, "bleu");
        return;
    }
    for (size_t n = 1; n <= ORDERS; n++) {
        struct grams own = grams_of(step->arena, all.answer, n);
        size_t most = 0;

        if (own.count == 0)
            continue;
        for (size_t i = 0; i < all.count; i++) {
            size_t here = common(own, grams_of(step->arena, all.at[i], n));
            most = here > most ? here : most;
        }
        logs += log(most ? (double)most / (double)own.count : 1e-7);
        orders++;
    }
    double length = (double)closest_length(&all);
    if ((double)all.answer.count <= length)
        penalty = exp(1 - length / (double)all.answer.count);
    assay_score_grade(step, penalty * exp(logs / orders), threshold, "bleu");
}

static double gleu_of(struct assay_arena *arena, struct words a, struct words b)
{
    size_t matches = 0, total_a = 0, total_b = 0;

    if (a.count == 0 || b.count == 0)
        return 0;
    if (a.count == b.count && memcmp(a.at, b.at, a.count * sizeof *a.at) == 0)
        return 1;
    for (size_t n = 1; n <= ORDERS; n++) {
        struct grams of_a = grams_of(arena, a, n), of_b = grams_of(arena, b, n);

        matches += common(of_a, of_b);
        total_a += of_a.count;
        total_b += of_b.count;
    }
    double more = (double)(total_a > total_b ? total_a : total_b);
    return (double)matches / more;
}

static void score_gleu(struct assay_score_step *step)
{
    struct references all = read_references(step, true);
    double best = 0;

    for (size_t i = 0; i < all.count; i++) {
        double here = gleu_of(step->arena, all.answer, all.at[i]);
        best = here > best ? here : best;
    }
    assay_score_grade(step, best, assay_score_threshold(step->assertion, 0.5),
                      "gleu");
}

const struct assay_score_kind assay_score_words_kinds[] = {
    {"word-count", accepts_count, score_count},
    {"bleu", accepts_references, score_bleu},
    {"gleu", accepts_references, score_gleu},
    {0},
};
