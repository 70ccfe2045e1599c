/*
 * A document as JSON: the value beside the page is the contract, so it is
 * written as it stands.
 */
#include "assay/render.h"

bool assay_render_json(struct assay_buf *out, const struct assay_document *doc,
                       const struct assay_render_options *options,
                       struct assay_error *err)
{
    const struct assay_json nothing = {.type = ASSAY_JSON_NULL};
    const struct assay_json_style style = {.indent = true};

    (void)options;
    assay_json_write(out, doc->data ? doc->data : &nothing, style);
    return assay_buf_ok(out, err);
}
