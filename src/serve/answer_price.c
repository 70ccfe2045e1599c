/*
 * POST /api/v1/price: what API responses cost, by their own usage counts, as
 * `assay price` says it. One JSON body has one answer; lines of JSON have an
 * answer each, in order.
 */
#include "serve/places.h"
#include "serve/shelf.h"
#include "serve/site_parts.h"

#include "assay/pricer.h"

#include <string.h>
#include <strings.h>

const struct assay_parameter assay_price_parameters[] = {
    {"provider", "string", "Who answered: openai, azure, anthropic …", "openai",
     true},
    {"source", "string", "Only prices that this source states.", "openai-docs",
     false},
    {"at", "string", "Prices of that day or minute (UTC).", "2026-11-22T14:30Z",
     false},
    {0},
};

static bool read_options(const struct assay_visit *visit,
                         struct assay_pricer_options *options,
                         struct assay_error *err)
{
    struct assay_str at = assay_visit_value(visit, "at");

    *options = (struct assay_pricer_options){
        .provider = assay_visit_value(visit, "provider"),
        .source_id = assay_visit_value(visit, "source"),
        .minute_of_day = -1,
    };
    return at.len == 0 ||
           assay_date_parse_minute(at, &options->at, &options->minute_of_day) ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "at wants a day or a time such as 2026-11-22T14:30Z, "
                      "not '%.*s'",
                      ASSAY_STR_ARG(assay_str_head(at, 100)));
}

static bool is_lines(struct assay_str media)
{
    static const char name[] = "application/x-ndjson";

    return media.len >= sizeof name - 1 &&
           strncasecmp(media.at, name, sizeof name - 1) == 0;
}

bool assay_answer_price(struct assay_visit *visit, struct assay_reply *reply,
                        struct assay_error *err)
{
    const struct assay_request *request = visit->request;
    struct assay_shelf *shelf = assay_site_shelf(visit->site);
    struct assay_pricer_options options;
    struct assay_shared_pricer *shared;
    bool lines = is_lines(request->media), ok = true;

    if (!read_options(visit, &options, err))
        return false;
    if (request->body.len > ASSAY_SITE_MAX_BODY)
        return assay_fail(err, ASSAY_LIMIT, "the body is larger than 1 MiB");
    shared = assay_shelf_pricer(shelf, visit, &options, err);
    if (!shared)
        return false;
    if (lines)
        assay_pricer_lines(assay_shared_pricer_get(shared), request->body,
                           &reply->body);
    else
        ok = assay_pricer_document(assay_shared_pricer_get(shared),
                                   request->body, &reply->body, err) ||
             assay_fail_in(err, "the body");
    assay_shelf_give_back(shelf, shared);
    reply->media = lines ? "application/x-ndjson" : "application/json";
    reply->keep = ASSAY_KEEP_NOT;
    reply->edition = 0;
    return ok;
}
