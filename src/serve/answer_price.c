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

/* "2026-08-21", "2026-08-21T14:30Z": the day, and the minute when stated. */
static bool read_time(struct assay_str text,
                      struct assay_pricer_options *options)
{
    struct assay_str clock = assay_str_skip(text, 11);
    uint64_t hour, minute;

    if (!assay_date_parse_day(text, &options->at))
        return false;
    if (text.len <= 10)
        return true;
    if (clock.len < 5 || clock.at[2] != ':' ||
        !assay_str_to_u64(assay_str_head(clock, 2), &hour) ||
        !assay_str_to_u64((struct assay_str){clock.at + 3, 2}, &minute) ||
        hour > 23 || minute > 59)
        return false;
    options->minute_of_day = (int)(hour * 60 + minute);
    return true;
}

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
    return at.len == 0 || read_time(at, options) ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "at wants a day or a time such as 2026-11-22T14:30Z, "
                      "not '%.*s'",
                      ASSAY_STR_ARG(assay_str_head(at, 100)));
}

/* ------------------------------------------------------- answers */

static bool price_body(struct assay_pricer *pricer, struct assay_str text,
                       struct assay_buf *out, struct assay_error *err)
{
    const struct assay_json_limits limits = {.max_bytes = ASSAY_SITE_MAX_BODY};
    struct assay_arena arena = {0};
    const struct assay_json *body =
        assay_json_parse(&arena, text, &limits, err);

    if (body) {
        assay_pricer_write(pricer, &arena, body, out);
        assay_buf_add_char(out, '\n');
    }
    assay_arena_free(&arena);
    return body;
}

static void add_unknown(struct assay_buf *out, struct assay_str reason)
{
    assay_buf_add_c(out, "{\"state\":\"unknown\",\"reason\":");
    assay_json_write_string(out, reason);
    assay_buf_add_c(out, "}\n");
}

static void price_lines(struct assay_pricer *pricer, struct assay_str lines,
                        struct assay_buf *out)
{
    while (lines.len > 0) {
        size_t end = assay_str_find(lines, '\n');
        struct assay_str line = assay_str_trim(assay_str_head(lines, end));
        struct assay_error err = {0};

        if (line.len == 0)
            add_unknown(out, ASSAY_STR("an empty line"));
        else if (!price_body(pricer, line, out, &err))
            add_unknown(out, assay_str_c(err.text));
        lines = assay_str_skip(lines, end + 1);
    }
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
        price_lines(assay_shared_pricer_get(shared), request->body,
                    &reply->body);
    else
        ok = price_body(assay_shared_pricer_get(shared), request->body,
                        &reply->body, err) ||
             assay_fail_in(err, "the body");
    assay_shelf_give_back(shelf, shared);
    reply->media = lines ? "application/x-ndjson" : "application/json";
    reply->keep = ASSAY_KEEP_NOT;
    reply->edition = 0;
    return ok;
}
