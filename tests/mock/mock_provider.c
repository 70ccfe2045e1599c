/*
 * mock_provider: options, the listening socket, a thread for each
 * connection, and the end: after --max-seconds, or when whoever holds the
 * other end of standard input is gone.
 */
#include "mock/mock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUEUE = 512, FILLING = 4, STACK_BYTES = 512 << 10 };

static const char usage[] =
    "mock_provider [OPTION…]: a provider of language models that is none\n"
    "  --port N          listen there; 0 (default): anywhere, see stdout\n"
    "  --log FILE        append a JSON line for each thing that happens\n"
    "  --script NAME     every request meets this fault; also NAME-once,\n"
    "                    NAME-x3, NAME-p0.1\n"
    "  --scripts         list the faults; with --format json as JSON\n"
    "  --seed N          other answers\n"
    "  --require-key     401 without a key\n"
    "  --drip-ms N       between two bytes of \"drip\" (20)\n"
    "  --storm-ms N      how long a storm lasts (2000)\n"
    "  --storm-after-ms N  and how long after the first request it begins (0)\n"
    "  --endless-bytes N where what is endless ends (1 GiB)\n"
    "  --max-seconds N   end after that (120)\n";

/* ------------------------------------------------------- the table */

static void print_set(const char *name, unsigned set, const char *const *names,
                      unsigned count)
{
    const char *comma = "";

    printf(",\"%s\":[", name);
    for (unsigned i = 0; i < count; i++) {
        if (set & 1u << i) {
            printf("%s\"%s\"", comma, names[i]);
            comma = ",";
        }
    }
    printf("]");
}

static void print_json(const struct mock_script *script)
{
    static const char *const forms[] = {"whole", "stream"};
    const char *dialects[MOCK_DIALECTS];
    const char *comma = "";

    for (int i = 0; i < MOCK_DIALECTS; i++)
        dialects[i] = assay_mock_dialect_name((enum mock_dialect)i);
    printf("{\"name\":\"%s\",\"about\":\"%s\"", script->name, script->about);
    print_set("dialects", script->dialects, dialects, MOCK_DIALECTS);
    print_set("forms", script->forms, forms, 2);
    printf(",\"class\":{");
    for (unsigned i = 0; i < MOCK_DIALECTS; i++) {
        if (!(script->dialects & 1u << i))
            continue;
        printf("%s\"%s\":\"%s\"", comma, dialects[i],
               assay_mock_class_name(
                   assay_mock_expects(script, (enum mock_dialect)i)));
        comma = ",";
    }
    printf("},\"retry\":%s,\"bills\":%s,\"by_server\":%s,\"after_ms\":",
           script->then & MOCK_RETRY ? "true" : "false",
           script->then & MOCK_BILLS ? "true" : "false",
           script->then & MOCK_BY_SERVER ? "true" : "false");
    if (script->after_ms == 0)
        printf("null}");
    else
        printf("%lld}",
               script->after_ms == MOCK_NOW ? 0 : (long long)script->after_ms);
}

static void print_scripts(bool json)
{
    for (size_t i = 0; i < assay_mock_script_count; i++) {
        const struct mock_script *script = &assay_mock_scripts[i];
        if (json) {
            printf(i == 0 ? "[" : ",\n ");
            print_json(script);
        } else {
            printf("%-20s %-13s %s\n", script->name,
                   assay_mock_class_name(script->of), script->about);
        }
    }
    printf(json ? "]\n" : "");
}

/* ------------------------------------------------------- options */

struct options {
    const char *port, *log, *script, *format, *seed, *drip, *storm, *endless;
    const char *storm_after, *seconds;
    bool list, require_key, help;
};

static bool read_options(int argc, char **argv, struct options *options)
{
    const struct {
        const char *name;
        const char **value;
        bool *flag;
    } known[] = {
        {"--port", &options->port, NULL},
        {"--log", &options->log, NULL},
        {"--script", &options->script, NULL},
        {"--format", &options->format, NULL},
        {"--seed", &options->seed, NULL},
        {"--drip-ms", &options->drip, NULL},
        {"--storm-ms", &options->storm, NULL},
        {"--storm-after-ms", &options->storm_after, NULL},
        {"--endless-bytes", &options->endless, NULL},
        {"--max-seconds", &options->seconds, NULL},
        {"--scripts", NULL, &options->list},
        {"--require-key", NULL, &options->require_key},
        {"--help", NULL, &options->help},
    };
    const size_t count = sizeof(known) / sizeof(known[0]);

    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < count && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k == count || (known[k].value && i + 1 == argc)) {
            fprintf(stderr, "mock_provider: %s: %s\n", argv[i],
                    k == count ? "no such option" : "needs a value");
            return false;
        }
        if (known[k].flag)
            *known[k].flag = true;
        else
            *known[k].value = argv[++i];
    }
    return true;
}

/* A number of an option; `otherwise` where it is not given. */
static bool number(const char *name, const char *text, uint64_t most,
                   uint64_t *value)
{
    if (!text || (assay_str_to_u64(assay_str_c(text), value) && *value <= most))
        return true;
    fprintf(stderr, "mock_provider: %s %s: expected a number up to %llu\n",
            name, text, (unsigned long long)most);
    return false;
}

