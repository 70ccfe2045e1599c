/*
 * Files compiled into the binary: tools/embed.py writes their bytes as C
 * while building. All of it is constant and lives as long as the program.
 */
#ifndef ASSAY_BASE_EMBED_H
#define ASSAY_BASE_EMBED_H

#include <stddef.h>

struct assay_embedded {
    const char *name;           /* file name without its folder */
    const unsigned char *bytes; /* a NUL follows the last of them */
    size_t len;                 /* bytes, without that NUL */
};

/* For a file that was read and is seldom read again: its memory is free. */
void assay_embedded_give_back(const struct assay_embedded *file);

/* data/catalog: the built-in facts, sorted by name. */
extern const struct assay_embedded assay_embedded_catalog[];
extern const size_t assay_embedded_catalog_count;
/* SHA-256 over all of them, made while building: tells builds apart. */
extern const char assay_embedded_catalog_print[];

/* src/catalog/schema.sql; len is 0 when the build names none. */
extern const struct assay_embedded assay_embedded_schema;

/* src/trial/ledger.sql: the tables of runs. */
extern const struct assay_embedded assay_embedded_ledger;

/* src/render: the style sheets of the HTML page, sorted by name. */
extern const struct assay_embedded assay_embedded_styles[];
extern const size_t assay_embedded_styles_count;
extern const char assay_embedded_styles_print[];

/* data/nano: the two models that ship, sorted by name. */
extern const struct assay_embedded assay_embedded_nano[];
extern const size_t assay_embedded_nano_count;
extern const char assay_embedded_nano_print[];

/* src/serve/assets: what pages of the site load, sorted by name. */
extern const struct assay_embedded assay_embedded_assets[];
extern const size_t assay_embedded_assets_count;
extern const char assay_embedded_assets_print[];

#endif
