/*
 * /changes.atom: what the newest readings of sources changed, one entry for
 * each, as Atom 1.0 (RFC 4287). An entry's id is drawn from the source's id
 * and the day (a UUID of version 8, RFC 9562), so it stays the same wherever
 * the feed is served from.
 */
#include "serve/places.h"

#include "assay/file.h"
#include "assay/render.h"
#include "serve/directory.h"
#include "serve/site_parts.h"

enum {
    READINGS = 30, /* looked at */
    ENTRIES = 20,
    TOLD = 12, /* changes of an entry */
};

struct feed {
    struct assay_visit *visit;
    struct assay_buf *out;
    struct assay_str base; /* public address of the site, or empty */
};

static void add_element(struct feed *feed, const char *name,
                        struct assay_str text)
{
    assay_buf_printf(feed->out, "<%s>", name);
    assay_html_text(feed->out, text);
    assay_buf_printf(feed->out, "</%s>\n", name);
}

static void add_link(struct feed *feed, const char *rel, const char *type,
                     struct assay_str path)
{
    assay_buf_printf(feed->out, "<link rel=\"%s\" type=\"%s\" href=\"", rel,
                     type);
    assay_html_text(feed->out, feed->base);
    assay_html_text(feed->out, path);
    assay_buf_add_c(feed->out, "\"/>\n");
}

static struct assay_str time_of(struct feed *feed, struct assay_date day)
{
    return assay_arena_printf(
        feed->visit->arena, "%.*sT00:00:00Z",
        ASSAY_STR_ARG(assay_date_text(feed->visit->arena, day)));
}

/* "urn:uuid:…" of a name. */
static struct assay_str id_of(struct feed *feed, struct assay_str name)
{
    struct assay_arena *arena = feed->visit->arena;
    struct assay_str hash = assay_sha256_hex(arena, name);

    return assay_arena_printf(arena, "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s",
                              hash.at, hash.at + 8, hash.at + 12, hash.at + 15,
                              hash.at + 18);
}

/* ------------------------------------------------------- entries */

static struct assay_str title_of(const struct feed *feed, struct assay_str id)
{
    const struct assay_directory *d = feed->visit->directory;

    for (size_t i = 0; i < d->source_count; i++)
        if (assay_str_equal(d->sources[i].id, id) && d->sources[i].title.len)
            return d->sources[i].title;
    return id;
}

/* Markup as text: a reader of the feed takes it for HTML after one reading. */
static void add_content(struct feed *feed, const struct assay_changed *reading)
{
    struct assay_arena *arena = feed->visit->arena;
    size_t told = reading->listed < TOLD ? reading->listed : TOLD;
    struct assay_buf html;

    if (told == 0)
        return;
    assay_buf_init(&html, 1 << 20);
    assay_buf_add_c(&html, "<ul>");
    for (size_t i = 0; i < told; i++) {
        assay_buf_add_c(&html, "<li>");
        assay_html_text(
            &html, assay_str_head(
                       assay_change_words(arena, reading->changes[i]), 400));
        assay_buf_add_c(&html, "</li>");
    }
    if (told < reading->count)
        assay_buf_printf(&html, "<li>and %zu more</li>", reading->count - told);
    assay_buf_add_c(&html, "</ul>");
    assay_buf_add_c(feed->out, "<content type=\"html\">");
    assay_html_text(feed->out, assay_buf_str(&html));
    assay_buf_add_c(feed->out, "</content>\n");
    assay_buf_release(&html);
}

static void add_entry(struct feed *feed, const struct assay_changed *reading)
{
    struct assay_arena *arena = feed->visit->arena;
    struct assay_str day = assay_date_text(arena, reading->on);
    struct assay_str before = assay_date_text(
        arena, assay_date_from_days(assay_date_days(reading->on) - 1));

    assay_buf_add_c(feed->out, "<entry>\n");
    add_element(
        feed, "id",
        id_of(feed, assay_arena_printf(arena, "assay reading\n%.*s\n%.*s",
                                       ASSAY_STR_ARG(reading->source),
                                       ASSAY_STR_ARG(day))));
    add_element(
        feed, "title",
        assay_arena_printf(arena, "%.*s, read %.*s",
                           ASSAY_STR_ARG(title_of(feed, reading->source)),
                           ASSAY_STR_ARG(day)));
    add_element(feed, "updated", time_of(feed, reading->on));
    add_link(feed, "alternate", "text/html",
             assay_arena_printf(
                 arena, "/changes?from=%.*s&to=%.*s&source=%.*s",
                 ASSAY_STR_ARG(before), ASSAY_STR_ARG(day),
                 ASSAY_STR_ARG(assay_url_encoded(arena, reading->source))));
    add_element(
        feed, "summary",
        assay_arena_printf(arena, "%.*s.", ASSAY_STR_ARG(reading->words)));
    add_content(feed, reading);
    assay_buf_add_c(feed->out, "</entry>\n");
}

static void add_feed(struct feed *feed, const struct assay_changed *readings,
                     size_t count)
{
    assay_buf_add_c(feed->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
                               "xml:lang=\"en\">\n");
    add_element(feed, "id",
                id_of(feed, assay_arena_printf(feed->visit->arena,
                                               "assay changes\n%.*s",
                                               ASSAY_STR_ARG(feed->base))));
    add_element(feed, "title", ASSAY_STR("assay: changes"));
    add_element(feed, "subtitle",
                ASSAY_STR("What sources came to say about language models, "
                          "reading by reading."));
    add_element(feed, "updated",
                time_of(feed, count ? readings[0].on
                              : feed->visit->directory->newest.day
                                  ? feed->visit->directory->newest
                                  : feed->visit->today));
    assay_buf_add_c(feed->out, "<author><name>assay</name></author>\n");
    add_link(feed, "self", "application/atom+xml", ASSAY_STR("/changes.atom"));
    add_link(feed, "alternate", "text/html", ASSAY_STR("/changes"));
    for (size_t i = 0; i < count && i < ENTRIES; i++)
        add_entry(feed, &readings[i]);
    assay_buf_add_c(feed->out, "</feed>\n");
}

bool assay_answer_feed(struct assay_visit *visit, struct assay_reply *reply,
                       struct assay_error *err)
{
    struct feed feed = {
        .visit = visit,
        .out = &reply->body,
        .base = assay_site_public_url(visit->site),
    };
    struct assay_reading *days;
    struct assay_changed *readings = NULL;
    struct assay_change *changes;
    struct assay_date from = visit->as_of;
    size_t day_count, count = 0, reading_count = 0;

    if (!assay_catalog_readings(visit->catalog, visit->arena, ASSAY_STR(""),
                                &days, &day_count, err))
        return false;
    if (day_count > READINGS)
        day_count = READINGS;
    if (day_count)
        from =
            assay_date_from_days(assay_date_days(days[day_count - 1].on) - 1);
    if (!assay_catalog_changes(visit->catalog, visit->arena, ASSAY_STR(""),
                               from, visit->as_of, &changes, &count, err))
        return false;
    assay_changes_by_reading(visit->arena, changes, count, &readings,
                             &reading_count);
    add_feed(&feed, readings, reading_count);
    reply->media = "application/atom+xml; charset=utf-8";
    return true;
}
