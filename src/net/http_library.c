/*
 * Which libcurl runs.
 */
#include "net/curl_library.h"
#include "net/net.h"

const char *assay_http_library(void)
{
    struct assay_curl curl;
    struct assay_error err;

    return assay_curl_load(&curl, &err)
               ? curl.version_info(CURLVERSION_NOW)->version
               : "not there";
}
