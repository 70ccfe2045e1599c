/*
 * What usage costs by a price list, line by line.
 *
 * The input of a request is laid out as it is sent: what the cache held
 * comes first, then what is written to it, then the rest; output follows
 * all of it. So a marginal tier ("only tokens past the threshold") knows
 * which tokens it is about. Of N requests alike, every length is N-fold.
 */
#include "assay/price.h"

enum side {
    SIDE_INPUT,
    SIDE_OUTPUT,
    SIDE_OTHER,
};

/* What is charged as one, and by which meters it may be charged. */
struct part {
    const char *meter;
    enum side side;
    bool optional; /* no price for it means no charge, not an unknown one */
    const char *instead[2];
    const char *note[2];
};

enum part_index {
    PART_INPUT,
    PART_CACHE_READ,
    PART_CACHE_WRITE,
    PART_CACHE_WRITE_1H,
    PART_AUDIO_INPUT,
    PART_OUTPUT,
    PART_REASONING,
    PART_AUDIO_OUTPUT,
    PART_IMAGE,
    PART_SEARCH,
    PART_REQUEST,
    PART_COUNT,
};

static const struct part parts[PART_COUNT] = {
    [PART_INPUT] = {.meter = "input_tokens"},
    [PART_CACHE_READ] = {.meter = "cache_read_tokens",
                         .instead = {"input_tokens"},
                         .note = {"cached input at the plain input price"}},
    [PART_CACHE_WRITE] = {.meter = "cache_write_tokens",
                          .instead = {"cache_write_5m_tokens", "input_tokens"},
                          .note = {"",
                                   "cache writes at the plain input price"}},
    [PART_CACHE_WRITE_1H] =
        {.meter = "cache_write_1h_tokens",
         .instead = {"cache_write_tokens", "input_tokens"},
         .note = {"one-hour cache writes at the plain cache write price",
                  "cache writes at the plain input price"}},
    [PART_AUDIO_INPUT] = {.meter = "audio_input_tokens",
                          .instead = {"input_tokens"},
                          .note = {"audio input at the plain input price"}},
    [PART_OUTPUT] = {.meter = "output_tokens", .side = SIDE_OUTPUT},
    [PART_REASONING] = {.meter = "reasoning_tokens",
                        .side = SIDE_OUTPUT,
                        .instead = {"output_tokens"},
                        .note = {"reasoning at the plain output price"}},
    [PART_AUDIO_OUTPUT] = {.meter = "audio_output_tokens",
                           .side = SIDE_OUTPUT,
                           .instead = {"output_tokens"},
                           .note = {"audio output at the plain output price"}},
    [PART_IMAGE] = {.meter = "image", .side = SIDE_OTHER},
    [PART_SEARCH] = {.meter = "web_search", .side = SIDE_OTHER},
    [PART_REQUEST] = {.meter = "request", .side = SIDE_OTHER, .optional = true},
};

struct billing {
    const struct assay_price_list *list;
    const struct assay_usage *usage;
    struct assay_date day;
    struct assay_decimal requests; /* at least 1 */
    struct assay_bill *bill;
    struct assay_error *err;
    size_t priced_lines, free_lines;
};

/* Tokens of one part: how many, and how many stand before them. */
struct span {
    struct assay_decimal start, length;
};

static bool is_zero(struct assay_decimal a)
{
    return a.digits == 0;
}

static bool too_many_digits(struct assay_error *err, const char *meter)
{
    return assay_fail(err, ASSAY_LIMIT,
                      "the cost of %s needs more than 38 digits", meter);
}

/* ---------------------------------------------------------------- checks */

/* A part, the whole that holds it, and their names. */
struct within {
    struct assay_decimal part, whole;
    const char *part_name, *whole_name;
};

