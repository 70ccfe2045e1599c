/*
 * assay completion SHELL: a completion script made of the command tables.
 * Words after the command come from its options, the values from the words
 * that an option lists.
 */
#include "cli/help.h"

#include "assay/file.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------- pieces */

static void add_command_names(struct assay_buf *out)
{
    for (size_t i = 0; assay_commands[i]; i++)
        if (!assay_commands[i]->hidden)
            assay_buf_printf(out, "%s%s", i ? " " : "",
                             assay_commands[i]->name);
}

static void add_option_names(struct assay_buf *out,
                             const struct assay_option *table)
{
    for (; table && table->name; table++)
        assay_buf_printf(out, " --%s", table->name);
}

/* Text inside single quotes of a shell. */
static void add_quoted(struct assay_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            assay_buf_add_c(out, "'\\''");
        else
            assay_buf_add_char(out, *text);
    }
}

/* ------------------------------------------------------- bash */

static void bash_values(struct assay_buf *out, const char *command,
                        const struct assay_option *table)
{
    for (; table && table->name; table++) {
        if (!table->value)
            continue;
        assay_buf_printf(out, "    %s:--%s) ", command, table->name);
        if (!table->words)
            assay_buf_add_c(out, "return ;;\n");
        else if (strcmp(table->words, "@file") == 0)
            assay_buf_add_c(out, "_assay_files; return ;;\n");
        else
            assay_buf_printf(out,
                             "COMPREPLY=($(compgen -W '%s' -- \"$now\")); "
                             "return ;;\n",
                             table->words);
    }
}

static void bash_command(struct assay_buf *out,
                         const struct assay_command *command)
{
    assay_buf_printf(out, "    %s) options='", command->name);
    add_option_names(out, command->options);
    assay_buf_printf(out, "'; words='%s' ;;\n",
                     command->operands ? command->operands : "");
}

static void bash(struct assay_buf *out)
{
    assay_buf_add_c(out,
                    "# bash completion of assay; made by: assay completion "
                    "bash\n"
                    "_assay_files()\n{\n"
                    "    compopt -o filenames 2>/dev/null\n"
                    "    COMPREPLY=($(compgen -f -W \"$1\" -- "
                    "\"${COMP_WORDS[COMP_CWORD]}\"))\n}\n\n"
                    "_assay()\n{\n"
                    "    local now=${COMP_WORDS[COMP_CWORD]}\n"
                    "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                    "    local command= options= words= i commands='");
    add_command_names(out);
    assay_buf_add_c(out, "'\n    COMPREPLY=()\n"
                         "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                         "        case \" $commands \" in\n"
                         "        *\" ${COMP_WORDS[i]} \"*) "
                         "command=${COMP_WORDS[i]}; break ;;\n"
                         "        esac\n    done\n"
                         "    case $command:$before in\n");
    bash_values(out, "*", assay_global_options);
    for (size_t i = 0; assay_commands[i]; i++)
        bash_values(out, assay_commands[i]->name, assay_commands[i]->options);
    assay_buf_add_c(out, "    esac\n    case $command in\n");
    for (size_t i = 0; assay_commands[i]; i++)
        if (!assay_commands[i]->hidden)
            bash_command(out, assay_commands[i]);
    assay_buf_add_c(out, "    *) words=$commands ;;\n    esac\n"
                         "    case $now in\n    -*) "
                         "COMPREPLY=($(compgen -W \"$options");
    add_option_names(out, assay_global_options);
    assay_buf_add_c(out,
                    "\" -- \"$now\")) ;;\n    *)\n"
                    "        case $words in\n"
                    "        *@file*) _assay_files \"${words//@file/}\" ;;\n"
                    "        *@command*) COMPREPLY=($(compgen -W "
                    "\"$commands\" -- \"$now\")) ;;\n"
                    "        *@model*) COMPREPLY=($(compgen -W "
                    "\"$(assay completion models 2>/dev/null)\" -- "
                    "\"$now\")) ;;\n"
                    "        *) COMPREPLY=($(compgen -W \"$words\" -- "
                    "\"$now\")) ;;\n"
                    "        esac ;;\n    esac\n}\n"
                    "complete -F _assay assay\n");
}

/* ------------------------------------------------------- zsh */

/* In _arguments a colon and brackets end a part of the specification. */
static void zsh_text(struct assay_buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr(":[]\\", *text))
            assay_buf_add_char(out, '\\');
        if (*text == '\'')
            assay_buf_add_c(out, "'\\''");
        else
            assay_buf_add_char(out, *text);
    }
}

