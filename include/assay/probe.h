/*
 * What a route can do, proven: each capability is asked for in a way that
 * only a route which has it can answer (a number in a picture, a word that
 * stands in a schema alone), and what came back is judged and kept.
 *
 * A few dozen questions at most, one after the other. What is drawn comes
 * from a seed, so that the same route and seed are asked the same.
 */
#ifndef ASSAY_PROBE_H
#define ASSAY_PROBE_H

#include "assay/catalog.h"
#include "assay/document.h"
#include "assay/report.h"
#include "assay/trial.h"

enum assay_probe_verdict {
    ASSAY_PROBE_UNKNOWN,   /* not asked, no answer, or one that tells nothing */
    ASSAY_PROBE_SUPPORTED, /* its behaviour is proven */
    ASSAY_PROBE_IGNORED,   /* accepted, and without effect */
    ASSAY_PROBE_REFUSED,   /* an error for this, where plain questions pass */
    ASSAY_PROBE_RETIRED,   /* the whole route is */
};
/* "supported", "accepted-ignored", "refused", "unknown", "retired" */
const char *assay_probe_verdict_name(enum assay_probe_verdict verdict);

/* A capability, and how it is put to the test. */
struct assay_probe {
    const char *name; /* "function_calling" */
    const char *title;
    const char *fact; /* key path of the claim, or NULL: none is made */
    /* Absence proves nothing (a cache may be elsewhere): true alone counts. */
    bool only_true;
    const char *about; /* what it sends, and what must come back */
};
/* Ended by one without a name; the order in which they are asked. */
extern const struct assay_probe assay_probes[];
enum { ASSAY_PROBES = 13 };

/* One request: the proof. */
struct assay_probe_call {
    struct assay_str asked;      /* "picture 2 of 3" */
    struct assay_str request;    /* SHA-256 of its body; empty: in process */
    enum assay_outcome_class of; /* how it ended */
    unsigned status;             /* HTTP; 0: there was none */
    struct assay_str evidence;   /* the bytes that decide, at most 160 */
    double ms;                   /* first byte sent to last received */
    struct assay_spent cost;
    struct assay_probe_call *next;
};

struct assay_finding {
    const struct assay_probe *probe; /* NULL: that it answers at all */
    bool wanted;
    enum assay_probe_verdict verdict;
    const char *word; /* shown for the verdict: "cut silently"; or NULL */
    struct assay_str proof;
    /* What sources say of it; a number where `tokens` is not 0. */
    enum assay_state declared;
    bool declared_true;
    uint64_t declared_tokens;
    /* What was measured of a size; 0: nothing. A bound is no claim. */
    uint64_t tokens;
    bool tokens_are_exact;
    struct assay_probe_call *first, *last;
};

enum assay_probe_end {
    ASSAY_PROBE_COMPLETE,
    ASSAY_PROBE_BUDGET,
    ASSAY_PROBE_DOWN, /* the route does not answer */
    ASSAY_PROBE_GONE, /* it is retired */
    ASSAY_PROBE_INTERRUPTED,
};

struct assay_probe_options {
    const struct assay_trial_route *route; /* open */
    const struct assay_route *listed;      /* as the catalog has it, or NULL */
    const struct assay_model *model;       /* that it serves, or NULL */
    bool wanted[ASSAY_PROBES];
    uint64_t seed;
    struct assay_date day; /* today */
    bool has_max_cost;     /* needs a known price, or a route in process */
    struct assay_decimal max_cost_usd;
    uint32_t back_off_ms; /* before the first retry; 0: 500 */
    /* Before each probe; and asked between requests. Or NULL. */
    void (*show)(void *context, const char *title, size_t done, size_t count);
    bool (*stop)(void *context);
    void *context;
};

struct assay_probe_report {
    struct assay_str route, model; /* as named; canonical id, or empty */
    struct assay_str answered_as;  /* the name that the route states */
    struct assay_date day;
    uint64_t seed;
    struct assay_finding answers; /* that it answers at all */
    struct assay_finding findings[ASSAY_PROBES];
    enum assay_probe_end end;
    struct assay_str why; /* it ended before its time */
    size_t calls;
    struct assay_spent spent;
    bool has_max_cost;
    struct assay_decimal max_cost_usd;
    struct assay_str source; /* id of the source of its claims, once made */
};

/* Whether what it costs is known, or nothing. */
bool assay_probe_is_priced(const struct assay_trial_route *route,
                           struct assay_date day);

/*
 * Asks and judges. Everything is in the arena. What the route does wrong is a
 * finding, never an error: it always comes to its end.
 */
void assay_probe_run(struct assay_arena *arena,
                     const struct assay_probe_options *options,
                     struct assay_probe_report *report);

/* For people; its data is the document assay-probe/1. */
struct assay_document *assay_probe_page(struct assay_arena *arena,
                                        const struct assay_probe_report *r);

/*
 * What was proven as claims of a source of kind `measured`, with what the
 * same source said before of capabilities that were not asked for now.
 * Sets report->source; it stays empty where nothing was proven. False: as
 * assay_catalog_apply.
 */
bool assay_probe_record(struct assay_catalog *catalog,
                        struct assay_arena *arena,
                        struct assay_probe_report *report,
                        struct assay_error *err);
/* "openrouter/some/model", "127.0.0.1-8080/mock", "local/nano-s". */
struct assay_str assay_probe_route_id(struct assay_arena *arena,
                                      struct assay_str name);

#endif
