/*
 * From a reply of the site to a page: the bytes with every header, made once
 * and then sent any number of times.
 */
#include "serve/server.h"

#include "assay/file.h"
#include "assay/json.h"
#include "serve/gzip.h"
#include "serve/page_cache.h"
#include "wire/wire.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    ETAG_DIGITS = 32, /* 128 bits of the SHA-256 of what is sent */
    MOST_TEXT_BYTES = 4096,
};

/*
 * What every answer says. Nothing comes from elsewhere, nothing is framed,
 * no script but ours: docs/serve.md.
 */
static const struct {
    const char *name, *value;
} always[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; "
     "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
     "base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

/* A response, and who adds to it. */
struct making {
    const struct assay_mhd *mhd;
    struct MHD_Response *response;
};

static void add(const struct making *to, const char *name, const char *value)
{
    if (value && value[0])
        to->mhd->add_response_header(to->response, name, value);
}

static void add_always(const struct making *to)
{
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        add(to, always[i].name, always[i].value);
}

/* ------------------------------------------------------- pages */

static const char *cache_control(enum assay_keep keep)
{
    switch (keep) {
    case ASSAY_KEEP_NOT:
        return "no-store";
    case ASSAY_KEEP_CHECK:
        return "no-cache";
    case ASSAY_KEEP_FOREVER:
        return "max-age=31536000, immutable";
    }
    return "no-store";
}

static void set_etag(struct assay_served *page, struct assay_str bytes)
{
    struct assay_arena arena = {0};
    struct assay_str digest = assay_sha256_hex(&arena, bytes);

    page->etag[0] = '"';
    memcpy(page->etag + 1, digest.at, ETAG_DIGITS);
    page->etag[1 + ETAG_DIGITS] = '"';
    page->etag[2 + ETAG_DIGITS] = '\0';
    assay_arena_free(&arena);
}

/* A response that owns the bytes of the buffer, which is cut to size. */
static struct MHD_Response *response_of(struct assay_served *page,
                                        struct assay_buf *body)
{
    const struct assay_mhd *mhd = page->mhd;
    struct MHD_Response *response;
    char *fitting = body->at ? realloc(body->at, body->len + 1) : NULL;

    if (fitting)
        page->body.at = body->at = fitting;
    response =
        body->at
            ? mhd->create_response_from_buffer_with_free_callback(
                  body->len, body->at, free)
            : mhd->create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response)
        body->at = NULL; /* it is the response's now */
    return response;
}

static void add_validators(const struct making *to,
                           const struct assay_served *page,
                           enum assay_keep keep)
{
    add(to, "ETag", page->etag);
    add(to, "Cache-Control", cache_control(keep));
    add(to, "Vary", "Accept-Encoding");
}

static struct MHD_Response *unchanged_of(const struct assay_served *page,
                                         enum assay_keep keep)
{
    const struct making to = {
        page->mhd,
        page->mhd->create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT),
    };

    if (!to.response)
        return NULL;
    add_always(&to);
    add_validators(&to, page, keep);
    return to.response;
}

/* Puts the compressed bytes in place of the plain ones, if they are fewer. */
static bool compress(struct assay_reply *reply)
{
    struct assay_str plain = assay_buf_str(&reply->body);
    struct assay_buf packed;

    if (!assay_gzip_worthwhile(reply->media, plain.len))
        return false;
    assay_buf_init(&packed, plain.len);
    if (!assay_gzip_add(&packed, plain)) {
        assay_buf_release(&packed);
        return false;
    }
    assay_buf_release(&reply->body);
    reply->body = packed;
    return true;
}

/* The two responses of a page whose body is settled. */
static bool make_responses(struct assay_served *page, struct assay_reply *reply,
                           const char *location, const char *coding)
{
    struct making to = {page->mhd, response_of(page, &reply->body)};

    page->full = to.response;
    if (page->etag[0])
        page->unchanged = unchanged_of(page, reply->keep);
    if (!page->full || (page->etag[0] && !page->unchanged))
        return false;
    add_always(&to);
    add(&to, "Content-Type", reply->media);
    add(&to, "Content-Encoding", coding);
    add(&to, "Location", location);
    add(&to, "Allow", reply->allow);
    add_validators(&to, page, reply->keep);
    return true;
}

struct assay_served *assay_served_new(const struct assay_mhd *mhd,
                                      struct assay_reply *reply,
                                      enum assay_coding coding)
{
    struct assay_served *page = calloc(1, sizeof *page);
    struct assay_arena arena = {0};
    /* it may lie in the body */
    const char *location = assay_arena_cstr(&arena, reply->location);
    bool packed;

    if (!page)
        goto out;
    packed = coding == ASSAY_GZIP && compress(reply);
    page->mhd = mhd;
    atomic_init(&page->holders, 1);
    page->status = reply->status;
    page->edition = reply->edition;
    if (reply->status == 200 && reply->keep != ASSAY_KEEP_NOT)
        set_etag(page, assay_buf_str(&reply->body));
    page->body = assay_buf_str(&reply->body);
    if (!make_responses(page, reply, location, packed ? "gzip" : NULL)) {
        assay_served_let_go(page);
        page = NULL;
    }
out:
    assay_reply_release(reply);
    assay_arena_free(&arena);
    return page;
}

