/*
 * Places in a list, and the links between its pages.
 *
 * Markup: <nav class="pages"> as site.css says.
 */
#include "serve/list_parts.h"

#include "serve/controls.h"

int assay_list_compare(const struct assay_list_place *a,
                       const struct assay_list_place *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return assay_str_compare(a->id, b->id);
}

struct assay_str assay_list_token(struct assay_arena *arena,
                                  const struct assay_list_place *place)
{
    if (place->id.len == 0)
        return ASSAY_STR("");
    return assay_arena_printf(arena, "%llu~%.*s",
                              (unsigned long long)place->key,
                              ASSAY_STR_ARG(place->id));
}

bool assay_list_after(const struct assay_visit *visit,
                      struct assay_list_place *place, struct assay_error *err)
{
    struct assay_str text = assay_visit_value(visit, "after"), key;

    *place = (struct assay_list_place){.id = ASSAY_STR("")};
    if (text.len == 0)
        return true;
    if (assay_str_cut(text, '~', &key, &place->id) &&
        assay_str_to_u64(key, &place->key) && place->id.len)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "after wants what the page before said, not '%.*s'",
                      ASSAY_STR_ARG(assay_str_head(text, 100)));
}

uint64_t assay_list_usd(struct assay_decimal usd)
{
    const uint64_t most = (uint64_t)1 << 50;
    struct assay_decimal millionths =
        assay_decimal_round(assay_decimal_scale(usd, 6), 0);
    assay_int128 n = millionths.digits;

    if (n <= 0)
        return 0;
    for (int32_t i = 0; i < millionths.exponent && n < most; i++)
        n *= 10;
    return n < most ? (uint64_t)n : most;
}

struct assay_str assay_list_number(struct assay_arena *arena, size_t n)
{
    return assay_decimal_fixed(arena, assay_decimal_uint(n), 0);
}

struct assay_str assay_list_as_of(const struct assay_visit *visit)
{
    struct assay_str day = assay_date_text(visit->arena, visit->as_of);

    return assay_arena_printf(visit->arena, "as of %.*s", ASSAY_STR_ARG(day));
}

struct assay_str assay_list_here(const struct assay_visit *visit)
{
    struct assay_str query = assay_visit_query(visit);

    return assay_arena_printf(visit->arena, "%.*s%s%.*s",
                              ASSAY_STR_ARG(visit->request->path),
                              query.len ? "?" : "", ASSAY_STR_ARG(query));
}

/* ------------------------------------------------------- links */

static void add_link(struct assay_buf *out, struct assay_visit *visit,
                     const char *rel, struct assay_str after)
{
    struct assay_str query = assay_visit_query_with(visit, "after", after);

    assay_buf_printf(out, "<a rel=\"%s\" href=\"", rel);
    assay_html_text(out, visit->request->path);
    if (query.len)
        assay_buf_add_char(out, '?');
    assay_html_text(out, query);
    assay_buf_add_c(out, "\">");
}

static struct assay_str nav(struct assay_visit *visit,
                            const struct assay_list_range *range)
{
    struct assay_arena *arena = visit->arena;
    struct assay_buf out;

    assay_buf_init(&out, 8 * ASSAY_SITE_MAX_URL);
    assay_buf_add_c(&out, "<nav class=\"pages\" aria-label=\"Pages\">");
    if (range->before) {
        add_link(&out, visit, "first", ASSAY_STR(""));
        assay_buf_add_c(&out, "First</a>\n");
    }
    assay_buf_printf(
        &out, "<span>%.*s–%.*s of %.*s</span>\n",
        ASSAY_STR_ARG(assay_list_number(arena, range->before + 1)),
        ASSAY_STR_ARG(assay_list_number(arena, range->before + range->count)),
        ASSAY_STR_ARG(assay_list_number(arena, range->total)));
    if (range->next.len) {
        add_link(&out, visit, "next", range->next);
        assay_buf_add_c(&out, "Next</a>");
    }
    assay_buf_add_c(&out, "</nav>\n");
    return assay_controls_take(visit, &out);
}

void assay_list_links(struct assay_visit *visit, struct assay_sheet *sheet,
                      struct assay_document *doc,
                      const struct assay_list_range *range)
{
    struct assay_section *section;

    if (range->count == 0 || (range->before == 0 && range->next.len == 0))
        return;
    section = assay_document_section(doc, "pages", "");
    assay_sheet_insert(visit, sheet, "pages", nav(visit, range));
    if (visit->shape == ASSAY_AS_MARKDOWN && range->next.len) {
        struct assay_str query =
            assay_visit_query_with(visit, "after", range->next);

        assay_section_say(
            doc, section, ASSAY_BLOCK_COMMAND,
            assay_arena_printf(visit->arena, "%.*s?%.*s",
                               ASSAY_STR_ARG(visit->request->path),
                               ASSAY_STR_ARG(query)));
    }
}