static bool check_within(struct within w, struct assay_error *err)
{
    struct assay_arena arena = {0};

    if (w.part.digits == 0 && w.whole.digits >= 0)
        return true;
    if (assay_decimal_sign(w.part) < 0 || assay_decimal_sign(w.whole) < 0)
        return assay_fail(err, ASSAY_BAD_INPUT, "%s are negative",
                          assay_decimal_sign(w.part) < 0 ? w.part_name
                                                         : w.whole_name);
    if (is_zero(w.part) || assay_decimal_compare(w.part, w.whole) <= 0)
        return true;
    struct assay_str more = assay_decimal_text(&arena, w.part);
    struct assay_str less = assay_decimal_text(&arena, w.whole);
    assay_fail(err, ASSAY_BAD_INPUT,
               "%s (%.*s) are more than %s (%.*s) that hold them", w.part_name,
               ASSAY_STR_ARG(more), w.whole_name, ASSAY_STR_ARG(less));
    assay_arena_free(&arena);
    return false;
}

static bool check_not_negative(struct assay_decimal amount, const char *name,
                               struct assay_error *err)
{
    return amount.digits >= 0 ||
           assay_fail(err, ASSAY_BAD_INPUT, "%s are negative", name);
}

static bool check_usage(const struct assay_usage *u, struct assay_error *err)
{
    static const char in[] = "input_tokens", out[] = "output_tokens";
    struct assay_decimal cached;

    if (!check_within((struct within){u->cache_read_tokens, u->input_tokens,
                                      "cache_read_tokens", in},
                      err) ||
        !check_within((struct within){u->cache_write_tokens, u->input_tokens,
                                      "cache_write_tokens", in},
                      err) ||
        !check_within(
            (struct within){u->cache_write_1h_tokens, u->cache_write_tokens,
                            "cache_write_1h_tokens", "cache_write_tokens"},
            err) ||
        !check_within((struct within){u->audio_input_tokens, u->input_tokens,
                                      "audio_input_tokens", in},
                      err) ||
        !check_within((struct within){u->reasoning_tokens, u->output_tokens,
                                      "reasoning_tokens", out},
                      err) ||
        !check_within((struct within){u->audio_output_tokens, u->output_tokens,
                                      "audio_output_tokens", out},
                      err) ||
        !check_not_negative(u->images, "images", err) ||
        !check_not_negative(u->searches, "searches", err) ||
        !check_not_negative(u->requests, "requests", err) ||
        !check_not_negative(u->tier_input_tokens, "input tokens of one request",
                            err))
        return false;
    if (!assay_decimal_add(u->cache_read_tokens, u->cache_write_tokens,
                           &cached))
        return too_many_digits(err, "cached input");
    return check_within(
        (struct within){cached, u->input_tokens,
                        "cache_read_tokens and cache_write_tokens", in},
        err);
}

/* ----------------------------------------------------------------- lines */

static struct assay_bill_line *add_line(struct billing *b,
                                        const struct part *part,
                                        struct assay_decimal quantity)
{
    struct assay_bill_line *line = &b->bill->lines[b->bill->line_count++];
    *line = (struct assay_bill_line){
        .meter = assay_str_c(part->meter),
        .quantity = quantity,
        .note = ASSAY_STR(""),
    };
    return line;
}

static bool add_to(struct assay_decimal *sum, struct assay_decimal amount)
{
    return assay_decimal_add(*sum, amount, sum);
}

/* One line at the rate of one component. */
static bool charge_line(struct billing *b, const struct part *part,
                        const struct assay_price_component *c,
                        struct assay_decimal quantity, const char *note)
{
    struct assay_bill *bill = b->bill;
    struct assay_bill_line *line = add_line(b, part, quantity);

    if (!c)
        return true; /* UNKNOWN */
    line->state = c->state;
    line->rate = c->usd;
    line->unit = c->unit;
    line->note = assay_str_c(note);
    line->claim = c->claim;
    b->priced_lines++;
    b->free_lines += c->state == ASSAY_FREE;
    if (!assay_decimal_mul(quantity, c->usd, &line->usd))
        return too_many_digits(b->err, part->meter);
    if (c->unit == ASSAY_PER_MILLION)
        line->usd = assay_decimal_scale(line->usd, -6);
    if (!add_to(&bill->usd, line->usd) ||
        (part->side == SIDE_INPUT && !add_to(&bill->input_usd, line->usd)) ||
        (part->side == SIDE_OUTPUT && !add_to(&bill->output_usd, line->usd)))
        return too_many_digits(b->err, part->meter);
    return true;
}

