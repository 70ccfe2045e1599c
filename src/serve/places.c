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

const char *const assay_traffic_parts[ASSAY_TRAFFIC_PARTS] = {
    "requests", "input", "output", "cached", "images", "batch", "retries",
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
    {"add", NULL, "One more, from the form of the page.", "gpt-4o", false},
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
        .alone = true,
        .make = assay_make_compare,
    },
    {
        .page = "/",
        .summary = "Home",
        .make = assay_make_home,
    },
    {
        .page = "/compare",
        .area = "/compare",
        .summary = "A comparison from the names of models",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_NEED | ASSAY_TAKES_DATE,
        .parameters = assay_start_parameters,
        .make = assay_make_start,
    },
    {
        .page = "/provider/{id}",
        .area = "/models",
        .summary = "A provider with its routes",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_DATE,
        .parameters = assay_page_parameters,
        .make = assay_make_provider,
    },
    {
        .page = "/providers",
        .area = "/models",
        .summary = "All providers",
        .parameters = assay_page_parameters,
        .make = assay_make_providers,
    },
    {
        .api = "/api/v1/routes",
        .summary = "Routes with prices and cost, by id",
        .contract = "assay-routes/1",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_DATE,
        .parameters = assay_routes_parameters,
        .make = assay_make_routes,
    },
    {
        .page = "/models",
        .api = "/api/v1/models",
        .area = "/models",
        .summary = "Search and browse all models",
        .contract = "assay-models/1",
        .parameters = assay_models_parameters,
        .make = assay_make_models,
    },
    {
        .page = "/find",
        .api = "/api/v1/find",
        .area = "/find",
        .summary = "Routes that meet every term, and near misses",
        .contract = "assay-find/1",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_DATE,
        .parameters = assay_find_parameters,
        .make = assay_make_find,
    },
    {
        .page = "/cost",
        .api = "/api/v1/cost",
        .area = "/cost",
        .summary = "What models cost a month, route by route",
        .contract = "assay-cost/1",
        .takes = ASSAY_TAKES_TRAFFIC | ASSAY_TAKES_DATE | ASSAY_TELLS,
        .parameters = assay_cost_parameters,
        .alone = true,
        .make = assay_make_cost,
    },
    {
        .page = "/sources",
        .api = "/api/v1/sources",
        .area = "/sources",
        .summary = "Who the facts are from, and how old they are",
        .contract = "assay-sources/1",
        .takes = ASSAY_TAKES_DATE,
        .make = assay_make_sources,
    },
    {
        .page = "/source/{id}",
        .area = "/sources",
        .summary = "One source, its readings and what it says",
        .contract = "assay-source/1",
        .takes = ASSAY_TAKES_DATE,
        .parameters = assay_source_parameters,
        .make = assay_make_source,
    },
    {
        .page = "/conflicts",
        .area = "/sources",
        .summary = "What sources disagree about",
        .contract = "assay-conflicts/1",
        .takes = ASSAY_TAKES_DATE,
        .parameters = assay_conflicts_parameters,
        .make = assay_make_conflicts,
    },
    {
        .page = "/changes",
        .api = "/api/v1/changes",
        .area = "/changes",
        .summary = "What readings of sources changed",
        .contract = "assay-changes/1",
        .takes = ASSAY_TAKES_DATE,
        .parameters = assay_changes_parameters,
        .make = assay_make_changes,
    },
    {
        .page = "/runs",
        .api = "/api/v1/runs",
        .area = "/runs",
        .summary = "Trials of own prompts, newest first",
        .contract = "assay-runs/1",
        .parameters = assay_runs_parameters,
        .alone = true,
        .make = assay_make_runs,
    },
    {
        .page = "/run/{run}",
        .api = "/api/v1/run/{run}",
        .area = "/runs",
        .summary = "One trial: figures, comparisons, answers side by side",
        .contract = "assay-run/1",
        .parameters = assay_runs_parameters,
        .alone = true,
        .make = assay_make_run,
    },
    {
        .api = "/api/v1/price",
        .summary = "What API responses cost, by their own usage counts",
        .takes = ASSAY_TAKES_DATE,
        .parameters = assay_price_parameters,
        .post = {"application/json", "application/x-ndjson"},
        .alone = true,
        .answer = assay_answer_price,
    },
    {
        .api = "/api/openapi.json",
        .summary = "This description of the API",
        .alone = true,
        .answer = assay_answer_openapi,
    },
    {
        .page = "/changes.atom",
        .summary = "The newest changes as a feed",
        .answer = assay_answer_feed,
    },
    {
        .page = "/sitemap.xml",
        .summary = "Every page, for search engines",
        .answer = assay_answer_site_map,
    },
    {
        .page = "/robots.txt",
        .summary = "What search engines may read",
        .alone = true,
        .answer = assay_answer_robots,
    },
    {
        .page = "/assets/{print}/{name}",
        .summary = "Style, script and icon of the pages",
        .alone = true,
        .answer = assay_answer_asset,
    },
};
const size_t assay_place_count = sizeof assay_places / sizeof assay_places[0];
