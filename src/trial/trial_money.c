/*
 * What an attempt costs, and the most it can: by the price components that
 * the run keeps.
 */
#include "trial/trial_parts.h"

/* Tokens that wrap a message, and an answer's beginning; generous. */
enum { PER_MESSAGE = 16, PER_REQUEST = 64 };

static bool is_priced(const struct assay_tariff *tariff, struct assay_str meter)
{
    const struct assay_price_component *c = assay_price_find(
        &tariff->list, meter, assay_decimal_uint(0), tariff->day);

    return c && c->state != ASSAY_UNKNOWN;
}

void assay_tariff_read(struct assay_arena *arena,
                       const struct assay_trial_route *route,
                       struct assay_str started, struct assay_tariff *tariff)
{
    const struct assay_json *prices = route->facts.prices;

    *tariff = (struct assay_tariff){
        .image_rule = assay_json_get(prices, "image_tokens"),
        .free = route->in_process,
    };
    (void)assay_date_parse(started, &tariff->day);
    if (!prices)
        return;
    assay_price_list_read(arena, assay_json_get(prices, "components"), NULL,
                          &tariff->list);
    tariff->known = is_priced(tariff, ASSAY_STR("input_tokens")) &&
                    is_priced(tariff, ASSAY_STR("output_tokens"));
}

/* ------------------------------------------------------- the most */

static uint64_t written_len(const struct assay_json *value)
{
    struct assay_buf text;

    if (!value)
        return 0;
    assay_buf_init(&text, (size_t)64 << 20);
    assay_json_write(&text, value, (struct assay_json_style){0});
    uint64_t len = text.failed ? (uint64_t)64 << 20 : text.len;
    assay_buf_release(&text);
    return len;
}

/*
 * By the tile rule (OpenAI vision guide, read 2026-08-21) a picture has as
 * many tiles as the largest one it is brought down to, whatever its size.
 */
static bool image_tokens(const struct assay_json *rule, uint64_t *tokens)
{
    uint64_t base, per_tile, tile, fit, side;

    if (!assay_str_is(assay_json_text(rule, "rule"), "openai-tiles") ||
        !assay_json_to_u64(assay_json_get(rule, "base"), &base) ||
        !assay_json_to_u64(assay_json_get(rule, "per_tile"), &per_tile) ||
        !assay_json_to_u64(assay_json_get(rule, "tile_px"), &tile) ||
        !assay_json_to_u64(assay_json_get(rule, "fit_px"), &fit) ||
        !assay_json_to_u64(assay_json_get(rule, "short_side_px"), &side) ||
        tile == 0 || fit > 1 << 20 || side > 1 << 20)
        return false;
    *tokens = base +
              per_tile * ((fit + tile - 1) / tile) * ((side + tile - 1) / tile);
    return true;
}

static bool message_tokens(const struct assay_tariff *tariff,
                           const struct assay_message *m, uint64_t *tokens,
                           uint64_t *images)
{
    *tokens += m->text.len + PER_MESSAGE;
    for (size_t i = 0; i < m->call_count; i++)
        *tokens += m->calls[i].name.len + m->calls[i].arguments.len;
    for (size_t i = 0; i < m->part_count; i++) {
        uint64_t picture = 0;
        if (m->parts[i].kind != ASSAY_PART_TEXT &&
            !image_tokens(tariff->image_rule, &picture))
            return false;
        *images += m->parts[i].kind != ASSAY_PART_TEXT;
        *tokens += picture;
        if (m->parts[i].kind == ASSAY_PART_TEXT)
            *tokens += m->parts[i].text.len;
    }
    return true;
}

static struct assay_spent cost_of(const struct assay_tariff *tariff,
                                  const struct assay_usage *usage)
{
    struct assay_arena arena = {0};
    struct assay_error ignored = {0};
    struct assay_bill bill;
    struct assay_spent spent = {.state = ASSAY_UNKNOWN};

    if (assay_price_usage(&arena, &tariff->list, usage, tariff->day, &bill,
                          &ignored))
        spent = (struct assay_spent){.state = bill.state, .usd = bill.usd};
    assay_arena_free(&arena);
    return spent;
}

