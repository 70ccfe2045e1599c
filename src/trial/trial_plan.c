/*
 * What a run asks, and in which order: units drawn from the seed, the cases
 * of a unit one behind the other, in an order drawn too.
 */
#include "trial/trial_parts.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------- order */

struct member {
    struct assay_str cluster;
    size_t number;
};

static int by_cluster(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = assay_str_compare(x->cluster, y->cluster);

    if (order != 0)
        return order;
    return (x->number > y->number) - (x->number < y->number);
}

/* Cases of one cluster are one unit, every other case is one by itself. */
static bool same_unit(const struct member *a, const struct member *b)
{
    return a->cluster.len > 0 && assay_str_equal(a->cluster, b->cluster);
}

/* Where each unit begins among the sorted members; returns how many. */
static size_t find_units(const struct member *members, size_t count,
                         size_t *begins)
{
    size_t units = 0;

    for (size_t i = 0; i < count; i++)
        if (i == 0 || !same_unit(&members[i - 1], &members[i]))
            begins[units++] = i;
    begins[units] = count;
    return units;
}

void assay_trial_order_make(struct assay_arena *arena,
                            const struct assay_suite *suite, uint64_t seed,
                            struct assay_trial_order *order)
{
    size_t n = suite->case_count, place = 0;
    struct assay_random random = {seed};
    struct assay_arena scratch = {0};
    struct member *members = ASSAY_NEW_ARRAY(&scratch, struct member, n + 1);
    size_t *begins = ASSAY_NEW_ARRAY(&scratch, size_t, n + 1);
    size_t *drawn = ASSAY_NEW_ARRAY(&scratch, size_t, n + 1);
    size_t *within = ASSAY_NEW_ARRAY(&scratch, size_t, n + 1);

    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){assay_suite_case_cluster(suite, i), i};
    qsort(members, n, sizeof *members, by_cluster);
    order->units = find_units(members, n, begins);
    order->case_at = ASSAY_NEW_ARRAY(arena, uint32_t, n + 1);
    order->unit_at = ASSAY_NEW_ARRAY(arena, uint32_t, n + 1);
    order->first = ASSAY_NEW_ARRAY(arena, uint64_t, order->units + 1);
    assay_random_order(&random, drawn, (size_t)order->units);
    for (uint64_t u = 0; u < order->units; u++) {
        size_t from = begins[drawn[u]], to = begins[drawn[u] + 1];
        order->first[u] = place;
        assay_random_order(&random, within, to - from);
        for (size_t i = 0; i < to - from; i++) {
            order->unit_at[place] = (uint32_t)u;
            order->case_at[place++] =
                (uint32_t)members[from + within[i]].number;
        }
    }
    order->first[order->units] = place;
    assay_arena_free(&scratch);
}

/* ------------------------------------------------------- what is asked */

static const char *role_name(enum assay_role role)
{
    static const char *const names[] = {
        [ASSAY_ROLE_SYSTEM] = "system",
        [ASSAY_ROLE_USER] = "user",
        [ASSAY_ROLE_MODEL] = "assistant",
        [ASSAY_ROLE_TOOL] = "tool",
    };
    return names[role];
}

static void add_part(struct assay_arena *arena, struct assay_json *parts,
                     const struct assay_message_part *part)
{
    struct assay_json *o = assay_json_add(parts, assay_json_object(arena));

    switch (part->kind) {
    case ASSAY_PART_TEXT:
        assay_json_set_c(arena, o, "type", "text");
        assay_json_set_text(arena, o, "text", part->text);
        break;
    case ASSAY_PART_IMAGE:
        assay_json_set_c(arena, o, "type", "image");
        assay_json_set_text(arena, o, "media_type", part->media_type);
        assay_json_set_text(arena, o, "base64", part->base64);
        break;
    case ASSAY_PART_IMAGE_URL:
        assay_json_set_c(arena, o, "type", "image_url");
        assay_json_set_text(arena, o, "url", part->text);
        break;
    }
}

static void add_message(struct assay_arena *arena, struct assay_json *messages,
                        const struct assay_message *m)
{
    struct assay_json *o = assay_json_add(messages, assay_json_object(arena));

    assay_json_set_c(arena, o, "role", role_name(m->role));
    if (!m->part_count) {
        assay_json_set_text(arena, o, "content", m->text);
        return;
    }
    struct assay_json *parts =
        assay_json_set(o, "content", assay_json_array(arena));
    for (size_t i = 0; i < m->part_count; i++)
        add_part(arena, parts, &m->parts[i]);
}

