/*
 * A run for people: what was decided, on what, and what it cost.
 */
#include "trial/run_judges.h"
#include "trial/run_page_parts.h"

#include "assay/published.h"

struct page {
    struct assay_arena *arena;
    struct assay_document *doc;
    const struct assay_run_figures *f;
};

#define SAY(p, section, kind, ...)                 \
    assay_section_say((p)->doc, (section), (kind), \
                      assay_arena_printf((p)->arena, __VA_ARGS__))

static struct assay_str label(const struct page *p, size_t route)
{
    return p->f->run->routes[route].label;
}

/* ------------------------------------------------------- the routes */

static struct assay_cell known(struct assay_str text)
{
    return (struct assay_cell){.text = text, .state = ASSAY_KNOWN};
}

static struct assay_cell unknown(const char *why)
{
    return (struct assay_cell){.text = assay_str_c(why),
                               .state = ASSAY_UNKNOWN};
}

static struct assay_cell money(struct page *p, struct assay_spent spent)
{
    if (spent.state == ASSAY_UNKNOWN || spent.state == ASSAY_NOT_APPLICABLE)
        return unknown("unknown");
    return (struct assay_cell){.text = assay_spent_text(p->arena, spent),
                               .state = spent.state};
}

static struct assay_cell passed(struct page *p,
                                const struct assay_route_figures *r)
{
    uint64_t n = r->passed + r->failed;

    if (n == 0)
        return unknown("not scored");
    /* no-break spaces: other columns give way before this one wraps */
    return known(assay_arena_printf(
        p->arena,
        "%llu\xc2\xa0of\xc2\xa0%llu\xc2\xa0(%.0f\xe2\x80\x93%.0f\xc2\xa0%%)",
        (unsigned long long)r->passed, (unsigned long long)n,
        r->passed_95.low * 100, r->passed_95.high * 100));
}

static struct assay_cell milliseconds(struct page *p,
                                      const struct assay_percentile *t)
{
    if (!t->known)
        return unknown("too few");
    return known(assay_arena_printf(p->arena, "%s%.*f ms",
                                    t->at_least ? "over " : "",
                                    t->ms < 10 ? 1 : 0, t->ms));
}

/* "overloaded 2, timeout 1" */
static struct assay_str classes(struct page *p,
                                const struct assay_route_figures *r)
{
    struct assay_str text = {"", 0};

    for (int c = ASSAY_CLASS_ANSWERED + 1; c < ASSAY_CLASSES; c++)
        if (r->classes[c])
            text = assay_arena_printf(
                p->arena, "%.*s%s%s %llu", ASSAY_STR_ARG(text),
                text.len ? ", " : "",
                assay_class_name((enum assay_outcome_class)c),
                (unsigned long long)r->classes[c]);
    if (r->unjudged)
        text = assay_arena_printf(p->arena, "%.*s%snot judged %llu",
                                  ASSAY_STR_ARG(text), text.len ? ", " : "",
                                  (unsigned long long)r->unjudged);
    return text;
}

enum { ROUTE, PASSED, ERRORS, P50, P95, FIRST, COST, PER_PASS, COLUMNS };

/* A stable page has no clocks; of published samples there is no cost either. */
static bool is_shown(const struct page *p, int column)
{
    if (assay_run_publisher(p->f->run).len)
        return column < P50;
    return !p->f->stable || (column != P50 && column != P95 && column != FIRST);
}

static void add_route(struct page *p, struct assay_block *table, size_t i)
{
    const struct assay_route_figures *r = &p->f->routes[i];
    struct assay_str model = p->f->run->routes[i].model;
    struct assay_cell cells[COLUMNS] = {{.link = {"", 0}}};
    struct assay_cell *row = assay_table_row(p->doc, table);

    cells[ROUTE] = known(label(p, i));
    if (model.len)
        cells[ROUTE].link =
            assay_arena_printf(p->arena, "/model/%.*s", ASSAY_STR_ARG(model));
    cells[PASSED] = passed(p, r);
    cells[ERRORS] = known(
        assay_arena_printf(p->arena, "%llu", (unsigned long long)r->errors));
    if (r->errors) {
        cells[ERRORS].flags = ASSAY_CELL_WARN;
        cells[ERRORS].note = classes(p, r);
    }
    cells[P50] = milliseconds(p, &r->latency.p50);
    cells[P95] = milliseconds(p, &r->latency.p95);
    cells[FIRST] = milliseconds(p, &r->first_token.p50);
    cells[COST] = money(p, r->spent);
    cells[PER_PASS] = money(p, r->per_pass);
    for (int c = 0; c < COLUMNS; c++)
        if (is_shown(p, c))
            *row++ = cells[c];
}

