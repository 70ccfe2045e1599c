/*
 * What the server reads of a request's head, and an address to listen on:
 * the first byte says which, the rest is the value.
 */
#include "fuzz_target.h"

#include "serve/gzip.h"
#include "serve/server.h"

#include <stdlib.h>
#include <string.h>

/* A name is ours or it is not, however it is written. */
static void check_host(struct assay_str host)
{
    const struct assay_str url = ASSAY_STR("https://models.example");

    if (assay_host_is_ours(host, url) && host.len > 32)
        abort();
}

static void check_origin(struct assay_str origin)
{
    const struct assay_head head = {
        .host = ASSAY_STR("localhost:8080"),
        .origin = origin,
        .fetch_site = ASSAY_STR(""),
    };

    if (origin.len && !assay_head_is_foreign(&head, ASSAY_STR("")) &&
        !assay_str_contains(origin, "//"))
        abort();
}

static void check_key(struct assay_str authorization)
{
    const struct assay_keys keys = {.count = 1};

    /* the digest is all zeros: of no text that anybody knows */
    if (assay_keys_hold(&keys, authorization))
        abort();
}

static void check_address(struct assay_str text)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_address address;

    if (assay_address_parse(assay_arena_cstr(&arena, text), &address, &err) &&
        address.len == 0)
        abort();
    (void)assay_address_is_local(&address);
    assay_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct assay_str text = {(const char *)data + (len > 0),
                                   len > 0 ? len - 1 : 0};

    switch (len > 0 ? data[0] : 0) {
    case 'e':
        (void)assay_gzip_accepted(text);
        break;
    case 'h':
        check_host(text);
        break;
    case 'o':
        check_origin(text);
        break;
    case 'k':
        check_key(text);
        break;
    case 'a':
        check_address(text);
        break;
    default:
        break;
    }
    return 0;
}
