/*
 * Forms that several pages have: the traffic, and which models are compared.
 * They are plain GET forms; site.js makes the first one answer while typing
 * and completes names in the others.
 */
#include "serve/forms.h"

#include "assay/compare.h"
#include "assay/render.h"

#include <string.h>

enum { FORM_BYTES = 256 << 10 };

static void add_attribute(struct assay_buf *out, const char *name,
                          struct assay_str value)
{
    assay_buf_printf(out, " %s=\"", name);
    assay_html_text(out, value);
    assay_buf_add_char(out, '"');
}

static void add_hidden(struct assay_buf *out, const char *name,
                       struct assay_str value)
{
    if (value.len == 0)
        return;
    assay_buf_add_c(out, "<input type=\"hidden\"");
    add_attribute(out, "name", assay_str_c(name));
    add_attribute(out, "value", value);
    assay_buf_add_c(out, ">");
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

void assay_form_keep(struct assay_buf *out, const struct assay_visit *visit,
                     const char *const *except)
{
    const struct assay_parameter *p = assay_common_parameters;

    for (size_t i = 0; p[i].name; i++)
        if (assay_place_takes(visit->place, i) && !is_among(p[i].name, except))
            add_hidden(out, p[i].name, assay_visit_value(visit, p[i].name));
    for (p = visit->place->parameters; p && p->name; p++)
        if (!is_among(p->name, except))
            add_hidden(out, p->name, assay_visit_value(visit, p->name));
}

static struct assay_str finish(struct assay_visit *visit, struct assay_buf *out)
{
    struct assay_str html = assay_arena_copy(visit->arena, assay_buf_str(out));

    assay_buf_release(out);
    return html;
}

/* ------------------------------------------------------- traffic */

struct field {
    const char *name, *label, *otherwise, *hint;
    const char *pattern, *such; /* what browsers take before they send it */
};

#define NUMBER "[0-9]{1,3}(,[0-9]{3})+|[0-9]+([.][0-9]+)?[kKmMGB]?"
#define SHARE "(100|[0-9]{1,2}([.][0-9]+)?)%?"

static const struct field shape[] = {
    {"requests", "Requests a month", "1M", NULL, "(?!0+$)(" NUMBER ")",
     "such as 20k, 1M or 1,500,000"},
    {"input", "Tokens in, each", "800", NULL, NUMBER, "such as 800 or 12k"},
    {"output", "Tokens out, each", "250", NULL, NUMBER, "such as 250 or 4k"},
};
static const struct field detail[] = {
    {"cached", "Of the input, cached", "0%", NULL, SHARE, "0% to 100%"},
    {"batch", "Sent in batches", "0%", NULL, SHARE, "0% to 100%"},
    {"retries", "Sent again", "0%", NULL, "[0-9]{1,3}([.][0-9]+)?%?",
     "such as 2%"},
    {"images", "Pictures, each", "0", "or 1x1024x1024:high",
     "[0-9]+(x[0-9]+x[0-9]+)?(:(high|low|auto))?",
     "such as 1 or 1x1024x1024:high"},
};

/* What the canonical text says of a part, else what holds without it. */
static struct assay_str part_of(struct assay_str traffic, const struct field *f)
{
    struct assay_str part, name, value;

