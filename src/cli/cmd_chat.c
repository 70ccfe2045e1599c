/*
 * assay chat: a conversation with a model whose weights are here, line by
 * line. Ctrl-C stops an answer, Ctrl-D ends.
 */
#include "cli/line_input.h"
#include "cli/local_model.h"

#include <string.h>

struct chat {
    struct assay_cli *cli;
    struct assay_route_link *route;
    struct assay_ask ask; /* all but the messages */
    struct assay_sampling sampling;
    /* [0] is for the system's text; the user's and the model's behind it. */
    struct assay_message *messages;
    size_t count, room;
    struct assay_str system; /* empty: none */
    bool typed;              /* by somebody at a terminal */
    bool over;
};

/* ------------------------------------------------------- the messages */

static void add_message(struct chat *chat, enum assay_role role,
                        struct assay_str text)
{
    struct assay_arena *arena = &chat->cli->arena;

    if (chat->count == chat->room) {
        size_t room = chat->room ? chat->room * 2 : 16;
        struct assay_message *more =
            ASSAY_NEW_ARRAY(arena, struct assay_message, room);

        if (chat->count)
            memcpy(more, chat->messages, chat->count * sizeof *more);
        chat->messages = more;
        chat->room = room;
    }
    chat->messages[chat->count++] = (struct assay_message){
        .role = role, .text = assay_arena_copy(arena, text)};
}

static void forget(struct chat *chat)
{
    chat->count = 0;
    add_message(chat, ASSAY_ROLE_SYSTEM, ASSAY_STR(""));
}

/* ------------------------------------------------------- a turn */

static bool answer(struct chat *chat, struct assay_response *response,
                   int *code, struct assay_error *err)
{
    size_t skip = chat->system.len ? 0 : 1;
    struct assay_ask ask = chat->ask;
    bool ok;

    chat->messages[0].text = chat->system;
    ask.chat.messages = chat->messages + skip;
    ask.chat.message_count = chat->count - skip;
    if (chat->typed)
        assay_cli_catch_signals();
    ok = assay_cli_answer(chat->cli, chat->route, &ask, response, code, err);
    return ok;
}

/*
 * What the user says, and what he is told. A turn without an answer is as if
 * it had not been: the two take turns.
 */
static int take_turn(struct chat *chat, struct assay_str line)
{
    struct assay_error err = {0};
    struct assay_response response;
    int code = ASSAY_EXIT_DONE;
    bool ok;

    add_message(chat, ASSAY_ROLE_USER, line);
    ok = answer(chat, &response, &code, &err);
    if (ok && response.reply.text.len > 0)
        add_message(chat, ASSAY_ROLE_MODEL, response.reply.text);
    else
        chat->count--;
    if (chat->typed) {
        int number = assay_cli_signal();

        assay_cli_leave_signals();
        if (number && number != 2) /* SIGINT is meant for the answer alone */
            return ASSAY_EXIT_SIGNAL + number;
        code = ok || code ? code : ASSAY_EXIT_DONE;
    }
    if (ok)
        return code;
    if (err.code == ASSAY_LIMIT && chat->typed)
        assay_fail_in(&err, "/reset begins anew");
    code = assay_cli_fail(chat->cli, &err);
    return chat->typed ? ASSAY_EXIT_DONE : code;
}

/* ------------------------------------------------------- what else is said */

static void say_help(struct chat *chat, struct assay_str rest);

static void begin_anew(struct chat *chat, struct assay_str rest)
{
    (void)rest;
    forget(chat);
    assay_cli_note(chat->cli, "a new conversation");
}

static void set_system(struct chat *chat, struct assay_str rest)
{
    chat->system = assay_arena_copy(&chat->cli->arena, rest);
    assay_cli_note(chat->cli,
                   rest.len ? "the system's text is set" : "no system's text");
}

static void set_seed(struct chat *chat, struct assay_str rest)
{
    if (rest.len && !assay_str_to_u64(rest, &chat->sampling.seed)) {
        assay_cli_note(chat->cli, "/seed wants a number, not '%.*s'",
                       ASSAY_STR_ARG(rest));
        return;
    }
    assay_cli_note(chat->cli, "the seed is %llu",
                   (unsigned long long)chat->sampling.seed);
}

static void end_chat(struct chat *chat, struct assay_str rest)
{
    (void)rest;
    chat->over = true;
}

static const struct {
    const char *name, *what;
    void (*run)(struct chat *chat, struct assay_str rest);
} orders[] = {
    {"/reset", "forgets the conversation", begin_anew},
    {"/system", "TEXT: how to answer from now on; without a text: as it likes",
     set_system},
    {"/seed", "N: the same draws again; without a number: says which",
     set_seed},
    {"/help", "this list", say_help},
    {"/quit", "ends, as Ctrl-D does; Ctrl-C stops an answer", end_chat},
};

