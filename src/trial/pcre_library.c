/*
 * Finds PCRE2's functions in the shared library (dlopen, dlsym: POSIX).
 */
#include "trial/pcre_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define FUNCTION(name)                                          \
    {                                                           \
        "pcre2_" #name "_16", offsetof(struct assay_pcre, name) \
    }

bool assay_pcre_load(struct assay_pcre *pcre, struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
        FUNCTION(general_context_create),
        FUNCTION(compile_context_create),
        FUNCTION(set_parens_nest_limit),
        FUNCTION(compile),
        FUNCTION(match_context_create),
        FUNCTION(match_context_free),
        FUNCTION(set_callout),
        FUNCTION(set_match_limit),
        FUNCTION(set_depth_limit),
        FUNCTION(set_heap_limit),
        FUNCTION(match_data_create),
        FUNCTION(match_data_free),
        FUNCTION(match),
        FUNCTION(get_ovector_pointer),
        FUNCTION(get_error_message),
    };
    /* soname 0 since 2015; 10.40 is checked where the headers are */
    void *library = dlopen("libpcre2-16.so.0", RTLD_NOW | RTLD_LOCAL);

    if (!library)
        return assay_fail(err, ASSAY_SYSTEM, "libpcre2-16: %s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);

        if (!function)
            return assay_fail(err, ASSAY_SYSTEM, "libpcre2-16 has no %s",
                              functions[i].name);
        memcpy((char *)pcre + functions[i].at, &function, sizeof function);
    }
    return true;
}
