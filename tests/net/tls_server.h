/*
 * A server behind TLS that the test starts on this machine, with a
 * certificate made for the case: OpenSSL's, one thread, one connection after
 * the other. It writes down what it was offered and what it was asked.
 */
#ifndef ASSAY_TESTS_TLS_SERVER_H
#define ASSAY_TESTS_TLS_SERVER_H

#include "assay/str.h"

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

/* Who vouches for the certificate. */
enum tls_issuer {
    TLS_ITSELF,
    TLS_BETWEEN,     /* an authority below the one that is trusted */
    TLS_BETWEEN_CUT, /* the same, but its own certificate is not sent */
};

struct tls_plan {
    const char *for_whom;    /* "IP:127.0.0.1", "DNS:localhost"; NULL: nobody */
    const char *common_name; /* NULL: "assay test" */
    enum tls_issuer issuer;
    int begins_s, ends_s;   /* from now; both 0: an hour around it */
    int rsa_bits;           /* 0: an elliptic key */
    int most_version;       /* 0: TLS 1.3 */
    const char *protocol;   /* chosen by ALPN whatever is offered, or NULL */
    struct assay_str reply; /* after the first bytes of a request; or empty:
                               HTTP/1.1 200 with "{}" */
};

struct tls_server {
    struct tls_plan plan;
    SSL_CTX *context;
    int listener;
    unsigned port;
    pthread_t thread;
    atomic_bool stopping;
    size_t connections, handshakes, requests;
    char request[4096]; /* the last one's first bytes, ended by NUL */
    char offered[64];   /* by ALPN, "http/1.1" or "h2,http/1.1" */
    char ca_file[32];   /* the certificate that is to be trusted */
};

/* ------------------------------------------------------- certificates */

static inline void tls_extend(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static inline X509 *tls_certificate(EVP_PKEY *key, const char *name,
                                    X509 *issuer, EVP_PKEY *issuer_key)
{
    X509 *certificate = X509_new();
    X509_NAME *subject;

    assert_non_null(certificate);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate,
                         issuer ? X509_get_subject_name(issuer) : subject);
    if (!issuer_key)
        tls_extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
    return certificate;
}

static inline void tls_sign(X509 *certificate, EVP_PKEY *key)
{
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
}

static inline void tls_write(struct tls_server *server, X509 *certificate)
{
    BIO *out;

    snprintf(server->ca_file, sizeof server->ca_file, "/tmp/assay-ca-XXXXXX");
    close(mkstemp(server->ca_file));
    out = BIO_new_file(server->ca_file, "w");
    assert_non_null(out);
    assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
    BIO_free(out);
}

/* An authority and one below it; the first is written down as trusted. */
static inline X509 *tls_between(struct tls_server *server, EVP_PKEY *key)
{
    EVP_PKEY *root_key = EVP_EC_gen("P-256");
    X509 *root = tls_certificate(root_key, "assay root", NULL, NULL);
    X509 *between = tls_certificate(key, "assay between", root, root_key);

    tls_extend(between, NID_basic_constraints, "critical,CA:TRUE");
    tls_sign(root, root_key);
    tls_sign(between, root_key);
    tls_write(server, root);
    X509_free(root);
    EVP_PKEY_free(root_key);
    return between;
}

static inline void tls_dress(struct tls_server *server)
{
    const struct tls_plan *plan = &server->plan;
    EVP_PKEY *key = plan->rsa_bits ? EVP_RSA_gen((unsigned)plan->rsa_bits)
                                   : EVP_EC_gen("P-256");
    EVP_PKEY *issuer_key =
        plan->issuer == TLS_ITSELF ? NULL : EVP_EC_gen("P-256");
    X509 *issuer = issuer_key ? tls_between(server, issuer_key) : NULL;
    X509 *certificate = tls_certificate(
        key, plan->common_name ? plan->common_name : "assay test", issuer,
        issuer_key);

    if (plan->begins_s || plan->ends_s) {
        X509_gmtime_adj(X509_getm_notBefore(certificate), plan->begins_s);
        X509_gmtime_adj(X509_getm_notAfter(certificate), plan->ends_s);
    }
    if (plan->for_whom)
        tls_extend(certificate, NID_subject_alt_name, plan->for_whom);
    tls_sign(certificate, issuer_key ? issuer_key : key);
    assert_int_equal(SSL_CTX_use_certificate(server->context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server->context, key), 1);
    if (plan->issuer == TLS_BETWEEN)
        SSL_CTX_add1_chain_cert(server->context, issuer);
    if (!issuer)
        tls_write(server, certificate);
    X509_free(certificate);
    X509_free(issuer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(issuer_key);
}

/* ------------------------------------------------------- serving */

/* Writes down what was offered; chooses what the plan says all the same. */
static inline int tls_choose(SSL *ssl, const unsigned char **out,
                             unsigned char *out_len, const unsigned char *in,
                             unsigned in_len, void *context)
{
    struct tls_server *server = context;
    size_t len = 0;

    (void)ssl;
    for (unsigned at = 0; at < in_len; at += in[at] + 1u)
        len += (size_t)snprintf(
            server->offered + len, sizeof server->offered - len, "%s%.*s",
            at ? "," : "", in[at], (const char *)in + at + 1);
    if (!server->plan.protocol)
        return SSL_TLSEXT_ERR_NOACK;
    *out = (const unsigned char *)server->plan.protocol;
    *out_len = (unsigned char)strlen(server->plan.protocol);
    return SSL_TLSEXT_ERR_OK;
}

static inline void tls_serve_one(struct tls_server *server, int client)
{
    static const char plain[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    struct assay_str reply = server->plan.reply;
    struct timeval patience = {.tv_sec = 3};
    SSL *ssl = SSL_new(server->context);
    int n;

    if (!reply.len)
        reply = assay_str_c(plain);
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_set_fd(ssl, client);
    if (SSL_accept(ssl) == 1) {
        server->handshakes++;
        n = SSL_read(ssl, server->request, sizeof server->request - 1);
        if (n > 0) {
            server->request[n] = '\0';
            server->requests++;
            SSL_write(ssl, reply.at, (int)reply.len);
            SSL_shutdown(ssl);
        }
    }
    SSL_free(ssl);
    close(client);
}

static inline void *tls_serve(void *context)
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
        if (client < 0)
            continue;
        server->connections++;
        tls_serve_one(server, client);
    }
    return NULL;
}

static inline void tls_start(struct tls_server *server,
                             const struct tls_plan *plan)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    *server = (struct tls_server){.plan = *plan,
                                  .context = SSL_CTX_new(TLS_server_method())};
    assert_non_null(server->context);
    SSL_CTX_set_security_level(server->context, 0);
    SSL_CTX_set_min_proto_version(server->context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server->context, plan->most_version
                                                       ? plan->most_version
                                                       : TLS1_3_VERSION);
    SSL_CTX_set_alpn_select_cb(server->context, tls_choose, server);
    tls_dress(server);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size),
                     0);
    assert_int_equal(listen(server->listener, 4), 0);
    getsockname(server->listener, (struct sockaddr *)&address, &size);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, tls_serve, server),
                     0);
}

static inline void tls_stop(struct tls_server *server)
{
    atomic_store(&server->stopping, true);
    pthread_join(server->thread, NULL);
    close(server->listener);
    unlink(server->ca_file);
    SSL_CTX_free(server->context);
}

#endif
