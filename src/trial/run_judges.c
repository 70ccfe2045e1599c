/*
 * Judges of a run: what they were asked and cost, how far they agree with
 * themselves, and how far with the labels that a person gave to the same
 * answers (Rogan and Gladen 1978; Lee et al., arXiv 2511.21140).
 */
#include "trial/run_judges.h"

#include <math.h>

const char *assay_calibration_name(enum assay_calibration calibration)
{
    static const char *const names[] = {
        [ASSAY_CALIBRATION_NONE] = "none",
        [ASSAY_CALIBRATION_ONE] = "one-sided",
        [ASSAY_CALIBRATION_CHANCE] = "chance",
        [ASSAY_CALIBRATION_FEW] = "few",
        [ASSAY_CALIBRATION_DONE] = "done",
    };
    return names[calibration];
}

/* ------------------------------------------------------- what was asked */

static bool take_call(void *of_gather, struct assay_arena *arena,
                      const struct assay_judge_call *call)
{
    struct assay_judges_gather *g = of_gather;
    struct assay_run_figures *f = g->figures;
    bool sent = call->state != ASSAY_ATTEMPT_PLANNED;

    (void)arena;
    if (call->judge >= f->run->judge_count || !sent ||
        (f->stable &&
         (call->state != ASSAY_ATTEMPT_DONE || call->place >= f->run->counted)))
        return true;
    struct assay_judge_figures *j = &f->judges[call->judge];
    j->calls++;
    j->unknown += call->state == ASSAY_ATTEMPT_UNKNOWN;
    j->input_tokens += call->usage.input_tokens;
    j->output_tokens += call->usage.output_tokens;
    assay_spent_add(&j->spent, (struct assay_spent){.state = call->cost_state,
                                                    .usd = call->cost_usd});
    return true;
}

/* By the models that the catalog knows, else by their names. */
static void set_kinship(struct assay_judges_gather *g, size_t judge)
{
    const struct assay_run *run = g->figures->run;
    const struct assay_run_route *j = &run->judges[judge];

    for (size_t r = 0; r < run->route_count; r++) {
        const struct assay_run_route *route = &run->routes[r];
        struct assay_judged_figures *of = &g->figures->judges[judge].routes[r];
        bool known = j->model.len && route->model.len;
        of->under_trial = assay_str_equal(j->id, route->id) ||
                          (known && assay_str_equal(j->model, route->model));
        of->same_family =
            of->under_trial ||
            assay_judge_same_family(g->arena, known ? j->model : j->id,
                                    known ? route->model : route->id);
    }
}

bool assay_judges_begin(struct assay_judges_gather *g,
                        struct assay_ledger *ledger, struct assay_str id,
                        struct assay_error *err)
{
    struct assay_run_figures *f = g->figures;
    size_t n = f->run->judge_count;
    struct assay_label *labels;

    f->spent_on_judges.state = ASSAY_NOT_APPLICABLE;
    f->judges = ASSAY_NEW_ARRAY(g->arena, struct assay_judge_figures, n);
    for (size_t j = 0; j < n; j++) {
        f->judges[j].spent.state = ASSAY_NOT_APPLICABLE;
        f->judges[j].routes = ASSAY_NEW_ARRAY(
            g->arena, struct assay_judged_figures, f->run->route_count);
        set_kinship(g, j);
    }
    if (n == 0)
        return true;
    if (!assay_ledger_judge_calls(ledger, id, take_call, g, err) ||
        !assay_ledger_labels(ledger, g->arena, id, &labels, &g->label_count,
                             err))
        return false;
    g->labels = labels;
    for (size_t j = 0; j < n; j++)
        assay_spent_add(&f->spent_on_judges, f->judges[j].spent);
    return true;
}

/* ------------------------------------------------------- what was said */

static size_t judge_of(const struct assay_run *run,
                       const struct assay_json *check)
{
    struct assay_str by = assay_json_text(check, "judged_by");

    for (size_t j = 0; by.len && j < run->judge_count; j++)
        if (assay_str_equal(run->judges[j].id, by))
            return j;
    return SIZE_MAX;
}

static bool has_mark(const struct assay_json *check, enum assay_mark mark)
{
    return assay_str_is(assay_json_text(check, "mark"), assay_mark_name(mark));
}

struct assay_opinion assay_opinion_of(const struct assay_run *run,
                                      const struct assay_attempt *a)
{
    struct assay_opinion opinion = {ASSAY_OPINION_NONE, SIZE_MAX, true};
    bool silent = false;

    for (const struct assay_json *c = a->checks ? a->checks->first : NULL; c;
         c = c->next) {
        size_t j = judge_of(run, c);
        if (j == SIZE_MAX)
            continue;
        if (opinion.is == ASSAY_OPINION_NONE)
            opinion.judge = j;
        else if (opinion.judge != j)
            opinion.judge = SIZE_MAX;
        opinion.is = ASSAY_OPINION_GIVEN;
        silent |= has_mark(c, ASSAY_MARK_ERROR);
        opinion.passed &= has_mark(c, ASSAY_MARK_PASSED);
    }
    if (silent)
        opinion.is = ASSAY_OPINION_SILENT;
    return opinion;
}

