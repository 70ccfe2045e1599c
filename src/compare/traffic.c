/*
 * Reading and naming a traffic shape. The grammar is FORMATS section 2; the
 * parts are a table, so that a new one is a row.
 */
#include "assay/traffic.h"

#include <string.h>

struct assay_traffic assay_traffic_default(void)
{
    return (struct assay_traffic){
        .requests = ASSAY_DECIMAL(1, 6),
        .input_tokens = ASSAY_DECIMAL(8, 2),
        .output_tokens = ASSAY_DECIMAL(25, 1),
        .image_detail = ASSAY_STR("high"),
    };
}

bool assay_quantity_parse(struct assay_str text, struct assay_decimal *value)
{
    static const struct {
        char letter;
        int power;
    } suffixes[] = {{'k', 3}, {'K', 3}, {'M', 6}, {'m', 6}, {'G', 9}, {'B', 9}};
    int power = 0;

    if (text.len == 0)
        return false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (text.at[text.len - 1] == suffixes[i].letter)
            power = suffixes[i].power;
    if (power)
        text.len--;
    if (!assay_decimal_parse(text, value))
        return false;
    *value = assay_decimal_scale(*value, power);
    return true;
}

/* "40%" or "0.4" as a share; at most `limit`. */
static bool share_parse(struct assay_str text, int limit,
                        struct assay_decimal *share)
{
    bool percent = assay_str_ends(text, "%");

    if (percent)
        text.len--;
    if (!assay_decimal_parse(text, share))
        return false;
    if (percent)
        *share = assay_decimal_scale(*share, -2);
    return assay_decimal_sign(*share) >= 0 &&
           assay_decimal_compare(*share, ASSAY_DECIMAL(limit, 0)) <= 0;
}

static bool read_requests(struct assay_str text, struct assay_traffic *t)
{
    return assay_quantity_parse(text, &t->requests) &&
           assay_decimal_sign(t->requests) > 0 &&
           assay_decimal_compare(t->requests, ASSAY_DECIMAL(1, 15)) <= 0;
}

static bool tokens_parse(struct assay_str text, struct assay_decimal *tokens)
{
    return assay_quantity_parse(text, tokens) &&
           assay_decimal_sign(*tokens) >= 0 &&
           assay_decimal_compare(*tokens, ASSAY_DECIMAL(1, 9)) <= 0;
}

static bool read_input(struct assay_str text, struct assay_traffic *t)
{
    return tokens_parse(text, &t->input_tokens);
}

static bool read_output(struct assay_str text, struct assay_traffic *t)
{
    return tokens_parse(text, &t->output_tokens);
}

static bool read_cached(struct assay_str text, struct assay_traffic *t)
{
    return share_parse(text, 1, &t->cached_share);
}

static bool read_batch(struct assay_str text, struct assay_traffic *t)
{
    return share_parse(text, 1, &t->batch_share);
}

static bool read_retries(struct assay_str text, struct assay_traffic *t)
{
    return share_parse(text, 10, &t->retry_share);
}

/* "1x1024x1024:high", "2x512x512", "3:low", "0" */
static bool read_images(struct assay_str text, struct assay_traffic *t)
{
    struct assay_str size = {"", 0}, width, height, count = text;
    struct assay_str detail = ASSAY_STR("high");

    (void)assay_str_cut(text, ':', &count, &detail);
    if (assay_str_cut(count, 'x', &count, &size)) {
        if (!assay_str_cut(size, 'x', &width, &height) ||
            !assay_str_to_u64(width, &t->image_width) ||
            !assay_str_to_u64(height, &t->image_height) ||
            t->image_width - 1 >= 100000 || t->image_height - 1 >= 100000)
            return false;
    } else {
        t->image_width = t->image_height = 0;
    }
    if (!assay_str_is(detail, "high") && !assay_str_is(detail, "low") &&
        !assay_str_is(detail, "auto"))
        return false;
    t->image_detail = detail;
    return assay_str_to_u64(count, &t->images) && t->images <= 10000;
}

static const struct traffic_part {
    const char *name;
    bool (*read)(struct assay_str text, struct assay_traffic *t);
    const char *expected;
} parts[] = {
    {"requests", read_requests, "requests a month, such as 1M"},
    {"input", read_input, "tokens per request, such as 800 or 12k"},
    {"output", read_output, "tokens per request, such as 250"},
    {"cached", read_cached, "a share of the input, 0% to 100%"},
    {"images", read_images,
     "images per request with their size, such as 1x1024x1024:high"},
    {"batch", read_batch, "a share of the requests, 0% to 100%"},
    {"retries", read_retries, "a share of the requests, such as 2%"},
};

static bool part_read(struct assay_str part, struct assay_traffic *traffic,
                      struct assay_error *err)
{
    struct assay_str name, value;

    if (!assay_str_cut(part, '=', &name, &value))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "'%.*s' is not name=value; parts are "
                          "requests, input, output, cached, images, batch, "
                          "retries",
                          ASSAY_STR_ARG(part));
    name = assay_str_trim(name);
    value = assay_str_trim(value);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!assay_str_is(name, parts[i].name))
            continue;
        if (parts[i].read(value, traffic))
            return true;
        return assay_fail(err, ASSAY_BAD_INPUT, "%s is '%.*s', expected %s",
                          parts[i].name, ASSAY_STR_ARG(value),
                          parts[i].expected);
    }
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "there is no part '%.*s'; parts are requests, "
                      "input, output, cached, images, batch, retries",
                      ASSAY_STR_ARG(name));
}

