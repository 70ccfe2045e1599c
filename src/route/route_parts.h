/*
 * What the kinds of routes share. Private to route.
 */
#ifndef ASSAY_ROUTE_PARTS_H
#define ASSAY_ROUTE_PARTS_H

#include "assay/route.h"

/* A kind of route: "local:" … */
struct assay_route_driver {
    const char *scheme;
    struct assay_route_link *(*open)(struct assay_str rest,
                                     const struct assay_route_options *options,
                                     struct assay_error *err);
    void (*close)(struct assay_route_link *route);
    struct assay_str (*model)(const struct assay_route_link *route);
    const struct assay_tokenizer *(*tokenizer)(
        const struct assay_route_link *route);
    bool (*ask)(struct assay_route_link *route, const struct assay_ask *ask,
                const struct assay_listener *listener,
                struct assay_arena *arena, struct assay_response *answer,
                struct assay_error *err);
    bool (*score)(struct assay_route_link *route, struct assay_str context,
                  const struct assay_str *continuations, size_t count,
                  struct assay_likelihood *scores, struct assay_error *err);
};
extern const struct assay_route_driver assay_route_local;
extern const struct assay_route_driver assay_route_hosted;
extern const struct assay_route_driver assay_route_echo;

/* Every driver's link begins with this. */
struct assay_route_link {
    const struct assay_route_driver *driver;
};

int64_t assay_route_now(void);

/* ------------------------------------------------------- stops.c */

/*
 * Text as it comes, held back where a stop text may have begun.
 */
struct assay_stops {
    const struct assay_str *texts;
    size_t count;
    struct assay_buf text; /* all that came */
    size_t told;           /* of it, bytes handed on */
    bool stopped;          /* one came: text ends before it */
};
void assay_stops_init(struct assay_stops *stops, const struct assay_str *texts,
                      size_t count, size_t max_bytes);
void assay_stops_release(struct assay_stops *stops);
/*
 * Takes what came since into account; what may be handed on now (`last`: no
 * more will come). Borrowed until the text grows.
 */
struct assay_str assay_stops_next(struct assay_stops *stops, bool last);

#endif