static void count_checks(struct assay_run_figures *f,
                         const struct assay_attempt *a)
{
    for (const struct assay_json *c = a->checks ? a->checks->first : NULL; c;
         c = c->next) {
        size_t at = judge_of(f->run, c);
        uint64_t votes = 0, agreed = 0;
        if (at == SIZE_MAX)
            continue;
        struct assay_judge_figures *j = &f->judges[at];
        (void)assay_json_to_u64(assay_json_get(c, "votes"), &votes);
        (void)assay_json_to_u64(assay_json_get(c, "agreed"), &agreed);
        j->silent += has_mark(c, ASSAY_MARK_ERROR);
        j->opinions += !has_mark(c, ASSAY_MARK_ERROR);
        if (votes < 2 || has_mark(c, ASSAY_MARK_ERROR))
            continue;
        j->repeated++;
        j->unanimous += agreed == votes;
    }
}

static void count_label(struct assay_judge_figures *j,
                        const struct assay_label *label, bool passed)
{
    j->labelled_pass += label->passed;
    j->labelled_fail += !label->passed;
    j->right_pass += label->passed && passed;
    j->right_fail += !label->passed && !passed;
}

void assay_judges_take(struct assay_judges_gather *g,
                       const struct assay_attempt *a)
{
    struct assay_run_figures *f = g->figures;
    struct assay_opinion opinion;

    if (f->run->judge_count == 0 || a->state != ASSAY_ATTEMPT_DONE)
        return;
    const struct assay_label *label =
        assay_label_next(g->labels, g->label_count, &g->next_label, a);
    opinion = assay_opinion_of(f->run, a);
    bool counted = a->at->place < f->run->counted;
    if (counted) {
        count_checks(f, a);
        f->routes[a->route].unjudged +=
            a->mark == ASSAY_MARK_ERROR && opinion.is == ASSAY_OPINION_SILENT;
    }
    if (opinion.is != ASSAY_OPINION_GIVEN || opinion.judge == SIZE_MAX)
        return;
    struct assay_judge_figures *j = &f->judges[opinion.judge];
    if (label)
        count_label(j, label, opinion.passed);
    if (!counted)
        return;
    j->routes[a->route].judged++;
    j->routes[a->route].passed += opinion.passed;
}

/* ------------------------------------------------------- conclusions */

/* The rates are of what one judge said on all routes together. */
static bool correct(const struct assay_judge_figures *j,
                    struct assay_judged_figures *of)
{
    struct assay_error refused = {0};

    if (of->judged == 0)
        return true;
    const struct assay_judge_labels labels = {
        .pass_rate = (double)of->passed / (double)of->judged,
        .judged = of->judged,
        .specificity = (double)j->right_fail / (double)j->labelled_fail,
        .sensitivity = (double)j->right_pass / (double)j->labelled_pass,
        .labelled_fail = j->labelled_fail,
        .labelled_pass = j->labelled_pass,
    };
    of->corrected = assay_judge_correct(&labels, &of->rate, &refused);
    return of->corrected;
}

static enum assay_calibration calibrate(const struct assay_run *run,
                                        struct assay_judge_figures *j)
{
    uint64_t labels = j->labelled_fail + j->labelled_pass;

    if (labels == 0)
        return ASSAY_CALIBRATION_NONE;
    if (j->labelled_fail == 0 || j->labelled_pass == 0)
        return ASSAY_CALIBRATION_ONE;
    for (size_t r = 0; r < run->route_count; r++)
        if (!correct(j, &j->routes[r]))
            return ASSAY_CALIBRATION_CHANCE;
    return labels < ASSAY_CALIBRATION_LABELS ? ASSAY_CALIBRATION_FEW
                                             : ASSAY_CALIBRATION_DONE;
}

void assay_judges_conclude(struct assay_judges_gather *g)
{
    struct assay_run_figures *f = g->figures;

    for (size_t i = 0; i < f->run->judge_count; i++) {
        struct assay_judge_figures *j = &f->judges[i];
        j->unanimous_95 = assay_proportion_interval(ASSAY_WILSON, j->unanimous,
                                                    j->repeated, 0.95);
        j->specificity_95 = assay_proportion_interval(
            ASSAY_WILSON, j->right_fail, j->labelled_fail, 0.95);
        j->sensitivity_95 = assay_proportion_interval(
            ASSAY_WILSON, j->right_pass, j->labelled_pass, 0.95);
        j->calibration = calibrate(f->run, j);
    }
}