bool assay_traffic_parse(struct assay_str text, struct assay_traffic *traffic,
                         struct assay_error *err)
{
    struct assay_traffic read = assay_traffic_default();
    struct assay_str part, rest = assay_str_trim(text);

    while (rest.len) {
        struct assay_str after = {"", 0};

        part = rest;
        (void)assay_str_cut(rest, ',', &part, &after);
        if (!part_read(assay_str_trim(part), &read, err))
            return false;
        rest = after;
    }
    *traffic = read;
    return true;
}

/* 1000000 -> "1M", 1500 -> "1.5k", 800 -> "800" */
static struct assay_str short_number(struct assay_arena *arena,
                                     struct assay_decimal value)
{
    static const struct {
        int power;
        const char *letter;
    } units[] = {{9, "G"}, {6, "M"}, {3, "k"}};

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (assay_decimal_compare(value, ASSAY_DECIMAL(1, units[i].power)) < 0)
            continue;
        struct assay_str text = assay_decimal_text(
            arena, assay_decimal_scale(value, -units[i].power));

        if (text.len <= 5)
            return assay_arena_printf(arena, "%.*s%s", ASSAY_STR_ARG(text),
                                      units[i].letter);
    }
    return assay_decimal_text(arena, value);
}

static struct assay_str percent(struct assay_arena *arena,
                                struct assay_decimal share)
{
    struct assay_str text =
        assay_decimal_text(arena, assay_decimal_scale(share, 2));

    return assay_arena_printf(arena, "%.*s%%", ASSAY_STR_ARG(text));
}

static struct assay_str images_text(struct assay_arena *arena,
                                    const struct assay_traffic *t)
{
    if (!t->image_width)
        return assay_arena_printf(arena, "%llu:%.*s",
                                  (unsigned long long)t->images,
                                  ASSAY_STR_ARG(t->image_detail));
    return assay_arena_printf(
        arena, "%llux%llux%llu:%.*s", (unsigned long long)t->images,
        (unsigned long long)t->image_width, (unsigned long long)t->image_height,
        ASSAY_STR_ARG(t->image_detail));
}

static struct assay_str append(struct assay_arena *arena, struct assay_str text,
                               const char *name, struct assay_str value)
{
    return assay_arena_printf(arena, "%.*s%s%.*s", ASSAY_STR_ARG(text), name,
                              ASSAY_STR_ARG(value));
}

struct assay_str assay_traffic_text(struct assay_arena *arena,
                                    const struct assay_traffic *t)
{
    struct assay_str text = {"", 0};

    text = append(arena, text, "requests=", short_number(arena, t->requests));
    text = append(arena, text, ",input=", short_number(arena, t->input_tokens));
    text =
        append(arena, text, ",output=", short_number(arena, t->output_tokens));
    if (assay_decimal_sign(t->cached_share))
        text = append(arena, text, ",cached=", percent(arena, t->cached_share));
    if (t->images)
        text = append(arena, text, ",images=", images_text(arena, t));
    if (assay_decimal_sign(t->batch_share))
        text = append(arena, text, ",batch=", percent(arena, t->batch_share));
    if (assay_decimal_sign(t->retry_share))
        text = append(arena, text, ",retries=", percent(arena, t->retry_share));
    return text;
}

struct assay_str assay_traffic_words(struct assay_arena *arena,
                                     const struct assay_traffic *t)
{
    struct assay_str requests = short_number(arena, t->requests);
    struct assay_str in = assay_decimal_fixed(arena, t->input_tokens, 0);
    struct assay_str out = assay_decimal_fixed(arena, t->output_tokens, 0);
    struct assay_str text = assay_arena_printf(
        arena, "%.*s requests a month, %.*s in + %.*s out tokens each",
        ASSAY_STR_ARG(requests), ASSAY_STR_ARG(in), ASSAY_STR_ARG(out));

    if (assay_decimal_sign(t->cached_share))
        text = append(arena, text, ", cached input ",
                      percent(arena, t->cached_share));
    if (t->images)
        text = append(arena, text, ", images ", images_text(arena, t));
    if (assay_decimal_sign(t->batch_share))
        text = append(arena, text, ", batch ", percent(arena, t->batch_share));
    if (assay_decimal_sign(t->retry_share))
        text =
            append(arena, text, ", retries ", percent(arena, t->retry_share));
    return text;
}

static void set_number(struct assay_arena *arena, struct assay_json *object,
                       const char *key, struct assay_decimal value)
{
    assay_json_set(object, key,
                   assay_json_number(arena, assay_decimal_text(arena, value)));
}

struct assay_json *assay_traffic_json(struct assay_arena *arena,
                                      const struct assay_traffic *t)
{
    struct assay_json *object = assay_json_object(arena);

    set_number(arena, object, "requests", t->requests);
    set_number(arena, object, "input_tokens", t->input_tokens);
    set_number(arena, object, "output_tokens", t->output_tokens);
    if (assay_decimal_sign(t->cached_share))
        set_number(arena, object, "cached_share", t->cached_share);
    if (assay_decimal_sign(t->batch_share))
        set_number(arena, object, "batch_share", t->batch_share);
    if (assay_decimal_sign(t->retry_share))
        set_number(arena, object, "retry_share", t->retry_share);
    if (t->images) {
        struct assay_json *images = assay_json_object(arena);

        assay_json_set_uint(arena, images, "count", t->images);
        if (t->image_width) {
            assay_json_set_uint(arena, images, "width", t->image_width);
            assay_json_set_uint(arena, images, "height", t->image_height);
        }
        assay_json_set_text(arena, images, "detail", t->image_detail);
        assay_json_set(object, "images", images);
    }
    return object;
}
