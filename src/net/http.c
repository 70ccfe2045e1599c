/*
 * GET over libcurl 7.88. Options that libcurl leaves open are closed here:
 * which protocols, which redirects, how long, how much.
 */
#include "net/net.h"

#include "assay/buf.h"
#include "net/http_parts.h"

#include <string.h>

enum {
    CONNECT_LIMIT_MS = 10000,
    TOTAL_LIMIT_MS = 120000,
    MAX_REDIRECTS = 5,
};

struct transfer {
    const struct assay_curl *lib;
    CURL *curl;
    struct assay_buf body;
    struct assay_http_place place;
    bool not_local; /* refused for that */
    char text[CURL_ERROR_SIZE];
};

static size_t on_body(char *at, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    assay_buf_add(&transfer->body, (struct assay_str){at, size * count});
    return transfer->body.failed ? 0 : size * count;
}

/* The name said this machine; so must the address it stands for. */
static int on_connected(void *context, char *remote_ip, char *local_ip,
                        int remote_port, int local_port)
{
    struct transfer *transfer = context;
    (void)local_ip, (void)remote_port, (void)local_port;
    transfer->not_local =
        transfer->place.plain && !assay_http_loopback(remote_ip);
    return transfer->not_local ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static bool set_up(struct transfer *transfer,
                   const struct assay_http_get *request)
{
    CURL *curl = transfer->curl;
    uint32_t connect = request->connect_limit_ms;
    uint32_t total = request->total_limit_ms;
    CURLcode bad = CURLE_OK;

#define SET(option, value) \
    if (bad == CURLE_OK)   \
    bad = transfer->lib->easy_setopt(curl, CURLOPT_##option, (value))
    SET(ERRORBUFFER, transfer->text);
    SET(URL, request->url);
    SET(PROTOCOLS_STR, "http,https");
    SET(REDIR_PROTOCOLS_STR, "https");
    SET(FOLLOWLOCATION, transfer->place.plain ? 0L : 1L);
    SET(MAXREDIRS, (long)MAX_REDIRECTS);
    SET(NETRC, (long)CURL_NETRC_IGNORED);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    SET(NOSIGNAL, 1L);
    SET(CONNECTTIMEOUT_MS, (long)(connect ? connect : CONNECT_LIMIT_MS));
    SET(TIMEOUT_MS, (long)(total ? total : TOTAL_LIMIT_MS));
    SET(USERAGENT, "assay/" ASSAY_VERSION);
    SET(ACCEPT_ENCODING, "gzip");
    SET(WRITEFUNCTION, on_body);
    SET(WRITEDATA, transfer);
    SET(PREREQFUNCTION, on_connected);
    SET(PREREQDATA, transfer);
    if (transfer->place.loopback)
        SET(PROXY, "");
#undef SET
    return bad == CURLE_OK;
}

/* After the transfer: what became of it. */
static bool judge(const struct transfer *transfer, CURLcode code,
                  const struct assay_http_get *request, struct assay_error *err)
{
    struct assay_str url = assay_http_shown(assay_str_c(request->url));
    long status = 0;

    if (transfer->body.failed)
        return assay_fail(err, ASSAY_LIMIT,
                          "GET %.*s: the answer is longer than %zu bytes",
                          ASSAY_STR_ARG(url), request->max_bytes);
    if (transfer->not_local)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "'%.*s' is plain http from another machine, "
                          "expected https",
                          ASSAY_STR_ARG(url));
    if (code != CURLE_OK)
        return assay_fail(err, ASSAY_REMOTE, "GET %.*s: %s", ASSAY_STR_ARG(url),
                          transfer->text[0]
                              ? transfer->text
                              : transfer->lib->easy_strerror(code));
    if (transfer->lib->easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE,
                                    &status) != CURLE_OK ||
        status < 200 || status > 299)
        return assay_fail(err, ASSAY_REMOTE,
                          "GET %.*s: the server answered %ld, expected 200",
                          ASSAY_STR_ARG(url), status);
    return true;
}

bool assay_http_get(struct assay_arena *arena,
                    const struct assay_http_get *request,
                    struct assay_str *body, struct assay_error *err)
{
    struct assay_curl lib;
    struct transfer transfer = {.lib = &lib};
    bool ok = false;

    assay_buf_init(&transfer.body, request->max_bytes);
    if (!assay_curl_load(&lib, err) ||
        !assay_http_check_url(&lib, request->url, &transfer.place, err))
        goto out;
    transfer.curl = lib.easy_init();
    if (!transfer.curl || !set_up(&transfer, request)) {
        assay_fail(err, ASSAY_SYSTEM, "libcurl cannot be set up");
        goto out;
    }
    CURLcode code = lib.easy_perform(transfer.curl);
    if (!judge(&transfer, code, request, err))
        goto out;
    char *copy = assay_arena_try(arena, transfer.body.len + 1, 1);
    if (!copy) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for %zu bytes",
                   transfer.body.len);
        goto out;
    }
    if (transfer.body.len > 0)
        memcpy(copy, transfer.body.at, transfer.body.len);
    *body = (struct assay_str){copy, transfer.body.len};
    ok = true;
out:
    if (transfer.curl)
        lib.easy_cleanup(transfer.curl);
    assay_buf_release(&transfer.body);
    return ok;
}
