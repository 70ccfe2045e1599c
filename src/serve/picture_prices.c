/*
 * Prices of a model's routes that changed between readings of their sources:
 * a table, and steps. Most models have none: sources that were read once
 * have no history, and then nothing is looked up.
 */
#include "serve/list_parts.h"
#include "serve/pictures.h"

#include <string.h>

enum { MOST_CHANGES = 40, FAR_APART = 20 };

/* A price of tokens before and after a day. */
struct step {
    struct assay_str route, source, meter;
    struct assay_date on;
    struct assay_decimal before, after;
};

/* Steps of one meter of one route by one source. */
struct track {
    const struct step *first;
    size_t count;            /* of its steps */
    struct assay_date from;  /* that the source listed it */
    struct assay_date until; /* unset: it does */
};

struct history {
    struct assay_arena *arena;
    const struct assay_change *changes;
    size_t change_count;
    struct step *steps;
    size_t count;
};

static bool has_history(const struct assay_directory *directory)
{
    for (size_t i = 0; i < directory->source_count; i++)
        if (directory->sources[i].readings > 1)
            return true;
    return false;
}

/* The price without a tier, in dollars per million; false: not one. */
static bool plain_price(struct assay_arena *arena,
                        const struct assay_json *components,
                        struct assay_str meter, struct assay_date day,
                        struct assay_decimal *usd)
{
    struct assay_price_list list;
    const struct assay_price_component *price;

    if (!assay_json_is(components, ASSAY_JSON_ARRAY))
        return false;
    assay_price_list_read(arena, components, NULL, &list);
    price = assay_price_find(&list, meter, ASSAY_DECIMAL(0, 0), day);
    if (!price || price->state == ASSAY_UNKNOWN ||
        price->unit != ASSAY_PER_MILLION)
        return false;
    *usd = price->usd;
    return true;
}

static void find_steps(struct history *h)
{
    h->steps = ASSAY_NEW_ARRAY(h->arena, struct step, h->change_count + 1);
    for (size_t i = 0; i < h->change_count; i++) {
        const struct assay_change *change = &h->changes[i];
        struct step step = {.route = change->subject,
                            .source = change->source,
                            .on = change->on};

        if (!assay_str_starts(change->fact, "price.") || !change->before ||
            !change->after)
            continue;
        step.meter = assay_str_skip(change->fact, strlen("price."));
        if (plain_price(h->arena, change->before, step.meter, change->on,
                        &step.before) &&
            plain_price(h->arena, change->after, step.meter, change->on,
                        &step.after) &&
            assay_decimal_compare(step.before, step.after) != 0)
            h->steps[h->count++] = step;
    }
}

static bool is_same_track(const struct step *a, const struct step *b)
{
    return assay_str_equal(a->route, b->route) &&
           assay_str_equal(a->source, b->source) &&
           assay_str_equal(a->meter, b->meter);
}

/* "input", "cache read" */
static struct assay_str meter_words(struct assay_arena *arena,
                                    struct assay_str meter)
{
    char *text;

    if (assay_str_ends(meter, "_tokens"))
        meter.len -= strlen("_tokens");
    text = assay_arena_cstr(arena, meter);
    for (size_t i = 0; i < meter.len; i++)
        if (text[i] == '_')
            text[i] = ' ';
    return (struct assay_str){text, meter.len};
}

/* "$0.0375" */
static struct assay_str price_words(struct assay_arena *arena,
                                    struct assay_decimal usd)
{
    struct assay_str text =
        assay_decimal_text(arena, assay_decimal_round_digits(usd, 6));

    return assay_arena_printf(arena, "$%.*s", ASSAY_STR_ARG(text));
}

/* ------------------------------------------------------- the table */

enum { DAY, ROUTE, METER, BEFORE, AFTER, SOURCE, COLUMNS };

