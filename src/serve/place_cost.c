/*
 * The cost calculator: which models, at which traffic, and what they cost a
 * month; the same document as `assay cost`. What cannot be answered is said
 * above the form, which keeps what was typed.
 *
 * Markup: <form class="fields live" id="traffic"> as site.css says, <p
 * class="field wrong"> for a field that cannot be read, <p class="error"
 * role="alert">.
 */
#include "serve/json_ld.h"
#include "serve/pictures.h"
#include "serve/places.h"

#include "assay/compare.h"
#include "assay/render.h"

#include <string.h>

enum { FORM_BYTES = 256 << 10 };

const struct assay_parameter assay_cost_parameters[] = {
    {"models", "string", "One to eight models, commas between.",
     "google/gemma-2-2b,openai/gpt-4o", true},
    {0},
};

/* ------------------------------------------------------- the form */

static const struct field {
    const char *name, *label, *otherwise, *hint;
} fields[] = {
    {"requests", "Requests a month", "1M", "such as 20k or 1M"},
    {"input", "Tokens in, each", "800", "of one request"},
    {"output", "Tokens out, each", "250", "of one request"},
    {"cached", "Of the input, cached", "0%", "0% to 100%"},
    {"images", "Pictures, each", "0", "or 1x1024x1024:high"},
    {"batch", "Sent in batches", "0%", "of the requests"},
    {"retries", "Sent again", "0%", "of the requests"},
};
_Static_assert(sizeof fields / sizeof fields[0] == ASSAY_TRAFFIC_PARTS,
               "in the order of assay_traffic_parts");

/* What the canonical text says of a part, else what holds without it. */
static struct assay_str part_of(struct assay_str traffic, size_t index)
{
    struct assay_str part, name, value;

    while (traffic.len) {
        if (!assay_str_cut(traffic, ',', &part, &traffic)) {
            part = traffic;
            traffic = ASSAY_STR("");
        }
        if (assay_str_cut(part, '=', &name, &value) &&
            assay_str_is(name, fields[index].name))
            return value;
    }
    return assay_str_c(fields[index].otherwise);
}

static void add_value(struct assay_buf *out, struct assay_str value)
{
    assay_buf_add_c(out, " value=\"");
    assay_html_text(out, value);
    assay_buf_add_c(out, "\"");
}

static void add_field(struct assay_buf *out, const struct assay_visit *visit,
                      struct assay_str traffic, size_t index)
{
    const struct field *f = &fields[index];
    bool wrong =
        visit->complaint.code != ASSAY_OK &&
        strncmp(visit->complaint.text, "traffic: ", 9) == 0 &&
        assay_str_starts(assay_str_c(visit->complaint.text + 9), f->name);

    assay_buf_printf(out,
                     "<p class=\"field%s\"><label for=\"t-%s\">%s</label> "
                     "<input id=\"t-%s\" name=\"%s\" autocomplete=\"off\" "
                     "spellcheck=\"false\" maxlength=\"100\" "
                     "aria-describedby=\"t-%s-hint\"%s",
                     wrong ? " wrong" : "", f->name, f->label, f->name, f->name,
                     f->name, wrong ? " aria-invalid=\"true\"" : "");
    add_value(out, visit->typed[index].len ? visit->typed[index]
                                           : part_of(traffic, index));
    assay_buf_printf(out,
                     "> <span class=\"hint\" id=\"t-%s-hint\">%s</span></p>\n",
                     f->name, f->hint);
}

static struct assay_str form(struct assay_visit *visit, const char *error)
{
    struct assay_str traffic =
        assay_traffic_text(visit->arena, &visit->traffic);
    struct assay_str html;
    struct assay_buf out;

