/*
 * assay help [COMMAND]: for those who type it that way round.
 */
#include "cli/cli.h"

static int help_run(struct assay_cli *cli)
{
    const struct assay_command *command;

    if (cli->options.operand_count == 0)
        return assay_cli_overview(cli);
    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "of one command at a time");
    command = assay_command_named(cli->options.operands[0]);
    if (!command)
        return assay_cli_misuse(
            cli, "there is no command '%s'; assay --help lists them",
            cli->options.operands[0]);
    return assay_cli_help(cli, command);
}

static const struct assay_example help_examples[] = {
    {"assay help compare", "the same as assay compare --help"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_help = {
    .name = "help",
    .summary = "the help of a command",
    .usage = "[COMMAND]",
    .operands = "@command",
    .examples = help_examples,
    .no_store = true,
    .hidden = true,
    .run = help_run,
};
