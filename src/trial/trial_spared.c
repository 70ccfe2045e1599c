/*
 * Suites in which some prompts are for some of their own providers alone: a
 * route is spared what is not for it, and two routes are compared on what is
 * for both. A route that is no provider of the suite is asked everything.
 */
#include "trial/trial_parts.h"

static bool is_for(const struct assay_case *of, const struct assay_lane *lane,
                   size_t providers)
{
    uint64_t number;

    return !of->providers ||
           !assay_json_to_u64(
               assay_json_get(lane->route->facts.endpoint, "provider"),
               &number) ||
           number >= providers || of->providers[number];
}

bool assay_trial_spares(struct assay_trial *trial, size_t lane,
                        const struct assay_case *of, uint64_t place)
{
    uint64_t repeats = trial->options.run->repeats;

    if (is_for(of, &trial->lanes[lane], trial->options.suite->provider_count))
        return false;
    trial->lanes[lane].spared += repeats;
    for (uint64_t t = place * repeats; t < (place + 1) * repeats; t++)
        trial->cells[assay_trial_cell(trial, lane, t)].end = ASSAY_CELL_SPARED;
    return true;
}

bool assay_trial_asks(const struct assay_trial *trial, size_t lane,
                      uint64_t place)
{
    return trial
               ->cells[assay_trial_cell(trial, lane,
                                        place * trial->options.run->repeats)]
               .end != ASSAY_CELL_SPARED;
}

static bool is_for_both(const struct assay_trial *trial,
                        const struct assay_look_line *line, uint64_t unit)
{
    const uint64_t *first = trial->order.first;

    for (uint64_t place = first[unit]; place < first[unit + 1]; place++)
        if (assay_trial_asks(trial, line->a, place) &&
            assay_trial_asks(trial, line->b, place))
            return true;
    return false;
}

uint64_t assay_trial_expect_units(struct assay_trial *trial)
{
    uint64_t least = trial->order.units;

    if (!trial->options.suite->for_some.len)
        return least;
    for (size_t i = 0; i < trial->looking.count; i++) {
        uint64_t units = 0;
        for (uint64_t u = 0; u < trial->order.units; u++)
            units += is_for_both(trial, &trial->looking.lines[i], u);
        assay_looking_expect(&trial->looking, i, units);
        if (units && units < least)
            least = units;
    }
    return least;
}
