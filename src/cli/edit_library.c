/*
 * Finds libedit's functions in the shared library (dlopen, dlsym: POSIX).
 */
#include "cli/edit_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define FUNCTION(name)                           \
    {                                            \
#name, offsetof(struct assay_edit, name) \
    }

bool assay_edit_load(struct assay_edit *edit, struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
        FUNCTION(el_init),     FUNCTION(el_end),  FUNCTION(el_set),
        FUNCTION(el_wset),     FUNCTION(el_gets), FUNCTION(history_init),
        FUNCTION(history_end), FUNCTION(history),
    };
    /* soname 2 in Debian since 2009, 0 elsewhere: one interface */
    void *library = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);

    if (!library)
        library = dlopen("libedit.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return assay_fail(err, ASSAY_SYSTEM, "libedit: %s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);

        if (!function)
            return assay_fail(err, ASSAY_SYSTEM, "libedit has no %s",
                              functions[i].name);
        memcpy((char *)edit + functions[i].at, &function, sizeof function);
    }
    return true;
}