static void say_help(struct chat *chat, struct assay_str rest)
{
    (void)rest;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        assay_cli_note(chat->cli, "%-8s %s", orders[i].name, orders[i].what);
    assay_cli_note(chat->cli, "%-8s what begins with / goes to the model as //",
                   "//");
}

static void obey(struct chat *chat, struct assay_str line)
{
    struct assay_str name = line, rest = ASSAY_STR("");

    (void)assay_str_cut(line, ' ', &name, &rest);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (assay_str_is(name, orders[i].name)) {
            orders[i].run(chat, assay_str_trim(rest));
            return;
        }
    assay_cli_note(chat->cli, "%.*s is not known; /help lists what is",
                   ASSAY_STR_ARG(name));
}

/* ------------------------------------------------------- the conversation */

static int converse(struct chat *chat, struct assay_line_input *input)
{
    struct assay_error err = {0};
    struct assay_str line;
    int code = ASSAY_EXIT_DONE;

    while (!chat->over && code == ASSAY_EXIT_DONE) {
        switch (assay_line_input_next(input, &line, &err)) {
        case ASSAY_LINE:
            break;
        case ASSAY_LINES_OVER:
            return chat->typed ? assay_cli_write(chat->cli, ASSAY_STR("\n"))
                               : code;
        case ASSAY_LINE_FAILED:
            return assay_cli_fail(chat->cli, &err);
        }
        line = assay_str_trim(line);
        if (assay_str_starts(line, "/") && !assay_str_starts(line, "//"))
            obey(chat, line);
        else if (line.len)
            code = take_turn(
                chat, assay_str_skip(line, assay_str_starts(line, "//")));
    }
    return code;
}

static int open_and_converse(struct assay_cli *cli, struct chat *chat,
                             struct assay_error *err)
{
    struct assay_line_input *input = assay_line_input_open(err);
    int code;

    if (!input)
        return assay_cli_fail(cli, err);
    chat->typed = assay_line_input_is_terminal(input);
    if (chat->typed) {
        struct assay_str model = assay_route_model(chat->route);

        assay_cli_leave_signals();
        assay_cli_note(cli, "%.*s; /help lists what else may be typed",
                       ASSAY_STR_ARG(model));
    }
    code = converse(chat, input);
    assay_line_input_close(input);
    return code;
}

static int chat_run(struct assay_cli *cli)
{
    struct chat chat = {.cli = cli};
    struct assay_error err = {0};
    struct assay_engine_options engine = {0};
    int code;

    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "name one model, not %zu",
                                cli->options.operand_count);
    if (!assay_cli_sampling(cli, &chat.ask, &err) ||
        !assay_cli_engine_options(cli, &engine, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    chat.sampling = *chat.ask.sampling;
    chat.ask.sampling = &chat.sampling; /* "/seed" changes it */
    chat.system = assay_str_c(assay_cli_option(cli, "system"));
    forget(&chat);
    chat.route = assay_cli_open_local(
        cli,
        cli->options.operand_count ? assay_cli_operand(cli, 0) : ASSAY_STR(""),
        &engine, 1, &err);
    if (!chat.route)
        return assay_cli_fail(cli, &err);
    code = open_and_converse(cli, &chat, &err);
    assay_route_close(chat.route);
    return code;
}

static const struct assay_option chat_options[] = {
    {"system", 0, "TEXT", "how to answer; stands before the first line", NULL},
    ASSAY_SAMPLING_OPTIONS,
    ASSAY_ENGINE_OPTIONS,
    {0},
};

static const struct assay_example chat_examples[] = {
    {"assay chat", "with the small model that is built in"},
    {"assay chat nano-xs --temperature 0", "with another one"},
    {"printf 'Capital of Cuba?\\nCapital of Peru?\\n' | assay chat --quiet",
     "a line a turn"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_chat = {
    .name = "chat",
    .summary = "a conversation with a model whose weights are here",
    .usage = "[MODEL]",
    .details =
        "Each line is yours, then the model's answer comes. MODEL is a file of "
        "weights (GGUF, or a folder of safetensors), or a model that is built "
        "in: nano-s, which is taken when none is named, or nano-xs. Ctrl-C "
        "stops an answer, Ctrl-D ends; /reset begins anew, /system and /seed "
        "change how it answers, /help lists these. How fast an answer came is "
        "said on standard error.",
    .options = chat_options,
    .globals = "quiet",
    .operands = "@file",
    .examples = chat_examples,
    .no_store = true,
    .run = chat_run,
};
