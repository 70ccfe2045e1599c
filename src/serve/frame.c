/*
 * What stands around every page: the head, the menu with the search field,
 * the foot.
 */
#include "serve/assets.h"
#include "serve/json_ld.h"
#include "serve/places.h"
#include "serve/site_parts.h"

#include "assay/render.h"

#include <string.h>

static const struct {
    const char *path, *title;
} menu[] = {
    {"/models", "Models"},   {"/find", "Find"}, {"/compare", "Compare"},
    {"/cost", "Cost"},       {"/runs", "Runs"}, {"/changes", "Changes"},
    {"/sources", "Sources"},
};

static void add_meta(struct assay_buf *out, const char *name,
                     struct assay_str content)
{
    /* Open Graph names its own attribute */
    const char *key = strncmp(name, "og:", 3) == 0 ? "property" : "name";

    if (content.len == 0)
        return;
    assay_buf_printf(out, "<meta %s=\"%s\" content=\"", key, name);
    assay_html_text(out, content);
    assay_buf_add_c(out, "\">\n");
}

/* With the public address of the site before it, where that is known. */
static struct assay_str absolute(struct assay_visit *visit,
                                 struct assay_str path)
{
    return assay_arena_printf(visit->arena, "%.*s%.*s",
                              ASSAY_STR_ARG(assay_site_public_url(visit->site)),
                              ASSAY_STR_ARG(path));
}

static struct assay_str address(struct assay_visit *visit, const char *twin)
{
    struct assay_str path = visit->request->path;
    struct assay_str query = assay_visit_query(visit);

    if (twin[0] && assay_str_is(path, "/"))
        path = ASSAY_STR("/index");
    return assay_arena_printf(visit->arena, "%.*s%s%s%.*s", ASSAY_STR_ARG(path),
                              twin, query.len ? "?" : "", ASSAY_STR_ARG(query));
}

static void add_link(struct assay_buf *out, const char *attributes,
                     struct assay_str href)
{
    assay_buf_printf(out, "<link %s href=\"", attributes);
    assay_html_text(out, href);
    assay_buf_add_c(out, "\">\n");
}