static void zsh_options(struct assay_buf *out, const struct assay_option *table)
{
    for (; table && table->name; table++) {
        assay_buf_printf(out, " \\\n        '--%s%s[", table->name,
                         table->value ? "=" : "");
        zsh_text(out, table->help);
        assay_buf_add_char(out, ']');
        if (table->value) {
            assay_buf_printf(out, ":%s:", table->value);
            if (table->words && strcmp(table->words, "@file") == 0)
                assay_buf_add_c(out, "_files");
            else if (table->words)
                assay_buf_printf(out, "(%s)", table->words);
        }
        assay_buf_add_char(out, '\'');
    }
}

/* The words of a list that ends with "@file", without it. */
static int words_before_files(const char *operands)
{
    return (int)(strlen(operands) - strlen("@file"));
}

static void zsh_operands(struct assay_buf *out, const char *operands)
{
    if (!operands)
        return;
    if (assay_word_in(operands, "@model"))
        assay_buf_add_c(out, " \\\n        '*: :_assay_models'");
    else if (assay_word_in(operands, "@command"))
        assay_buf_add_c(out, " \\\n        '*: :_assay_commands'");
    else if (!assay_word_in(operands, "@file"))
        assay_buf_printf(out, " \\\n        '*: :(%s)'", operands);
    else if (operands[0] == '@')
        assay_buf_add_c(out, " \\\n        '*: :_files'");
    else
        assay_buf_printf(out, " \\\n        '1: :(%.*s)' '*: :_files'",
                         words_before_files(operands), operands);
}

static void zsh(struct assay_buf *out)
{
    assay_buf_add_c(out, "#compdef assay\n"
                         "# zsh completion of assay; made by: assay "
                         "completion zsh\n\n"
                         "_assay_commands()\n{\n    local -a commands\n"
                         "    commands=(\n");
    for (size_t i = 0; assay_commands[i]; i++) {
        if (assay_commands[i]->hidden)
            continue;
        assay_buf_printf(out, "        '%s:", assay_commands[i]->name);
        add_quoted(out, assay_commands[i]->summary);
        assay_buf_add_c(out, "'\n");
    }
    assay_buf_add_c(out,
                    "    )\n    _describe command commands\n}\n\n"
                    "_assay_models()\n{\n"
                    "    compadd -- ${(f)\"$(assay completion models "
                    "2>/dev/null)\"}\n}\n\n"
                    "_assay()\n{\n    local context state state_descr line\n"
                    "    typeset -A opt_args\n"
                    "    _arguments -C");
    zsh_options(out, assay_global_options);
    assay_buf_add_c(out, " \\\n        '1: :_assay_commands' "
                         "'*:: :->rest'\n"
                         "    [[ $state == rest ]] || return\n"
                         "    case $line[1] in\n");
    for (size_t i = 0; assay_commands[i]; i++) {
        if (assay_commands[i]->hidden)
            continue;
        assay_buf_printf(out, "    %s)\n        _arguments",
                         assay_commands[i]->name);
        zsh_options(out, assay_commands[i]->options);
        zsh_options(out, assay_global_options);
        zsh_operands(out, assay_commands[i]->operands);
        assay_buf_add_c(out, " ;;\n");
    }
    assay_buf_add_c(out, "    esac\n}\n\n_assay \"$@\"\n");
}

/* ------------------------------------------------------- fish */

static void fish_options(struct assay_buf *out, const char *condition,
                         const struct assay_option *table)
{
    for (; table && table->name; table++) {
        assay_buf_printf(out, "complete -c assay%s -l %s", condition,
                         table->name);
        if (table->letter)
            assay_buf_printf(out, " -s %c", table->letter);
        if (table->value && table->words && strcmp(table->words, "@file") == 0)
            assay_buf_add_c(out, " -r -F");
        else if (table->value && table->words)
            assay_buf_printf(out, " -x -a '%s'", table->words);
        else if (table->value)
            assay_buf_add_c(out, " -x");
        assay_buf_add_c(out, " -d '");
        add_quoted(out, table->help);
        assay_buf_add_c(out, "'\n");
    }
}

