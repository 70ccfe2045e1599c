/*
 * Which URLs are asked at all.
 */
#include "net/http_parts.h"
#include "net/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_URL_BYTES = 160 };

bool assay_http_is_url(const char *text)
{
    return strncasecmp(text, "http://", 7) == 0 ||
           strncasecmp(text, "https://", 8) == 0;
}

struct assay_str assay_http_shown(struct assay_str url)
{
    size_t end = assay_str_find(url, '?');

    url = assay_str_head(url, end);
    return assay_str_head(assay_str_head(url, assay_str_find(url, '#')),
                          SHOWN_URL_BYTES);
}

bool assay_http_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    char text[INET6_ADDRSTRLEN];
    size_t len = strlen(host);

    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (len >= sizeof(text))
        return false;
    memcpy(text, host, len);
    text[len] = '\0';
    return inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || assay_http_loopback(host);
}

bool assay_http_check_url(const struct assay_curl *lib, const char *url,
                          struct assay_http_place *place,
                          struct assay_error *err)
{
    CURLU *parts = lib->url();
    char *scheme = NULL, *host = NULL, *user = NULL;
    bool ok = false;

    if (!parts || lib->url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        lib->url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        lib->url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        assay_fail(err, ASSAY_BAD_INPUT,
                   "'%.*s' is not a URL, expected https://…",
                   ASSAY_STR_ARG(assay_http_shown(assay_str_c(url))));
        goto out;
    }
    place->plain = strcmp(scheme, "http") == 0;
    place->loopback = is_loopback(host);
    if (!place->plain && strcmp(scheme, "https") != 0)
        assay_fail(err, ASSAY_BAD_INPUT, "%s: is not fetched, expected https",
                   scheme);
    else if (lib->url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
        assay_fail(err, ASSAY_BAD_INPUT,
                   "the URL for '%s' holds a user name, expected none", host);
    else if (place->plain && !place->loopback)
        assay_fail(err, ASSAY_BAD_INPUT,
                   "'%.*s' is plain http, expected https (http only from "
                   "this machine)",
                   ASSAY_STR_ARG(assay_http_shown(assay_str_c(url))));
    else
        ok = true;
out:
    lib->free(user);
    lib->free(host);
    lib->free(scheme);
    lib->url_cleanup(parts);
    return ok;
}
