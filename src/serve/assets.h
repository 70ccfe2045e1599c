/*
 * Style, script and icon, compiled in. Their addresses hold a print of their
 * bytes, so clients may keep them for ever. Private to serve.
 */
#ifndef ASSAY_SERVE_ASSETS_H
#define ASSAY_SERVE_ASSETS_H

#include "assay/arena.h"
#include "assay/buf.h"
#include "assay/str.h"

/* "/assets/3f2a91c07b55/site.css", in the arena. */
struct assay_str assay_asset_path(struct assay_arena *arena, const char *name);
/* Appends the bytes. False: there is none of that name. */
bool assay_asset_add(struct assay_buf *out, struct assay_str name,
                     const char **media);

#endif
