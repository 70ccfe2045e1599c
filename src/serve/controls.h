/*
 * Controls of the forms that find things. Private to serve.
 *
 * Markup as site.css says: <form class="fields">, <p class="field">,
 * <fieldset> with <label class="choice">, <p class="actions">. Every text
 * that is no literal is escaped here.
 */
#ifndef ASSAY_SERVE_CONTROLS_H
#define ASSAY_SERVE_CONTROLS_H

#include "serve/place.h"

/* "fields" or "line"; the path that it asks. */
void assay_controls_open(struct assay_buf *out, const char *shape,
                         const char *action);
/* A line of text. The control's id is "f-" and its name. */
struct assay_control_text {
    const char *name, *label;
    struct assay_str value;
    const char *hint;    /* below it; or NULL */
    const char *example; /* inside it while it is empty; or NULL */
    const char *kind;    /* class: "model" completes names; or NULL */
    bool wide;
    bool required;
};
void assay_control_text(struct assay_buf *out,
                        const struct assay_control_text *field);
void assay_control_hidden(struct assay_buf *out, const char *name,
                          struct assay_str value);
void assay_control_select(struct assay_buf *out, const char *name,
                          const char *label);
/* The one whose value is `chosen` is. */
void assay_control_option(struct assay_buf *out, struct assay_str value,
                          struct assay_str words, struct assay_str chosen);
void assay_control_select_end(struct assay_buf *out);
struct assay_control_choice {
    const char *name;
    struct assay_str value, words;
    bool checked;
};
void assay_control_choice(struct assay_buf *out,
                          const struct assay_control_choice *choice);
/* The button, a way back to the empty form (or NULL), and the end. */
void assay_controls_close(struct assay_buf *out, const char *button,
                          const char *start_over);

/* <a href="link">words</a> */
void assay_control_link(struct assay_buf *out, struct assay_str link,
                        struct assay_str words);
/* The buffer's text into the visit's arena; the buffer is released. */
struct assay_str assay_controls_take(const struct assay_visit *visit,
                                     struct assay_buf *out);
/*
 * True when the query has a name without a value, as forms send what nobody
 * filled in; the page is then sent on to the short address.
 */
bool assay_controls_left_blank(const struct assay_visit *visit);

#endif
