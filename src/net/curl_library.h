/*
 * libcurl, loaded when it is first needed. It brings thirty more libraries,
 * whose loading took 4 of the 10 ms of a comparison that fetches nothing.
 * Private to net.
 */
#ifndef ASSAY_NET_CURL_LIBRARY_H
#define ASSAY_NET_CURL_LIBRARY_H

#include "assay/error.h"

#include <curl/curl.h>

/* The functions of curl/curl.h and what it includes, by their own names. */
struct assay_curl {
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *curl, CURLoption option, ...);
    CURLcode (*easy_perform)(CURL *curl);
    CURLcode (*easy_getinfo)(CURL *curl, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    void (*easy_reset)(CURL *curl);
    void (*easy_cleanup)(CURL *curl);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *curl);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *curl);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *more,
                            unsigned count, int wait_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLU *(*url)(void);
    CURLUcode (*url_set)(CURLU *url, CURLUPart part, const char *text,
                         unsigned flags);
    CURLUcode (*url_get)(const CURLU *url, CURLUPart part, char **text,
                         unsigned flags);
    void (*url_cleanup)(CURLU *url);
    void (*free)(void *memory);
    curl_version_info_data *(*version_info)(CURLversion age);
};

/* Stays loaded once it was. SYSTEM: it is not there, or lacks a function. */
bool assay_curl_load(struct assay_curl *curl, struct assay_error *err);

#endif
