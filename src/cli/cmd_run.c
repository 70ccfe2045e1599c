/*
 * assay run: one prompt, one answer, as it comes.
 */
#include "cli/local_model.h"

#include "assay/file.h"

static bool read_prompt(struct assay_cli *cli, struct assay_str *prompt,
                        struct assay_error *err)
{
    const char *given = assay_cli_option(cli, "prompt");

    if (given) {
        *prompt = assay_str_c(given);
        return true;
    }
    if (!assay_file_read(&cli->arena, "-", (size_t)16 << 20, prompt, err))
        return false;
    *prompt = assay_str_trim(*prompt);
    return prompt->len > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "no prompt: give one with -p, or on standard input");
}

static int ask(struct assay_cli *cli, struct assay_route_link *route,
               const struct assay_ask *question)
{
    struct assay_error err = {0};
    struct assay_response answer;
    int code;

    assay_cli_catch_signals();
    if (!assay_cli_answer(cli, route, question, &answer, &code, &err))
        return assay_cli_fail(cli, &err);
    return assay_cli_signal() ? ASSAY_EXIT_SIGNAL + assay_cli_signal() : code;
}

static int run_run(struct assay_cli *cli)
{
    struct assay_message messages[2];
    struct assay_ask question = {.chat = {.messages = messages}};
    const char *system = assay_cli_option(cli, "system");
    struct assay_error err = {0};
    struct assay_route_link *route;
    struct assay_engine_options engine = {0};
    struct assay_str prompt;
    int code;

    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "name one model, not %zu",
                                cli->options.operand_count);
    if (!assay_cli_sampling(cli, &question, &err) ||
        !assay_cli_engine_options(cli, &engine, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    if (!read_prompt(cli, &prompt, &err))
        return assay_cli_fail(cli, &err);
    if (assay_cli_flag(cli, "raw")) {
        question.prompt = prompt;
    } else {
        if (system)
            messages[question.chat.message_count++] = (struct assay_message){
                .role = ASSAY_ROLE_SYSTEM, .text = assay_str_c(system)};
        messages[question.chat.message_count++] =
            (struct assay_message){.role = ASSAY_ROLE_USER, .text = prompt};
    }
    route = assay_cli_open_local(
        cli,
        cli->options.operand_count ? assay_cli_operand(cli, 0) : ASSAY_STR(""),
        &engine, 1, &err);
    if (!route)
        return assay_cli_fail(cli, &err);
    code = ask(cli, route, &question);
    assay_route_close(route);
    return code;
}

static const struct assay_option run_options[] = {
    {"prompt", 'p', "TEXT", "what is asked (else standard input)", NULL},
    {"system", 0, "TEXT", "how to answer; stands before the prompt", NULL},
    {"raw", 0, NULL, "the prompt as it stands, without the chat form", NULL},
    ASSAY_SAMPLING_OPTIONS,
    ASSAY_ENGINE_OPTIONS,
    {0},
};

static const struct assay_example run_examples[] = {
    {"assay run -p 'Reverse the word: stone' --temperature 0",
     "the small model that is built in"},
    {"assay run nano-xs -p 'As JSON: Leo, 26, Oslo' --seed 7 --quiet",
     "a model by name; a file of weights stands there as well"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_run = {
    .name = "run",
    .summary = "one answer of a model whose weights are here",
    .usage = "[MODEL] -p TEXT",
    .details =
        "MODEL is a file of weights (GGUF, or a folder of safetensors), or a "
        "model that is built in: nano-s, which is taken when none is named, "
        "or nano-xs. The answer is printed as it comes; how fast it came is "
        "said on standard error.",
    .options = run_options,
    .globals = "quiet",
    .operands = "@file",
    .examples = run_examples,
    .no_store = true,
    .run = run_run,
};
