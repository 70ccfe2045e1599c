/*
 * Names that lead nowhere and addresses that are silent. The process moves
 * into a network of its own (user_namespaces(7)), where the test is the name
 * server; what needs that is skipped, aloud, where it is not allowed.
 */
#define _GNU_SOURCE /* unshare */

#include "net/net.h"

#include "net/small_server.h"
#include "net/tls_server.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* ------------------------------------------------------- a network */

static bool write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool ok = file && fputs(text, file) >= 0;

    return (!file || fclose(file) == 0) && ok;
}

/* Over a file of the system's, for this process alone. */
static bool cover(const char *path, const char *text)
{
    char own[] = "/tmp/assay-names-XXXXXX";
    struct stat there;
    bool ok;

    if (stat(path, &there) != 0)
        return true; /* glibc's own defaults are fine */
    close(mkstemp(own));
    ok = write_text(own, text) && mount(own, path, NULL, MS_BIND, NULL) == 0;
    unlink(own);
    return ok;
}

static bool raise_loopback(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool ok = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;

    close(fd);
    return ok;
}

/* Before there are threads. False: errno says why not. */
static bool enter_own_network(void)
{
    char uids[64], gids[64];
    struct stat cache;

    snprintf(uids, sizeof uids, "0 %u 1", (unsigned)getuid());
    snprintf(gids, sizeof gids, "0 %u 1", (unsigned)getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0)
        return false;
    (void)write_text("/proc/self/setgroups", "deny");
    if (!write_text("/proc/self/uid_map", uids) ||
        !write_text("/proc/self/gid_map", gids) ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return false;
    /* a cache of names would answer from the other network */
    if (stat("/var/run/nscd", &cache) == 0 &&
        mount("none", "/var/run/nscd", "tmpfs", 0, NULL) != 0)
        return false;
    return cover("/etc/resolv.conf", "nameserver 127.0.0.1\n"
                                     "options timeout:1 attempts:1\n") &&
           cover("/etc/nsswitch.conf", "hosts: files dns\n") &&
           raise_loopback();
}

/* ------------------------------------------------------- a name server */

/* RFC 1035: 4.1.1 has the codes, 3.2.2 and RFC 3596 the types. */
enum { NO_ERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5, SILENT = -1 };
enum { TYPE_A = 1, TYPE_AAAA = 28 };

struct zone {
    const char *name;
    int code;
    bool four, six; /* 127.0.0.1, ::1 */
};
static const struct zone zones[] = {
    {"\5empty\4test", NO_ERROR, false, false},
    {"\7nowhere\4test", NXDOMAIN, false, false},
    {"\6broken\4test", SERVFAIL, false, false},
    {"\7refused\4test", REFUSED, false, false},
    {"\6silent\4test", SILENT, false, false},
    {"\3one\4test", NO_ERROR, true, false},
    {"\3two\4test", NO_ERROR, true, true},
};

struct name_server {
    int socket;
    pthread_t thread;
    atomic_bool stopping;
    size_t questions;
};

static size_t put_record(unsigned char *at, int type)
{
    /* the name above, type, IN, a second, length */
    const unsigned char head[] = {0xc0, 12, 0, (unsigned char)type, 0, 1, 0, 0,
                                  0,    1,  0};
    size_t len = type == TYPE_A ? 4 : 16;

    memcpy(at, head, sizeof head);
    at[sizeof head] = (unsigned char)len;
    memset(at + sizeof head + 1, 0, len);
    at[sizeof head + len] = 1;
    if (type == TYPE_A)
        at[sizeof head + 1] = 127;
    return sizeof head + 1 + len;
}

/* Turns a question of `len` bytes into its answer; 0: there is none. */
static size_t answer(unsigned char *text, size_t len)
{
    size_t end = 12 + strlen((const char *)text + 12) + 5;
    const struct zone *zone = NULL;

    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strcmp((const char *)text + 12, zones[i].name) == 0)
            zone = &zones[i];
    if (!zone || zone->code == SILENT || end > len)
        return 0;
    int type = text[end - 3];
    bool has =
        (type == TYPE_A && zone->four) || (type == TYPE_AAAA && zone->six);

    text[2] = 0x81; /* an answer */
    text[3] = (unsigned char)(0x80 | zone->code);
    memset(text + 6, 0, 6);
    text[7] = has;
    return has ? end + put_record(text + end, type) : end;
}