static void fish_operands(struct assay_buf *out, const char *condition,
                          const char *operands)
{
    if (!operands)
        return;
    assay_buf_printf(out, "complete -c assay%s", condition);
    if (assay_word_in(operands, "@file"))
        assay_buf_printf(out, " -F -a '%.*s'", words_before_files(operands),
                         operands);
    else if (assay_word_in(operands, "@model"))
        assay_buf_add_c(out, " -a '(assay completion models 2>/dev/null)'");
    else if (assay_word_in(operands, "@command")) {
        assay_buf_add_c(out, " -a '");
        add_command_names(out);
        assay_buf_add_char(out, '\'');
    } else {
        assay_buf_printf(out, " -a '%s'", operands);
    }
    assay_buf_add_char(out, '\n');
}

static void fish(struct assay_buf *out)
{
    char condition[80];

    assay_buf_add_c(out, "# fish completion of assay; made by: assay "
                         "completion fish\ncomplete -c assay -f\n");
    fish_options(out, "", assay_global_options);
    for (size_t i = 0; assay_commands[i]; i++) {
        const struct assay_command *c = assay_commands[i];

        if (c->hidden)
            continue;
        assay_buf_printf(out,
                         "complete -c assay -n __fish_use_subcommand -a %s "
                         "-d '",
                         c->name);
        add_quoted(out, c->summary);
        assay_buf_add_c(out, "'\n");
        snprintf(condition, sizeof condition,
                 " -n '__fish_seen_subcommand_from %s'", c->name);
        fish_options(out, condition, c->options);
        fish_operands(out, condition, c->operands);
    }
}

/* ------------------------------------------------------- the command */

/* What the scripts above ask while somebody types a model. */
static int print_models(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_catalog *catalog = assay_cli_open(cli, &err);
    static const char *const none[] = {NULL};
    const struct assay_view_options ids = {.facts = none};
    struct assay_view view = {0};
    struct assay_buf out;
    int code;

    assay_buf_init(&out, ASSAY_MIB(64));
    if (catalog &&
        assay_catalog_view_of(catalog, &cli->arena, &ids, &view, &err)) {
        for (size_t i = 0; i < view.model_count; i++) {
            assay_buf_add(&out, view.models[i]->id);
            assay_buf_add_char(&out, '\n');
        }
        code = assay_cli_write_buf(cli, &out);
    } else {
        code = assay_cli_fail(cli, &err);
    }
    assay_buf_release(&out);
    assay_catalog_close(catalog);
    return code;
}

static int completion_run(struct assay_cli *cli)
{
    static const struct {
        const char *name;
        void (*print)(struct assay_buf *out);
    } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    struct assay_buf out;
    int code;

    if (cli->options.operand_count != 1)
        return assay_cli_misuse(cli, "name one shell: bash, zsh or fish");
    const char *wanted = cli->options.operands[0];

    if (strcmp(wanted, "models") == 0)
        return print_models(cli);
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(wanted, shells[i].name) != 0)
            continue;
        assay_buf_init(&out, ASSAY_MIB(1));
        shells[i].print(&out);
        code = assay_cli_write_buf(cli, &out);
        assay_buf_release(&out);
        return code;
    }
    return assay_cli_misuse(cli, "shells are bash, zsh and fish, not '%s'",
                            wanted);
}

static const struct assay_example completion_examples[] = {
    {"assay completion bash >assay.bash", "then: source assay.bash"},
    {"assay completion zsh >_assay", "put it into a folder of $fpath"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_completion = {
    .name = "completion",
    .summary = "completion for bash, zsh or fish",
    .usage = "bash|zsh|fish",
    .details = "Prints a script for the shell. It completes commands, their "
               "options, formats, files, and ids of models.",
    .operands = "bash zsh fish",
    .examples = completion_examples,
    .no_store = true,
    .run = completion_run,
};
