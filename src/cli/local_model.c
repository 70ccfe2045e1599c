/*
 * Options of commands that run weights, and opening them.
 */
#include "cli/local_model.h"

#include "assay/file.h"
#include "base/cpu.h"
#include "base/pool.h"

#include <stdatomic.h>
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
    enum assay_cpu_level ignored;
    uint64_t threads;

    if (!assay_cli_number(cli, "threads", 1, MOST_THREADS, 0, &threads, err))
        return false;
    options->threads = (size_t)threads;
    options->cpu = level ? level : getenv("ASSAY_CPU");
    if (options->cpu && !options->cpu[0])
        options->cpu = NULL;
    return !options->cpu || assay_cpu_level_named(options->cpu, &ignored) ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "there is no CPU level '%s', expected scalar, neon, "
                      "avx2 or avx512",
                      options->cpu);
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
    ask->chat.schema = assay_json_parse(&cli->arena, text, NULL, err);
    return ask->chat.schema || assay_fail_in(err, "%s", path);
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
    ask->chat.stops = texts;
    ask->chat.stop_count = 1;
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
    struct assay_sampling *kept = ASSAY_NEW(&cli->arena, struct assay_sampling);
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
    *kept = s;
    ask->sampling = kept;
    ask->chat.max_tokens = (uint32_t)most;
    ask->chat.logprobs = -1;
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

struct assay_route_link *assay_cli_open_local(
    struct assay_cli *cli, struct assay_str name,
    const struct assay_engine_options *engine, size_t parallel,
    struct assay_error *err)
{
    const struct assay_route_options options = {
        .threads = engine->threads,
        .cpu = engine->cpu,
        .parallel = parallel,
        .progress = tell_progress,
        .context = cli,
    };
    struct assay_str address =
        assay_arena_printf(&cli->arena, "local:%.*s", ASSAY_STR_ARG(name));

    return assay_route_open(address, &options, err);
}

/* ------------------------------------------------------- answers */

/* Model output is text: what acts on a terminal is spelled out. */
struct screen {
    struct assay_cli *cli;
    struct assay_buf line;
    bool terminal;
    int code;
};

/* All but newline and tab. */
static void add_plain(struct assay_buf *out, struct assay_str text)
{
    while (text.len) {
        size_t end = 0;

        while (end < text.len && text.at[end] != '\n' && text.at[end] != '\t')
            end++;
        assay_tty_text(out, assay_str_head(text, end));
        if (end < text.len)
            assay_buf_add_char(out, text.at[end]);
        text = assay_str_skip(text, end + 1);
    }
}

static bool print_piece(void *context, const struct assay_piece *piece)
{
    struct screen *screen = context;

    assay_buf_clear(&screen->line);
    if (screen->terminal)
        add_plain(&screen->line, piece->text);
    else
        assay_buf_add(&screen->line, piece->text);
    screen->code = assay_cli_write_buf(screen->cli, &screen->line);
    return screen->code == ASSAY_EXIT_DONE;
}

/* A question in a thread of its own, while this one waits for signals. */
struct asking {
    struct assay_route_link *route;
    const struct assay_ask *ask;
    struct assay_listener listener;
    struct assay_arena *arena;
    struct assay_response *answer;
    struct assay_error *err;
    bool ok;
    int done; /* closed when it is */
};

static void *ask_route(void *of_asking)
{
    struct asking *asking = of_asking;

    asking->ok = assay_route_ask(asking->route, asking->ask, &asking->listener,
                                 asking->arena, asking->answer, asking->err);
    close(asking->done);
    return NULL;
}

static bool ask_and_wait(struct asking *asking)
{
    atomic_bool cancel = false;
    pthread_t thread;
    int ends[2];

    if (pipe(ends) != 0)
        return assay_fail(asking->err, ASSAY_SYSTEM,
                          "the system gives no pipe");
    asking->done = ends[1];
    asking->listener.cancel = &cancel;
    if (!assay_thread_start(&thread, ask_route, asking)) {
        close(ends[0]);
        close(ends[1]);
        return assay_fail(asking->err, ASSAY_SYSTEM,
                          "the system gives no thread");
    }
    assay_cli_wait_readable(ends[0]);
    atomic_store(&cancel, assay_cli_signal() != 0);
    pthread_join(thread, NULL);
    close(ends[0]);
    return asking->ok;
}

static void note_speed(const struct assay_cli *cli,
                       const struct assay_response *answer)
{
    const struct assay_response_usage *usage = &answer->reply.usage;
    const struct assay_clocks *c = &answer->clocks;
    double decode = (double)(c->last_token - c->first_token) / 1e9;
    double first = (double)(c->first_token - c->asked) / 1e6;
    char speed[48] = "";

    if (usage->output_tokens > 1 && decode > 0)
        snprintf(speed, sizeof speed, ", %.4g tokens/s",
                 (double)(usage->output_tokens - 1) / decode);
    assay_cli_note(cli,
                   "%llu tokens%s; prompt %llu tokens (%llu kept), first after "
                   "%.0f ms; %s",
                   (unsigned long long)usage->output_tokens, speed,
                   (unsigned long long)usage->input_tokens,
                   (unsigned long long)usage->cache_read_tokens, first,
                   assay_finish_name(answer->reply.finish));
}

bool assay_cli_answer(struct assay_cli *cli, struct assay_route_link *route,
                      const struct assay_ask *ask,
                      struct assay_response *answer, int *code,
                      struct assay_error *err)
{
    struct screen screen = {.cli = cli, .terminal = isatty(STDOUT_FILENO)};
    struct asking asking = {
        .route = route,
        .ask = ask,
        .listener = {.piece = print_piece, .context = &screen},
        .arena = &cli->arena,
        .answer = answer,
        .err = err,
    };
    bool ok;

    assay_buf_init(&screen.line, (size_t)1 << 20);
    ok = ask_and_wait(&asking);
    assay_buf_release(&screen.line);
    if (ok && screen.code == ASSAY_EXIT_DONE)
        screen.code = assay_cli_write(cli, ASSAY_STR("\n"));
    if (ok)
        note_speed(cli, answer);
    *code = screen.code;
    return ok;
}
