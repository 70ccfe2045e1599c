/*
 * Finds libcurl's functions in the shared library (dlopen, dlsym: POSIX).
 */
#include "net/curl_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool assay_curl_load(struct assay_curl *curl, struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
        {"curl_easy_init", offsetof(struct assay_curl, easy_init)},
        {"curl_easy_setopt", offsetof(struct assay_curl, easy_setopt)},
        {"curl_easy_perform", offsetof(struct assay_curl, easy_perform)},
        {"curl_easy_getinfo", offsetof(struct assay_curl, easy_getinfo)},
        {"curl_easy_strerror", offsetof(struct assay_curl, easy_strerror)},
        {"curl_easy_reset", offsetof(struct assay_curl, easy_reset)},
        {"curl_easy_cleanup", offsetof(struct assay_curl, easy_cleanup)},
        {"curl_multi_init", offsetof(struct assay_curl, multi_init)},
        {"curl_multi_add_handle",
         offsetof(struct assay_curl, multi_add_handle)},
        {"curl_multi_remove_handle",
         offsetof(struct assay_curl, multi_remove_handle)},
        {"curl_multi_perform", offsetof(struct assay_curl, multi_perform)},
        {"curl_multi_poll", offsetof(struct assay_curl, multi_poll)},
        {"curl_multi_info_read", offsetof(struct assay_curl, multi_info_read)},
        {"curl_multi_cleanup", offsetof(struct assay_curl, multi_cleanup)},
        {"curl_url", offsetof(struct assay_curl, url)},
        {"curl_url_set", offsetof(struct assay_curl, url_set)},
        {"curl_url_get", offsetof(struct assay_curl, url_get)},
        {"curl_url_cleanup", offsetof(struct assay_curl, url_cleanup)},
        {"curl_free", offsetof(struct assay_curl, free)},
        {"curl_version_info", offsetof(struct assay_curl, version_info)},
    };
    /*
     * libcurl brings GnuTLS along for protocols that are not used here; told
     * so, it does not test itself when it is loaded (0.8 MB, 5 ms). The
     * environment is the process's, and is left as it was.
     */
    static const char quick[] = "GNUTLS_NO_IMPLICIT_INIT";
    bool told = getenv(quick) != NULL;

    if (!told)
        (void)setenv(quick, "1", 0);
    /* soname 4 since 2006; 7.88 is checked where the headers are */
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!told)
        (void)unsetenv(quick);

    if (!library)
        return assay_fail(err, ASSAY_SYSTEM, "libcurl: %s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);

        if (!function)
            return assay_fail(err, ASSAY_SYSTEM, "libcurl has no %s",
                              functions[i].name);
        memcpy((char *)curl + functions[i].at, &function, sizeof function);
    }
    return true;
}
