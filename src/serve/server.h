/*
 * What the files of the HTTP server share. Private to serve.
 *
 * Threads: the caller's own accepts connections and watches deadlines
 * (server.c); one loop per core reads requests and sends replies
 * (libmicrohttpd; server_answer.c) and never waits for anything; as many
 * workers make the pages that the cache does not have (server_work.c).
 */
#ifndef ASSAY_SERVE_SERVER_H
#define ASSAY_SERVE_SERVER_H

#include "assay/buf.h"
#include "assay/serve.h"
#include "serve/metrics.h"
#include "serve/mhd_library.h"
#include "serve/page_cache.h"
#include "serve/v1.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

/* Limits of time, in milliseconds. */
enum {
    ASSAY_HEADER_LIMIT_MS = 10 * 1000, /* from the first byte of a request */
    ASSAY_BODY_LIMIT_MS = 30 * 1000,
    ASSAY_IDLE_LIMIT_MS = 60 * 1000,  /* between requests */
    ASSAY_TAKE_LIMIT_MS = 60 * 1000,  /* for a reply to be taken */
    ASSAY_DRAIN_LIMIT_MS = 10 * 1000, /* to finish, when told to stop */
};

int64_t assay_now_ms(void); /* monotonic */
int64_t assay_now_us(void);

/* ------------------------------------------------------- server_listen.c */

enum { ASSAY_LISTENERS_MAX = 8 };

struct assay_address {
    struct sockaddr_storage at;
    socklen_t len;
};

struct assay_sockets {
    int files[ASSAY_LISTENERS_MAX];
    size_t count;
    char url[128]; /* of the first */
};

/*
 * "127.0.0.1:8080", "[::1]:0", "localhost:8080", "8080" (loopback).
 * BAD_INPUT.
 */
bool assay_address_parse(const char *text, struct assay_address *address,
                         struct assay_error *err);
/* Only this machine can reach it: loopback, or a socket file. */
bool assay_address_is_local(const struct assay_address *address);
/*
 * Opens the sockets: those that the service manager has handed over
 * (sd_listen_fds(3)), else the one of the options, which assay_serve_check
 * has passed. SYSTEM.
 */
bool assay_sockets_open(struct assay_sockets *listener,
                        const struct assay_serve_options *options,
                        struct assay_error *err);
void assay_sockets_close(struct assay_sockets *listener);

enum assay_accepted {
    ASSAY_ACCEPTED,
    ASSAY_NONE_WAITING,
    ASSAY_NO_FILES, /* no descriptor or memory is left: try again later */
};
enum assay_accepted assay_sockets_accept(int listening, int *file,
                                         struct assay_address *peer);
/* Tells the service manager, if there is one (sd_notify(3)). */
void assay_notify_manager(const char *state);

/* ------------------------------------------------------- server_access.c */

enum { ASSAY_KEYS_MAX = 256, ASSAY_KEY_DIGEST = 32 };

/* Only digests: the keys themselves are not kept. */
struct assay_keys {
    size_t count;
    unsigned char digests[ASSAY_KEYS_MAX][ASSAY_KEY_DIGEST];
};

/*
 * BAD_INPUT: no key, one that is short or has odd characters; SYSTEM: others
 * can read the file; as assay_file_read.
 */
bool assay_keys_read(struct assay_keys *keys,
                     const struct assay_serve_options *options,
                     struct assay_error *err);
/* Compares with every key, in a time that says nothing about them. */
bool assay_keys_hold(const struct assay_keys *keys,
                     struct assay_str authorization);

/* What is looked at in the head of a request; empty when not sent. */
struct assay_head {
    struct assay_str host, origin, authorization, if_none_match;
    struct assay_str accept_encoding, fetch_site;
    struct assay_str content_type, content_encoding, content_length;
    struct assay_str transfer_encoding;
    unsigned hosts, content_lengths, transfer_encodings; /* how many lines */
    bool malformed; /* a name that is none, a control character, a gap */
    bool in_place;
    const char *end; /* of the last value, while it is read in place */
};

/* `start` is where the first line lies: the method. */
void assay_head_read(const struct assay_mhd *mhd, struct assay_head *head,
                     struct MHD_Connection *connection, const char *start);
/* A name under which this machine calls itself, or the public URL's. */
bool assay_host_is_ours(struct assay_str host, struct assay_str public_url);
/* A browser says that another site makes it send this. */
bool assay_head_is_foreign(const struct assay_head *head,
                           struct assay_str public_url);

struct assay_connection;
/* Hands one line about the request that just ended to options.log. */
void assay_access_log(const struct assay_serve_options *options,
                      const struct assay_connection *connection,
                      int64_t took_us);

/* ------------------------------------------------------- server_limits.c */

enum assay_phase {
    ASSAY_WAITING, /* for a request */
    ASSAY_IN_HEAD,
    ASSAY_IN_BODY,
    ASSAY_ANSWERING, /* a worker has it: no limit of the client's */
    ASSAY_SENDING,
};

enum assay_stage {
    ASSAY_STAGE_NEW,
    ASSAY_STAGE_READ,   /* the head is */
    ASSAY_STAGE_MAKING, /* a worker has it */
    ASSAY_STAGE_SENT,
};

