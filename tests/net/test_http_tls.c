/*
 * Certificates: a server with one that nobody vouches for is not spoken to,
 * nor one for another name; with its authority given it is. The certificates
 * are made by the test, the server is OpenSSL's.
 */
#include "net/net.h"

#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct tls_server {
    SSL_CTX *context;
    int listener;
    unsigned port;
    pthread_t thread;
    atomic_bool stopping;
    size_t handshakes, requests;
    char ca_file[32]; /* its certificate: it vouches for itself */
};

/* Self-signed, for one address or name ("IP:127.0.0.1"). */
static X509 *new_certificate(EVP_PKEY *key, const char *for_whom)
{
    X509 *certificate = X509_new();
    X509_NAME *name;
    X509V3_CTX context;
    X509_EXTENSION *extension;

    assert_non_null(certificate);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"assay test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension =
        X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, for_whom);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static void serve_one(struct tls_server *server, int client)
{
    static const char reply[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    struct timeval patience = {.tv_sec = 3};
    SSL *ssl = SSL_new(server->context);
    char request[4096];

    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_set_fd(ssl, client);
    if (SSL_accept(ssl) == 1) {
        server->handshakes++;
        if (SSL_read(ssl, request, sizeof request) > 0) {
            server->requests++;
            SSL_write(ssl, reply, sizeof reply - 1);
            SSL_shutdown(ssl);
        }
    }
    SSL_free(ssl);
    close(client);
}

static void *serve(void *context)
{
    struct tls_server *server = context;
    sigset_t pipe;

    /* OpenSSL writes to clients that left; of the client's own none may come */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    while (!atomic_load(&server->stopping)) {
        struct pollfd wait = {.fd = server->listener, .events = POLLIN};
        int client;

        if (poll(&wait, 1, 20) <= 0)
            continue;
        client = accept(server->listener, NULL, NULL);
        if (client >= 0)
            serve_one(server, client);
    }
    return NULL;
}

static void write_certificate(struct tls_server *server, X509 *certificate)
{
    BIO *out;

    snprintf(server->ca_file, sizeof server->ca_file, "/tmp/assay-ca-XXXXXX");
    close(mkstemp(server->ca_file));
    out = BIO_new_file(server->ca_file, "w");
    assert_non_null(out);
    assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
    BIO_free(out);
}

static void start(struct tls_server *server, const char *for_whom,
                  int most_version)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = new_certificate(key, for_whom);

    *server = (struct tls_server){.context = SSL_CTX_new(TLS_server_method())};
    assert_non_null(server->context);
    SSL_CTX_set_security_level(server->context, 0);
    SSL_CTX_set_min_proto_version(server->context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server->context, most_version);
    assert_int_equal(SSL_CTX_use_certificate(server->context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server->context, key), 1);
    write_certificate(server, certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(server->listener, 4), 0);
    getsockname(server->listener, (struct sockaddr *)&address, &size);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void stop(struct tls_server *server)
{
    atomic_store(&server->stopping, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
    unlink(server->ca_file);
    SSL_CTX_free(server->context);
}

static void only_a_certificate_that_somebody_vouches_for_is_taken(void **state)
{
    static const struct {
        const char *for_whom;
        bool vouched_for;
        int version;
        enum assay_http_end how;
        const char *words;
    } cases[] = {
        {"IP:127.0.0.1", true, TLS1_3_VERSION, ASSAY_HTTP_DONE, ""},
        {"IP:127.0.0.1", true, TLS1_2_VERSION, ASSAY_HTTP_DONE, ""},
        {"IP:127.0.0.1", true, TLS1_1_VERSION, ASSAY_HTTP_CONNECT, "SSL"},
        {"IP:127.0.0.1", false, TLS1_3_VERSION, ASSAY_HTTP_CONNECT,
         "certificate"},
        {"DNS:elsewhere.test", true, TLS1_3_VERSION, ASSAY_HTTP_CONNECT,
         "127.0.0.1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct assay_arena arena = {0};
        struct assay_error err = {0};
        struct assay_http_reply reply;
        struct assay_http_client *client;
        struct tls_server server;
        char url[64];

        start(&server, cases[i].for_whom, cases[i].version);
        client = assay_http_client_new(
            cases[i].vouched_for ? server.ca_file : NULL, &err);
        assert_non_null(client);
        snprintf(url, sizeof url, "https://127.0.0.1:%u/v1", server.port);
        const struct assay_http_post post = {
            .url = assay_str_c(url),
            .body = ASSAY_STR("{}"),
            .limits = {3000, 3000, 3000, 6000, 0},
        };
        assert_true(assay_http_post(client, &arena, &post, &reply, &err));
        assay_http_client_free(client);
        stop(&server);
        if (reply.end != cases[i].how || !strstr(reply.why, cases[i].words))
            fail_msg("case %zu ended as %d: %s", i, reply.end, reply.why);
        assert_int_equal(server.requests, cases[i].how == ASSAY_HTTP_DONE);
        assert_int_equal(reply.sent, cases[i].how == ASSAY_HTTP_DONE);
        if (reply.end == ASSAY_HTTP_DONE)
            assert_true(reply.clocks.connected < reply.clocks.secured &&
                        reply.clocks.secured <= reply.clocks.sending);
        assay_arena_free(&arena);
    }
}

static void an_authority_that_is_not_there_is_named(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_http_reply reply;
    struct assay_http_client *client =
        assay_http_client_new("/tmp/assay-no-such-ca.pem", &err);
    struct tls_server server;
    char url[64];

    start(&server, "IP:127.0.0.1", TLS1_3_VERSION);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/v1", server.port);
    const struct assay_http_post post = {.url = assay_str_c(url),
                                         .body = ASSAY_STR("{}")};
    assert_true(assay_http_post(client, &arena, &post, &reply, &err));
    assert_int_equal(reply.end, ASSAY_HTTP_CONNECT);
    assert_non_null(strstr(reply.why, "/tmp/assay-no-such-ca.pem"));
    assay_http_client_free(client);
    stop(&server);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_certificate_that_somebody_vouches_for_is_taken),
        cmocka_unit_test(an_authority_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
