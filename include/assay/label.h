/*
 * Labels: what a person says of answers that a judge marked. They tell how
 * far the judge can be trusted (report.h).
 */
#ifndef ASSAY_LABEL_H
#define ASSAY_LABEL_H

#include "assay/ledger.h"

/* An answer on which one judge has given its opinion. */
struct assay_judged_answer {
    const struct assay_attempt *answer;
    struct assay_str criterion;      /* a line for each check */
    const struct assay_label *label; /* or NULL */
};
/*
 * All of a run, in its order; what is handed over lives until the function
 * returns. False from it stops the walk. False: see assay_ledger_attempts.
 */
bool assay_judged_answers(
    struct assay_ledger *ledger, const struct assay_run *run,
    bool (*each)(void *context, struct assay_arena *arena,
                 const struct assay_judged_answer *judged),
    void *context, struct assay_error *err);

/* Which of them, kept in an arena. */
struct assay_judged_place {
    uint64_t place;
    uint32_t repeat, route;
    struct assay_str id; /* of the case */
    bool labelled;
};
struct assay_judged_places {
    struct assay_judged_place *at;
    size_t count;
};
bool assay_judged_list(struct assay_ledger *ledger, struct assay_arena *arena,
                       const struct assay_run *run,
                       struct assay_judged_places *places,
                       struct assay_error *err);
/* One of them, as assay_judged_answers hands it over. */
bool assay_judged_answer(struct assay_ledger *ledger,
                         const struct assay_run *run,
                         const struct assay_judged_place *place,
                         bool (*each)(void *context, struct assay_arena *arena,
                                      const struct assay_judged_answer *judged),
                         void *context, struct assay_error *err);

/*
 * Labels from the bytes of a file: JSON lines, or CSV with a header. A row
 * names an answer by `place` or `case` (its id), `route` (id or label, where
 * there are several) and `repeat` (0), and says `label`: "pass" or "fail";
 * one without a label is passed over, further members are not read. When and
 * by whom is the caller's. BAD_INPUT names the line: no such answer, one that
 * no judge marked, an id that two prompts have, another run's row.
 */
bool assay_labels_read(struct assay_arena *arena, const struct assay_run *run,
                       const struct assay_judged_places *places,
                       struct assay_str bytes, struct assay_label **labels,
                       size_t *count, struct assay_error *err);

#endif
