/*
 * assay_serve: starts the loops and the workers, accepts connections, and
 * ends in good order.
 */
#include "serve/server.h"

#include "assay/file.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_CACHE_BYTES ASSAY_MIB(24)

enum {
    MOST_LOOPS = 64,
    /* Of one connection: a head with a URL of 8 KiB, and our own headers. */
    CONNECTION_BYTES = 24 << 10,
    WATCH_EVERY_MS = 500,
    DRAIN_EVERY_MS = 20,
    ACCEPT_AT_ONCE = 64, /* before the watch is looked at again */
};

/* A loop of the library; it gets its connections from us. */
struct loops {
    struct MHD_Daemon *loop[MOST_LOOPS];
    size_t count, next;
};

static size_t thread_count(const struct assay_serve_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long wanted = options->threads > 0 ? options->threads : cores;

    if (wanted < 1)
        return 1;
    return wanted > MOST_LOOPS ? MOST_LOOPS : (size_t)wanted;
}

/* ------------------------------------------------------- the loops */

static struct MHD_Daemon *start_loop(struct assay_server *server)
{
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
                           MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO |
                           MHD_ALLOW_SUSPEND_RESUME;

    return server->mhd.start_daemon(
        flags, 0, NULL, NULL, assay_on_request, server,
        /* the limit is ours: see accept_some */
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->connections.most * 2,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_URI_LOG_CALLBACK, assay_on_url, server,
        MHD_OPTION_NOTIFY_COMPLETED, assay_on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, assay_on_connection, server,
        MHD_OPTION_END);
}

static bool start_loops(struct assay_server *server, struct loops *loops,
                        struct assay_error *err)
{
    size_t wanted = thread_count(server->options);

    while (loops->count < wanted) {
        struct MHD_Daemon *loop = start_loop(server);

        if (!loop)
            return assay_fail(err, ASSAY_SYSTEM,
                              "the system gives no thread to listen with");
        loops->loop[loops->count++] = loop;
    }
    return true;
}

static void stop_loops(struct assay_server *server, struct loops *loops)
{
    for (size_t i = 0; i < loops->count; i++)
        server->mhd.stop_daemon(loops->loop[i]);
    loops->count = 0;
}

/* ------------------------------------------------------- connections */

/* False: no descriptor was left. */
static bool accept_some(struct assay_server *server, struct loops *loops,
                        int listening)
{
    struct assay_address peer;
    int file;

    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        if (atomic_load(&server->connections.count) >= server->connections.most)
            return true;
        switch (assay_sockets_accept(listening, &file, &peer)) {
        case ASSAY_NONE_WAITING:
            return true;
        case ASSAY_NO_FILES:
            return false;
        case ASSAY_ACCEPTED:
            /* it closes the socket where it fails */
            (void)server->mhd.add_connection(
                loops->loop[loops->next++ % loops->count], file,
                (const struct sockaddr *)&peer.at, peer.len);
        }
    }
    return true;
}

static void watch(struct assay_server *server)
{
    assay_connections_watch(&server->connections);
    assay_v1_watch(server->v1);
}

/* Until stop_fd can be read. */
static void run(struct assay_server *server, struct loops *loops,
                const struct assay_sockets *listener)
{
    struct pollfd files[ASSAY_LISTENERS_MAX + 1];
    int64_t now_ms = 0, accepted_ms = 0, watched_ms = 0;
    bool files_left = true;

    files[0] = (struct pollfd){server->options->stop_fd, POLLIN, 0};
    for (size_t i = 0; i < listener->count; i++)
        files[i + 1] = (struct pollfd){listener->files[i], POLLIN, 0};
    for (;;) {
        size_t count = atomic_load(&server->connections.count);
        bool room = files_left && count < server->connections.most;
        /* alone, there is nothing to watch and no reason to wake up; but a
           loop counts what it was given only when it comes to it */
        bool alone =
            room && count == 0 && now_ms - accepted_ms > ASSAY_HEADER_LIMIT_MS;

        (void)poll(files, (nfds_t)(room ? listener->count + 1 : 1),
                   alone ? -1 : WATCH_EVERY_MS);
        if (files[0].revents)
            return;
        now_ms = assay_now_ms();
        files_left = true;
        for (size_t i = 0; room && i < listener->count; i++)
            if (files[i + 1].revents & POLLIN) {
                files_left = accept_some(server, loops, files[i + 1].fd);
                accepted_ms = now_ms;
            }
        if (now_ms - watched_ms >= WATCH_EVERY_MS) {
            watched_ms = now_ms;
            watch(server);
        }
    }
}

