/*
 * What each end of an attempt is called, and means for the next one.
 */
#include "assay/dialect.h"

static const struct {
    const char *name;
    bool retries, stops_route, may_bill;
} classes[ASSAY_CLASSES] = {
    [ASSAY_CLASS_ANSWERED] = {"answered", false, false, true},
    [ASSAY_CLASS_FILTERED] = {"filtered", false, false, true},
    [ASSAY_CLASS_TRUNCATED] = {"truncated", true, false, true},
    [ASSAY_CLASS_RATE_LIMITED] = {"rate_limited", true, false, false},
    [ASSAY_CLASS_QUOTA] = {"quota", false, true, false},
    [ASSAY_CLASS_OVERLOADED] = {"overloaded", true, false, false},
    [ASSAY_CLASS_SERVER_ERROR] = {"server_error", true, false, false},
    [ASSAY_CLASS_BAD_REQUEST] = {"bad_request", false, false, false},
    [ASSAY_CLASS_UNAUTHORISED] = {"unauthorised", false, true, false},
    [ASSAY_CLASS_PAYMENT] = {"payment", false, true, false},
    [ASSAY_CLASS_NOT_FOUND] = {"not_found", false, true, false},
    [ASSAY_CLASS_RETIRED] = {"retired", false, true, false},
    [ASSAY_CLASS_REDIRECTED] = {"redirected", false, true, false},
    [ASSAY_CLASS_MALFORMED] = {"malformed", false, false, true},
    [ASSAY_CLASS_TOO_LARGE] = {"too_large", false, false, true},
    [ASSAY_CLASS_CONNECT] = {"connect", true, false, false},
    [ASSAY_CLASS_TIMEOUT] = {"timeout", true, false, true},
    [ASSAY_CLASS_BROKEN] = {"broken", true, false, true},
    [ASSAY_CLASS_REFUSED] = {"refused", true, false, true},
    [ASSAY_CLASS_CANCELLED] = {"cancelled", false, false, true},
};

const char *assay_class_name(enum assay_outcome_class of)
{
    return classes[of].name;
}

bool assay_class_read(struct assay_str name, enum assay_outcome_class *of)
{
    for (size_t i = 0; i < ASSAY_CLASSES; i++)
        if (assay_str_is(name, classes[i].name)) {
            *of = (enum assay_outcome_class)i;
            return true;
        }
    return false;
}

bool assay_class_retries(enum assay_outcome_class of)
{
    return classes[of].retries;
}

bool assay_class_stops_route(enum assay_outcome_class of)
{
    return classes[of].stops_route;
}

bool assay_class_may_bill(enum assay_outcome_class of)
{
    return classes[of].may_bill;
}
