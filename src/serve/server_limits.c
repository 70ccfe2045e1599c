/*
 * Limits of time and number. The library counts only the time in which
 * nothing comes, so that a client who sends a byte now and then is never
 * over it; here each phase of a request has an end of its own. Whoever is
 * over it has his socket shut, which the library's loop sees as an end.
 */
#include "serve/server.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    MOST_FILES = 16384,  /* as many as are of use; the hard limit holds too */
    FILES_OF_OURS = 256, /* catalogs, loops, logs */
    LEAST_CONNECTIONS = 64,
    CROWDED_IDLE_MS = 5 * 1000, /* from three quarters of what there may be */
    FULL_IDLE_MS = 1000,        /* while others wait for a place */
};

int64_t assay_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t assay_now_ms(void)
{
    return assay_now_us() / 1000;
}

size_t assay_limits_raise(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return LEAST_CONNECTIONS;
    if (files.rlim_cur < MOST_FILES) {
        struct rlimit more = files;

        more.rlim_cur =
            files.rlim_max < MOST_FILES ? files.rlim_max : MOST_FILES;
        if (setrlimit(RLIMIT_NOFILE, &more) == 0)
            files = more;
    }
    if (files.rlim_cur > MOST_FILES)
        files.rlim_cur = MOST_FILES;
    if (files.rlim_cur < FILES_OF_OURS + LEAST_CONNECTIONS)
        return LEAST_CONNECTIONS;
    return (size_t)files.rlim_cur - FILES_OF_OURS;
}

void assay_limits_no_core(void)
{
    struct rlimit core;

    if (getrlimit(RLIMIT_CORE, &core) == 0) {
        core.rlim_cur = 0;
        (void)setrlimit(RLIMIT_CORE, &core);
    }
}

/* ------------------------------------------------------- the shelves */

void assay_connections_init(struct assay_connections *connections, size_t most)
{
    for (size_t i = 0; i < ASSAY_SHELVES; i++)
        pthread_mutex_init(&connections->shelves[i].lock, NULL);
    atomic_init(&connections->count, 0);
    connections->most = most;
}

void assay_connections_release(struct assay_connections *connections)
{
    for (size_t i = 0; i < ASSAY_SHELVES; i++)
        pthread_mutex_destroy(&connections->shelves[i].lock);
}

static void write_client(struct assay_connection *connection,
                         const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    snprintf(connection->client, sizeof connection->client, "local");
    if (address && address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, connection->client,
                  sizeof connection->client);
    } else if (address && address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, connection->client,
                  sizeof connection->client);
    } else {
        connection->is_socket_file = true;
    }
}

void assay_connection_enter(struct assay_connection *connection,
                            enum assay_phase phase)
{
    static const int64_t limits[] = {
        [ASSAY_WAITING] = ASSAY_IDLE_LIMIT_MS,
        [ASSAY_IN_HEAD] = ASSAY_HEADER_LIMIT_MS,
        [ASSAY_IN_BODY] = ASSAY_BODY_LIMIT_MS,
        [ASSAY_ANSWERING] = INT32_MAX,
        [ASSAY_SENDING] = ASSAY_TAKE_LIMIT_MS,
    };

    atomic_store_explicit(&connection->fresh, phase == ASSAY_WAITING,
                          memory_order_relaxed);
    atomic_store_explicit(&connection->ended, false, memory_order_relaxed);
    /* the phase first: the watch, which reads it last, must not take the
       limit of a later phase for that of an earlier one */
    atomic_store_explicit(&connection->phase, (int)phase, memory_order_relaxed);
    atomic_store_explicit(&connection->limit_ms, assay_now_ms() + limits[phase],
                          memory_order_release);
}

struct assay_connection *assay_connections_add(
    struct assay_connections *connections, struct MHD_Connection *handle)
{
    const struct assay_mhd *mhd = connections->mhd;
    const union MHD_ConnectionInfo *file =
        mhd->get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address =
        mhd->get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct assay_connection *connection = calloc(1, sizeof *connection);
    size_t shelf;

    if (!connection || !file) {
        free(connection);
        return NULL;
    }
    connection->handle = handle;
    connection->file = file->connect_fd;
    write_client(connection, address ? address->client_addr : NULL);
    assay_connection_enter(connection, ASSAY_WAITING);
    /* nothing has come yet: the first byte is the first */
    atomic_store(&connection->fresh, false);
    shelf = (size_t)connection->file % ASSAY_SHELVES;
    pthread_mutex_lock(&connections->shelves[shelf].lock);
    connection->next = connections->shelves[shelf].first;
    if (connection->next)
        connection->next->before = connection;
    connections->shelves[shelf].first = connection;
    pthread_mutex_unlock(&connections->shelves[shelf].lock);
    atomic_fetch_add(&connections->count, 1);
    return connection;
}

