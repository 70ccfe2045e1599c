/*
 * The handles of a client: as many as threads posted at once, each with the
 * connections it made. The one used last is lent first, so that few stay
 * warm rather than many half so.
 */
#include "net/http_parts.h"

#include <stdlib.h>
#include <string.h>

struct assay_http_client *assay_http_client_new(const char *ca_file,
                                                struct assay_error *err)
{
    struct assay_http_client *client = calloc(1, sizeof *client);

    if (client && ca_file)
        client->ca_file = strdup(ca_file);
    if (!client || (ca_file && !client->ca_file)) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for an HTTP client");
        free(client);
        return NULL;
    }
    pthread_mutex_init(&client->lock, NULL);
    if (assay_curl_load(&client->lib, err))
        return client;
    assay_http_client_free(client);
    return NULL;
}

static void free_handle(const struct assay_curl *lib,
                        struct assay_http_handle *handle)
{
    if (handle->easy)
        lib->easy_cleanup(handle->easy);
    if (handle->multi)
        lib->multi_cleanup(handle->multi);
    free(handle);
}

void assay_http_client_free(struct assay_http_client *client)
{
    struct assay_http_handle *next;

    if (!client)
        return;
    for (struct assay_http_handle *h = client->idle; h; h = next) {
        next = h->next;
        free_handle(&client->lib, h);
    }
    pthread_mutex_destroy(&client->lock);
    free(client->ca_file);
    free(client);
}

struct assay_http_handle *assay_http_borrow(struct assay_http_client *client)
{
    struct assay_http_handle *handle;

    pthread_mutex_lock(&client->lock);
    handle = client->idle;
    if (handle)
        client->idle = handle->next;
    pthread_mutex_unlock(&client->lock);
    if (handle)
        return handle;
    handle = calloc(1, sizeof *handle);
    if (!handle)
        return NULL;
    handle->easy = client->lib.easy_init();
    handle->multi = client->lib.multi_init();
    if (handle->easy && handle->multi)
        return handle;
    free_handle(&client->lib, handle);
    return NULL;
}

void assay_http_give_back(struct assay_http_client *client,
                          struct assay_http_handle *handle)
{
    if (!handle)
        return;
    pthread_mutex_lock(&client->lock);
    handle->next = client->idle;
    client->idle = handle;
    pthread_mutex_unlock(&client->lock);
}
