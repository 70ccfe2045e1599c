/*
 * A server on this machine that the test starts: one thread that plays the
 * same steps on each connection, one after the other, and writes down what
 * came and when. Bounded: it ends when told to, or when nobody comes.
 */
#ifndef ASSAY_TESTS_SMALL_SERVER_H
#define ASSAY_TESTS_SMALL_SERVER_H

#include "assay/str.h"

#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum small_act {
    SMALL_CLOSE, /* the end of the steps: a plain FIN */
    SMALL_READ,  /* one whole request */
    SMALL_SOME,  /* the first bytes of something that may be no request */
    SMALL_SEND,
    SMALL_BYTES, /* so many (ms) of its text, which may hold NUL */
    SMALL_WAIT,  /* so many ms */
    SMALL_DRIP,  /* its text byte by byte, so many ms apart */
    SMALL_HANG,  /* until the client leaves */
    SMALL_RESET, /* RST */
    SMALL_FLOOD, /* its text over and over, until the client leaves */
    SMALL_AGAIN, /* from the first step, while the client stays */
};

struct small_step {
    enum small_act act;
    const char *text;
    int ms;
};

enum {
    SMALL_PATIENCE_MS = 5000,
    SMALL_REQUEST_BYTES = 1 << 20,
    SMALL_MOST_BODIES = 4096,
};

struct small_server {
    const struct small_step *steps;
    int listener;
    unsigned port;
    char url[64];
    pthread_t thread;
    atomic_bool stopping;
    size_t connections, requests, some;
    int64_t read_at, first_sent_at, sent_at; /* of the last request */
    char *request;                           /* the last one, ended by NUL */
    size_t flooded;
    /* how often a body "N" came, for tests that number theirs */
    unsigned char bodies[SMALL_MOST_BODIES];
};

static inline int64_t small_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void small_sleep(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};

    nanosleep(&time, NULL);
}

/* The request is whole: head, and a body of its Content-Length. */
static inline bool small_whole(const char *text, size_t len)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "\r\nContent-Length: ");

    if (!end)
        return false;
    return !length ||
           len >= (size_t)(end + 4 - text) + strtoull(length + 18, NULL, 10);
}

static inline void small_count(struct small_server *server)
{
    const char *body = strstr(server->request, "\r\n\r\n") + 4;
    size_t number = strtoull(body, NULL, 10);

    server->requests++;
    if (number < SMALL_MOST_BODIES)
        server->bodies[number]++;
}

/* False: the client left, or came with nothing. */
static inline bool small_read(struct small_server *server, int client)
{
    size_t len = 0;

    while (len < SMALL_REQUEST_BYTES - 1) {
        struct pollfd wait = {.fd = client, .events = POLLIN};
        ssize_t n;

        if (poll(&wait, 1, SMALL_PATIENCE_MS) <= 0)
            return false;
        n = read(client, server->request + len, SMALL_REQUEST_BYTES - 1 - len);
        if (n <= 0)
            return false;
        len += (size_t)n;
        server->request[len] = '\0';
        if (small_whole(server->request, len)) {
            server->read_at = small_now();
            server->first_sent_at = server->sent_at = 0;
            small_count(server);
            return true;
        }
    }
    return false;
}

/* What comes first, kept as far as it fits. False: nothing came. */
static inline bool small_read_some(struct small_server *server, int client)
{
    struct pollfd wait = {.fd = client, .events = POLLIN};
    ssize_t n = 0;

    if (poll(&wait, 1, SMALL_PATIENCE_MS) > 0)
        n = read(client, server->request, SMALL_REQUEST_BYTES - 1);
    server->some += n > 0;
    return n > 0;
}

static inline bool small_send(struct small_server *server, int client,
                              struct assay_str text)
{
    if (!server->first_sent_at)
        server->first_sent_at = small_now();
    while (text.len > 0) {
        ssize_t n = send(client, text.at, text.len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        text = assay_str_skip(text, (size_t)n);
    }
    server->sent_at = small_now();
    return true;
}

/* Until the client closes; what it still sends is nobody's. */
static inline void small_hang(struct small_server *server, int client)
{
    char bytes[4096];

    for (int ms = 0; ms < SMALL_PATIENCE_MS; ms += 20) {
        struct pollfd wait = {.fd = client, .events = POLLIN};

        if (atomic_load(&server->stopping))
            return;
        if (poll(&wait, 1, 20) > 0 && read(client, bytes, sizeof bytes) <= 0)
            return;
    }
}

static inline bool small_play(struct small_server *server, int client,
                              const struct small_step *step)
{
    struct assay_str text = assay_str_c(step->text);

    switch (step->act) {
    case SMALL_READ:
        return small_read(server, client);
    case SMALL_SOME:
        return small_read_some(server, client);
    case SMALL_SEND:
        return small_send(server, client, text);
    case SMALL_BYTES:
        return small_send(server, client,
                          (struct assay_str){step->text, (size_t)step->ms});
    case SMALL_WAIT:
        small_sleep(step->ms);
        return true;
    case SMALL_DRIP:
        for (size_t i = 0; i < text.len; i++) {
            if (!small_send(server, client, (struct assay_str){text.at + i, 1}))
                return false;
            small_sleep(step->ms);
        }
        return true;
    case SMALL_FLOOD:
        while (small_send(server, client, text))
            server->flooded += text.len;
        return false;
    case SMALL_HANG:
        small_hang(server, client);
        return false;
    default:
        return false;
    }
}

static inline void small_serve_one(struct small_server *server, int client)
{
    const struct small_step *step = server->steps;
    struct linger reset = {.l_onoff = 1};

    while (step->act != SMALL_CLOSE && step->act != SMALL_RESET) {
        if (step->act == SMALL_AGAIN)
            step = server->steps;
        else if (!small_play(server, client, step))
            break;
        else
            step++;
    }
    if (step->act == SMALL_RESET)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(client);
}

static inline void *small_serve(void *context)
{
    struct small_server *server = context;

    while (!atomic_load(&server->stopping)) {
        struct pollfd wait = {.fd = server->listener, .events = POLLIN};
        int client;

        if (poll(&wait, 1, 20) <= 0)
            continue;
        client = accept(server->listener, NULL, NULL);
        if (client < 0)
            break;
        server->connections++;
        small_serve_one(server, client);
    }
    return NULL;
}

static inline void small_start(struct small_server *server,
                               const struct small_step *steps)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    *server = (struct small_server){.steps = steps};
    server->request = calloc(1, SMALL_REQUEST_BYTES);
    assert_non_null(server->request);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(server->listener, 64), 0);
    assert_int_equal(
        getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u/v1/chat",
             server->port);
    assert_int_equal(pthread_create(&server->thread, NULL, small_serve, server),
                     0);
}

/* Ends it; what it wrote down can be read until small_free. */
static inline void small_stop(struct small_server *server)
{
    atomic_store(&server->stopping, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static inline void small_free(struct small_server *server)
{
    free(server->request);
}

#endif
