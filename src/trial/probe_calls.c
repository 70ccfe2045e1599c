/*
 * Probes of how an answer comes: in pieces, or as the call of a tool.
 */
#include "trial/probe_parts.h"

/* ------------------------------------------------------- streaming */

enum { LEAST_PIECES = 3, LEAST_BYTES = 60 };

/* When the pieces of an answer came. */
struct arrivals {
    int64_t first, last;
    size_t count, bytes, largest;
};

static bool on_piece(void *context, const struct assay_piece *piece)
{
    struct arrivals *a = context;

    if (piece->text.len == 0)
        return true;
    a->last = assay_trial_now();
    a->first = a->first ? a->first : a->last;
    a->count++;
    a->bytes += piece->text.len;
    a->largest = piece->text.len > a->largest ? piece->text.len : a->largest;
    return true;
}

static void judge_stream(struct assay_probing *p, const struct arrivals *a,
                         const struct assay_response *answer)
{
    const struct assay_clocks *c = &answer->clocks;
    int64_t total = c->done - (c->sending ? c->sending : c->asked);
    int64_t spread = a->last - a->first;
    double share = total > 0 ? 100.0 * (double)spread / (double)total : 0;

    if (a->count >= LEAST_PIECES && spread * 5 > total) {
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED,
                         "%zu pieces over %.0f %% of the time", a->count,
                         share);
        return;
    }
    if (a->count == 0)
        assay_probe_find(p, ASSAY_PROBE_IGNORED, "the answer came whole");
    else if (a->count < LEAST_PIECES)
        assay_probe_find(p, ASSAY_PROBE_IGNORED,
                         "1 chunk carried %.0f %% of the text",
                         100.0 * (double)a->largest / (double)a->bytes);
    else
        assay_probe_find(p, ASSAY_PROBE_IGNORED,
                         "%zu pieces within %.0f %% of the time", a->count,
                         share);
    p->finding->word = "buffered";
}

void assay_probe_streaming(struct assay_probing *p)
{
    struct assay_probe_question q = assay_probe_plain(
        p, ASSAY_STR("Count from 1 to 60 in digits, with a space between the "
                     "numbers, and write nothing else."));
    struct arrivals arrivals = {0};
    struct assay_response answer;

    q.chat.stream = true;
    q.asked = ASSAY_STR("a long count");
    q.piece = on_piece;
    q.context = &arrivals;
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return;
    if (answer.reply.text.len < LEAST_BYTES)
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "an answer of %zu bytes is too short to tell",
                         answer.reply.text.len);
    else
        judge_stream(p, &arrivals, &answer);
}

/* ------------------------------------------------------- tools */

/* A lamp whose tool has a name of no meaning. */
struct lamp {
    struct assay_str name, hue;
    const struct assay_json *tools;
    struct assay_str question;
};

static const struct assay_json *lamp_tools(struct assay_arena *arena,
                                           struct assay_str name,
                                           const char *const hues[3])
{
    struct assay_json *tools = assay_json_array(arena);
    struct assay_json *tool = assay_json_add(tools, assay_json_object(arena));
    struct assay_json *function, *parameters, *hue, *list;

    assay_json_set_c(arena, tool, "type", "function");
    function = assay_json_set(tool, "function", assay_json_object(arena));
    assay_json_set_text(arena, function, "name", name);
    assay_json_set_c(arena, function, "description",
                     "Sets the colour of the lamp.");
    parameters =
        assay_json_set(function, "parameters", assay_json_object(arena));
    assay_json_set_c(arena, parameters, "type", "object");
    hue = assay_json_set(
        assay_json_set(parameters, "properties", assay_json_object(arena)),
        "hue", assay_json_object(arena));
    assay_json_set_c(arena, hue, "type", "string");
    list = assay_json_set(hue, "enum", assay_json_array(arena));
    for (size_t i = 0; i < 3; i++)
        assay_json_add(list, assay_json_string(arena, assay_str_c(hues[i])));
    list = assay_json_set(parameters, "required", assay_json_array(arena));
    assay_json_add(list, assay_json_string(arena, ASSAY_STR("hue")));
    assay_json_set_bool(arena, parameters, "additionalProperties", false);
    return tools;
}

static struct lamp draw_lamp(struct assay_probing *p)
{
    const char *hues[3];
    struct lamp lamp = {.name = assay_probe_name(p)};

    for (size_t i = 0; i < 3; i++) /* three different ones */
        do
            hues[i] = assay_probe_word(p);
        while ((i > 0 && hues[i] == hues[0]) || (i > 1 && hues[i] == hues[1]));
    lamp.hue = assay_str_c(hues[assay_probe_draw(p, 3)]);
    lamp.tools = lamp_tools(p->arena, lamp.name, hues);
    lamp.question =
        assay_arena_printf(p->arena,
                           "Set the lamp to %.*s with the tool, and tell me "
                           "the receipt that it returns.",
                           ASSAY_STR_ARG(lamp.hue));
    return lamp;
}