static void add_table(const struct history *h, struct assay_document *doc,
                      struct assay_section *section)
{
    static const struct assay_column columns[COLUMNS] = {
        [DAY] = {.title = {"read", 4}},
        [ROUTE] = {.title = {"route", 5}},
        [METER] = {.title = {"price", 5}},
        [BEFORE] = {.title = {"before", 6}, .align = ASSAY_RIGHT},
        [AFTER] = {.title = {"after", 5}, .align = ASSAY_RIGHT},
        [SOURCE] = {.title = {"source", 6}, .give_way = 1},
    };
    struct assay_block *table =
        assay_section_table(doc, section, columns, COLUMNS);
    size_t left = h->count > MOST_CHANGES ? h->count - MOST_CHANGES : 0;

    for (size_t i = h->count; i > left; i--) { /* the newest first */
        const struct step *step = &h->steps[i - 1];
        struct assay_cell *row = assay_table_row(doc, table);

        row[DAY].text = assay_date_text(h->arena, step->on);
        row[ROUTE].text = step->route;
        row[METER].text = meter_words(h->arena, step->meter);
        row[BEFORE].text = price_words(h->arena, step->before);
        row[AFTER].text = price_words(h->arena, step->after);
        row[SOURCE].text = step->source;
        row[SOURCE].link = assay_arena_printf(
            h->arena, "/source/%.*s",
            ASSAY_STR_ARG(assay_url_encoded(h->arena, step->source)));
        for (size_t k = 0; k < COLUMNS; k++)
            row[k].state = ASSAY_KNOWN;
    }
    if (left)
        assay_section_say(
            doc, section, ASSAY_BLOCK_PARAGRAPH,
            assay_arena_printf(h->arena, "And %zu older ones.", left));
}

/* A section that was added last, to behind another one. */
static void move_behind(struct assay_document *doc, const char *id)
{
    struct assay_section *behind = doc->first, *last = doc->last,
                         *before = doc->first;

    while (behind && !assay_str_is(behind->id, id))
        behind = behind->next;
    while (before->next && before->next != last)
        before = before->next;
    if (!behind || behind == before || behind == last)
        return;
    before->next = NULL;
    doc->last = before;
    last->next = behind->next;
    behind->next = last;
}

/* ------------------------------------------------------- the picture */

/* When the source began and ceased to list the route, around its steps. */
static void find_span(const struct history *h, struct track *track)
{
    track->from = track->first->on;
    for (size_t i = 0; i < h->change_count; i++) {
        const struct assay_change *change = &h->changes[i];

        if (change->fact.len ||
            !assay_str_equal(change->subject, track->first->route) ||
            !assay_str_equal(change->source, track->first->source))
            continue;
        if (change->after) {
            if (assay_date_compare(change->on, track->first->on) < 0)
                track->from = change->on;
            track->until = (struct assay_date){0};
        } else {
            track->until = change->on;
        }
    }
}

static size_t find_tracks(const struct history *h, struct track *tracks)
{
    size_t count = 0;

    for (size_t i = 0; i < h->count; i++) {
        size_t k = 0;

        while (k < count && !is_same_track(tracks[k].first, &h->steps[i]))
            k++;
        if (k == ASSAY_CHART_SERIES_MAX)
            continue;
        if (k == count) {
            tracks[count].first = &h->steps[i];
            find_span(h, &tracks[count++]);
        }
        tracks[k].count++;
    }
    return count;
}

static double days(struct assay_date day)
{
    return (double)assay_date_days(day);
}

static struct assay_series line_of(const struct history *h,
                                   const struct track *track,
                                   struct assay_date today)
{
    const struct step *first = track->first, *last = first;
    struct assay_point *points =
        ASSAY_NEW_ARRAY(h->arena, struct assay_point, track->count + 2);
    struct assay_str meter = meter_words(h->arena, first->meter);
    struct assay_series line = {
        .name = assay_arena_printf(h->arena, "%.*s, %.*s",
                                   ASSAY_STR_ARG(first->route),
                                   ASSAY_STR_ARG(meter)),
        .points = points,
    };