struct assay_str assay_case_input(struct assay_arena *arena,
                                  const struct assay_case *of)
{
    if (of->kind == ASSAY_CASE_GENERATE) {
        struct assay_json *messages = assay_json_array(arena);
        for (size_t i = 0; i < of->message_count; i++)
            add_message(arena, messages, &of->messages[i]);
        return assay_json_line(arena, messages);
    }
    struct assay_json *o = assay_json_object(arena);
    assay_json_set_text(arena, o, "context", of->context);
    struct assay_json *choices =
        assay_json_set(o, "choices", assay_json_array(arena));
    for (size_t i = 0; i < of->choice_count; i++)
        assay_json_add(choices, assay_json_string(arena, of->choices[i]));
    assay_json_set_uint(arena, o, "gold", of->gold);
    return assay_json_line(arena, o);
}

/* ------------------------------------------------------- options */

static bool read_stops(struct assay_arena *arena, const struct assay_json *v,
                       struct assay_chat *chat)
{
    struct assay_str *stops;
    size_t n = 0;

    if (v->type == ASSAY_JSON_STRING) {
        stops = ASSAY_NEW(arena, struct assay_str);
        stops[n++] = v->text;
    } else if (v->type == ASSAY_JSON_ARRAY) {
        stops = ASSAY_NEW_ARRAY(arena, struct assay_str, v->count + 1);
        for (const struct assay_json *s = v->first; s; s = s->next) {
            if (s->type != ASSAY_JSON_STRING)
                return false;
            stops[n++] = s->text;
        }
    } else {
        return false;
    }
    chat->stops = stops;
    chat->stop_count = n;
    return true;
}

static bool read_number(const struct assay_json *v, struct assay_stated *to)
{
    struct assay_decimal number;

    if (v->type != ASSAY_JSON_NUMBER || !assay_decimal_parse(v->text, &number))
        return false;
    *to = (struct assay_stated){true, assay_decimal_double(number)};
    return true;
}

/* {"type": "json_object"} or {"type": "json_schema", "json_schema": …} */
static bool read_format(const struct assay_json *v, struct assay_chat *chat)
{
    struct assay_str type = assay_json_text(v, "type");

    if (assay_str_is(type, "text"))
        return true;
    chat->json_object = assay_str_is(type, "json_object");
    if (!assay_str_is(type, "json_schema"))
        return chat->json_object;
    chat->schema = assay_json_at(v, "json_schema.schema");
    if (!chat->schema)
        chat->schema = assay_json_get(v, "schema");
    return chat->schema != NULL;
}

static const struct {
    const char *name;
    size_t at;
} numbers[] = {
    {"temperature", offsetof(struct assay_chat, temperature)},
    {"top_p", offsetof(struct assay_chat, top_p)},
    {"top_k", offsetof(struct assay_chat, top_k)},
    {"min_p", offsetof(struct assay_chat, min_p)},
    {"seed", offsetof(struct assay_chat, seed)},
    {"presence_penalty", offsetof(struct assay_chat, presence_penalty)},
    {"frequency_penalty", offsetof(struct assay_chat, frequency_penalty)},
};

static bool read_option(struct assay_arena *arena, const struct assay_json *v,
                        struct assay_chat *chat)
{
    uint64_t tokens;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (assay_str_is(v->key, numbers[i].name))
            return read_number(
                v,
                (struct assay_stated *)(void *)((char *)chat + numbers[i].at));
    if (assay_str_is(v->key, "max_tokens")) {
        if (!assay_json_to_u64(v, &tokens) || tokens == 0 ||
            tokens > UINT32_MAX)
            return false;
        chat->max_tokens = (uint32_t)tokens;
        return true;
    }
    if (assay_str_is(v->key, "stop") || assay_str_is(v->key, "stops"))
        return read_stops(arena, v, chat);
    if (assay_str_is(v->key, "response_format"))
        return read_format(v, chat);
    if (assay_str_is(v->key, "schema"))
        chat->schema = v;
    else if (assay_str_is(v->key, "tools"))
        chat->tools = v;
    else if (assay_str_is(v->key, "tool_choice"))
        chat->tool_choice = v;
    else
        return false;
    return true;
}

bool assay_chat_read(struct assay_arena *arena,
                     const struct assay_json *options, struct assay_chat *chat,
                     struct assay_error *err)
{
    if (!options)
        return true;
    for (const struct assay_json *v = options->first; v; v = v->next)
        if (!read_option(arena, v, chat))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "option '%.*s' is not known, or not of its type",
                              ASSAY_STR_ARG(v->key));
    return true;
}

bool assay_case_chat(struct assay_arena *arena, const struct assay_case *of,
                     const struct assay_chat *route, uint32_t max_tokens,
                     struct assay_chat *chat, struct assay_error *err)
{
    *chat = *route;
    chat->messages = of->messages;
    chat->message_count = of->message_count;
    if (!assay_chat_read(arena, of->options, chat, err))
        return assay_fail_in(err, "%.*s", ASSAY_STR_ARG(of->where));
    if (assay_json_get(of->options, "temperature"))
        chat->temperature_ours = false;
    if (!chat->max_tokens)
        chat->max_tokens = max_tokens ? max_tokens : ASSAY_TRIAL_MAX_TOKENS;
    return true;
}
