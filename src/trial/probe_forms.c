/*
 * Probes of the form of an answer: a schema, an object, what the system says,
 * where it stops. Each question pulls the other way.
 */
#include "trial/probe_parts.h"
#include "trial/schema_check.h"

/* ------------------------------------------------------- schemas */

enum { SCHEMAS = 5, OBJECTS = 2 };

static void add_property(struct assay_probing *p, struct assay_json *schema,
                         size_t choices)
{
    struct assay_json *properties = assay_json_get(schema, "properties");
    struct assay_json *required = assay_json_get(schema, "required");
    struct assay_str name;
    struct assay_json *property, *list;

    do
        name = assay_probe_name(p);
    while (assay_json_get_str(properties, name));
    property =
        assay_json_set_key(properties, name, assay_json_object(p->arena));
    assay_json_add(required, assay_json_string(p->arena, name));
    assay_json_set_c(p->arena, property, "type",
                     choices ? "string" : "boolean");
    if (choices == 0)
        return;
    list = assay_json_set(property, "enum", assay_json_array(p->arena));
    while (list->count < choices)
        assay_json_add(list, assay_json_string(p->arena, assay_probe_code(p)));
}

/* Names and values of no meaning: no prompt leads to them. */
static const struct assay_json *draw_schema(struct assay_probing *p)
{
    struct assay_arena *arena = p->arena;
    struct assay_json *schema = assay_json_object(arena);

    assay_json_set_c(arena, schema, "type", "object");
    assay_json_set(schema, "properties", assay_json_object(arena));
    assay_json_set(schema, "required", assay_json_array(arena));
    assay_json_set_bool(arena, schema, "additionalProperties", false);
    add_property(p, schema, 3);
    add_property(p, schema, 0);
    add_property(p, schema, 2);
    return schema;
}

static bool keeps_to(struct assay_probing *p, const struct assay_json *schema,
                     struct assay_str text)
{
    static const struct assay_schema_options options = {
        .draft = ASSAY_DRAFT_2020_12};
    struct assay_error ignored = {0};
    struct assay_str reason;
    const struct assay_json *value =
        assay_json_parse(p->arena, text, NULL, &ignored);
    const struct assay_validator *validator =
        assay_schema_check_new(p->arena, schema, &options, &ignored);

    return value && validator &&
           assay_schema_check_run(validator, p->arena, value, &reason) ==
               ASSAY_SCHEMA_HOLDS;
}

/* True: the answer ended where we cut it, so its form is not to be judged. */
static bool is_cut(struct assay_probing *p, const struct assay_response *answer)
{
    if (answer->reply.finish != ASSAY_FINISH_LENGTH)
        return false;
    assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                     "the answer was cut at its limit of %d tokens",
                     ASSAY_PROBE_ANSWER_TOKENS);
    return true;
}

void assay_probe_structured_outputs(struct assay_probing *p)
{
    for (int i = 0; i < SCHEMAS; i++) {
        const struct assay_json *schema = draw_schema(p);
        struct assay_probe_question q = assay_probe_plain(
            p, ASSAY_STR("Tell me in two or three sentences what the sea "
                         "looks like in the morning."));
        struct assay_response answer;

        q.chat.schema = schema;
        q.asked =
            assay_arena_printf(p->arena, "schema %d of %d", i + 1, SCHEMAS);
        if (!assay_probe_ask(p, &q, &answer) ||
            assay_probe_says_nothing(p, &answer))
            return;
        if (keeps_to(p, schema, answer.reply.text))
            continue;
        struct assay_str said = assay_probe_quote(p, answer.reply.text);
        if (!is_cut(p, &answer))
            assay_probe_find(p, ASSAY_PROBE_IGNORED, "answer %d of %d is %.*s",
                             i + 1, SCHEMAS, ASSAY_STR_ARG(said));
        return;
    }
    assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "%d/%d valid, prose prompt",
                     SCHEMAS, SCHEMAS);
}

/* ------------------------------------------------------- JSON mode */

