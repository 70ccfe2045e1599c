/*
 * Judges of a run as its page and its document show them: an opinion until
 * labels say how far it can be trusted.
 */
#include "trial/run_judges.h"

#include <math.h>

#define SAY(doc, section, kind, ...)            \
    assay_section_say((doc), (section), (kind), \
                      assay_arena_printf((doc)->arena, __VA_ARGS__))

/* ------------------------------------------------------- the document */

static void set_interval(struct assay_arena *arena, struct assay_json *o,
                         const char *key, struct assay_interval interval)
{
    struct assay_json *pair = assay_json_set(o, key, assay_json_array(arena));

    assay_json_add(pair, assay_json_real(arena, interval.low));
    assay_json_add(pair, assay_json_real(arena, interval.high));
}

static double share(uint64_t part, uint64_t of)
{
    return of ? (double)part / (double)of : (double)NAN;
}

static void set_spent(struct assay_arena *arena, struct assay_json *o,
                      struct assay_spent spent)
{
    bool none = spent.state == ASSAY_NOT_APPLICABLE;

    if (none || spent.state == ASSAY_UNKNOWN)
        assay_json_set_null(arena, o, "cost_usd");
    else
        assay_json_set_text(arena, o, "cost_usd",
                            assay_decimal_text(arena, spent.usd));
    assay_json_set_c(arena, o, "cost_state", assay_state_name(spent.state));
}

static void set_labels(struct assay_arena *arena, struct assay_json *o,
                       const struct assay_judge_figures *j)
{
    struct assay_json *l =
        assay_json_set(o, "labels", assay_json_object(arena));

    assay_json_set_uint(arena, l, "passed", j->labelled_pass);
    assay_json_set_uint(arena, l, "failed", j->labelled_fail);
    assay_json_set(
        l, "sensitivity",
        assay_json_real(arena, share(j->right_pass, j->labelled_pass)));
    set_interval(arena, l, "sensitivity_95", j->sensitivity_95);
    assay_json_set(
        l, "specificity",
        assay_json_real(arena, share(j->right_fail, j->labelled_fail)));
    set_interval(arena, l, "specificity_95", j->specificity_95);
}

static void add_judged(struct assay_arena *arena, struct assay_json *list,
                       const struct assay_run_route *route,
                       const struct assay_judged_figures *of)
{
    struct assay_json *o = assay_json_add(list, assay_json_object(arena));

    assay_json_set_text(arena, o, "route", route->id);
    assay_json_set_bool(arena, o, "under_trial", of->under_trial);
    assay_json_set_bool(arena, o, "same_family", of->same_family);
    assay_json_set_uint(arena, o, "passed", of->passed);
    assay_json_set_uint(arena, o, "judged", of->judged);
    if (!of->corrected) {
        assay_json_set_null(arena, o, "corrected");
        return;
    }
    assay_json_set(o, "corrected", assay_json_real(arena, of->rate.rate));
    set_interval(arena, o, "corrected_95", of->rate.interval_95);
}

static void add_judge(struct assay_arena *arena, struct assay_json *list,
                      const struct assay_run_figures *f, size_t i)
{
    const struct assay_run_route *judge = &f->run->judges[i];
    const struct assay_judge_figures *j = &f->judges[i];
    struct assay_json *o = assay_json_add(list, assay_json_object(arena));

    assay_json_set_text(arena, o, "judge", judge->id);
    assay_json_set_text(arena, o, "label", judge->label);
    if (judge->model.len)
        assay_json_set_text(arena, o, "model", judge->model);
    else
        assay_json_set_null(arena, o, "model");
    assay_json_set_uint(arena, o, "calls", j->calls);
    assay_json_set_uint(arena, o, "unknown_calls", j->unknown);
    assay_json_set_uint(arena, o, "input_tokens", j->input_tokens);
    assay_json_set_uint(arena, o, "output_tokens", j->output_tokens);
    set_spent(arena, o, j->spent);
    assay_json_set_uint(arena, o, "opinions", j->opinions);
    assay_json_set_uint(arena, o, "silent", j->silent);
    assay_json_set_uint(arena, o, "asked_again", j->repeated);
    assay_json_set_uint(arena, o, "unanimous", j->unanimous);
    set_interval(arena, o, "unanimous_95", j->unanimous_95);
    assay_json_set_c(arena, o, "calibration",
                     assay_calibration_name(j->calibration));
    set_labels(arena, o, j);
    struct assay_json *routes =
        assay_json_set(o, "routes", assay_json_array(arena));
    for (size_t r = 0; r < f->run->route_count; r++)
        add_judged(arena, routes, &f->run->routes[r], &j->routes[r]);
}