static struct assay_spent most_of(const struct assay_tariff *tariff,
                                  uint64_t input_tokens, uint64_t output_tokens,
                                  uint64_t images)
{
    const struct assay_usage usage = {
        .input_tokens = assay_decimal_uint(input_tokens),
        .tier_input_tokens = assay_decimal_uint(input_tokens),
        .output_tokens = assay_decimal_uint(output_tokens),
        .images = assay_decimal_uint(images),
        .requests = assay_decimal_uint(1),
    };
    return cost_of(tariff, &usage);
}

struct assay_spent assay_tariff_worst(const struct assay_tariff *tariff,
                                      const struct assay_case *of,
                                      const struct assay_chat *chat)
{
    uint64_t tokens = PER_REQUEST, images = 0;

    if (tariff->free)
        return (struct assay_spent){.state = ASSAY_FREE};
    if (!tariff->known)
        return (struct assay_spent){.state = ASSAY_UNKNOWN};
    for (size_t i = 0; i < of->message_count; i++)
        if (!message_tokens(tariff, &of->messages[i], &tokens, &images))
            return (struct assay_spent){.state = ASSAY_UNKNOWN};
    tokens += of->context.len + written_len(chat->tools) +
              written_len(chat->schema) + written_len(chat->extra);
    return most_of(tariff, tokens, chat->max_tokens, images);
}

struct assay_spent assay_tariff_most(const struct assay_tariff *tariff,
                                     uint64_t input_tokens,
                                     uint64_t output_tokens)
{
    if (tariff->free)
        return (struct assay_spent){.state = ASSAY_FREE};
    if (!tariff->known)
        return (struct assay_spent){.state = ASSAY_UNKNOWN};
    return most_of(tariff, PER_REQUEST + PER_MESSAGE + input_tokens,
                   output_tokens, 0);
}

struct assay_spent assay_tariff_bill(const struct assay_tariff *tariff,
                                     const struct assay_response_usage *u)
{
    if (tariff->free)
        return (struct assay_spent){.state = ASSAY_FREE};
    if (!tariff->known)
        return (struct assay_spent){.state = ASSAY_UNKNOWN};
    const struct assay_usage usage = {
        .input_tokens = assay_decimal_uint(u->input_tokens),
        .cache_read_tokens = assay_decimal_uint(u->cache_read_tokens),
        .cache_write_tokens = assay_decimal_uint(u->cache_write_tokens),
        .cache_write_1h_tokens = assay_decimal_uint(u->cache_write_1h_tokens),
        .audio_input_tokens = assay_decimal_uint(u->audio_input_tokens),
        .output_tokens = assay_decimal_uint(u->output_tokens),
        .reasoning_tokens = assay_decimal_uint(u->reasoning_tokens),
        .audio_output_tokens = assay_decimal_uint(u->audio_output_tokens),
        .searches = assay_decimal_uint(u->searches),
        .requests = assay_decimal_uint(1),
        .tier_input_tokens = assay_decimal_uint(u->input_tokens),
    };
    return cost_of(tariff, &usage);
}

/*
 * A stream that had begun is work, whatever ended it. So may be a request
 * that timed out over there: Azure OpenAI, "Manage costs", HTTP error
 * response code and billing status, read 2026-11-22.
 */
static bool may_be_billed(const struct assay_response *answer)
{
    return answer->sent &&
           (assay_class_may_bill(answer->of) || answer->clocks.first_token ||
            answer->trouble.status == 408);
}

struct assay_spent assay_tariff_cost(const struct assay_tariff *tariff,
                                     const struct assay_response *answer)
{
    bool whole = answer->of == ASSAY_CLASS_ANSWERED ||
                 answer->of == ASSAY_CLASS_FILTERED;

    if (tariff->free || !may_be_billed(answer))
        return (struct assay_spent){.state = ASSAY_FREE};
    if (!whole || answer->reply.usage_state != ASSAY_USAGE_RETURNED)
        return (struct assay_spent){.state = ASSAY_UNKNOWN};
    return assay_tariff_bill(tariff, &answer->reply.usage);
}

