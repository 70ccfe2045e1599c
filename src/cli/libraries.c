/*
 * Names and versions of the libraries, asked of the running copies.
 */
#include "cli/libraries.h"

#include "net/net.h"
#include "store/store.h"

#include <openssl/crypto.h>
#include <utf8proc.h>
#include <zlib.h>

struct assay_json *assay_libraries_table(struct assay_document *doc,
                                         struct assay_section *section)
{
    const struct {
        const char *name, *version;
    } libraries[] = {
        {"SQLite", assay_store_library()},
        {"libcurl", assay_http_library()},
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"utf8proc", utf8proc_version()},
        {"zlib", zlibVersion()},
    };
    const struct assay_column columns[] = {
        {.title = ASSAY_STR("library")},
        {.title = ASSAY_STR("version")},
    };
    struct assay_block *table = assay_section_table(doc, section, columns, 2);
    struct assay_json *object = assay_json_object(doc->arena);

    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        struct assay_cell *row = assay_table_row(doc, table);

        row[0].text = assay_str_c(libraries[i].name);
        row[1].text = assay_str_c(libraries[i].version);
        row[1].state = ASSAY_KNOWN;
        assay_json_set_c(doc->arena, object, libraries[i].name,
                         libraries[i].version);
    }
    return object;
}
