/*
 * Finds libmicrohttpd's functions in the shared library (dlopen, dlsym:
 * POSIX).
 */
#include "serve/mhd_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define FUNCTION(name)                                 \
    {                                                  \
        "MHD_" #name, offsetof(struct assay_mhd, name) \
    }

bool assay_mhd_load(struct assay_mhd *mhd, struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
        FUNCTION(get_version),
        FUNCTION(start_daemon),
        FUNCTION(stop_daemon),
        FUNCTION(add_connection),
        FUNCTION(get_connection_info),
        FUNCTION(get_connection_values_n),
        FUNCTION(suspend_connection),
        FUNCTION(resume_connection),
        FUNCTION(queue_response),
        FUNCTION(create_response_from_buffer),
        FUNCTION(create_response_from_buffer_with_free_callback),
        FUNCTION(create_response_from_callback),
        FUNCTION(add_response_header),
        FUNCTION(get_response_headers),
        FUNCTION(destroy_response),
    };
    /* soname 12 since 2014; 0.9.75 is checked where the headers are */
    void *library = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);

    if (!library)
        return assay_fail(err, ASSAY_SYSTEM, "libmicrohttpd: %s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);

        if (!function)
            return assay_fail(err, ASSAY_SYSTEM, "libmicrohttpd has no %s",
                              functions[i].name);
        memcpy((char *)mhd + functions[i].at, &function, sizeof function);
    }
    mhd->heads_in_place = strcmp(mhd->get_version(), "0.9.75") == 0;
    return true;
}