struct assay_json *assay_judges_json(struct assay_arena *arena,
                                     const struct assay_run_figures *f)
{
    struct assay_json *list = assay_json_array(arena);

    for (size_t i = 0; i < f->run->judge_count; i++)
        add_judge(arena, list, f, i);
    return list;
}

/* ------------------------------------------------------- for people */

static bool is_opinion(const struct assay_judge_figures *j)
{
    return j->opinions && j->calibration != ASSAY_CALIBRATION_DONE;
}

void assay_judges_say_opinion(struct assay_document *doc,
                              struct assay_section *section,
                              const struct assay_run_figures *f)
{
    for (size_t i = 0; i < f->run->judge_count; i++)
        if (is_opinion(&f->judges[i]))
            SAY(doc, section, ASSAY_BLOCK_ITEM,
                "rests on judge opinion: marks of %.*s, %s",
                ASSAY_STR_ARG(f->run->judges[i].label),
                f->judges[i].calibration == ASSAY_CALIBRATION_NONE
                    ? "which no label of yours has calibrated"
                : f->judges[i].calibration == ASSAY_CALIBRATION_CHANCE
                    ? "which against your labels is no better than chance"
                : f->judges[i].calibration == ASSAY_CALIBRATION_ONE
                    ? "which labels of one kind cannot calibrate"
                    : "which few labels of yours have calibrated");
}

static struct assay_str money(struct assay_document *doc,
                              struct assay_spent spent)
{
    if (spent.state == ASSAY_NOT_APPLICABLE)
        return ASSAY_STR("nothing");
    if (spent.state == ASSAY_UNKNOWN)
        return ASSAY_STR("cost unknown");
    return assay_spent_text(doc->arena, spent);
}

static void say_work(struct assay_document *doc, struct assay_section *section,
                     const struct assay_run_figures *f, size_t i)
{
    const struct assay_judge_figures *j = &f->judges[i];
    struct assay_str spent = money(doc, j->spent);
    struct assay_str unheard =
        j->unknown ? assay_arena_printf(doc->arena, " (%llu never heard of)",
                                        (unsigned long long)j->unknown)
                   : ASSAY_STR("");

    SAY(doc, section, ASSAY_BLOCK_ITEM,
        "%.*s: %llu question%s%.*s, %.*s; %llu opinion%s",
        ASSAY_STR_ARG(f->run->judges[i].label), (unsigned long long)j->calls,
        j->calls == 1 ? "" : "s", ASSAY_STR_ARG(unheard), ASSAY_STR_ARG(spent),
        (unsigned long long)j->opinions, j->opinions == 1 ? "" : "s");
    if (j->silent)
        SAY(doc, section, ASSAY_BLOCK_ITEM,
            "%llu answer%s not judged: it was silent, or not to be understood",
            (unsigned long long)j->silent, j->silent == 1 ? "" : "s");
    if (j->repeated)
        SAY(doc, section, ASSAY_BLOCK_ITEM,
            "asked again it said the same of %llu of %llu "
            "(%.0f\xe2\x80\x93%.0f %%)",
            (unsigned long long)j->unanimous, (unsigned long long)j->repeated,
            j->unanimous_95.low * 100, j->unanimous_95.high * 100);
}