static void add_head(struct assay_buf *out, struct assay_visit *visit,
                     const struct assay_sheet *sheet, struct assay_str title)
{
    assay_buf_add_c(
        out, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
             "<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, "
             "initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    assay_html_text(out, title);
    assay_buf_add_c(out, assay_str_is(title, "assay") ? "</title>\n"
                                                      : " · assay</title>\n");
    add_link(out, "rel=\"stylesheet\"",
             assay_asset_path(visit->arena, "site.css"));
    assay_buf_add_c(out, "<script src=\"");
    assay_html_text(out, assay_asset_path(visit->arena, "site.js"));
    assay_buf_add_c(out, "\"></script>\n");
    add_link(out, "rel=\"icon\" type=\"image/svg+xml\"",
             assay_asset_path(visit->arena, "icon.svg"));
    if (!sheet)
        return;
    struct assay_str canonical = absolute(
        visit, sheet->canonical.len ? sheet->canonical : address(visit, ""));
    add_link(out, "rel=\"canonical\"", canonical);
    add_link(out, "rel=\"alternate\" type=\"text/markdown\"",
             address(visit, ".md"));
    add_link(out,
             "rel=\"alternate\" type=\"application/atom+xml\" "
             "title=\"Changes\"",
             ASSAY_STR("/changes.atom"));
    add_meta(out, "description", sheet->description);
    add_meta(out, "og:type", ASSAY_STR("website"));
    add_meta(out, "og:site_name", ASSAY_STR("assay"));
    add_meta(out, "og:title", title);
    add_meta(out, "og:description", sheet->description);
    add_meta(out, "og:url", canonical);
    if (sheet->unlisted)
        add_meta(out, "robots", ASSAY_STR("noindex"));
    if (sheet->json_ld) {
        assay_buf_add_c(out, "<script type=\"application/ld+json\">");
        assay_json_write(out, sheet->json_ld,
                         (struct assay_json_style){.html_safe = true});
        assay_buf_add_c(out, "</script>\n");
    }
}

/* What was searched for stays in the field. */
static struct assay_str searched(const struct assay_visit *visit)
{
    return visit->place && visit->place->page &&
                   strcmp(visit->place->page, "/models") == 0
               ? assay_visit_value(visit, "q")
               : ASSAY_STR("");
}

static void add_menu(struct assay_buf *out, const struct assay_visit *visit)
{
    const char *area = visit->place ? visit->place->area : NULL;

    assay_buf_add_c(
        out, "</head>\n<body>\n"
             "<a class=\"skip\" href=\"#main\">To the content</a>\n"
             "<header class=\"site\"><div class=\"bar\">\n"
             "<a class=\"brand\" href=\"/\"><svg viewBox=\"0 0 24 24\" "
             "width=\"24\" height=\"24\" aria-hidden=\"true\"><path "
             "d=\"M12 4v16M7.5 20h9M4.5 7.5h15\"/><path "
             "d=\"M4.5 7.5l-3 7a3.2 3.2 0 0 0 6 0zM19.5 7.5l-3 7a3.2 3.2 0 0 "
             "0 6 0z\"/></svg><span>assay</span></a>\n"
             "<nav class=\"site\" aria-label=\"Site\"><ul>\n");
    for (size_t i = 0; i < sizeof menu / sizeof menu[0]; i++)
        assay_buf_printf(
            out, "<li><a href=\"%s\"%s>%s</a></li>\n", menu[i].path,
            area && strcmp(area, menu[i].path) == 0 ? " aria-current=\"true\""
                                                    : "",
            menu[i].title);
    assay_buf_add_c(out,
                    "</ul></nav>\n"
                    "<form class=\"search\" role=\"search\" action=\"/models\">"
                    "<label class=\"vh\" for=\"search\">Search models</label>"
                    "<input id=\"search\" type=\"search\" name=\"q\" "
                    "class=\"model\" placeholder=\"Search models\" "
                    "autocomplete=\"off\" spellcheck=\"false\" "
                    "maxlength=\"100\" value=\"");
    assay_html_text(out, searched(visit));
    assay_buf_add_c(out, "\"></form>\n</div></header>\n");
}

/* Who was read, and when last; nothing when the catalog is out of reach. */
static void add_sources(struct assay_buf *out, struct assay_visit *visit)
{
    struct assay_error ignored = {0};
    struct assay_reading *readings;
    size_t count, sources = 0;

    if (!visit->catalog ||
        !assay_catalog_readings(visit->catalog, visit->arena, ASSAY_STR(""),
                                &readings, &count, &ignored) ||
        count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;

        while (k < i &&
               !assay_str_equal(readings[k].source, readings[i].source))
            k++;
        sources += k == i;
    }
    struct assay_str day = assay_date_text(visit->arena, readings[0].on);
    assay_buf_printf(out,
                     "<p>Facts from <a href=\"/sources\">%zu sources</a>, the "
                     "newest read <time>%.*s</time>. Unknown is shown as "
                     "unknown.</p>\n",
                     sources, ASSAY_STR_ARG(day));
}

static void add_foot(struct assay_buf *out, struct assay_visit *visit,
                     const struct assay_sheet *sheet, bool shortened)
{
    assay_buf_add_c(out, "<footer class=\"site\"><div class=\"bar\">\n");
    add_sources(out, visit);
    if (sheet) {
        assay_buf_add_c(out, "<p><a href=\"");
        assay_html_text(out, address(visit, ".md"));
        assay_buf_add_c(out, shortened ? "\">All of this page, which is "
                                         "shortened here, as Markdown</a> · "
                                       : "\">This page as Markdown</a> · ");
    } else {
        assay_buf_add_c(out, "<p>");
    }
    assay_buf_add_c(out, "<a href=\"/conflicts\">Conflicts</a> · "
                         "<a href=\"/api/openapi.json\">API</a> · "
                         "<a href=\"/changes.atom\">Feed</a></p>\n"
                         "</div></footer>\n</body>\n</html>\n");
}

void assay_sheet_insert(struct assay_visit *visit, struct assay_sheet *sheet,
                        const char *section, struct assay_str html)
{
    struct assay_insert *insert = ASSAY_NEW(visit->arena, struct assay_insert);

    insert->section = assay_arena_copy(visit->arena, assay_str_c(section));
    insert->html = assay_arena_copy(visit->arena, html);
    if (sheet->last)
        sheet->last->next = insert;
    else
        sheet->first = insert;
    sheet->last = insert;
}

/* ------------------------------------------------------- the size */

enum { MOST_PAGE_BYTES = 100000, MOST_TITLE_BYTES = 1000 };

/*
 * What a page shows less of until it is small enough: statements that one
 * reference of many leads to, pictures, then long tables and long texts. The
 * last one is for names and values of many lines.
 */
static const struct assay_render_limits sizes[] = {
    {0},
    {.refs = 6},
    {.refs = 4},
    {.refs = 3},
    {.refs = 6, .no_spares = true},
    {.refs = 4, .no_spares = true},
    {.refs = 3, .no_spares = true},
    {.refs = 2, .no_spares = true},
    {.refs = 3, .rows = 24, .no_spares = true},
    {.refs = 2, .rows = 12, .no_spares = true},
    {.refs = 1, .rows = 12, .no_spares = true},
    {.refs = 1, .rows = 12, .text = 160, .no_spares = true},
    {.refs = 1, .rows = 6, .text = 80, .no_spares = true},
    {.refs = 1, .rows = 3, .text = 32, .no_spares = true},
};

/* The page's answer in the API; empty where it has none of its own. */
static struct assay_str data_address(struct assay_visit *visit)
{
    struct assay_str query = assay_visit_query(visit), models = {"", 0};
    const char *api = visit->place->api, *path = visit->place->page;

    if (!api)
        return ASSAY_STR("");
    if (!strstr(path, "{models...}"))
        return assay_arena_printf(visit->arena, "/api/v1%.*s%s%.*s",
                                  ASSAY_STR_ARG(visit->request->path),
                                  query.len ? "?" : "", ASSAY_STR_ARG(query));
    for (size_t i = 0; i + 1 < visit->part_count; i += 2)
        models = assay_arena_printf(
            visit->arena, "%.*s%s%.*s/%.*s", ASSAY_STR_ARG(models),
            i ? "," : "",
            ASSAY_STR_ARG(assay_url_encoded(visit->arena, visit->parts[i])),
            ASSAY_STR_ARG(
                assay_url_encoded(visit->arena, visit->parts[i + 1])));
    return assay_arena_printf(visit->arena, "%s?models=%.*s%s%.*s", api,
                              ASSAY_STR_ARG(models), query.len ? "&" : "",
                              ASSAY_STR_ARG(query));
}

/* As much of the sheet as fits. */
bool assay_frame_html(struct assay_buf *out, struct assay_visit *visit,
                      const struct assay_sheet *sheet, struct assay_error *err)
{
    struct assay_render_options options = {
        .links = true,
        .fragment = true,
        .inserts = sheet->first,
    };
    struct assay_str title =
        sheet->title.len ? sheet->title : sheet->doc->title;
    size_t start = out->len;

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        options.limits = sizes[i];
        if (i > 0) {
            options.limits.whole = address(visit, ".md");
            options.limits.data = data_address(visit);
        }
        if (options.limits.text)
            title = assay_shortened(visit->arena, title, MOST_TITLE_BYTES);
        assay_buf_cut(out, start);
        add_head(out, visit, sheet, title);
        add_menu(out, visit);
        assay_buf_add_c(out, "<main id=\"main\" tabindex=\"-1\">\n");
        if (!assay_render_html(out, sheet->doc, &options, err))
            return false;
        assay_buf_add_c(out, "</main>\n");
        add_foot(out, visit, sheet, i > 0);
        if (out->len <= MOST_PAGE_BYTES)
            break;
    }
    return assay_buf_ok(out, err);
}