void assay_connections_remove(struct assay_connections *connections,
                              struct assay_connection *connection)
{
    size_t shelf = (size_t)connection->file % ASSAY_SHELVES;

    pthread_mutex_lock(&connections->shelves[shelf].lock);
    if (connection->before)
        connection->before->next = connection->next;
    else
        connections->shelves[shelf].first = connection->next;
    if (connection->next)
        connection->next->before = connection->before;
    pthread_mutex_unlock(&connections->shelves[shelf].lock);
    atomic_fetch_sub(&connections->count, 1);
    assay_served_let_go(connection->now.page);
    assay_buf_release(&connection->now.key);
    assay_buf_release(&connection->now.body);
    free(connection);
}

/* ------------------------------------------------------- the watch */

/* What came in so far; 0 where the system does not say (a socket file). */
static uint64_t received_bytes(int file)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    if (getsockopt(file, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_received) +
                   sizeof info.tcpi_bytes_received)
        return 0;
    return info.tcpi_bytes_received;
}

/* The head's time runs from its first byte, before any line is complete. */
static void notice_first_byte(struct assay_connection *connection)
{
    uint64_t received = received_bytes(connection->file);
    int waiting = ASSAY_WAITING;

    if (atomic_exchange(&connection->fresh, false)) {
        connection->received = received;
        return;
    }
    if (received <= connection->received)
        return;
    /* unless the loop has just gone on by itself */
    if (atomic_compare_exchange_strong(&connection->phase, &waiting,
                                       ASSAY_IN_HEAD))
        atomic_store(&connection->limit_ms,
                     assay_now_ms() + ASSAY_HEADER_LIMIT_MS);
}

enum unread { NOTHING_YET, SOMETHING, NOTHING_MORE };

static enum unread look_ahead(int file)
{
    char byte;
    ssize_t n = recv(file, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n > 0 ? SOMETHING : n == 0 ? NOTHING_MORE : NOTHING_YET;
}

struct watch {
    int64_t now_ms;
    int64_t idle_ms; /* how long one may wait for nothing */
    bool stopping;
};

/* Why this one must end; ASSAY_CUT_REASONS: it need not. */
static enum assay_cut reason_to_cut(const struct watch *watch,
                                    struct assay_connection *connection)
{
    int64_t left = atomic_load(&connection->limit_ms) - watch->now_ms;
    int phase = atomic_load(&connection->phase);
    enum unread unread = SOMETHING;

    if (left <= 0)
        return phase == ASSAY_WAITING ? ASSAY_CUT_IDLE : ASSAY_CUT_SLOW;
    if (phase <= ASSAY_IN_BODY)
        unread = look_ahead(connection->file);
    /* an end that came with the last bytes escapes the library; seen twice,
       as those bytes may just be on their way to the next phase */
    if (unread == NOTHING_MORE && atomic_exchange(&connection->ended, true))
        return ASSAY_CUT_GONE;
    if (phase != ASSAY_WAITING)
        return ASSAY_CUT_REASONS;
    if (left < ASSAY_IDLE_LIMIT_MS - watch->idle_ms)
        return ASSAY_CUT_CROWDED;
    if (watch->stopping && unread != SOMETHING)
        return ASSAY_CUT_STOP;
    return ASSAY_CUT_REASONS;
}

static void look_at(struct assay_connections *connections,
                    const struct watch *watch,
                    struct assay_connection *connection)
{
    enum assay_cut reason;

    if (atomic_load(&connection->phase) == ASSAY_WAITING)
        notice_first_byte(connection);
    reason = reason_to_cut(watch, connection);
    if (reason == ASSAY_CUT_REASONS)
        return;
    if (shutdown(connection->file, SHUT_RDWR) == 0)
        assay_metrics_cut(connections->metrics, reason);
    /* the loop is told once */
    atomic_store(&connection->limit_ms, watch->now_ms + ASSAY_IDLE_LIMIT_MS);
}

void assay_connections_watch(struct assay_connections *connections)
{
    size_t count = atomic_load(&connections->count);
    const struct watch watch = {
        .now_ms = assay_now_ms(),
        .idle_ms = count >= connections->most          ? FULL_IDLE_MS
                   : count > connections->most / 4 * 3 ? CROWDED_IDLE_MS
                                                       : ASSAY_IDLE_LIMIT_MS,
        .stopping = atomic_load(&connections->stopping),
    };

    for (size_t i = 0; i < ASSAY_SHELVES; i++) {
        struct assay_connection *connection;

        /* a socket is closed only after it has left its shelf */
        pthread_mutex_lock(&connections->shelves[i].lock);
        connection = connections->shelves[i].first;
        for (; connection; connection = connection->next)
            look_at(connections, &watch, connection);
        pthread_mutex_unlock(&connections->shelves[i].lock);
    }
}
