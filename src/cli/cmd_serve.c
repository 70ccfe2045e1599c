/*
 * assay serve: the web over HTTP, until a signal ends it. The one command
 * that knows the server.
 */
#include "cli/local_model.h"

#include "assay/serve.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_THREADS = 64, PARALLEL = 8, MOST_PARALLEL = 64 };

/* ------------------------------------------------------- signals */

/* Waits for signals, so that no thread is interrupted by one. */
struct waiter {
    sigset_t signals;
    int stop; /* to be written to, once */
    atomic_bool over;
    pthread_t thread;
};

/* The first signal lets what runs come to its end, the second does not. */
static void *wait_for_signals(void *of_waiter)
{
    struct waiter *waiter = of_waiter;
    int number;

    if (sigwait(&waiter->signals, &number) != 0 || atomic_load(&waiter->over))
        return NULL;
    (void)!write(waiter->stop, "", 1);
    if (sigwait(&waiter->signals, &number) == 0 && !atomic_load(&waiter->over))
        _exit(ASSAY_EXIT_SIGNAL + number);
    return NULL;
}

/* Before there are other threads: they inherit what is held back. */
static bool start_waiting(struct waiter *waiter, struct assay_error *err)
{
    atomic_init(&waiter->over, false);
    sigemptyset(&waiter->signals);
    sigaddset(&waiter->signals, SIGINT);
    sigaddset(&waiter->signals, SIGTERM);
    if (pthread_sigmask(SIG_BLOCK, &waiter->signals, NULL) == 0 &&
        pthread_create(&waiter->thread, NULL, wait_for_signals, waiter) == 0)
        return true;
    return assay_fail(err, ASSAY_SYSTEM, "the system gives no thread");
}

static void end_waiting(struct waiter *waiter)
{
    atomic_store(&waiter->over, true);
    pthread_kill(waiter->thread, SIGTERM);
    pthread_join(waiter->thread, NULL);
}

/* ------------------------------------------------------- what is said */

static void say_listening(void *of_cli, const char *url)
{
    assay_cli_note(of_cli, "assay: listening on %s", url);
}

/* A line in one piece: several threads write. */
static void write_log(void *of_cli, struct assay_str line)
{
    struct iovec parts[] = {
        {(void *)(uintptr_t)line.at, line.len},
        {(void *)(uintptr_t) "\n", 1},
    };

    (void)of_cli;
    (void)!writev(STDERR_FILENO, parts, 2);
}

/* ------------------------------------------------------- the command */

static bool read_options(struct assay_cli *cli,
                         struct assay_serve_options *options,
                         struct assay_error *err)
{
    const char *threads = assay_cli_option(cli, "threads");
    struct assay_str url = assay_str_c(assay_cli_option(cli, "public-url"));
    uint64_t count = 0, parallel;

    if (threads && (!assay_str_to_u64(assay_str_c(threads), &count) ||
                    count < 1 || count > MOST_THREADS))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--threads wants a number from 1 to %d, not '%s'",
                          MOST_THREADS, threads);
    if (url.len && !assay_str_starts(url, "https://") &&
        !assay_str_starts(url, "http://"))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--public-url wants https://NAME, not '%.*s'",
                          ASSAY_STR_ARG(url));
    while (assay_str_ends(url, "/"))
        url.len--;
    if (!assay_cli_number(cli, "parallel", 1, MOST_PARALLEL, PARALLEL,
                          &parallel, err))
        return false;
    *options = (struct assay_serve_options){
        .site = {.store = cli->store, .public_url = url},
        .listen = assay_cli_option(cli, "listen"),
        .api_key_file = assay_cli_option(cli, "api-key-file"),
        .credentials = getenv("CREDENTIALS_DIRECTORY"),
        .is_public = assay_cli_flag(cli, "public"),
        .no_cache = assay_cli_flag(cli, "no-cache"),
        .threads = (int)count,
        .parallel = (size_t)parallel,
        .listening = say_listening,
        .log = cli->quiet ? NULL : write_log,
        .context = cli,
    };
    if (assay_cli_option(cli, "as-of"))
        options->site.as_of = cli->as_of;
    return true;
}

