/*
 * Money spent, of which some part may not be known.
 */
#include "assay/report.h"

struct assay_spent assay_spent_sided(struct assay_spent of)
{
    bool known = of.state != ASSAY_UNKNOWN && of.state != ASSAY_BOUND;

    if (known || of.over || of.under)
        return of;
    of.over = of.state == ASSAY_UNKNOWN && assay_decimal_sign(of.usd) > 0;
    of.under = !of.over;
    return of;
}

struct assay_str assay_spent_text(struct assay_arena *arena,
                                  struct assay_spent spent)
{
    const char *how = spent.state != ASSAY_BOUND  ? ""
                      : spent.over && spent.under ? "about "
                      : spent.over                ? "at most "
                                                  : "at least ";

    return assay_arena_printf(
        arena, "%s%.*s", how,
        ASSAY_STR_ARG(assay_decimal_usd(arena, spent.usd)));
}

void assay_spent_add(struct assay_spent *sum, struct assay_spent part)
{
    part = assay_spent_sided(part);
    bool unknown = sum->state == ASSAY_UNKNOWN || sum->state == ASSAY_BOUND ||
                   part.state == ASSAY_UNKNOWN || part.state == ASSAY_BOUND;
    bool some = sum->state != ASSAY_UNKNOWN || part.state != ASSAY_UNKNOWN;
    bool paid = sum->state == ASSAY_KNOWN || part.state == ASSAY_KNOWN;

    if (part.state == ASSAY_NOT_APPLICABLE)
        return;
    if (sum->state == ASSAY_NOT_APPLICABLE) {
        *sum = part;
        return;
    }
    sum->over |= part.over;
    sum->under |= part.under;
    if (!assay_decimal_add(sum->usd, part.usd, &sum->usd))
        unknown = some = sum->under = true;
    sum->state = unknown ? (some ? ASSAY_BOUND : ASSAY_UNKNOWN)
                 : paid  ? ASSAY_KNOWN
                         : ASSAY_FREE;
}
