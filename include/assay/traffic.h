/*
 * The traffic that a cost is stated for (FORMATS section 2).
 */
#ifndef ASSAY_TRAFFIC_H
#define ASSAY_TRAFFIC_H

#include "assay/arena.h"
#include "assay/decimal.h"
#include "assay/error.h"
#include "assay/json.h"
#include "assay/str.h"

struct assay_traffic {
    struct assay_decimal requests;      /* a month */
    struct assay_decimal input_tokens;  /* of one request */
    struct assay_decimal output_tokens; /* of one request */
    struct assay_decimal cached_share;  /* 0 … 1 of the input */
    struct assay_decimal batch_share;   /* 0 … 1 of the requests */
    struct assay_decimal retry_share;   /* 0 … 10: requests sent again */
    uint64_t images;                    /* per request */
    uint64_t image_width, image_height; /* pixels; 0: not stated */
    struct assay_str image_detail;      /* "high", "low" or "auto" */
};

/* requests=1M,input=800,output=250 */
struct assay_traffic assay_traffic_default(void);

/*
 * Reads "requests=1M,input=800,output=250[,cached=40%]
 * [,images=1x1024x1024:high][,batch=0%][,retries=0%]" over the default.
 * Borrows `text`. BAD_INPUT names the part and what was expected.
 */
bool assay_traffic_parse(struct assay_str text, struct assay_traffic *traffic,
                         struct assay_error *err);
/* The same spelling, canonical, for links and exports. */
struct assay_str assay_traffic_text(struct assay_arena *arena,
                                    const struct assay_traffic *traffic);
/* "1M requests a month, 800 in + 250 out tokens each" */
struct assay_str assay_traffic_words(struct assay_arena *arena,
                                     const struct assay_traffic *traffic);
/* The contract's object: requests, input_tokens, output_tokens … */
struct assay_json *assay_traffic_json(struct assay_arena *arena,
                                      const struct assay_traffic *traffic);

/* "800", "1.5k", "2M", "1G" as a number; false when it is none. */
bool assay_quantity_parse(struct assay_str text, struct assay_decimal *value);

#endif