    points[line.count++] = (struct assay_point){
        .x = days(track->from),
        .y = assay_decimal_double(first->before),
        .text = price_words(h->arena, first->before),
    };
    for (const struct step *s = first; s < h->steps + h->count; s++) {
        if (!is_same_track(s, first))
            continue;
        struct assay_str price = price_words(h->arena, s->after);
        struct assay_str day = assay_date_text(h->arena, s->on);

        points[line.count++] = (struct assay_point){
            .x = days(s->on),
            .y = assay_decimal_double(s->after),
            .text =
                assay_arena_printf(h->arena, "%.*s from %.*s",
                                   ASSAY_STR_ARG(price), ASSAY_STR_ARG(day)),
        };
        last = s;
    }
    bool ended =
        track->until.day && assay_date_compare(track->until, last->on) > 0;

    points[line.count++] = (struct assay_point){
        .x = days(ended ? track->until : today),
        .y = assay_decimal_double(last->after),
        .text = assay_arena_printf(
            h->arena, "%.*s %s %.*s",
            ASSAY_STR_ARG(price_words(h->arena, last->after)),
            ended ? "listed until" : "as of",
            ASSAY_STR_ARG(
                assay_date_text(h->arena, ended ? track->until : today))),
        .dim = ended,
    };
    return line;
}

static enum assay_scale scale_for(const struct assay_series *lines,
                                  size_t count)
{
    double least = 0, most = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lines[i].count; k++) {
            double y = lines[i].points[k].y;

            least = y > 0 && (least <= 0 || y < least) ? y : least;
            most = y > most ? y : most;
        }
    return most > least * FAR_APART ? ASSAY_SCALE_LOG : ASSAY_SCALE_LINEAR;
}

static void draw(struct assay_visit *visit, struct assay_sheet *sheet,
                 const struct history *h)
{
    struct track tracks[ASSAY_CHART_SERIES_MAX] = {0};
    struct assay_series lines[ASSAY_CHART_SERIES_MAX];
    struct assay_str said = ASSAY_STR("");
    size_t count = find_tracks(h, tracks), drawn = 0;

    for (size_t i = 0; i < count; i++) {
        lines[i] = line_of(h, &tracks[i], visit->as_of);
        drawn += tracks[i].count;
        said = assay_figure_join(
            h->arena, said,
            assay_arena_printf(
                h->arena, "%.*s: %.*s, then %.*s.",
                ASSAY_STR_ARG(lines[i].name),
                ASSAY_STR_ARG(lines[i].points[0].text),
                ASSAY_STR_ARG(lines[i].points[lines[i].count - 2].text)));
    }
    const struct assay_chart chart = {
        .kind = ASSAY_CHART_STEPS,
        .id = ASSAY_STR("price-history-picture"),
        .title = ASSAY_STR("Prices that changed"),
        .description = said,
        .x = {.title = ASSAY_STR(""),
              .scale = ASSAY_SCALE_DAYS,
              .before = "",
              .behind = ""},
        .y = {.title = ASSAY_STR("Dollars a million tokens"),
              .scale = scale_for(lines, count),
              .before = "$",
              .behind = "",
              .from_zero = true},
        .series = lines,
        .series_count = count,
    };
    struct assay_str caption = ASSAY_STR(
        "Prices a million tokens, on the days on which their source was read; "
        "between two readings a price may have changed on any day.");

    if (drawn < h->count)
        caption = assay_figure_join(
            h->arena, caption,
            assay_arena_printf(h->arena, "%zu more changes are in the table.",
                               h->count - drawn));
    assay_figure_insert(visit, sheet, "price-history", &chart, caption);
}

bool assay_picture_prices(struct assay_visit *visit, struct assay_sheet *sheet,
                          struct assay_document *doc,
                          const struct assay_model *model,
                          struct assay_error *err)
{
    struct history h = {.arena = visit->arena};
    struct assay_change *changes;
    struct assay_section *section;

    if (!has_history(visit->directory))
        return true;
    if (!assay_catalog_changes(visit->catalog, visit->arena, model->id,
                               (struct assay_date){0}, visit->as_of, &changes,
                               &h.change_count, err))
        return false;
    h.changes = changes;
    find_steps(&h);
    if (h.count == 0)
        return true;
    section =
        assay_document_section(doc, "price-history", "Prices that changed");
    add_table(&h, doc, section);
    move_behind(doc, "routes");
    draw(visit, sheet, &h);
    return true;
}
