/*
 * Sockets to listen on: an address read and bound, or sockets that systemd
 * has opened for us. The one place of the server that sees errno.
 */
#include "serve/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    FIRST_PASSED_FILE = 3, /* SD_LISTEN_FDS_START */
    BACKLOG = 1024,
    DEFAULT_PORT = 8080,
};

/* ------------------------------------------------------- addresses */

static bool parse_port(struct assay_str text, in_port_t *port)
{
    uint64_t number;

    if (!assay_str_to_u64(text, &number) || number > UINT16_MAX)
        return false;
    *port = htons((uint16_t)number);
    return true;
}

static bool parse_v6(struct assay_str host, in_port_t port,
                     struct assay_address *address)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = port};
    char text[INET6_ADDRSTRLEN];

    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
        return false;
    memcpy(&address->at, &v6, sizeof v6);
    address->len = sizeof v6;
    return true;
}

static bool parse_v4(struct assay_str host, in_port_t port,
                     struct assay_address *address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = port};
    char text[INET_ADDRSTRLEN];

    if (assay_str_is(host, "localhost"))
        host = ASSAY_STR("127.0.0.1");
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, &v4.sin_addr) != 1)
        return false;
    memcpy(&address->at, &v4, sizeof v4);
    address->len = sizeof v4;
    return true;
}

bool assay_address_parse(const char *text, struct assay_address *address,
                         struct assay_error *err)
{
    struct assay_str host = assay_str_c(text), port_text;
    in_port_t port = htons(DEFAULT_PORT);
    bool bare;

    *address = (struct assay_address){0};
    if (parse_port(host, &port))
        return parse_v4(ASSAY_STR("127.0.0.1"), port, address);
    bare = host.len && host.at[host.len - 1] == ']';
    if (!bare && !assay_str_cut_last(host, ':', &host, &port_text))
        bare = true;
    if (bare || parse_port(port_text, &port)) {
        if (host.len > 2 && host.at[0] == '[' && assay_str_ends(host, "]")) {
            host = (struct assay_str){host.at + 1, host.len - 2};
            if (parse_v6(host, port, address))
                return true;
        } else if (parse_v4(host, port, address)) {
            return true;
        }
    }
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "'%s' is no address to listen on; they look like "
                      "127.0.0.1:8080, [::1]:8080 or 0.0.0.0:80",
                      text);
}