static const struct assay_price_component *find_known(const struct billing *b,
                                                      const char *meter,
                                                      struct assay_decimal size)
{
    const struct assay_price_component *c =
        assay_price_find(b->list, assay_str_c(meter), size, b->day);
    return c && c->state != ASSAY_UNKNOWN ? c : NULL;
}

/* How much of the span lies behind `boundary`. */
static bool length_past(struct span span, struct assay_decimal boundary,
                        struct assay_decimal *past)
{
    struct assay_decimal end;
    if (!assay_decimal_add(span.start, span.length, &end))
        return false;
    if (assay_decimal_compare(boundary, span.start) <= 0) {
        *past = span.length;
        return true;
    }
    if (assay_decimal_compare(boundary, end) >= 0) {
        *past = ASSAY_DECIMAL(0, 0);
        return true;
    }
    return assay_decimal_sub(end, boundary, past);
}

/*
 * Charges a span by `meter`, starting with component c: all of it when c is
 * for whole requests; else what lies past its threshold, and the rest by the
 * tier below.
 */
static bool charge_span(struct billing *b, const struct part *part,
                        const char *meter, struct span span,
                        const struct assay_price_component *c, const char *note)
{
    while (c && c->marginal) {
        struct assay_decimal threshold =
            assay_decimal_uint(c->threshold_tokens);
        struct assay_decimal boundary, past, below;

        if (!assay_decimal_mul(threshold, b->requests, &boundary) ||
            !length_past(span, boundary, &past) ||
            !assay_decimal_sub(span.length, past, &span.length))
            return too_many_digits(b->err, part->meter);
        if (assay_decimal_sign(past) > 0 &&
            !charge_line(b, part, c, past, note))
            return false;
        if (is_zero(span.length))
            return true;
        /* the largest request that does not reach this tier */
        below = threshold;
        if (c->when == ASSAY_TIER_FROM &&
            !assay_decimal_sub(threshold, ASSAY_DECIMAL(1, 0), &below))
            return too_many_digits(b->err, part->meter);
        c = find_known(b, meter, below);
    }
    return charge_line(b, part, c, span.length, note);
}

static bool charge(struct billing *b, enum part_index index, struct span span)
{
    const struct part *part = &parts[index];
    struct assay_decimal size = b->usage->tier_input_tokens;
    const char *meter = part->meter, *note = "";

    if (is_zero(span.length))
        return true;
    const struct assay_price_component *c = find_known(b, meter, size);
    for (size_t i = 0; !c && i < 2 && part->instead[i]; i++) {
        meter = part->instead[i];
        note = part->note[i];
        c = find_known(b, meter, size);
    }
    if (!c && part->optional)
        return true;
    return charge_span(b, part, meter, span, c, note);
}

/* ----------------------------------------------------------------- parts */

/* whole - part, and no less than nothing. */
static bool take_out(struct assay_decimal *whole, struct assay_decimal part)
{
    if (is_zero(part))
        return true;
    if (assay_decimal_compare(part, *whole) > 0) {
        *whole = ASSAY_DECIMAL(0, 0);
        return true;
    }
    return assay_decimal_sub(*whole, part, whole);
}

static struct assay_decimal smaller(struct assay_decimal a,
                                    struct assay_decimal b)
{
    return assay_decimal_compare(a, b) < 0 ? a : b;
}

