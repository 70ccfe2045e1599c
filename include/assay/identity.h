/*
 * Which names mean the same model. Never fuzzy: a route belongs to a model
 * because its source says so, or because a written rule with a name leads
 * from the provider's name for it to a declared id or alias.
 *
 * The tables (creators, providers) stand in src/catalog/identity.c; each
 * row is a fact about how a public list spells a name.
 */
#ifndef ASSAY_IDENTITY_H
#define ASSAY_IDENTITY_H

#include "assay/arena.h"
#include "assay/str.h"

/*
 * One spelling for a provider: "together_ai", "together" -> "togetherai";
 * a name that no table knows comes back as it is. Borrowed.
 */
struct assay_str assay_provider_canonical(struct assay_str provider);
/* A name for people: "Together AI"; the id itself when unknown. */
struct assay_str assay_provider_name(struct assay_str canonical_provider);
/*
 * The creator whose own API this provider is ("openai" -> "openai",
 * "google-vertex" -> "google"), or empty for those who resell.
 */
struct assay_str assay_provider_creator(struct assay_str canonical_provider);
/*
 * One spelling for a creator: "x-ai" -> "xai", "meta-llama" -> "meta",
 * "Qwen" -> "alibaba"; letters lowered; unknown: lowered only. In the arena.
 */
struct assay_str assay_creator_canonical(struct assay_arena *arena,
                                         struct assay_str creator);
/* True when the table knows this spelling of a creator. */
bool assay_creator_known(struct assay_str creator);
/* A name for people: "OpenAI", "Alibaba (Qwen)"; empty when unknown. */
struct assay_str assay_creator_name(struct assay_str canonical_creator);
/*
 * "x-ai/Grok-4" -> "xai/grok-4": canonical creator, lowered name; text
 * without a slash comes back lowered. In the arena.
 */
struct assay_str assay_model_id_canonical(struct assay_arena *arena,
                                          struct assay_str id);

/* One step from a provider's name for a route to what may be a model's id. */
struct assay_candidate {
    struct assay_str key; /* "google/gemma-2-2b-it", or "gpt-oss-120b" bare */
    const char *rule;     /* "stated", "org-prefix", "vendor", "free-suffix",
                             "date-suffix", "it-suffix", "bare-name" … */
    struct assay_candidate *next;
};
/*
 * Candidates for a route of `provider` that calls it `wire`, most literal
 * first. A key without '/' is a bare name: it counts only when exactly one
 * declared model bears it. Never leads from one dated snapshot to another,
 * nor from a dated snapshot to the undated name.
 */
struct assay_candidate *assay_identity_candidates(struct assay_arena *arena,
                                                  struct assay_str provider,
                                                  struct assay_str wire);
/* What a rule means, one sentence for `assay show --explain`. */
const char *assay_identity_rule_text(const char *rule);

#endif