/* Where to look for what was asked for. */
static void add_way_on(struct assay_buf *out, const struct assay_visit *visit)
{
    struct assay_str name =
        visit->part_count ? visit->parts[visit->part_count - 1] : ASSAY_STR("");

    assay_buf_add_c(out, "<p>");
    if (name.len && name.len <= 100 && visit->place && visit->place->make) {
        assay_buf_add_c(out, "<a href=\"/models?q=");
        assay_html_text(out, assay_url_encoded(visit->arena, name));
        assay_buf_add_c(out, "\">Models like “");
        assay_html_text(out, name);
        assay_buf_add_c(out, "”</a> · ");
    }
    assay_buf_add_c(out, "<a href=\"/models\">All models</a> · "
                         "<a href=\"/find\">Find by what is needed</a> · "
                         "<a href=\"/\">Home</a></p>");
}

void assay_frame_error(struct assay_buf *out, struct assay_visit *visit,
                       unsigned status, const struct assay_error *err)
{
    const char *title = status == 404   ? "Not found"
                        : status == 400 ? "This cannot be answered"
                        : status < 500  ? "Not possible"
                                        : "Not available";

    add_head(out, visit, NULL, assay_str_c(title));
    add_menu(out, visit);
    assay_buf_printf(out,
                     "<main id=\"main\" tabindex=\"-1\">\n"
                     "<header class=\"page\"><h1>%s</h1></header>\n"
                     "<div class=\"content\"><section><p class=\"problem\">",
                     title);
    assay_html_text(out, assay_str_c(err->text));
    assay_buf_add_c(out, ".</p>\n");
    add_way_on(out, visit);
    assay_buf_add_c(out, "</section></div>\n</main>\n");
    add_foot(out, visit, NULL, false);
}
