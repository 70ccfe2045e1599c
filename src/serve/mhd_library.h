/*
 * libmicrohttpd, loaded when it is first needed: it brings GnuTLS and seven
 * more libraries, 2 ms at the start of every command. Private to serve.
 */
#ifndef ASSAY_SERVE_MHD_LIBRARY_H
#define ASSAY_SERVE_MHD_LIBRARY_H

#include "assay/error.h"

#include <microhttpd.h>

/* The functions of microhttpd.h, by their own names. */
struct assay_mhd {
    /*
     * This version is known to leave a head where it came in, with NULs in
     * place of colons and ends of lines (assay_head_read).
     */
    bool heads_in_place;
    const char *(*get_version)(void);
    struct MHD_Daemon *(*start_daemon)(unsigned flags, uint16_t port,
                                       MHD_AcceptPolicyCallback policy,
                                       void *policy_context,
                                       MHD_AccessHandlerCallback handler,
                                       void *handler_context, ...);
    void (*stop_daemon)(struct MHD_Daemon *daemon);
    enum MHD_Result (*add_connection)(struct MHD_Daemon *daemon, int file,
                                      const struct sockaddr *peer,
                                      socklen_t peer_size);
    const union MHD_ConnectionInfo *(*get_connection_info)(
        struct MHD_Connection *connection, enum MHD_ConnectionInfoType what,
        ...);
    int (*get_connection_values_n)(struct MHD_Connection *connection,
                                   enum MHD_ValueKind kind,
                                   MHD_KeyValueIteratorN see, void *context);
    void (*suspend_connection)(struct MHD_Connection *connection);
    void (*resume_connection)(struct MHD_Connection *connection);
    enum MHD_Result (*queue_response)(struct MHD_Connection *connection,
                                      unsigned status,
                                      struct MHD_Response *response);
    struct MHD_Response *(*create_response_from_buffer)(
        size_t size, void *bytes, enum MHD_ResponseMemoryMode mode);
    struct MHD_Response *(*create_response_from_buffer_with_free_callback)(
        size_t size, void *bytes, MHD_ContentReaderFreeCallback release);
    struct MHD_Response *(*create_response_from_callback)(
        uint64_t size, size_t block_size, MHD_ContentReaderCallback read,
        void *context, MHD_ContentReaderFreeCallback release);
    enum MHD_Result (*add_response_header)(struct MHD_Response *response,
                                           const char *name, const char *value);
    int (*get_response_headers)(struct MHD_Response *response,
                                MHD_KeyValueIterator see, void *context);
    void (*destroy_response)(struct MHD_Response *response);
};

/* Stays loaded once it was. SYSTEM: it is not there, or lacks a function. */
bool assay_mhd_load(struct assay_mhd *mhd, struct assay_error *err);

#endif