struct assay_served *assay_served_hold(struct assay_served *page)
{
    atomic_fetch_add_explicit(&page->holders, 1, memory_order_relaxed);
    return page;
}

void assay_served_let_go(struct assay_served *page)
{
    if (!page ||
        atomic_fetch_sub_explicit(&page->holders, 1, memory_order_acq_rel) > 1)
        return;
    if (page->full)
        page->mhd->destroy_response(page->full);
    if (page->unchanged)
        page->mhd->destroy_response(page->unchanged);
    free(page);
}

/* ------------------------------------------------------- words of ours */

static const char *code_of(unsigned status)
{
    switch (status) {
    case 400:
        return "bad_request";
    case 401:
        return "unauthorized";
    case 403:
        return "forbidden";
    case 405:
        return "method_not_allowed";
    case 413:
        return "body_too_large";
    case 414:
        return "address_too_long";
    case 415:
        return "unsupported_media_type";
    case 421:
        return "unknown_host";
    default:
        return "unavailable";
    }
}

/* The error object of the API, as the site makes it. */
static void add_error_object(struct assay_buf *out, unsigned status,
                             const char *text)
{
    struct assay_arena arena = {0};
    struct assay_json *body = assay_json_object(&arena);
    struct assay_json *error =
        assay_json_set(body, "error", assay_json_object(&arena));

    assay_json_set_uint(&arena, error, "status", status);
    assay_json_set_c(&arena, error, "code", code_of(status));
    assay_json_set_c(&arena, error, "message", text);
    assay_json_write(out, body, (struct assay_json_style){.indent = true});
    assay_arena_free(&arena);
}

/* With the headers that go with its status. Releases the reply. */
static struct assay_served *served_refusal(const struct assay_mhd *mhd,
                                           struct assay_reply *reply)
{
    unsigned status = reply->status;
    struct assay_served *page;
    struct making to;

    reply->keep = ASSAY_KEEP_NOT;
    reply->allow = status == 405 ? "GET, HEAD, POST" : NULL;
    page = assay_served_new(mhd, reply, ASSAY_PLAIN);
    if (!page)
        return NULL;
    to = (struct making){mhd, page->full};
    if (status == 401)
        add(&to, "WWW-Authenticate", "Bearer realm=\"assay\"");
    if (status == 503 || status == 429)
        add(&to, "Retry-After", "2");
    return page;
}

struct assay_served *assay_served_fault(const struct assay_mhd *mhd,
                                        const struct assay_openai_fault *fault)
{
    struct assay_reply reply = {
        .status = fault->status,
        .media = "application/json",
    };

    assay_buf_init(&reply.body, MOST_TEXT_BYTES);
    assay_openai_write_fault(&reply.body, fault);
    return served_refusal(mhd, &reply);
}

static struct assay_served *say_openai(const struct assay_mhd *mhd,
                                       unsigned status, const char *text)
{
    struct assay_openai_fault fault;

    assay_openai_fail(&fault,
                      status == 401 ? "invalid_api_key" : code_of(status), NULL,
                      "%s", text);
    return assay_served_fault(mhd, &fault);
}

struct assay_served *assay_served_say(const struct assay_mhd *mhd,
                                      unsigned status, struct assay_str path,
                                      const char *text)
{
    bool as_json = assay_str_starts(path, "/api/");
    struct assay_reply reply = {
        .status = status,
        .media = as_json ? "application/json" : "text/plain; charset=utf-8",
    };

    if (assay_v1_owns(path))
        return say_openai(mhd, status, text);
    assay_buf_init(&reply.body, MOST_TEXT_BYTES);
    if (as_json) {
        add_error_object(&reply.body, status, text);
    } else {
        assay_buf_add_c(&reply.body, text);
        assay_buf_add_char(&reply.body, '\n');
    }
    return served_refusal(mhd, &reply);
}

/* ------------------------------------------------------- streams */

struct MHD_Response *assay_stream_response(const struct assay_mhd *mhd,
                                           const struct assay_stream *stream)
{
    struct making to = {
        mhd,
        mhd->create_response_from_callback(MHD_SIZE_UNKNOWN,
                                           stream->block_bytes, stream->read,
                                           stream->context, stream->release),
    };

    if (!to.response)
        return NULL;
    add_always(&to);
    add(&to, "Content-Type", stream->media);
    add(&to, "Cache-Control", "no-store");
    add(&to, "X-Accel-Buffering", "no"); /* nginx passes it on as it comes */
    if (stream->closing)
        add(&to, "Connection", "close");
    return to.response;
}

/* ------------------------------------------------------- the last reply */

static enum MHD_Result copy_header(void *to, enum MHD_ValueKind kind,
                                   const char *name, const char *value)
{
    (void)kind;
    add(to, name, value);
    return MHD_YES;
}

struct MHD_Response *assay_closing_response(const struct assay_mhd *mhd,
                                            struct MHD_Response *from,
                                            struct assay_str body)
{
    struct making to = {
        mhd,
        mhd->create_response_from_buffer(body.len, (void *)(uintptr_t)body.at,
                                         MHD_RESPMEM_MUST_COPY),
    };

    if (!to.response)
        return NULL;
    mhd->get_response_headers(from, copy_header, &to);
    add(&to, "Connection", "close");
    return to.response;
}