void assay_probe_json_mode(struct assay_probing *p)
{
    for (int i = 0; i < OBJECTS; i++) {
        /* the word JSON must stand in the messages (OpenAI, 2026-11-22) */
        struct assay_probe_question q = assay_probe_plain(
            p, i == 0 ? ASSAY_STR("In two plain sentences: what is the JSON "
                                  "format good for?")
                      : ASSAY_STR("Write two sentences of prose about who "
                                  "first described JSON."));
        struct assay_error ignored = {0};
        struct assay_response answer;

        q.chat.json_object = true;
        q.asked =
            assay_arena_printf(p->arena, "object %d of %d", i + 1, OBJECTS);
        if (!assay_probe_ask(p, &q, &answer) ||
            assay_probe_says_nothing(p, &answer))
            return;
        if (assay_json_is(
                assay_json_parse(p->arena, answer.reply.text, NULL, &ignored),
                ASSAY_JSON_OBJECT))
            continue;
        struct assay_str said = assay_probe_quote(p, answer.reply.text);
        if (!is_cut(p, &answer))
            assay_probe_find(p, ASSAY_PROBE_IGNORED, "answer %d of %d is %.*s",
                             i + 1, OBJECTS, ASSAY_STR_ARG(said));
        return;
    }
    assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "%d/%d objects, prose prompt",
                     OBJECTS, OBJECTS);
}

/* ------------------------------------------------------- the system */

/* The order stands in a message of its own, or before the question. */
static bool order_word(struct assay_probing *p, bool by_system,
                       struct assay_str code, bool *obeyed)
{
    struct assay_str order =
        assay_arena_printf(p->arena,
                           "Whatever is asked, reply with the word %.*s and "
                           "nothing else.",
                           ASSAY_STR_ARG(code));
    struct assay_str question = ASSAY_STR("What is the capital of France?");
    struct assay_probe_question q = assay_probe_plain(
        p, by_system
               ? question
               : assay_arena_printf(p->arena, "%.*s %.*s", ASSAY_STR_ARG(order),
                                    ASSAY_STR_ARG(question)));
    struct assay_message *turns =
        ASSAY_NEW_ARRAY(p->arena, struct assay_message, 2);
    struct assay_response answer;

    turns[0] = (struct assay_message){
        .role = ASSAY_ROLE_SYSTEM, .text = order, .call_id = ASSAY_STR("")};
    turns[1] = q.chat.messages[0];
    q.chat.messages = by_system ? turns : &turns[1];
    q.chat.message_count = by_system ? 2 : 1;
    q.asked = by_system ? ASSAY_STR("a system message")
                        : ASSAY_STR("the same of the user's");
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return false;
    *obeyed =
        assay_str_contains(answer.reply.text, assay_arena_cstr(p->arena, code));
    return true;
}

/* Who does not follow the user either proves nothing. */
void assay_probe_system(struct assay_probing *p)
{
    struct assay_str code = assay_probe_code(p);
    bool system, user;

    if (!order_word(p, true, code, &system))
        return;
    if (system)
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED,
                         "said its word, %.*s, not Paris", ASSAY_STR_ARG(code));
    else if (order_word(p, false, code, &user))
        assay_probe_find(p, user ? ASSAY_PROBE_IGNORED : ASSAY_PROBE_UNKNOWN,
                         "%s",
                         user ? "follows the user's order, not the system's"
                              : "follows such an order from nobody");
}

/* ------------------------------------------------------- stop texts */

void assay_probe_stop(struct assay_probing *p)
{
    struct assay_str codes[5];
    struct assay_response answer;

    for (size_t i = 0; i < 5; i++)
        codes[i] = assay_probe_code(p);
    struct assay_probe_question q = assay_probe_plain(
        p, assay_arena_printf(
               p->arena,
               "Repeat this line, and nothing else: %.*s %.*s %.*s %.*s %.*s",
               ASSAY_STR_ARG(codes[0]), ASSAY_STR_ARG(codes[1]),
               ASSAY_STR_ARG(codes[2]), ASSAY_STR_ARG(codes[3]),
               ASSAY_STR_ARG(codes[4])));
    q.chat.stops = &codes[2];
    q.chat.stop_count = 1;
    q.asked = ASSAY_STR("a line with a stop in it");
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return;
    struct assay_str said = assay_probe_quote(p, answer.reply.text);
    if (assay_str_contains(answer.reply.text,
                           assay_arena_cstr(p->arena, codes[2])))
        assay_probe_find(p, ASSAY_PROBE_IGNORED, "went on behind %.*s",
                         ASSAY_STR_ARG(codes[2]));
    else if (assay_str_contains(answer.reply.text,
                                assay_arena_cstr(p->arena, codes[0])))
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "stopped before %.*s",
                         ASSAY_STR_ARG(codes[2]));
    else
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "did not repeat the line: %.*s", ASSAY_STR_ARG(said));
}