    while (traffic.len) {
        if (!assay_str_cut(traffic, ',', &part, &traffic)) {
            part = traffic;
            traffic = ASSAY_STR("");
        }
        if (assay_str_cut(part, '=', &name, &value) &&
            assay_str_is(name, f->name))
            return value;
    }
    return assay_str_c(f->otherwise);
}

static void add_field(struct assay_buf *out, const struct field *f,
                      struct assay_str value)
{
    assay_buf_printf(out,
                     "<p class=\"field\"><label for=\"t-%s\">%s</label>"
                     "<input id=\"t-%s\" name=\"%s\" autocomplete=\"off\" "
                     "spellcheck=\"false\" pattern=\"%s\" title=\"%s\"",
                     f->name, f->label, f->name, f->name, f->pattern, f->such);
    add_attribute(out, "value", value);
    if (f->hint)
        assay_buf_printf(
            out,
            " aria-describedby=\"t-%s-hint\">"
            "<span class=\"hint\" id=\"t-%s-hint\">%s</span></p>\n",
            f->name, f->name, f->hint);
    else
        assay_buf_add_c(out, "></p>\n");
}

/* Is anything said that the fields behind "More" hold? */
static bool has_detail(const struct assay_visit *visit,
                       struct assay_str traffic)
{
    for (size_t i = 0; i < sizeof detail / sizeof detail[0]; i++)
        if (!assay_str_is(part_of(traffic, &detail[i]), detail[i].otherwise))
            return true;
    return visit->need.count || visit->allow_free;
}

static void add_detail(struct assay_buf *out, struct assay_visit *visit,
                       struct assay_str traffic)
{
    assay_buf_printf(
        out,
        "<details class=\"wide\"%s><summary>%s</summary>"
        "<div class=\"fields\">\n",
        has_detail(visit, traffic) ? " open" : "",
        visit->place->takes & ASSAY_TAKES_NEED
            ? "Cache, batches, retries, pictures, and what is needed"
            : "Cache, batches, retries, pictures");
    for (size_t i = 0; i < sizeof detail / sizeof detail[0]; i++)
        add_field(out, &detail[i], part_of(traffic, &detail[i]));
    if (visit->place->takes & ASSAY_TAKES_NEED) {
        assay_buf_add_c(
            out, "<p class=\"field wide\"><label for=\"t-need\">What a model "
                 "must have</label><input id=\"t-need\" name=\"need\" "
                 "autocomplete=\"off\" spellcheck=\"false\"");
        add_attribute(out, "value", assay_visit_value(visit, "need"));
        assay_buf_add_c(out, " aria-describedby=\"t-need-hint\"><span "
                             "class=\"hint\" id=\"t-need-hint\">vision, "
                             "context&gt;=100k, status=active</span></p>\n");
    }
    assay_buf_printf(out,
                     "<p class=\"wide\"><label class=\"choice\"><input "
                     "type=\"checkbox\" name=\"allow_free\" value=\"1\"%s> "
                     "A free tier may be the monthly cost</label></p>\n"
                     "</div></details>\n",
                     visit->allow_free ? " checked" : "");
}

struct assay_str assay_form_traffic(struct assay_visit *visit)
{
    static const char *const own[] = {"traffic", "need", "allow_free", NULL};
    struct assay_str traffic =
        assay_traffic_text(visit->arena, &visit->traffic);
    struct assay_buf out;

    assay_buf_init(&out, FORM_BYTES);
    assay_buf_add_c(&out, "<form class=\"fields live\" id=\"traffic\" "
                          "aria-label=\"Traffic\"");
    add_attribute(&out, "action", visit->request->path);
    assay_buf_add_c(&out, ">\n");
    assay_form_keep(&out, visit, own);
    for (size_t i = 0; i < sizeof shape / sizeof shape[0]; i++)
        add_field(&out, &shape[i], part_of(traffic, &shape[i]));
    assay_buf_add_c(&out, "<p class=\"actions\"><button type=\"submit\">"
                          "Recalculate</button></p>\n");
    add_detail(&out, visit, traffic);
    assay_buf_add_c(&out, "</form>\n");
    return finish(visit, &out);
}

/* ------------------------------------------------------- models */

static struct assay_str model_name(const struct assay_model *model)
{
    return model->name.len ? model->name : model->id;
}

static void add_field_of_model(struct assay_buf *out, const char *label,
                               const char *button)
{
    assay_buf_printf(out,
                     "<label class=\"vh\" for=\"add\">%s</label>"
                     "<input id=\"add\" type=\"search\" name=\"add\" "
                     "class=\"model\" placeholder=\"%s\" autocomplete=\"off\" "
                     "spellcheck=\"false\" maxlength=\"200\" required>"
                     "<button type=\"submit\">%s</button></form>\n",
                     label, label, button);
}

static void add_link(struct assay_buf *out, const struct assay_visit *visit,
                     struct assay_str path)
{
    struct assay_str query =
        assay_visit_query_with(visit, "add", ASSAY_STR(""));