/* With the model, where one is named: it is there before anybody can ask. */
static bool serve(struct assay_cli *cli, struct assay_serve_options *options,
                  const struct assay_engine_options *engine,
                  struct assay_error *err)
{
    const char *model = assay_cli_option(cli, "model");
    bool served;

    if (model) {
        options->route = assay_cli_open_local(cli, assay_str_c(model), engine,
                                              options->parallel, err);
        if (!options->route)
            return false;
    }
    served = assay_serve(options, err);
    assay_route_close(options->route);
    return served;
}

static int serve_run(struct assay_cli *cli)
{
    struct assay_engine_options engine = {0};
    struct assay_serve_options options;
    struct assay_error err = {0};
    struct waiter waiter;
    int ends[2];
    bool served;

    if (cli->options.operand_count != 0)
        return assay_cli_misuse(cli, "takes no operand");
    if (!read_options(cli, &options, &err) ||
        !assay_cli_engine_options(cli, &engine, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    cli->misconfigured = !cli->store[0] || !assay_serve_check(&options, &err);
    if (!cli->store[0])
        assay_fail(&err, ASSAY_SYSTEM,
                   "no store: none of --store, ASSAY_STORE, XDG_DATA_HOME "
                   "and HOME is set");
    if (cli->misconfigured)
        return assay_cli_fail(cli, &err);
    if (strcmp(cli->store, ":memory:") == 0)
        return assay_cli_misuse(cli, "--store :memory: lasts for one answer; "
                                     "name a file");
    if (pipe(ends) != 0)
        return assay_cli_misuse(cli, "the system gives no pipe");
    options.stop_fd = ends[0];
    waiter.stop = ends[1];
    served = start_waiting(&waiter, &err);
    if (served) {
        served = serve(cli, &options, &engine, &err);
        end_waiting(&waiter);
    }
    close(ends[0]);
    close(ends[1]);
    return served ? ASSAY_EXIT_DONE : assay_cli_fail(cli, &err);
}

static const struct assay_option serve_options[] = {
    {"listen", 0, "ADDRESS",
     "where: 127.0.0.1:8080 unless given; port 0 takes a free one", NULL},
    {"api-key-file", 0, "FILE",
     "who asks needs a key: one a line, in a file that nobody else can read",
     "@file"},
    {"public", 0, NULL, "other machines may read without a key", NULL},
    {"public-url", 0, "URL",
     "under which it is known, such as https://models.example", NULL},
    {"threads", 0, "N", "threads of each kind (else one per core)", NULL},
    {"no-cache", 0, NULL, "make every page anew, for measurements", NULL},
    {"model", 0, "MODEL",
     "weights that /v1 asks: a file, or nano-s, which is built in", "@file"},
    {"parallel", 0, "N", "answers of it at once; 8 unless given", NULL},
    {"cpu", 0, "LEVEL", "it computes with at most these instructions",
     "scalar neon avx2 avx512"},
    {0},
};

static const struct assay_example serve_examples[] = {
    {"assay serve", "the pages at http://127.0.0.1:8080"},
    {"assay serve --model nano-s",
     "and a model at /v1, for clients of OpenAI's API"},
    {"assay serve --listen 0.0.0.0:8080 --public",
     "for everybody in reach, read-only"},
    {"assay serve --listen [::]:8080 --api-key-file keys.txt --quiet",
     "for those with a key; only errors are told"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_serve = {
    .name = "serve",
    .summary = "the same decisions as pages and as a JSON API over HTTP",
    .usage = "[--listen ADDRESS]",
    .details =
        "Serves until SIGINT or SIGTERM; then it finishes what it has begun "
        "and ends with exit code 0. What another process imports is on the "
        "next page. An address that other machines can reach needs "
        "--api-key-file or --public. Standard error has a line with the "
        "address once it listens, then one for each request; with --quiet "
        "errors alone. /health, /ready and /metrics are for those who watch "
        "over it; sockets of systemd are taken in place of --listen. TLS is "
        "for a proxy in front. With --model, clients of "
        "OpenAI's API find /v1/models, /v1/chat/completions and "
        "/v1/completions, answered by weights that are in this process.",
    .options = serve_options,
    .globals = "store as-of quiet",
    .formats = NULL,
    .examples = serve_examples,
    .run = serve_run,
};
