/*
 * Stop texts: an answer ends before the first of them, and what might be the
 * beginning of one waits until that is known.
 */
#include "route/route_parts.h"

#include <string.h>

void assay_stops_init(struct assay_stops *stops, const struct assay_str *texts,
                      size_t count, size_t max_bytes)
{
    *stops = (struct assay_stops){.texts = texts, .count = count};
    assay_buf_init(&stops->text, max_bytes);
}

void assay_stops_release(struct assay_stops *stops)
{
    assay_buf_release(&stops->text);
}

/* Bytes at the end of `text` with which `stop` begins, fewer than all. */
static size_t begun(struct assay_str text, struct assay_str stop)
{
    size_t most = stop.len ? stop.len - 1 : 0;

    for (size_t n = most < text.len ? most : text.len; n > 0; n--)
        if (memcmp(text.at + text.len - n, stop.at, n) == 0)
            return n;
    return 0;
}

static size_t place_of(struct assay_str text, size_t from,
                       struct assay_str stop)
{
    for (size_t i = from; stop.len && i + stop.len <= text.len; i++)
        if (memcmp(text.at + i, stop.at, stop.len) == 0)
            return i;
    return SIZE_MAX;
}

struct assay_str assay_stops_next(struct assay_stops *stops, bool last)
{
    struct assay_str text = assay_buf_str(&stops->text), next;
    size_t end = text.len, held = 0;

    /* a stop text cannot begin in what was handed on: it would be held */
    for (size_t i = 0; i < stops->count; i++) {
        size_t at = place_of(text, stops->told, stops->texts[i]);
        size_t n = begun(text, stops->texts[i]);

        if (at < end) {
            end = at;
            stops->stopped = true;
        }
        held = n > held ? n : held;
    }
    if (!stops->stopped && !last)
        end -= held;
    if (end < stops->told)
        end = stops->told;
    next = (struct assay_str){text.at ? text.at + stops->told : "",
                              end - stops->told};
    stops->told = end;
    return next;
}