/* Lets those finish who have begun, for a while. */
static void drain(struct assay_server *server)
{
    int64_t end_ms = assay_now_ms() + ASSAY_DRAIN_LIMIT_MS;

    atomic_store(&server->connections.stopping, true);
    while (atomic_load(&server->connections.count) > 0 &&
           assay_now_ms() < end_ms) {
        watch(server);
        (void)poll(NULL, 0, DRAIN_EVERY_MS);
    }
}

/* ------------------------------------------------------- the server */

static bool open_server(struct assay_server *server,
                        const struct assay_serve_options *options,
                        struct assay_error *err)
{
    server->options = options;
    server->metrics = assay_metrics_new();
    assay_connections_init(&server->connections, assay_limits_raise());
    server->connections.metrics = server->metrics;
    server->connections.mhd = &server->mhd;
    if (!options->no_cache)
        server->cache = assay_page_cache_new(PAGE_CACHE_BYTES);
    if (!server->metrics || (!options->no_cache && !server->cache))
        return assay_fail(err, ASSAY_SYSTEM, "out of memory for a server");
    if (!assay_mhd_load(&server->mhd, err) ||
        !assay_keys_read(&server->keys, options, err))
        return false;
    if (server->keys.count > 0)
        assay_limits_no_core();
    server->site = assay_site_open(&options->site, err);
    return server->site != NULL;
}

static void close_server(struct assay_server *server)
{
    assay_page_cache_free(server->cache);
    assay_site_close(server->site);
    assay_metrics_free(server->metrics);
    assay_connections_release(&server->connections);
    free(server);
}

static void *warm(void *context)
{
    struct assay_server *server = context;

    assay_site_warm(server->site);
    return NULL;
}

bool assay_serve(const struct assay_serve_options *options,
                 struct assay_error *err)
{
    struct assay_server *server = calloc(1, sizeof *server);
    struct assay_sockets listener = {0};
    struct loops loops = {0};
    bool ok = false, warming = false;
    pthread_t warmer;

    if (!server)
        return assay_fail(err, ASSAY_SYSTEM, "out of memory for a server");
    if (!assay_serve_check(options, err) ||
        !open_server(server, options, err) ||
        !assay_sockets_open(&listener, options, err))
        goto out;
    server->work = assay_work_start(server, thread_count(options), err);
    if (options->route)
        server->v1 = assay_v1_start(&server->mhd, options->route,
                                    options->parallel, err);
    if (!server->work || (options->route && !server->v1) ||
        !start_loops(server, &loops, err))
        goto out;
    ok = true;
    if (options->listening)
        options->listening(options->context, listener.url);
    assay_notify_manager("READY=1");
    warming = pthread_create(&warmer, NULL, warm, server) == 0;
    run(server, &loops, &listener);
    assay_notify_manager("STOPPING=1");
    assay_sockets_close(&listener);
    drain(server);
out:
    if (warming)
        pthread_join(warmer, NULL);
    /* the workers first: no connection may sleep when its loop ends */
    assay_v1_stop(server->v1);
    assay_work_stop(server->work);
    stop_loops(server, &loops);
    assay_v1_free(server->v1);
    assay_work_free(server->work);
    assay_sockets_close(&listener);
    close_server(server);
    return ok;
}
