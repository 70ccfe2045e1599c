/*
 * The route "echo": the answer is the last text of the user's, as promptfoo's
 * provider of that name has it. For trying suites, and judges, on texts that
 * somebody wrote.
 */
#include "route/route_parts.h"

#include <math.h>
#include <stdlib.h>

static struct assay_route_link *open_echo(
    struct assay_str rest, const struct assay_route_options *options,
    struct assay_error *err)
{
    struct assay_route_link *link = NULL;

    (void)options;
    if (rest.len)
        assay_fail(err, ASSAY_BAD_INPUT, "'echo:%.*s': echo takes no address",
                   ASSAY_STR_ARG(assay_str_head(rest, 200)));
    else
        link = malloc(sizeof *link);
    if (link)
        link->driver = &assay_route_echo;
    else if (!rest.len)
        assay_fail(err, ASSAY_SYSTEM, "out of memory for a route");
    return link;
}

static void close_echo(struct assay_route_link *route)
{
    free(route);
}

static struct assay_str model_of(const struct assay_route_link *route)
{
    (void)route;
    return ASSAY_STR("echo");
}

static struct assay_str last_text(const struct assay_ask *ask)
{
    const struct assay_chat *chat = &ask->chat;

    for (size_t i = chat->message_count; i > 0; i--) {
        const struct assay_message *m = &chat->messages[i - 1];
        if (m->role != ASSAY_ROLE_USER)
            continue;
        for (size_t p = 0; p < m->part_count; p++)
            if (m->parts[p].kind == ASSAY_PART_TEXT)
                return m->parts[p].text;
        return m->text;
    }
    return ask->prompt;
}

static bool ask_echo(struct assay_route_link *route,
                     const struct assay_ask *ask,
                     const struct assay_listener *listener,
                     struct assay_arena *arena, struct assay_response *answer,
                     struct assay_error *err)
{
    struct assay_str text = assay_arena_copy(arena, last_text(ask));
    const struct assay_piece piece = {.text = text};
    int64_t now = assay_route_now();

    (void)route;
    (void)err;
    *answer = (struct assay_response){
        .of = ASSAY_CLASS_ANSWERED,
        .reply = {.text = text,
                  .finish = ASSAY_FINISH_STOP,
                  .model = ASSAY_STR("echo"),
                  .mean_logprob = (double)NAN},
        .clocks = {.asked = now, .begun = now, .done = now},
    };
    if (listener->piece)
        (void)listener->piece(listener->context, &piece);
    return true;
}

const struct assay_route_driver assay_route_echo = {
    .scheme = "echo",
    .open = open_echo,
    .close = close_echo,
    .model = model_of,
    .ask = ask_echo,
};
