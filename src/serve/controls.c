/*
 * Controls of forms, as markup.
 */
#include "serve/controls.h"

static void add_attribute(struct assay_buf *out, const char *name,
                          struct assay_str value)
{
    assay_buf_printf(out, " %s=\"", name);
    assay_html_text(out, value);
    assay_buf_add_char(out, '"');
}

void assay_controls_open(struct assay_buf *out, const char *shape,
                         const char *action)
{
    assay_buf_printf(out, "<form class=\"%s\" action=\"%s\">\n", shape, action);
}

void assay_control_text(struct assay_buf *out,
                        const struct assay_control_text *field)
{
    assay_buf_printf(out,
                     "<p class=\"field%s\"><label for=\"f-%s\">%s</label> "
                     "<input id=\"f-%s\" name=\"%s\"",
                     field->wide ? " wide" : "", field->name, field->label,
                     field->name, field->name);
    if (field->kind)
        add_attribute(out, "class", assay_str_c(field->kind));
    if (field->value.len)
        add_attribute(out, "value", field->value);
    if (field->example)
        add_attribute(out, "placeholder", assay_str_c(field->example));
    if (field->hint)
        assay_buf_printf(out, " aria-describedby=\"h-%s\"", field->name);
    assay_buf_add_c(out, field->required ? " required" : "");
    assay_buf_add_c(out, " autocomplete=\"off\" spellcheck=\"false\" "
                         "maxlength=\"1000\">");
    if (field->hint) {
        assay_buf_printf(out, " <span class=\"hint\" id=\"h-%s\">",
                         field->name);
        assay_html_text(out, assay_str_c(field->hint));
        assay_buf_add_c(out, "</span>");
    }
    assay_buf_add_c(out, "</p>\n");
}

void assay_control_hidden(struct assay_buf *out, const char *name,
                          struct assay_str value)
{
    assay_buf_printf(out, "<input type=\"hidden\" name=\"%s\"", name);
    add_attribute(out, "value", value);
    assay_buf_add_c(out, ">\n");
}

void assay_control_select(struct assay_buf *out, const char *name,
                          const char *label)
{
    assay_buf_printf(out,
                     "<p class=\"field\"><label for=\"f-%s\">%s</label> "
                     "<select id=\"f-%s\" name=\"%s\">\n",
                     name, label, name, name);
}

void assay_control_option(struct assay_buf *out, struct assay_str value,
                          struct assay_str words, struct assay_str chosen)
{
    assay_buf_add_c(out, "<option");
    add_attribute(out, "value", value);
    assay_buf_add_c(out, assay_str_equal(value, chosen) ? " selected>" : ">");
    assay_html_text(out, words);
    assay_buf_add_c(out, "</option>\n");
}

void assay_control_select_end(struct assay_buf *out)
{
    assay_buf_add_c(out, "</select></p>\n");
}

void assay_control_choice(struct assay_buf *out,
                          const struct assay_control_choice *choice)
{
    assay_buf_printf(out,
                     "<label class=\"choice\"><input type=\"checkbox\" "
                     "name=\"%s\"",
                     choice->name);
    add_attribute(out, "value", choice->value);
    assay_buf_add_c(out, choice->checked ? " checked> " : "> ");
    assay_html_text(out, choice->words);
    assay_buf_add_c(out, "</label>\n");
}

void assay_controls_close(struct assay_buf *out, const char *button,
                          const char *start_over)
{
    assay_buf_printf(out,
                     "<p class=\"actions\"><button type=\"submit\">%s"
                     "</button>",
                     button);
    if (start_over)
        assay_buf_printf(out, " <a href=\"%s\">Start over</a>", start_over);
    assay_buf_add_c(out, "</p>\n</form>\n");
}

void assay_control_link(struct assay_buf *out, struct assay_str link,
                        struct assay_str words)
{
    assay_buf_add_c(out, "<a");
    add_attribute(out, "href", link);
    assay_buf_add_char(out, '>');
    assay_html_text(out, words);
    assay_buf_add_c(out, "</a>");
}

struct assay_str assay_controls_take(const struct assay_visit *visit,
                                     struct assay_buf *out)
{
    struct assay_str html = assay_arena_copy(visit->arena, assay_buf_str(out));

    assay_buf_release(out);
    return html;
}

bool assay_controls_left_blank(const struct assay_visit *visit)
{
    struct assay_str rest = visit->request->query, pair;

    while (rest.len) {
        if (!assay_str_cut(rest, '&', &pair, &rest)) {
            pair = rest;
            rest = ASSAY_STR("");
        }
        if (assay_str_ends(pair, "="))
            return true;
    }
    return false;
}
