/*
 * Which libcurl runs.
 */
#include "net/net.h"

#include <curl/curl.h>

const char *assay_http_library(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}