static bool charge_input(struct billing *b)
{
    const struct assay_usage *u = b->usage;
    struct assay_decimal cached, plain = u->input_tokens, audio;
    struct assay_decimal short_write = u->cache_write_tokens, long_start;
    struct assay_decimal audio_start = u->input_tokens;

    if (!assay_decimal_add(u->cache_read_tokens, u->cache_write_tokens,
                           &cached) ||
        !take_out(&short_write, u->cache_write_1h_tokens) ||
        !assay_decimal_add(u->cache_read_tokens, short_write, &long_start) ||
        !take_out(&plain, cached))
        return too_many_digits(b->err, "input");
    /* audio that the cache holds is charged as cached */
    audio = smaller(u->audio_input_tokens, plain);
    if (!take_out(&plain, audio) || !take_out(&audio_start, audio))
        return too_many_digits(b->err, "input");
    return charge(b, PART_INPUT, (struct span){cached, plain}) &&
           charge(b, PART_CACHE_READ,
                  (struct span){.length = u->cache_read_tokens}) &&
           charge(b, PART_CACHE_WRITE,
                  (struct span){u->cache_read_tokens, short_write}) &&
           charge(b, PART_CACHE_WRITE_1H,
                  (struct span){long_start, u->cache_write_1h_tokens}) &&
           charge(b, PART_AUDIO_INPUT, (struct span){audio_start, audio});
}

static bool charge_output(struct billing *b)
{
    const struct assay_usage *u = b->usage;
    struct assay_decimal plain = u->output_tokens, audio, input;

    /* a marginal tier counts input: all output lies past it, or none */
    if (!take_out(&plain, u->reasoning_tokens) ||
        !assay_decimal_mul(u->tier_input_tokens, b->requests, &input))
        return too_many_digits(b->err, "output");
    audio = smaller(u->audio_output_tokens, plain);
    if (!take_out(&plain, audio))
        return too_many_digits(b->err, "output");
    return charge(b, PART_OUTPUT, (struct span){input, plain}) &&
           charge(b, PART_REASONING,
                  (struct span){input, u->reasoning_tokens}) &&
           charge(b, PART_AUDIO_OUTPUT, (struct span){input, audio});
}

static bool charge_other(struct billing *b)
{
    const struct assay_usage *u = b->usage;
    return charge(b, PART_IMAGE, (struct span){.length = u->images}) &&
           charge(b, PART_SEARCH, (struct span){.length = u->searches}) &&
           charge(b, PART_REQUEST, (struct span){.length = u->requests});
}

static enum assay_state state_of(const struct billing *b)
{
    size_t lines = b->bill->line_count;
    if (lines == 0)
        return b->list->count > 0 ? ASSAY_KNOWN : ASSAY_UNKNOWN;
    if (b->priced_lines == 0)
        return ASSAY_UNKNOWN;
    if (b->priced_lines < lines)
        return ASSAY_BOUND;
    return b->free_lines == lines ? ASSAY_FREE : ASSAY_KNOWN;
}

/* One for each part that is used, and for each marginal tier of it. */
static size_t most_lines(const struct assay_price_list *list,
                         const struct assay_usage *u)
{
    const struct assay_decimal used[PART_COUNT] = {
        u->input_tokens,
        u->cache_read_tokens,
        u->cache_write_tokens,
        u->cache_write_1h_tokens,
        u->audio_input_tokens,
        u->output_tokens,
        u->reasoning_tokens,
        u->audio_output_tokens,
        u->images,
        u->searches,
        u->requests,
    };
    size_t lines = 0, tiers = 1;

    for (size_t i = 0; i < list->count; i++)
        tiers += list->components[i].marginal;
    for (size_t i = 0; i < PART_COUNT; i++)
        lines += !is_zero(used[i]);
    return lines * tiers;
}

bool assay_price_usage(struct assay_arena *arena,
                       const struct assay_price_list *list,
                       const struct assay_usage *usage, struct assay_date day,
                       struct assay_bill *bill, struct assay_error *err)
{
    struct billing b = {
        .list = list,
        .usage = usage,
        .day = day,
        .requests = usage->requests,
        .bill = bill,
        .err = err,
    };

    *bill = (struct assay_bill){0};
    if (!check_usage(usage, err))
        return false;
    if (is_zero(b.requests))
        b.requests = ASSAY_DECIMAL(1, 0);
    bill->lines =
        ASSAY_NEW_ARRAY(arena, struct assay_bill_line, most_lines(list, usage));
    if (!charge_input(&b) || !charge_output(&b) || !charge_other(&b))
        return false;
    bill->state = state_of(&b);
    return true;
}