static void *serve_names(void *context)
{
    struct name_server *server = context;

    while (!atomic_load(&server->stopping)) {
        struct pollfd wait = {.fd = server->socket, .events = POLLIN};
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        unsigned char text[1024] = {0};
        ssize_t n;

        if (poll(&wait, 1, 20) <= 0)
            continue;
        n = recvfrom(server->socket, text, 512, 0, (struct sockaddr *)&from,
                     &size);
        if (n < 17)
            continue;
        server->questions++;
        size_t len = answer(text, (size_t)n);
        if (len)
            (void)sendto(server->socket, text, len, 0, (struct sockaddr *)&from,
                         size);
    }
    return NULL;
}

static void start_names(struct name_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};

    *server = (struct name_server){.socket = socket(AF_INET, SOCK_DGRAM, 0)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(
        bind(server->socket, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve_names, server),
                     0);
}

static void stop_names(struct name_server *server)
{
    atomic_store(&server->stopping, true);
    pthread_join(server->thread, NULL);
    close(server->socket);
}

/* ------------------------------------------------------- posting */

static void post(const char *url, const char *ca_file, uint32_t connect_ms,
                 struct assay_http_reply *reply)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_http_client *client = assay_http_client_new(ca_file, &err);
    const struct assay_http_post request = {
        .url = assay_str_c(url),
        .body = ASSAY_STR("{}"),
        .limits = {connect_ms, 2000, 2000, 9000, 0},
    };

    assert_non_null(client);
    assert_true(assay_http_post(client, &arena, &request, reply, &err));
    assay_http_client_free(client);
    assay_arena_free(&arena);
}

static int64_t ms_of(const struct assay_http_reply *reply)
{
    return (reply->clocks.done - reply->clocks.begun) / 1000000;
}

/* ------------------------------------------------------- names */

static void need_own_network(void **state)
{
    const char *const *why_not = *state;

    if (*why_not) {
        fprintf(stderr, "SKIP: no network of its own: %s\n", *why_not);
        skip();
    }
}

static void a_name_without_an_address_is_no_connection(void **state)
{
    static const struct {
        const char *host;
        uint32_t connect_ms;
        int64_t most_ms;
        const char *words;
    } cases[] = {
        {"nowhere.test", 9000, 2000, "Could not resolve host: nowhere.test"},
        {"broken.test", 9000, 5000, "Could not resolve host: broken.test"},
        {"refused.test", 9000, 5000, "Could not resolve host: refused.test"},
        {"empty.test", 9000, 2000, "Could not resolve host: empty.test"},
        {"silent.test", 400, 1400, "no connection in 400 ms"},
    };
    struct name_server names;

    need_own_network(state);
    start_names(&names);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_http_reply reply;
        size_t asked = names.questions;
        char url[64];

        snprintf(url, sizeof url, "https://%s/v1", cases[i].host);
        post(url, NULL, cases[i].connect_ms, &reply);
        if (reply.end != ASSAY_HTTP_CONNECT ||
            !strstr(reply.why, cases[i].words) ||
            ms_of(&reply) > cases[i].most_ms)
            fail_msg("%s ended as %d after %d ms: %s", cases[i].host, reply.end,
                     (int)ms_of(&reply), reply.why);
        assert_false(reply.sent);
        assert_true(names.questions > asked);
    }
    stop_names(&names);
}