static bool set_script(struct mock_server *server, const char *spec)
{
    struct assay_str name = assay_str_c(spec);

    server->suffix = ASSAY_STR("");
    if (!spec)
        return true;
    server->script = assay_mock_script(name);
    if (!server->script &&
        assay_str_cut_last(name, '-', &name, &server->suffix))
        server->script = assay_mock_script(name);
    if (!server->script)
        fprintf(stderr,
                "mock_provider: --script %s: no script has this name; "
                "--scripts lists them\n",
                spec);
    return server->script != NULL;
}

static bool set_up(struct mock_server *server, const struct options *options)
{
    uint64_t port = 0, drip = 20, storm = 2000, seconds = 120;
    uint64_t endless = 1 << 30, storm_after = 0;

    if (!number("--port", options->port, 65535, &port) ||
        !number("--seed", options->seed, UINT64_MAX, &server->seed) ||
        !number("--drip-ms", options->drip, 60000, &drip) ||
        !number("--storm-ms", options->storm, 3600000, &storm) ||
        !number("--storm-after-ms", options->storm_after, 3600000,
                &storm_after) ||
        !number("--endless-bytes", options->endless, UINT64_C(1) << 40,
                &endless) ||
        !number("--max-seconds", options->seconds, 86400, &seconds) ||
        !set_script(server, options->script))
        return false;
    server->port = (unsigned)port;
    server->drip_ms = (unsigned)drip;
    server->storm_ms = (unsigned)storm;
    server->storm_after_ms = (unsigned)storm_after;
    server->max_seconds = (unsigned)seconds;
    server->endless_bytes = (size_t)endless;
    server->require_key = options->require_key;
    server->log = -1;
    if (options->log) {
        server->log =
            open(options->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (server->log < 0) {
            perror(options->log);
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------- listening */

static bool start_listening(struct mock_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)server->port)};
    socklen_t size = sizeof(address);
    int yes = 1;
    bool hang =
        server->script && server->script->fault.twist == MOCK_HANG_CONNECT;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (server->listener < 0 ||
        setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &yes,
                   sizeof(yes)) != 0 ||
        bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(server->listener, hang ? 0 : QUEUE) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) !=
            0) {
        perror("mock_provider: listen");
        return false;
    }
    server->port = ntohs(address.sin_port);
    /* Our own connections fill the queue, so that no other gets in. */
    for (int i = 0; hang && i < FILLING; i++) {
        int filler = socket(AF_INET, SOCK_STREAM, 0);
        fcntl(filler, F_SETFL, O_NONBLOCK);
        connect(filler, (struct sockaddr *)&address, size);
    }
    return true;
}

struct guest {
    struct mock_server *server;
    int client;
    uint64_t connection;
};

static void *serve_guest(void *context)
{
    struct guest guest = *(struct guest *)context;

    free(context);
    assay_mock_serve(guest.server, guest.client, guest.connection);
    return NULL;
}

static void accept_guest(struct mock_server *server,
                         const pthread_attr_t *attributes)
{
    int client = accept(server->listener, NULL, NULL);
    struct guest *guest = malloc(sizeof(*guest));
    pthread_t thread;
    int yes = 1;

    if (client < 0 || !guest) {
        free(guest);
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    *guest = (struct guest){server, client,
                            atomic_fetch_add(&server->connections, 1) + 1};
    if (pthread_create(&thread, attributes, serve_guest, guest) != 0) {
        close(client);
        free(guest);
    }
}

/* Standard input counts only where somebody holds its other end. */
static bool stdin_is_pipe(void)
{
    struct stat status;

    return fstat(STDIN_FILENO, &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

static void run(struct mock_server *server)
{
    int64_t end = assay_mock_now() + INT64_C(1000000000) * server->max_seconds;
    bool hang =
        server->script && server->script->fault.twist == MOCK_HANG_CONNECT;
    struct pollfd waits[2] = {
        {.fd = hang ? -1 : server->listener, .events = POLLIN},
        {.fd = stdin_is_pipe() ? STDIN_FILENO : -1, .events = POLLIN}};
    pthread_attr_t attributes;
    char bytes[256];

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    while (assay_mock_now() < end) {
        if (poll(waits, 2, 200) <= 0)
            continue;
        if (waits[1].revents && read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
            break;
        if (waits[0].revents)
            accept_guest(server, &attributes);
    }
    pthread_attr_destroy(&attributes);
    atomic_store(&server->ending, true);
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct mock_server *server = calloc(1, sizeof(*server));

    if (!server || !read_options(argc, argv, &options))
        return 64;
    if (options.help) {
        fputs(usage, stdout);
        return 0;
    }
    if (options.list) {
        print_scripts(options.format && strcmp(options.format, "json") == 0);
        return 0;
    }
    pthread_mutex_init(&server->lock, NULL);
    if (!set_up(server, &options))
        return 64;
    if (!start_listening(server))
        return 71;
    printf("%u\n", server->port);
    fflush(stdout);
    run(server);
    /* Connections may be under way in their threads: nothing is freed. */
    _exit(0);
}
