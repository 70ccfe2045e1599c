/*
 * Streams of /v1: the library asks for bytes of an answer; when there are
 * none the connection sleeps until the route's thread has more.
 */
#include "serve/v1_parts.h"

#include <string.h>

enum { BLOCK_BYTES = 8 << 10 };

void assay_talk_wake(struct assay_talk *talk)
{
    struct assay_connection *connection = talk->connection;

    if (!connection || !talk->sleeping ||
        !(talk->ended || talk->out.len > talk->taken))
        return;
    talk->sleeping = false;
    /* from here on it is the loop's again */
    talk->v1->mhd->resume_connection(connection->handle);
}

/* Bytes for the client; the lock is held. */
static size_t take(struct assay_talk *talk, char *to, size_t room)
{
    size_t n;

    if (talk->taken == talk->out.len)
        assay_talk_fill(talk);
    n = talk->out.len - talk->taken;
    if (n > room)
        n = room;
    if (n > 0)
        memcpy(to, talk->out.at + talk->taken, n);
    talk->taken += n;
    talk->bytes += n;
    return n;
}

/* Of MHD_ContentReaderCallback: the loop calls it when it can send more. */
static ssize_t read_stream(void *of_talk, uint64_t at, char *to, size_t room)
{
    struct assay_talk *talk = of_talk;
    ssize_t n;

    (void)at;
    pthread_mutex_lock(&talk->lock);
    n = (ssize_t)take(talk, to, room);
    if (n > 0) {
        /* his time to take a reply runs from the last bytes that he took */
        assay_connection_enter(talk->connection, ASSAY_SENDING);
    } else if (talk->out.failed) {
        n = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (talk->ended) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        talk->sleeping = true;
        assay_connection_enter(talk->connection, ASSAY_ANSWERING);
        talk->v1->mhd->suspend_connection(talk->connection->handle);
    }
    pthread_mutex_unlock(&talk->lock);
    return n;
}

static void release_stream(void *of_talk)
{
    assay_talk_let_go(of_talk);
}

struct MHD_Response *assay_talk_response(struct assay_talk *talk, bool closing)
{
    const struct assay_stream stream = {
        .block_bytes = BLOCK_BYTES,
        .media = "text/event-stream; charset=utf-8",
        .read = read_stream,
        .release = release_stream,
        .context = assay_talk_hold(talk),
        .closing = closing,
    };
    struct MHD_Response *response;
    bool begun;

    pthread_mutex_lock(&talk->lock);
    begun = talk->begun;
    pthread_mutex_unlock(&talk->lock);
    response = begun ? assay_stream_response(talk->v1->mhd, &stream) : NULL;
    if (!response)
        assay_talk_let_go(talk);
    return response;
}

size_t assay_talk_leave(struct assay_talk *talk)
{
    size_t bytes;

    assay_talk_cancel(talk, "client_closed_request", "the client has left");
    pthread_mutex_lock(&talk->lock);
    talk->connection = NULL;
    bytes = talk->bytes;
    pthread_mutex_unlock(&talk->lock);
    assay_talk_let_go(talk);
    return bytes;
}
