/*
 * The environment of a run: global options, variables and terminal become
 * fields of struct assay_cli, once; and the errors that end it.
 */
#include "cli/cli.h"

#include "cli/help.h"

#include "assay/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MIN_WIDTH = 40, MAX_WIDTH = 400, MAX_CODE = 125 };

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

/* ------------------------------------------------------- global options */

static const char *store_path(struct assay_cli *cli)
{
    const char *given = assay_options_value(&cli->options, "store");
    const char *data = environment("XDG_DATA_HOME");
    const char *home = environment("HOME");

    if (!given)
        given = environment("ASSAY_STORE");
    if (given)
        return given;
    /* XDG base directories: a relative one is to be ignored */
    if (data && data[0] == '/')
        return assay_arena_printf(&cli->arena, "%s/assay/assay.db", data).at;
    if (home)
        return assay_arena_printf(&cli->arena, "%s/.local/share/assay/assay.db",
                                  home)
            .at;
    return "";
}

static bool read_date(struct assay_cli *cli, struct assay_error *err)
{
    const char *given = assay_options_value(&cli->options, "as-of");

    cli->today = assay_date_today();
    cli->as_of = cli->today;
    if (given && !assay_date_parse_day(assay_str_c(given), &cli->as_of))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--as-of wants a day such as 2026-11-22, not '%s'",
                          given);
    return true;
}

/* What must be met is not passed over in silence. */
static bool need_is_idle(struct assay_cli *cli, struct assay_error *err)
{
    struct assay_str list = {"", 0};

    for (size_t i = 0; assay_commands[i]; i++)
        if (assay_word_in(assay_commands[i]->globals, "need"))
            list = assay_arena_printf(&cli->arena, "%.*s%s%s",
                                      ASSAY_STR_ARG(list), list.len ? ", " : "",
                                      assay_commands[i]->name);
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "--need has no meaning here; those that take it: %.*s",
                      ASSAY_STR_ARG(list));
}

static bool read_shape(struct assay_cli *cli, struct assay_error *err)
{
    const char *traffic = assay_options_value(&cli->options, "traffic");
    const char *need = assay_options_value(&cli->options, "need");

    cli->traffic = assay_traffic_default();
    if (traffic &&
        !assay_traffic_parse(assay_str_c(traffic), &cli->traffic, err))
        return assay_fail_in(err, "--traffic");
    if (need && cli->command && !assay_word_in(cli->command->globals, "need"))
        return need_is_idle(cli, err);
    if (need &&
        !assay_need_parse(&cli->arena, assay_str_c(need), &cli->need, err))
        return assay_fail_in(err, "--need");
    return true;
}

static bool read_format(struct assay_cli *cli, struct assay_error *err)
{
    const char *given = assay_options_value(&cli->options, "format");
    const char *formats = cli->command ? cli->command->formats : NULL;
    struct assay_str first = assay_str_c(formats ? formats : "text");

    cli->format =
        assay_render_format(assay_str_head(first, assay_str_find(first, ' ')));
    if (!given)
        return true;
    cli->format = assay_render_format(assay_str_c(given));
    /* a command may know more formats than pages have */
    if (cli->command ? assay_word_in(formats, given) : cli->format != NULL)
        return true;
    if (!formats)
        return assay_fail(err, ASSAY_BAD_INPUT, "--format has no meaning here");
    return assay_fail(err, ASSAY_BAD_INPUT, "--format is one of: %s; not '%s'",
                      formats, given);
}

/* A whole number from least to most. */
static bool read_number(struct assay_cli *cli, const char *name, int least,
                        int most, int *number, struct assay_error *err)
{
    const char *given = assay_options_value(&cli->options, name);
    uint64_t value;

    if (!given)
        return true;
    if (!assay_str_to_u64(assay_str_c(given), &value) ||
        value < (uint64_t)least || value > (uint64_t)most)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--%s wants a number from %d to %d, not '%s'", name,
                          least, most, given);
    *number = (int)value;
    return true;
}

/* ------------------------------------------------------- the terminal */

