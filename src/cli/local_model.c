/*
 * Options of commands that run weights, and opening them.
 */
#include "cli/local_model.h"

#include "assay/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 256 };

bool assay_cli_number(const struct assay_cli *cli, const char *name,
                      uint64_t least, uint64_t most, uint64_t otherwise,
                      uint64_t *number, struct assay_error *err)
{
    const char *given = assay_cli_option(cli, name);

    *number = otherwise;
    if (!given || (assay_str_to_u64(assay_str_c(given), number) &&
                   *number >= least && *number <= most))
        return true;
    return assay_fail(
        err, ASSAY_BAD_INPUT, "--%s wants a number from %llu to %llu, not '%s'",
        name, (unsigned long long)least, (unsigned long long)most, given);
}

bool assay_cli_float(const struct assay_cli *cli, const char *name,
                     float otherwise, float *number, struct assay_error *err)
{
    const char *given = assay_cli_option(cli, name);
    char *end;

    *number = otherwise;
    if (!given)
        return true;
    *number = strtof(given, &end);
    if (end != given && *end == '\0')
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT, "--%s wants a number, not '%s'",
                      name, given);
}

bool assay_cli_engine_options(struct assay_cli *cli,
                              struct assay_engine_options *options,
                              struct assay_error *err)
{
    const char *level = assay_cli_option(cli, "cpu");
    uint64_t threads;

    if (!assay_cli_number(cli, "threads", 1, MOST_THREADS, 0, &threads, err))
        return false;
    options->threads = (size_t)threads;
    options->cpu = level ? level : getenv("ASSAY_CPU");
    if (options->cpu && !options->cpu[0])
        options->cpu = NULL;
    return true;
}

/* ------------------------------------------------------- sampling */

static bool read_schema(struct assay_cli *cli, struct assay_ask *ask,
                        struct assay_error *err)
{
    const char *path = assay_cli_option(cli, "schema");
    struct assay_str text;

    if (!path)
        return true;
    if (!assay_file_read(&cli->arena, path, (size_t)1 << 20, &text, err))
        return false;
    ask->schema = assay_json_parse(&cli->arena, text, NULL, err);
    return ask->schema || assay_fail_in(err, "%s", path);
}

static bool read_stop(struct assay_cli *cli, struct assay_ask *ask,
                      struct assay_error *err)
{
    const char *stop = assay_cli_option(cli, "stop");
    struct assay_str *texts;

    if (!stop)
        return true;
    if (!stop[0])
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--stop wants a text, not nothing");
    texts = ASSAY_NEW(&cli->arena, struct assay_str);
    *texts = assay_str_c(stop);
    ask->stops = texts;
    ask->stop_count = 1;
    return true;
}

/* Another one at each run. */
static uint64_t drawn_seed(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec;
}

bool assay_cli_sampling(struct assay_cli *cli, struct assay_ask *ask,
                        struct assay_error *err)
{
    struct assay_sampling s = assay_sampling_default();
    uint64_t top_k, most;

    if (!assay_cli_float(cli, "temperature", s.temperature, &s.temperature,
                         err) ||
        !assay_cli_float(cli, "top-p", s.top_p, &s.top_p, err) ||
        !assay_cli_float(cli, "min-p", s.min_p, &s.min_p, err) ||
        !assay_cli_float(cli, "repetition-penalty", s.repetition_penalty,
                         &s.repetition_penalty, err) ||
        !assay_cli_number(cli, "top-k", 0, 1 << 20, s.top_k, &top_k, err) ||
        !assay_cli_number(cli, "max-tokens", 1, 1 << 20, 0, &most, err) ||
        !assay_cli_number(cli, "seed", 0, INT64_MAX, drawn_seed(), &s.seed,
                          err) ||
        !read_stop(cli, ask, err) || !read_schema(cli, ask, err))
        return false;
    s.top_k = (uint32_t)top_k;
    ask->sampling = s;
    ask->max_tokens = (uint32_t)most;
    ask->logprobs = -1;
    return assay_sampling_check(&s, err);
}

/* ------------------------------------------------------- opening */

static void tell_progress(void *context, double share)
{
    const struct assay_cli *cli = context;

    if (cli->error_is_terminal && !cli->quiet)
        fprintf(stderr, share < 1 ? "\rloading %3.0f %%" : "\r\033[K",
                share * 100);
}

struct assay_route_link *assay_cli_open_local(struct assay_cli *cli,
                                              struct assay_str name,
                                              size_t parallel,
                                              struct assay_error *err)
{
    struct assay_engine_options engine = {0};
    struct assay_route_options options = {
        .parallel = parallel,
        .progress = tell_progress,
        .context = cli,
    };
    struct assay_str address =
        assay_arena_printf(&cli->arena, "local:%.*s", ASSAY_STR_ARG(name));

    if (!assay_cli_engine_options(cli, &engine, err))
        return NULL;
    options.threads = engine.threads;
    options.cpu = engine.cpu;
    return assay_route_open(address, &options, err);
}

bool assay_cli_output_is_terminal(void)
{
    return isatty(STDOUT_FILENO);
}

void assay_cli_answer_text(struct assay_buf *out, struct assay_str text,
                           bool terminal)
{
    struct assay_str line;

    if (!terminal) {
        assay_buf_add(out, text);
        return;
    }
    while (text.len) {
        size_t end = 0;

        while (end < text.len && text.at[end] != '\n' && text.at[end] != '\t')
            end++;
        line = assay_str_head(text, end);
        assay_tty_text(out, line);
        if (end < text.len)
            assay_buf_add_char(out, text.at[end]);
        text = assay_str_skip(text, end + 1);
    }
}

void assay_cli_note_speed(const struct assay_cli *cli,
                          const struct assay_response *answer)
{
    const struct assay_clocks *c = &answer->clocks;
    double decode = (double)(c->last_token - c->first_token) / 1e9;
    double first = (double)(c->first_token - c->asked) / 1e6;
    char speed[48] = "";

    if (answer->output_tokens > 1 && decode > 0)
        snprintf(speed, sizeof speed, ", %.4g tokens/s",
                 (double)(answer->output_tokens - 1) / decode);
    assay_cli_note(cli,
                   "%u tokens%s; prompt %u tokens (%u kept), first after "
                   "%.0f ms; %s",
                   answer->output_tokens, speed, answer->input_tokens,
                   answer->cached_tokens, first,
                   assay_finish_name(answer->finish));
}