static bool is_short(const struct assay_run_figures *f)
{
    for (size_t i = 0; i < f->run->route_count; i++)
        if (!f->routes[i].latency.p95.known)
            return true;
    return false;
}

static void say_routes(struct page *p)
{
    static const struct assay_column columns[COLUMNS] = {
        [ROUTE] = {.title = {"route", 5}},
        [PASSED] = {.title = {"passed", 6}, .align = ASSAY_RIGHT},
        [ERRORS] = {.title = {"errors", 6}, .align = ASSAY_RIGHT},
        [P50] = {.title = {"p50", 3}, .align = ASSAY_RIGHT},
        [P95] = {.title = {"p95", 3}, .align = ASSAY_RIGHT, .give_way = 2},
        [FIRST] = {.title = {"first token", 11},
                   .align = ASSAY_RIGHT,
                   .give_way = 3},
        [COST] = {.title = {"cost", 4}, .align = ASSAY_RIGHT},
        [PER_PASS] = {.title = {"per pass", 8},
                      .align = ASSAY_RIGHT,
                      .give_way = 1},
    };
    struct assay_section *section =
        assay_document_section(p->doc, "routes", "Routes");
    struct assay_column shown[COLUMNS];
    size_t count = 0;

    for (int c = 0; c < COLUMNS; c++)
        if (is_shown(p, c))
            shown[count++] = columns[c];
    struct assay_block *table =
        assay_section_table(p->doc, section, shown, count);
    for (size_t i = 0; i < p->f->run->route_count; i++)
        add_route(p, table, i);
    if (is_shown(p, P50) && is_short(p->f))
        SAY(p, section, ASSAY_BLOCK_PARAGRAPH,
            "too few: not enough requests for a 95 %% interval");
}

/* ------------------------------------------------------- what is next */

static bool may_go_on(const struct assay_run *run)
{
    return run->stopped != ASSAY_STOP_COMPLETE &&
           run->stopped != ASSAY_STOP_DECIDED &&
           run->stopped != ASSAY_STOP_FUTILE;
}

static void say_next(struct page *p)
{
    const struct assay_run_figures *f = p->f;
    bool resume = !f->stable && may_go_on(f->run);
    struct assay_section *section = assay_document_section(p->doc, "next", "");

    if (f->unknown)
        SAY(p, section, ASSAY_BLOCK_ITEM,
            "%llu attempt%s sent and never heard of: counted at the most "
            "they can have cost",
            (unsigned long long)f->unknown,
            f->unknown == 1 ? " was" : "s were");
    if (resume)
        SAY(p, section, ASSAY_BLOCK_COMMAND, "assay try --resume %.*s",
            ASSAY_STR_ARG(f->run->id));
}

bool assay_run_differs(const struct assay_run_figures *f)
{
    for (size_t i = 0; i < f->pair_count; i++)
        if (f->pairs[i].table.only_a + f->pairs[i].table.only_b)
            return true;
    return false;
}

struct assay_str assay_run_started(struct assay_arena *arena,
                                   const struct assay_run *run)
{
    struct assay_str started = run->started;

    if (started.len < 16 || started.at[10] != 'T')
        return started;
    return assay_arena_printf(arena, "%.10s %.5s UTC", started.at,
                              started.at + 11);
}

struct assay_str assay_run_title(struct assay_arena *arena,
                                 const struct assay_run *run)
{
    return assay_arena_printf(arena, "Run%s%.*s: %.*s", run->id.len ? " " : "",
                              ASSAY_STR_ARG(run->id),
                              ASSAY_STR_ARG(run->suite));
}

struct assay_document *assay_run_page(struct assay_arena *arena,
                                      const struct assay_run_figures *f)
{
    struct page p = {
        .arena = arena,
        .f = f,
        .doc = assay_document_new(arena, assay_run_title(arena, f->run),
                                  assay_run_started(arena, f->run)),
    };

    assay_run_say_verdict(p.doc, f);
    say_routes(&p);
    assay_judges_say(p.doc, f);
    say_next(&p);
    p.doc->data = assay_run_json(arena, f);
    return p.doc;
}
