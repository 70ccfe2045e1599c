/*
 * The table of addresses (docs/formats.md, pages and API).
 */
#include "serve/places.h"

const struct assay_parameter assay_common_parameters[] = {
    {"traffic", "string",
     "Requests a month and tokens per request, as --traffic takes it.",
     "requests=1M,input=800,output=250", false},
    {"allow_free", "integer", "1: a free tier may be the monthly cost.", "1",
     false},
    {"need", "string", "What a model must have, as --need takes it.",
     "vision,context>=100k", false},
    {"as_of", "string",
     "The day at which claims and lifecycle are looked at; today otherwise.",
     "2026-11-22", false},
    {0},
};

bool assay_place_takes(const struct assay_place *place, size_t common)
{
    static const unsigned bits[] = {ASSAY_TAKES_TRAFFIC, ASSAY_TAKES_TRAFFIC,
                                    ASSAY_TAKES_NEED, ASSAY_TAKES_DATE};

    return place->takes & bits[common];
}

static const struct assay_parameter compare_parameters[] = {
    {"models", "string", "Two to eight models, commas between.",
     "google/gemma-2-2b,openai/gpt-4o", true},
    {0},
};

const struct assay_place assay_places[] = {
    {
        .page = "/model/{creator}/{name}",
        .api = "/api/v1/model/{creator}/{name}",
        .area = "/models",
        .summary = "All that is known of a model",
        .contract = "assay-model/1",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_DATE,
        .make = assay_make_model,
    },
    {
        .page = "/compare/{models...}",
        .api = "/api/v1/compare",
        .area = "/compare",
        .summary = "The decision between two to eight models",
        .contract = "assay-decision/1",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_NEED | ASSAY_TAKES_DATE,
        .parameters = compare_parameters,
        .make = assay_make_compare,
    },
    {
        .page = "/assets/{print}/{name}",
        .summary = "Style, script and icon of the pages",
        .answer = assay_answer_asset,
    },
};
const size_t assay_place_count = sizeof assay_places / sizeof assay_places[0];
