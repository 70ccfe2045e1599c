/*
 * One entry of LiteLLM's list: whose route it is, and its price keys.
 * Private to import_litellm*.c.
 */
#ifndef ASSAY_IMPORT_LITELLM_H
#define ASSAY_IMPORT_LITELLM_H

#include "import/import_row.h"

/* -------------------------------------------------------------- entries */

/* How plainly a key names its provider; the plainest has the route's id. */
enum assay_litellm_prefix {
    ASSAY_LITELLM_BARE,      /* "deepseek-chat" */
    ASSAY_LITELLM_SUB,       /* "text-completion-codestral/…" */
    ASSAY_LITELLM_OWN,       /* "codestral/…", at Mistral */
    ASSAY_LITELLM_CANONICAL, /* "mistral/…" */
};

struct assay_litellm_entry {
    const struct assay_json *value;
    size_t index;              /* in the document */
    struct assay_str spelling; /* litellm_provider as written */
    struct assay_str provider; /* canonical */
    struct assay_str wire;     /* key without the provider's prefix */
    struct assay_str id;       /* of the route */
    struct assay_str model;    /* creator/name when the entry speaks of the
                                  model as well; or empty */
    enum assay_litellm_prefix prefix;
    bool suffixed; /* another entry has the plain id */
    bool said;     /* another entry of this route says the same */
};

/*
 * The entries of a document with their ids settled, in its order; those
 * whose provider cannot be told are refused. In the batch's arena.
 */
struct assay_litellm_entry *assay_litellm_entries(
    struct assay_batch *batch, const struct assay_json *document,
    size_t *count);
/* "us-east-1", "eu", "global" from the wire name; or empty. */
struct assay_str assay_litellm_region(const struct assay_litellm_entry *entry);
/* Software that people run themselves: 0 there means that nobody bills. */
bool assay_litellm_is_self_hosted(const struct assay_litellm_entry *entry);

/* --------------------------------------------------------------- prices */

/* LiteLLM writes them as endings of a key: "…_batches", "…_flex" */
enum assay_litellm_tier {
    ASSAY_LITELLM_STANDARD,
    ASSAY_LITELLM_BATCH,
    ASSAY_LITELLM_FLEX,
    ASSAY_LITELLM_PRIORITY,
    ASSAY_LITELLM_ULTRAFAST,
    ASSAY_LITELLM_TIERS,
};

struct assay_litellm_price {
    enum assay_litellm_tier tier;
    struct assay_price_component component;
};

enum { ASSAY_LITELLM_MAX_PRICES = 256 }; /* of one entry; 14 are met */

struct assay_litellm_prices {
    struct assay_litellm_price prices[ASSAY_LITELLM_MAX_PRICES];
    size_t count;
    /* "input_dbu_cost_per_token, …": keys about prices that were not taken */
    struct assay_str not_taken;
    size_t not_taken_count;
};

/*
 * Reads every price key of an entry. A tier's threshold is passed by more
 * than its tokens, or by `threshold` tokens already with ASSAY_TIER_FROM.
 * False when the row had to be refused.
 */
bool assay_litellm_read_prices(const struct assay_row *row,
                               const struct assay_json *entry,
                               enum assay_tier_operator threshold,
                               struct assay_litellm_prices *prices);

#endif