    assay_buf_init(&out, FORM_BYTES);
    if (error) {
        assay_buf_add_c(&out, "<p class=\"error\" role=\"alert\">");
        assay_html_text(&out, assay_str_c(error));
        assay_buf_add_c(&out, ".</p>\n");
    }
    assay_buf_add_c(&out,
                    "<form class=\"fields live\" id=\"traffic\" "
                    "action=\"/cost\">\n"
                    "<p class=\"field wide\"><label for=\"t-models\">Models"
                    "</label> <input id=\"t-models\" name=\"models\" "
                    "class=\"models\" autocomplete=\"off\" "
                    "spellcheck=\"false\" maxlength=\"2000\" "
                    "placeholder=\"gemma-2-2b, gpt-4o\" "
                    "aria-describedby=\"t-models-hint\"");
    add_value(&out, assay_visit_value(visit, "models"));
    assay_buf_add_c(&out, "> <span class=\"hint\" id=\"t-models-hint\">names "
                          "or ids, one to eight, commas between</span></p>\n"
                          "<fieldset><legend>Traffic</legend>\n"
                          "<div class=\"fields\">\n");
    for (size_t i = 0; i < ASSAY_TRAFFIC_PARTS; i++)
        add_field(&out, visit, traffic, i);
    assay_buf_printf(&out,
                     "</div>\n<label class=\"choice\"><input type=\"checkbox\" "
                     "name=\"allow_free\" value=\"1\"%s> A free tier may be "
                     "the monthly cost</label>\n</fieldset>\n",
                     visit->allow_free ? " checked" : "");
    if (visit->dated) {
        assay_buf_add_c(&out, "<input type=\"hidden\" name=\"as_of\"");
        add_value(&out, assay_visit_value(visit, "as_of"));
        assay_buf_add_c(&out, ">\n");
    }
    assay_buf_add_c(&out, "<p class=\"actions\"><button type=\"submit\">"
                          "Calculate</button> <a href=\"/cost\">Start over"
                          "</a></p>\n</form>\n");
    html = assay_arena_copy(visit->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return html;
}

/* ------------------------------------------------------- the page */

static void describe(struct assay_visit *visit, struct assay_sheet *sheet)
{
    sheet->json_ld = assay_json_ld_crumbs(visit, "Cost", "/cost", NULL);
    if (!sheet->description.len)
        sheet->description = ASSAY_STR(
            "What language models cost a month at your traffic, route by "
            "route: tokens in and out, cached input, pictures, batches and "
            "retries, by prices that sources state.");
}

/* No models, or a question that cannot be answered. */
static void make_empty(struct assay_visit *visit, struct assay_sheet *sheet,
                       const struct assay_error *complaint)
{
    struct assay_document *doc = assay_document_new(
        visit->arena, ASSAY_STR("What models cost"), ASSAY_STR(""));
    struct assay_section *section = assay_document_section(doc, "how", "");

    assay_section_say(
        doc, section, ASSAY_BLOCK_PARAGRAPH,
        ASSAY_STR("Name one to eight models. The cost of a model is that of "
                  "its cheapest live route for the shape of your traffic, all "
                  "meters of one route together; what is not stated makes it "
                  "a bound (\"at least\"). With two or more models the page "
                  "says where they cost the same."));
    sheet->doc = doc;
    if (complaint) {
        sheet->status = complaint->code == ASSAY_NOT_FOUND ? 404 : 400;
        sheet->unlisted = true;
        if (visit->shape == ASSAY_AS_MARKDOWN)
            assay_section_say(doc, section, ASSAY_BLOCK_PARAGRAPH,
                              assay_str_c(complaint->text));
    }
    assay_sheet_insert(visit, sheet, "",
                       form(visit, complaint ? complaint->text : NULL));
    describe(visit, sheet);
}

static bool compute(struct assay_visit *visit, struct assay_sheet *sheet,
                    struct assay_error *err)
{
    const struct assay_page_options options = assay_visit_options(visit);
    struct assay_model *models[ASSAY_COMPARE_MAX];
    size_t count;
    bool exact;

    if (!assay_visit_models(visit, assay_visit_value(visit, "models"), models,
                            ASSAY_COMPARE_MAX, &count, &exact, err))
        return false;
    sheet->doc = assay_page_cost(visit->arena, models, count, &options, err);
    if (!sheet->doc || visit->shape != ASSAY_AS_PAGE)
        return sheet->doc;
    return assay_picture_volume(visit, sheet, models, count, err) &&
           assay_picture_even(visit, sheet, models, count, err);
}

bool assay_make_cost(struct assay_visit *visit, struct assay_sheet *sheet,
                     struct assay_error *err)
{
    bool page = visit->shape != ASSAY_AS_JSON;

    if (page && visit->complaint.code != ASSAY_OK) {
        make_empty(visit, sheet, &visit->complaint);
        return true;
    }
    if (page && assay_visit_value(visit, "models").len == 0) {
        make_empty(visit, sheet, NULL);
        return true;
    }
    if (compute(visit, sheet, err)) {
        if (visit->shape == ASSAY_AS_PAGE) {
            sheet->title = assay_arena_printf(visit->arena, "Cost of %.*s",
                                              ASSAY_STR_ARG(sheet->doc->title));
            assay_sheet_insert(visit, sheet, "", form(visit, NULL));
        }
        sheet->unlisted = true; /* as many as there are questions */
        sheet->description = assay_describe(visit, sheet->doc);
        describe(visit, sheet);
        return true;
    }
    if (!page || (err->code != ASSAY_NOT_FOUND && err->code != ASSAY_BAD_INPUT))
        return false;
    const struct assay_error complaint = *err;

    *err = (struct assay_error){0};
    make_empty(visit, sheet, &complaint);
    return true;
}
