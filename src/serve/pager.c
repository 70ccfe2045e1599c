/*
 * Numbered pages of a list: <nav class="pages">, as site.css says.
 */
#include "serve/pager.h"

#include "assay/render.h"

enum { MOST_PAGES = 1000000 };

bool assay_pager_first(const struct assay_visit *visit, size_t each,
                       size_t *first, struct assay_error *err)
{
    uint64_t page;

    if (!assay_visit_number(visit, "page", 1, MOST_PAGES, 1, &page, err))
        return false;
    *first = (size_t)(page - 1) * each;
    return true;
}

bool assay_pager_check(struct assay_part part, size_t each,
                       struct assay_error *err)
{
    size_t pages = part.total ? (part.total + each - 1) / each : 1;

    return part.first == 0 || part.first < part.total ||
           assay_fail(err, ASSAY_NOT_FOUND, "there are %zu pages of this list",
                      pages);
}

static struct assay_str query_of(const struct assay_visit *visit, size_t page)
{
    return assay_visit_query_with(
        visit, "page",
        page == 1 ? ASSAY_STR("")
                  : assay_arena_printf(visit->arena, "%zu", page));
}

static void add_link(struct assay_buf *out, const struct assay_visit *visit,
                     const char *rel, size_t page)
{
    struct assay_str query = query_of(visit, page);

    assay_buf_printf(out, "<a rel=\"%s\" href=\"", rel);
    assay_html_text(out, visit->request->path);
    if (query.len)
        assay_buf_add_char(out, '?');
    assay_html_text(out, query);
    assay_buf_printf(out, "\">%s</a>\n", rel[0] == 'p' ? "Previous" : "Next");
}

static struct assay_str nav(struct assay_visit *visit, size_t page,
                            size_t pages)
{
    struct assay_buf out;
    struct assay_str html;

    assay_buf_init(&out, 16 * ASSAY_SITE_MAX_URL);
    assay_buf_add_c(&out, "<nav class=\"pages\" aria-label=\"Pages\">\n");
    if (page > 1)
        add_link(&out, visit, "prev", page - 1);
    assay_buf_printf(&out, "<span>Page %zu of %zu</span>\n", page, pages);
    if (page < pages)
        add_link(&out, visit, "next", page + 1);
    assay_buf_add_c(&out, "</nav>\n");
    html = assay_arena_copy(visit->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return html;
}

void assay_pager_add(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_document *doc, struct assay_part part,
                     size_t each)
{
    size_t pages = (part.total + each - 1) / each;
    size_t page = part.first / each + 1;
    struct assay_section *section;

    if (pages < 2)
        return;
    section = assay_document_section(doc, "pages", "");
    assay_sheet_insert(visit, sheet, "pages", nav(visit, page, pages));
    if (visit->shape == ASSAY_AS_MARKDOWN && page < pages)
        assay_section_say(
            doc, section, ASSAY_BLOCK_COMMAND,
            assay_arena_printf(visit->arena, "%.*s?%.*s",
                               ASSAY_STR_ARG(visit->request->path),
                               ASSAY_STR_ARG(query_of(visit, page + 1))));
}