static void no_proxy_names_what_is_asked_directly(void **state)
{
    static const struct small_step steps[] = {{SMALL_CLOSE, NULL, 0}};
    struct name_server names;
    struct assay_http_reply reply;
    struct small_server proxy;
    char address[64];

    need_own_network(state);
    start_names(&names);
    small_start(&proxy, steps);
    snprintf(address, sizeof address, "http://127.0.0.1:%u", proxy.port);
    setenv("https_proxy", address, 1);
    setenv("no_proxy", "nowhere.test", 1);
    post("https://nowhere.test/v1", NULL, 1000, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    assert_non_null(strstr(reply.why, "resolve host"));
    assert_int_equal(proxy.connections, 0);
    setenv("no_proxy", "elsewhere.test", 1);
    post("https://nowhere.test/v1", NULL, 1000, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    small_stop(&proxy);
    assert_int_equal(proxy.connections, 1);
    unsetenv("https_proxy");
    unsetenv("no_proxy");
    stop_names(&names);
    small_free(&proxy);
}

/* ------------------------------------------------------- two addresses */

/* A port on ::1 whose queue is full: a connection gets no answer at all. */
struct hole {
    int listener, waiting[4];
};

static bool open_hole(struct hole *hole, unsigned port)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)port),
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int only_six = 1;

    hole->listener = socket(AF_INET6, SOCK_STREAM, 0);
    setsockopt(hole->listener, IPPROTO_IPV6, IPV6_V6ONLY, &only_six,
               sizeof only_six);
    if (hole->listener < 0 ||
        bind(hole->listener, (struct sockaddr *)&address, sizeof address) != 0)
        return false;
    assert_int_equal(listen(hole->listener, 0), 0);
    for (size_t i = 0; i < 4; i++) {
        hole->waiting[i] = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(hole->waiting[i], (struct sockaddr *)&address,
                      sizeof address);
    }
    return true;
}

static void close_hole(struct hole *hole)
{
    for (size_t i = 0; i < 4; i++)
        close(hole->waiting[i]);
    close(hole->listener);
}

static void a_black_hole_at_one_address_leaves_the_other(void **state)
{
    static const struct {
        const char *host, *for_whom;
        bool hole; /* at ::1; else it refuses at once */
        /* the other is tried after 200 ms, as RFC 8305 has it; libcurl's
           own localhost begins with 127.0.0.1 */
        int64_t least_ms;
    } cases[] = {
        {"localhost", "DNS:localhost", false, 0},
        {"localhost", "DNS:localhost", true, 0},
        {"two.test", "DNS:two.test", false, 0},
        {"two.test", "DNS:two.test", true, 150},
    };
    const char *const *why_not = *state;
    struct name_server names;

    if (!*why_not)
        start_names(&names);
    for (size_t i = 0; i < (*why_not ? 2 : 4); i++) {
        const struct tls_plan plan = {.for_whom = cases[i].for_whom};
        struct assay_http_reply reply;
        struct tls_server server;
        struct hole hole;
        char url[64];

        tls_start(&server, &plan);
        snprintf(url, sizeof url, "https://%s:%u/v1", cases[i].host,
                 server.port);
        if (cases[i].hole && !open_hole(&hole, server.port)) {
            fprintf(stderr, "SKIP: no ::1 here: %s\n", strerror(errno));
            tls_stop(&server);
            break;
        }
        post(url, server.ca_file, 3000, &reply);
        if (cases[i].hole)
            close_hole(&hole);
        tls_stop(&server);
        if (reply.end != ASSAY_HTTP_DONE || ms_of(&reply) > 2000 ||
            ms_of(&reply) < cases[i].least_ms)
            fail_msg("case %zu ended as %d after %d ms: %s", i, reply.end,
                     (int)ms_of(&reply), reply.why);
        assert_int_equal(server.requests, 1);
    }
    if (!*why_not)
        stop_names(&names);
}

static void black_holes_at_all_addresses_end_at_the_deadline(void **state)
{
    static const struct small_step steps[] = {{SMALL_CLOSE, NULL, 0}};
    struct assay_http_reply reply;
    struct small_server four;
    struct hole hole;
    char url[64];

    small_start(&four, steps);
    small_stop(&four); /* its port is refused on 127.0.0.1, silent on ::1 */
    if (!open_hole(&hole, four.port)) {
        small_free(&four);
        fprintf(stderr, "SKIP: no ::1 here: %s\n", strerror(errno));
        skip();
    }
    snprintf(url, sizeof url, "https://localhost:%u/v1", four.port);
    post(url, NULL, 700, &reply);
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    assert_non_null(strstr(reply.why, "no connection in 700 ms"));
    assert_true(ms_of(&reply) >= 700 && ms_of(&reply) < 1700);
    close_hole(&hole);
    small_free(&four);
}

int main(void)
{
    const char *why_not = enter_own_network() ? NULL : strerror(errno);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_name_without_an_address_is_no_connection,
                                  &why_not),
        cmocka_unit_test_prestate(no_proxy_names_what_is_asked_directly,
                                  &why_not),
        cmocka_unit_test_prestate(a_black_hole_at_one_address_leaves_the_other,
                                  &why_not),
        cmocka_unit_test(black_holes_at_all_addresses_end_at_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