static int terminal_width(void)
{
    const char *columns = environment("COLUMNS");
    struct winsize size = {0};
    uint64_t wanted = 0;

    if (columns && !assay_str_to_u64(assay_str_c(columns), &wanted))
        wanted = 0;
    if (!wanted && isatty(STDOUT_FILENO) &&
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        wanted = size.ws_col;
    if (!wanted)
        return 80;
    if (wanted < MIN_WIDTH)
        return MIN_WIDTH;
    return wanted > MAX_WIDTH ? MAX_WIDTH : (int)wanted;
}

static bool may_colour(const struct assay_cli *cli)
{
    const char *terminal = environment("TERM");

    return isatty(STDOUT_FILENO) && !environment("NO_COLOR") && terminal &&
           strcmp(terminal, "dumb") != 0 &&
           !assay_options_value(&cli->options, "no-color");
}

/* A terminal whose locale is not UTF-8; what is piped is always UTF-8. */
static bool only_ascii(void)
{
    const char *locale = environment("LC_ALL");

    if (!isatty(STDOUT_FILENO))
        return false;
    if (!locale)
        locale = environment("LC_CTYPE");
    if (!locale)
        locale = environment("LANG");
    return !locale || (!strstr(locale, "UTF-8") && !strstr(locale, "utf8") &&
                       !strstr(locale, "UTF8") && !strstr(locale, "utf-8"));
}

bool assay_cli_prepare(struct assay_cli *cli, struct assay_error *err)
{
    int width = terminal_width();

    cli->fail_code = ASSAY_EXIT_GATE;
    cli->store = store_path(cli);
    cli->quiet = assay_options_value(&cli->options, "quiet");
    cli->allow_free = assay_options_value(&cli->options, "allow-free");
    cli->error_is_terminal = isatty(STDERR_FILENO);
    if (!read_date(cli, err) || !read_shape(cli, err) ||
        !read_format(cli, err) ||
        !read_number(cli, "width", MIN_WIDTH, MAX_WIDTH, &width, err) ||
        !read_number(cli, "fail-code", 1, MAX_CODE, &cli->fail_code, err))
        return false;
    cli->render = (struct assay_render_options){
        .width = (unsigned)width,
        .colour = may_colour(cli),
        .ascii = only_ascii(),
    };
    return true;
}

void assay_cli_release(struct assay_cli *cli)
{
    assay_arena_free(&cli->arena);
}

/* ------------------------------------------------------- what was given */

const char *assay_cli_option(const struct assay_cli *cli, const char *name)
{
    return assay_options_value(&cli->options, name);
}

bool assay_cli_flag(const struct assay_cli *cli, const char *name)
{
    return assay_options_value(&cli->options, name) != NULL;
}

struct assay_str assay_cli_operand(const struct assay_cli *cli, size_t i)
{
    return assay_str_c(cli->options.operands[i]);
}

struct assay_str assay_cli_aside(struct assay_cli *cli)
{
    struct assay_str day = assay_date_text(&cli->arena, cli->as_of);

    return assay_arena_printf(&cli->arena, "as of %.*s", ASSAY_STR_ARG(day));
}

size_t assay_cli_processors(size_t most)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    if (count < 1)
        return 1;
    return (size_t)count < most ? (size_t)count : most;
}

struct assay_str assay_cli_stamp(struct assay_arena *arena)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t seconds = (uint64_t)now.tv_sec;
    unsigned rest = (unsigned)(seconds % 86400);
    struct assay_str day = assay_date_text(
        arena, assay_date_from_days((int32_t)(seconds / 86400)));

    return assay_arena_printf(arena, "%.*sT%02u:%02u:%02uZ", ASSAY_STR_ARG(day),
                              rest / 3600, rest / 60 % 60, rest % 60);
}

bool assay_cli_has_store(struct assay_cli *cli, struct assay_error *err)
{
    if (cli->store[0])
        return true;
    cli->misconfigured = true;
    return assay_fail(err, ASSAY_SYSTEM,
                      "no store: none of --store, ASSAY_STORE, XDG_DATA_HOME "
                      "and HOME is set");
}

struct assay_catalog *assay_cli_open(struct assay_cli *cli,
                                     struct assay_error *err)
{
    const struct assay_catalog_options options = {
        .path = cli->store,
        .as_of = cli->as_of,
    };

    return assay_cli_has_store(cli, err) ? assay_catalog_open(&options, err)
                                         : NULL;
}