bool assay_address_is_local(const struct assay_address *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    switch (address->at.ss_family) {
    case AF_UNIX:
        return true;
    case AF_INET:
        memcpy(&v4, &address->at, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    case AF_INET6:
        memcpy(&v6, &address->at, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            return v6.sin6_addr.s6_addr[12] == 127;
        return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
    default:
        return false;
    }
}

/* "http://127.0.0.1:8080", "unix:/run/assay.sock" */
static void write_url(int file, char *url, size_t size)
{
    struct assay_address address = {.len = sizeof address.at};
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
    char host[INET6_ADDRSTRLEN] = "";

    snprintf(url, size, "?");
    if (getsockname(file, (struct sockaddr *)&address.at, &address.len) != 0)
        return;
    switch (address.at.ss_family) {
    case AF_INET:
        memcpy(&v4, &address.at, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
        snprintf(url, size, "http://%s:%d", host, ntohs(v4.sin_port));
        break;
    case AF_INET6:
        memcpy(&v6, &address.at, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
        snprintf(url, size, "http://[%s]:%d", host, ntohs(v6.sin6_port));
        break;
    case AF_UNIX:
        memcpy(&local, &address.at, sizeof local);
        snprintf(url, size, "unix:%.*s", (int)sizeof local.sun_path,
                 local.sun_path);
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------- opening */

static bool may_listen(const struct assay_address *address, const char *name,
                       const struct assay_serve_options *options,
                       struct assay_error *err)
{
    if (assay_address_is_local(address) || options->api_key_file ||
        options->is_public)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s can be reached from other machines: give "
                      "--api-key-file FILE, or --public to let everybody "
                      "read",
                      name);
}

static bool make_ready(int file)
{
    int flags = fcntl(file, F_GETFL);

    return flags >= 0 && fcntl(file, F_SETFL, flags | O_NONBLOCK) == 0 &&
           fcntl(file, F_SETFD, FD_CLOEXEC) == 0;
}

static bool bind_and_listen(int file, const struct assay_address *address)
{
    const int on = 1, off = 0;

    /* what is left of the last run must not keep the next one out */
    if (setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return false;
    /* [::] takes IPv4 as well, whatever the system's default is */
    if (address->at.ss_family == AF_INET6 &&
        setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
        return false;
    return bind(file, (const struct sockaddr *)&address->at, address->len) ==
               0 &&
           listen(file, BACKLOG) == 0 && make_ready(file);
}

static bool open_address(struct assay_sockets *listener, const char *name,
                         const struct assay_address *address,
                         struct assay_error *err)
{
    int file = socket(address->at.ss_family, SOCK_STREAM, 0);

    if (file >= 0 && bind_and_listen(file, address)) {
        listener->files[listener->count++] = file;
        return true;
    }
    if (errno == EADDRINUSE)
        assay_fail(err, ASSAY_SYSTEM,
                   "%s is taken by another program; choose another with "
                   "--listen",
                   name);
    else
        assay_fail(err, ASSAY_SYSTEM, "%s: %s", name, strerror(errno));
    if (file >= 0)
        close(file);
    return false;
}

/* ------------------------------------------------------- systemd */

/* How many sockets are meant for this process; 0: none. */
static uint64_t passed_files(void)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    uint64_t value;

    if (!pid || !assay_str_to_u64(assay_str_c(pid), &value) ||
        value != (uint64_t)getpid() || !count ||
        !assay_str_to_u64(assay_str_c(count), &value))
        return 0;
    return value;
}

static bool check_passed(int file, const struct assay_serve_options *options,
                         struct assay_error *err)
{
    struct assay_address address = {.len = sizeof address.at};
    int listening = 0, type = 0;
    socklen_t size = sizeof listening, type_size = sizeof type;
    char name[128];

    if (getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
        getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
        !listening || type != SOCK_STREAM ||
        getsockname(file, (struct sockaddr *)&address.at, &address.len) != 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "file %d of LISTEN_FDS is no socket that listens",
                          file);
    write_url(file, name, sizeof name);
    return may_listen(&address, name, options, err);
}

bool assay_serve_check(const struct assay_serve_options *options,
                       struct assay_error *err)
{
    uint64_t passed = passed_files();
    struct assay_address address;

    if (options->is_public && options->api_key_file)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "public is without a key: give one of --public and "
                          "--api-key-file");
    if (passed > ASSAY_LISTENERS_MAX)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%d sockets at most, LISTEN_FDS says %s",
                          ASSAY_LISTENERS_MAX, getenv("LISTEN_FDS"));
    for (int i = 0; i < (int)passed; i++)
        if (!check_passed(FIRST_PASSED_FILE + i, options, err))
            return false;
    return !options->listen || passed > 0 ||
           (assay_address_parse(options->listen, &address, err) &&
            may_listen(&address, options->listen, options, err));
}

static bool open_passed(struct assay_sockets *listener, uint64_t count,
                        struct assay_error *err)
{
    for (int i = 0; i < (int)count; i++) {
        if (!make_ready(FIRST_PASSED_FILE + i))
            return assay_fail(err, ASSAY_SYSTEM, "file %d of LISTEN_FDS: %s",
                              FIRST_PASSED_FILE + i, strerror(errno));
        listener->files[listener->count++] = FIRST_PASSED_FILE + i;
    }
    return true;
}

bool assay_sockets_open(struct assay_sockets *listener,
                        const struct assay_serve_options *options,
                        struct assay_error *err)
{
    const char *name = options->listen ? options->listen : "127.0.0.1:8080";
    uint64_t passed = passed_files();
    struct assay_address address;

    *listener = (struct assay_sockets){0};
    if (passed > 0 ? !open_passed(listener, passed, err)
                   : !assay_address_parse(name, &address, err) ||
                         !open_address(listener, name, &address, err))
        return false;
    write_url(listener->files[0], listener->url, sizeof listener->url);
    return true;
}

void assay_sockets_close(struct assay_sockets *listener)
{
    for (size_t i = 0; i < listener->count; i++)
        close(listener->files[i]);
    listener->count = 0;
}

void assay_notify_manager(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;
    int file;

    if (len < 2 || len >= sizeof to.sun_path)
        return;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@') /* an abstract name */
        to.sun_path[0] = '\0';
    file = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (file < 0)
        return;
    (void)sendto(file, state, strlen(state), MSG_NOSIGNAL,
                 (const struct sockaddr *)&to,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(file);
}

/* ------------------------------------------------------- accepting */

enum assay_accepted assay_sockets_accept(int listening, int *file,
                                         struct assay_address *peer)
{
    peer->len = sizeof peer->at;
    *file = accept(listening, (struct sockaddr *)&peer->at, &peer->len);
    if (*file >= 0) {
        (void)fcntl(*file, F_SETFD, FD_CLOEXEC);
        return ASSAY_ACCEPTED;
    }
    switch (errno) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return ASSAY_NO_FILES;
    default: /* nobody, or somebody who has gone again */
        return ASSAY_NONE_WAITING;
    }
}
