/*
 * What GET and POST share. Private to net.
 */
#ifndef ASSAY_NET_HTTP_PARTS_H
#define ASSAY_NET_HTTP_PARTS_H

#include "assay/error.h"
#include "assay/str.h"
#include "net/curl_library.h"
#include "net/net.h"

#include <pthread.h>

/* ------------------------------------------------------- http_url.c */

struct assay_http_place {
    bool plain;    /* http */
    bool loopback; /* by its name; past any proxy */
};
/*
 * https, or http to this machine, and no user name. BAD_INPUT otherwise.
 */
bool assay_http_check_url(const struct assay_curl *lib, const char *url,
                          struct assay_http_place *place,
                          struct assay_error *err);
/* An address in digits, as in "127.0.0.1" and "[::1]"; no name. */
bool assay_http_loopback(const char *address);
/* For messages: without query and fragment, where a key may stand; short. */
struct assay_str assay_http_shown(struct assay_str url);

/* ------------------------------------------------------- http_client.c */

/* Its connections are the multi's; one thread has it at a time. */
struct assay_http_handle {
    struct assay_http_handle *next;
    CURL *easy;
    CURLM *multi;
};

struct assay_http_client {
    struct assay_curl lib;
    char *ca_file; /* or NULL */
    pthread_mutex_t lock;
    struct assay_http_handle *idle; /* the last one used first */
};

/* NULL: no memory. Give it back whatever became of it. */
struct assay_http_handle *assay_http_borrow(struct assay_http_client *client);
void assay_http_give_back(struct assay_http_client *client,
                          struct assay_http_handle *handle);

/* ------------------------------------------------------- http_fields.c */

enum { ASSAY_HTTP_MOST_FIELDS = 24 };

/* Header lines as libcurl wants them, in memory that is wiped. */
struct assay_http_lines {
    struct curl_slist nodes[ASSAY_HTTP_MOST_FIELDS + 4];
    size_t count;
    struct assay_buf text;
};
/* BAD_INPUT: what is no header, or one that is not the caller's to send. */
bool assay_http_lines_make(struct assay_http_lines *lines,
                           const struct assay_http_post *post,
                           struct assay_error *err);
void assay_http_lines_wipe(struct assay_http_lines *lines);
/* One line of a reply's head as libcurl hands it on. */
void assay_http_read_field(struct assay_arena *arena, struct assay_str line,
                           struct assay_http_reply *reply);

#endif