static void say_kin(struct assay_document *doc, struct assay_section *section,
                    const struct assay_run_figures *f, size_t i)
{
    for (size_t r = 0; r < f->run->route_count; r++) {
        const struct assay_judged_figures *of = &f->judges[i].routes[r];
        if (of->same_family)
            SAY(doc, section, ASSAY_BLOCK_ITEM,
                "it judges %s of %.*s: a judge may favour %s",
                of->under_trial ? "its own answers, those"
                                : "answers of its own family, those",
                ASSAY_STR_ARG(f->run->routes[r].label),
                of->under_trial ? "itself" : "its kin");
    }
}

static void say_calibration(struct assay_document *doc,
                            struct assay_section *section,
                            const struct assay_judge_figures *j)
{
    uint64_t labels = j->labelled_pass + j->labelled_fail;

    if (labels == 0 && j->opinions == 0)
        return;
    if (labels == 0) {
        SAY(doc, section, ASSAY_BLOCK_ITEM,
            "judge opinion: no label of yours says how far it can be trusted");
        return;
    }
    SAY(doc, section, ASSAY_BLOCK_ITEM,
        "%llu label%s of yours%s: of %llu passes it passed %llu "
        "(%.0f\xe2\x80\x93%.0f %%), of %llu failures it failed %llu "
        "(%.0f\xe2\x80\x93%.0f %%)",
        (unsigned long long)labels, labels == 1 ? "" : "s",
        labels < ASSAY_CALIBRATION_LABELS ? ", fewer than 50" : "",
        (unsigned long long)j->labelled_pass, (unsigned long long)j->right_pass,
        j->sensitivity_95.low * 100, j->sensitivity_95.high * 100,
        (unsigned long long)j->labelled_fail, (unsigned long long)j->right_fail,
        j->specificity_95.low * 100, j->specificity_95.high * 100);
    if (j->calibration == ASSAY_CALIBRATION_ONE)
        SAY(doc, section, ASSAY_BLOCK_ITEM,
            "nothing can be corrected: labels of passes and of failures are "
            "needed");
    if (j->calibration == ASSAY_CALIBRATION_CHANCE)
        SAY(doc, section, ASSAY_BLOCK_ITEM,
            "nothing can be corrected: on these labels it tells passes from "
            "failures no better than chance");
}

static void say_rates(struct assay_document *doc, struct assay_section *section,
                      const struct assay_run_figures *f, size_t i)
{
    for (size_t r = 0; r < f->run->route_count; r++) {
        const struct assay_judged_figures *of = &f->judges[i].routes[r];
        if (!of->corrected)
            continue;
        SAY(doc, section, ASSAY_BLOCK_ITEM,
            "%.*s: it passed %llu of %llu; corrected %.1f %% "
            "(%.1f\xe2\x80\x93%.1f %%)%s",
            ASSAY_STR_ARG(f->run->routes[r].label),
            (unsigned long long)of->passed, (unsigned long long)of->judged,
            of->rate.rate * 100, of->rate.interval_95.low * 100,
            of->rate.interval_95.high * 100,
            f->judges[i].calibration == ASSAY_CALIBRATION_FEW ? ", few labels"
                                                              : "");
    }
}

void assay_judges_say(struct assay_document *doc,
                      const struct assay_run_figures *f)
{
    struct assay_section *section = NULL;
    bool opinion = false;

    for (size_t i = 0; i < f->run->judge_count; i++) {
        if (!section)
            section = assay_document_section(doc, "judges", "Judges");
        say_work(doc, section, f, i);
        say_kin(doc, section, f, i);
        say_calibration(doc, section, &f->judges[i]);
        say_rates(doc, section, f, i);
        opinion |= is_opinion(&f->judges[i]);
    }
    if (opinion && !f->stable)
        SAY(doc, section, ASSAY_BLOCK_COMMAND, "assay label %.*s",
            ASSAY_STR_ARG(f->run->id));
}
