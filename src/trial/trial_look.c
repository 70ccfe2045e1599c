/*
 * Evidence while a run goes on: when it says enough, or can say no more.
 */
#include "trial/trial_parts.h"

#include <math.h>

#define ALPHA 0.05 /* as in the verdict rule, statistics_decide.c */

bool assay_looking_init(struct assay_arena *arena,
                        const struct assay_trial_rule *rule, size_t routes,
                        uint64_t units, struct assay_looking *looking,
                        struct assay_error *err)
{
    size_t n = 0;

    looking->lines =
        ASSAY_NEW_ARRAY(arena, struct assay_look_line, routes * routes);
    for (size_t a = 0; a < routes; a++)
        for (size_t b = a + 1; b < routes; b++) {
            struct assay_look_line *line = &looking->lines[n++];
            line->a = a;
            line->b = b;
            line->left = units;
            if (!assay_sequential_init(&line->answered, rule->outcome,
                                       rule->margin, err) ||
                !assay_sequential_init(&line->served, rule->outcome,
                                       rule->margin, err))
                return false;
        }
    looking->count = n;
    /* A run too short to decide anything was begun for its answers. */
    looking->hopeful =
        rule->mode == ASSAY_TRIAL_SEQUENTIAL && n > 0 &&
        !assay_sequential_futile(&looking->lines[0].answered, units);
    return true;
}

void assay_looking_expect(struct assay_looking *looking, size_t line,
                          uint64_t units)
{
    bool some = false;

    looking->lines[line].left = units;
    for (size_t i = 0; i < looking->count; i++)
        some = some || !assay_sequential_futile(&looking->lines[i].answered,
                                                looking->lines[i].left);
    looking->hopeful = looking->hopeful && some;
}

/* Both lines for the same side, whatever else is shown together (Holm). */
static bool is_decided(const struct assay_look_line *line, size_t lines)
{
    double answered = exp(-line->answered.peak.log_e) * (double)lines;
    double served = exp(-line->served.peak.log_e) * (double)lines;

    return answered <= ALPHA && served <= ALPHA &&
           line->answered.peak.leader == line->served.peak.leader;
}

enum assay_stop_reason assay_looking_conclude(
    const struct assay_looking *looking, const bool *down, uint64_t remaining)
{
    bool futile = false;
    size_t live = 0; /* that share a prompt at all */

    if (!looking->hopeful || remaining == 0)
        return ASSAY_STOP_NONE;
    for (size_t i = 0; i < looking->count; i++) {
        const struct assay_look_line *line = &looking->lines[i];
        if (down[line->a] || down[line->b] ||
            (line->left == 0 && line->served.now.pairs == 0))
            continue;
        live++;
        if (is_decided(line, looking->count))
            continue;
        if (line->left &&
            (line->answered.now.pairs == 0 ||
             !assay_sequential_futile(&line->answered, line->left)))
            return ASSAY_STOP_NONE;
        futile = true;
    }
    if (live == 0)
        return ASSAY_STOP_NONE;
    return futile ? ASSAY_STOP_FUTILE : ASSAY_STOP_DECIDED;
}