    assay_buf_add_c(out, "<a href=\"");
    assay_html_text(out, path);
    if (query.len) {
        assay_buf_add_c(out, "?");
        assay_html_text(out, query);
    }
    assay_buf_add_char(out, '"');
}

struct assay_str assay_start_path(struct assay_visit *visit,
                                  struct assay_model *const *models,
                                  size_t count, struct assay_str typed)
{
    struct assay_str query =
        assay_visit_query_with(visit, "add", ASSAY_STR(""));
    struct assay_str path;
    struct assay_buf out;

    assay_buf_init(&out, 4 * ASSAY_SITE_MAX_URL);
    assay_buf_add_c(&out, "/compare");
    for (size_t i = 0; i <= count; i++) {
        if (i == count && typed.len == 0)
            break;
        assay_buf_printf(&out, "%c%c=", i ? '&' : '?', (char)('a' + i));
        assay_url_encode(&out, i < count ? models[i]->id : typed);
    }
    if (query.len)
        assay_buf_printf(&out, "&%.*s", ASSAY_STR_ARG(query));
    path = assay_arena_copy(visit->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return path;
}

/* Its name, and a link to the same comparison without it. */
static void add_chip(struct assay_buf *out, struct assay_visit *visit,
                     struct assay_model *const *models, size_t count,
                     size_t index)
{
    struct assay_model *others[ASSAY_COMPARE_MAX];
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        if (i != index)
            others[left++] = models[i];
    assay_buf_add_c(out, "<li><a href=\"");
    assay_html_text(out, assay_model_path(visit->arena, models[index]->id));
    assay_buf_add_c(out, "\">");
    assay_html_text(out, model_name(models[index]));
    assay_buf_add_c(out, "</a> ");
    if (left == 1) { /* the page asks for another one */
        assay_buf_add_c(out, "<a href=\"");
        assay_html_text(out, assay_start_path(visit, others, 1, ASSAY_STR("")));
        assay_buf_add_char(out, '"');
    } else {
        add_link(out, visit, assay_compare_path(visit->arena, others, left));
    }
    assay_buf_add_c(out, " class=\"remove\"><span aria-hidden=\"true\">×</span>"
                         "<span class=\"vh\">Remove ");
    assay_html_text(out, model_name(models[index]));
    assay_buf_add_c(out, "</span></a></li>\n");
}

struct assay_str assay_form_models(struct assay_visit *visit,
                                   struct assay_model *const *models,
                                   size_t count)
{
    static const char *const own[] = {"add", NULL};
    struct assay_model *mirrored[ASSAY_COMPARE_MAX];
    struct assay_buf out;

    for (size_t i = 0; i < count; i++)
        mirrored[i] = models[count - 1 - i];
    assay_buf_init(&out, FORM_BYTES);
    assay_buf_add_c(&out, "<div class=\"tools\">\n"
                          "<ul class=\"chips\" aria-label=\"Compared\">\n");
    for (size_t i = 0; i < count; i++)
        add_chip(&out, visit, models, count, i);
    assay_buf_add_c(&out, "</ul>\n");
    if (count < ASSAY_COMPARE_MAX) {
        assay_buf_add_c(&out, "<form class=\"line\"");
        add_attribute(&out, "action",
                      assay_compare_path(visit->arena, models, count));
        assay_buf_add_c(&out, ">");
        assay_form_keep(&out, visit, own);
        add_field_of_model(&out, "Add a model", "Add");
    }
    assay_buf_add_c(&out, "<p class=\"ways\">");
    add_link(&out, visit, assay_compare_path(visit->arena, mirrored, count));
    assay_buf_add_c(&out, ">Other way round</a> "
                          "<a href=\"#traffic\">Change the traffic</a></p>\n"
                          "</div>\n");
    return finish(visit, &out);
}

struct assay_str assay_form_compare_with(struct assay_visit *visit,
                                         struct assay_model *model)
{
    struct assay_buf out;

    assay_buf_init(&out, FORM_BYTES);
    assay_buf_add_c(&out, "<div class=\"tools\">\n<form class=\"line\"");
    add_attribute(&out, "action", assay_compare_path(visit->arena, &model, 1));
    assay_buf_add_c(&out, ">");
    add_hidden(&out, "traffic", assay_visit_value(visit, "traffic"));
    add_hidden(&out, "as_of", assay_visit_value(visit, "as_of"));
    add_field_of_model(&out, "Compare with", "Compare");
    assay_buf_add_c(&out, "</div>\n");
    return finish(visit, &out);
}