enum outcome { NO_CALL, WRONG_CALL, RIGHT_CALL };

static enum outcome judge_call(struct assay_probing *p, const struct lamp *lamp,
                               const struct assay_completion *reply)
{
    struct assay_error ignored = {0};
    const struct assay_json *arguments;

    if (reply->call_count == 0)
        return NO_CALL;
    arguments =
        assay_json_parse(p->arena, reply->calls[0].arguments, NULL, &ignored);
    return assay_str_equal(reply->calls[0].name, lamp->name) &&
                   assay_str_equal(assay_json_text(arguments, "hue"), lamp->hue)
               ? RIGHT_CALL
               : WRONG_CALL;
}

/* What the two ways of asking for a call led to. */
struct calling {
    struct lamp lamp;
    enum outcome required, by_itself;
    bool required_refused;
    struct assay_str wrong;      /* a call that was not asked for */
    struct assay_tool_call call; /* the last right one */
};

/* False: there was no answer; the finding says why. */
static bool ask_for_call(struct assay_probing *p, struct calling *c,
                         const char *choice, enum outcome *outcome)
{
    struct assay_probe_question q = assay_probe_plain(p, c->lamp.question);
    struct assay_response answer;

    q.chat.tools = c->lamp.tools;
    q.chat.tool_choice = assay_json_string(p->arena, assay_str_c(choice));
    q.asked = assay_arena_printf(p->arena, "tool_choice %s", choice);
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return false;
    *outcome = judge_call(p, &c->lamp, &answer.reply);
    if (*outcome == RIGHT_CALL)
        c->call = answer.reply.calls[0];
    if (*outcome == WRONG_CALL)
        c->wrong = answer.reply.calls[0].arguments;
    return true;
}

static void judge_calling(struct assay_probing *p, const struct calling *c)
{
    if (c->required == WRONG_CALL || c->by_itself == WRONG_CALL) {
        struct assay_str wrong = assay_probe_quote(p, c->wrong);
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "called, but with %.*s, not hue \"%.*s\"",
                         ASSAY_STR_ARG(wrong), ASSAY_STR_ARG(c->lamp.hue));
    } else {
        assay_probe_find(p, ASSAY_PROBE_IGNORED,
                         "answered in words%s, HTTP 200",
                         c->required_refused ? "" : " even when required");
    }
}

static void return_result(struct assay_probing *p, const struct calling *c)
{
    struct assay_str receipt = assay_probe_code(p);
    struct assay_probe_question q = assay_probe_plain(p, c->lamp.question);
    struct assay_message *turns =
        ASSAY_NEW_ARRAY(p->arena, struct assay_message, 3);
    struct assay_response answer;
    const char *when = c->required_refused          ? " by itself"
                       : c->required != RIGHT_CALL  ? " only by itself"
                       : c->by_itself != RIGHT_CALL ? " only when required"
                                                    : "";

    turns[0] = q.chat.messages[0];
    turns[1] = (struct assay_message){.role = ASSAY_ROLE_MODEL,
                                      .text = ASSAY_STR(""),
                                      .calls = &c->call,
                                      .call_count = 1,
                                      .call_id = ASSAY_STR("")};
    turns[2] = (struct assay_message){
        .role = ASSAY_ROLE_TOOL,
        .text = assay_arena_printf(p->arena, "{\"receipt\":\"%.*s\"}",
                                   ASSAY_STR_ARG(receipt)),
        .call_id = c->call.id,
    };
    q.chat.messages = turns;
    q.chat.message_count = 3;
    q.chat.tools = c->lamp.tools;
    q.asked = ASSAY_STR("the tool's result");
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return;
    bool used = assay_str_contains(answer.reply.text,
                                   assay_arena_cstr(p->arena, receipt));
    assay_probe_find(p, used ? ASSAY_PROBE_SUPPORTED : ASSAY_PROBE_UNKNOWN,
                     "called with \"%.*s\"%s, %s the result",
                     ASSAY_STR_ARG(c->lamp.hue), when,
                     used ? "used" : "but did not use");
}

void assay_probe_function_calling(struct assay_probing *p)
{
    struct calling c = {.lamp = draw_lamp(p)};

    if (!ask_for_call(p, &c, "required", &c.required)) {
        /* some servers take tools, and only "auto" */
        if (p->finding->verdict != ASSAY_PROBE_REFUSED ||
            p->options->route->in_process)
            return;
        c.required_refused = true;
    }
    if (!ask_for_call(p, &c, "auto", &c.by_itself))
        return;
    if (c.required == RIGHT_CALL || c.by_itself == RIGHT_CALL)
        return_result(p, &c);
    else
        judge_calling(p, &c);
}