/* What a request was refused for; status 0: it was not. */
struct assay_refused {
    unsigned status;
    const char *text;
    bool close; /* where the next request begins is not certain */
};

/* One request while it is answered. */
struct assay_exchange {
    enum assay_stage stage;
    char method[12];      /* as sent, cut */
    struct assay_buf key; /* a letter for the coding, then the URL as sent */
    struct assay_str path, query;
    struct assay_head head; /* lies in the library's memory */
    struct assay_refused refusal;
    struct assay_buf body;
    uint64_t body_bytes; /* that came, kept or not */
    bool is_post, hit;
    const char *media; /* of the body, one of those that places take */
    enum assay_coding coding;
    struct assay_served *page;            /* held */
    struct assay_talk *talk;              /* held; of /v1 */
    struct assay_connection *next_waiter; /* for the same page */
    int64_t began_us;
    unsigned status; /* that was sent */
    size_t bytes;
};

struct assay_connection {
    struct assay_connection *next, *before; /* under the shelf's lock */
    struct MHD_Connection *handle;
    int file;
    bool is_socket_file;
    char client[48]; /* address, without the port */
    atomic_int phase;
    _Atomic int64_t limit_ms; /* when the phase must be over */
    atomic_bool fresh;        /* it waits, and nobody has looked since */
    atomic_bool ended;        /* in this phase nothing more was to come */
    uint64_t received;        /* bytes, when first looked at; the watch's */
    struct assay_exchange now;
};

enum { ASSAY_SHELVES = 32 };

/* All connections; shelves so that nobody waits long for a lock. */
struct assay_connections {
    struct {
        pthread_mutex_t lock;
        struct assay_connection *first;
    } shelves[ASSAY_SHELVES];
    atomic_size_t count;
    size_t most;
    atomic_bool stopping; /* who is between requests must go */
    struct assay_metrics *metrics;
    const struct assay_mhd *mhd;
};

/* Raises the soft limit of open files; how many connections there may be. */
size_t assay_limits_raise(void);
/* Keys pass through memory: none of it is to be left in a core file. */
void assay_limits_no_core(void);
void assay_connections_init(struct assay_connections *connections, size_t most);
void assay_connections_release(struct assay_connections *connections);
struct assay_connection *assay_connections_add(
    struct assay_connections *connections, struct MHD_Connection *handle);
void assay_connections_remove(struct assay_connections *connections,
                              struct assay_connection *connection);
void assay_connection_enter(struct assay_connection *connection,
                            enum assay_phase phase);
/*
 * Cuts whoever is over time; when there are too many, those who wait for
 * nothing; when stopping, all who are between requests.
 */
void assay_connections_watch(struct assay_connections *connections);

/* ------------------------------------------------------- server_work.c */

struct assay_server;
struct assay_work;

/* NULL: SYSTEM. */
struct assay_work *assay_work_start(struct assay_server *server, size_t threads,
                                    struct assay_error *err);
/*
 * Takes a suspended connection; it is resumed with its page, or without one
 * when there was no memory or the server stops. Who asks for a page that is
 * being made waits for that one. False: too many wait.
 */
bool assay_work_give(struct assay_work *work,
                     struct assay_connection *connection, uint64_t edition);
/*
 * Ends the threads and gives back all that nobody has begun; what is given
 * from now on is not taken. Accepts NULL.
 */
void assay_work_stop(struct assay_work *work);
/* When no loop runs any more. Accepts NULL. */
void assay_work_free(struct assay_work *work);

/* ------------------------------------------------------- server_answer.c */

struct assay_server {
    const struct assay_serve_options *options;
    struct assay_mhd mhd;
    struct assay_site *site;
    struct assay_page_cache *cache; /* or NULL: no_cache */
    struct assay_work *work;
    struct assay_v1 *v1; /* or NULL: no model */
    struct assay_metrics *metrics;
    struct assay_connections connections;
    struct assay_keys keys;
};

/* Callbacks of libmicrohttpd; their first argument is the server. */
void *assay_on_url(void *server, const char *url,
                   struct MHD_Connection *handle);
enum MHD_Result assay_on_request(void *server, struct MHD_Connection *handle,
                                 const char *url, const char *method,
                                 const char *version, const char *upload,
                                 size_t *upload_bytes, void **context);
void assay_on_completed(void *server, struct MHD_Connection *handle,
                        void **context, enum MHD_RequestTerminationCode how);
void assay_on_connection(void *server, struct MHD_Connection *handle,
                         void **context,
                         enum MHD_ConnectionNotificationCode what);

/* ------------------------------------------------------- server_reply.c */

/* The same response, and that the connection ends with it. NULL: no memory. */
struct MHD_Response *assay_closing_response(const struct assay_mhd *mhd,
                                            struct MHD_Response *from,
                                            struct assay_str body);

/* A body that comes bit by bit. */
struct assay_stream {
    size_t block_bytes;
    const char *media;
    MHD_ContentReaderCallback read;
    MHD_ContentReaderFreeCallback release; /* of the context, in the end */
    void *context;
    bool closing; /* the connection ends with it */
};
/* NULL: no memory; the context is the caller's then. */
struct MHD_Response *assay_stream_response(const struct assay_mhd *mhd,
                                           const struct assay_stream *stream);

#endif