struct assay_spent assay_tariff_charge(const struct assay_tariff *tariff,
                                       struct assay_spent worst,
                                       const struct assay_response *answer)
{
    struct assay_spent cost = assay_tariff_cost(tariff, answer);

    return cost.state == ASSAY_UNKNOWN
               ? (struct assay_spent){.state = ASSAY_UNKNOWN, .usd = worst.usd}
               : cost;
}

/* ------------------------------------------------------- the limit */

static bool add_purse(const struct assay_purse *purse,
                      struct assay_decimal *sum)
{
    return assay_decimal_add(*sum, purse->spent, sum) &&
           assay_decimal_add(*sum, purse->reserved, sum);
}

bool assay_trial_reserve(struct assay_trial *trial, struct assay_purse *purse,
                         struct assay_spent worst)
{
    struct assay_decimal sum = worst.usd;
    bool ok = add_purse(&trial->aside, &sum);

    if (!trial->options.run->has_max_cost)
        return true;
    for (size_t i = 0; ok && i < trial->options.route_count; i++)
        ok = add_purse(&trial->lanes[i].purse, &sum);
    for (size_t i = 0; ok && i < trial->judge_count; i++)
        ok = add_purse(&trial->judges[i].purse, &sum);
    if (!ok || assay_decimal_compare(sum, trial->options.run->max_cost_usd) > 0)
        return false;
    return assay_decimal_add(purse->reserved, worst.usd, &purse->reserved);
}

void assay_trial_release(const struct assay_trial *trial,
                         struct assay_purse *purse, struct assay_spent worst)
{
    if (trial->options.run->has_max_cost)
        (void)assay_decimal_sub(purse->reserved, worst.usd, &purse->reserved);
}

void assay_purse_spend(struct assay_purse *purse, struct assay_spent cost)
{
    cost = assay_spent_sided(cost);
    purse->spent_over |= cost.over;
    purse->spent_under |= cost.under;
    purse->spent_known |= cost.state != ASSAY_UNKNOWN || cost.over;
    (void)assay_decimal_add(purse->spent, cost.usd, &purse->spent);
}

struct assay_spent assay_purse_spent(const struct assay_purse *purse)
{
    enum assay_state state =
        assay_decimal_sign(purse->spent) > 0 ? ASSAY_KNOWN : ASSAY_FREE;

    if (purse->spent_over || purse->spent_under)
        state = purse->spent_known ? ASSAY_BOUND : ASSAY_UNKNOWN;
    return (struct assay_spent){.state = state,
                                .usd = purse->spent,
                                .over = purse->spent_over,
                                .under = purse->spent_under};
}

/* The most that a ticket can cost, where there is a limit to keep. */
static void most_of_ticket(const struct assay_lane *lane, uint64_t ticket,
                           struct assay_spent *answer,
                           struct assay_spent *judging)
{
    const struct assay_trial *trial = lane->trial;
    struct assay_arena arena = {0};
    struct assay_error ignored = {0};
    struct assay_case of;

    *answer = *judging = (struct assay_spent){.state = ASSAY_FREE};
    if (!trial->options.run->has_max_cost ||
        (lane->tariff.free && trial->judge_count == 0))
        return;
    if (assay_trial_case(trial, ticket, &arena, &of, &ignored)) {
        if (!assay_trial_waits(lane, ticket))
            *answer = assay_trial_worst(lane, &of);
        *judging = assay_trial_judging_worst(lane, &of);
    }
    assay_arena_free(&arena);
}

bool assay_trial_set_aside(struct assay_lane *lane, uint64_t ticket)
{
    struct assay_trial *trial = lane->trial;
    struct assay_spent answer, judging;

    most_of_ticket(lane, ticket, &answer, &judging);
    if (!assay_trial_reserve(trial, &lane->purse, answer))
        return false;
    if (assay_trial_reserve(trial, &trial->aside, judging))
        return true;
    assay_trial_release(trial, &lane->purse, answer);
    return false;
}

void assay_trial_put_back(struct assay_lane *lane, uint64_t ticket)
{
    struct assay_spent answer, judging;

    most_of_ticket(lane, ticket, &answer, &judging);
    assay_trial_release(lane->trial, &lane->purse, answer);
    assay_trial_release(lane->trial, &lane->trial->aside, judging);
}
