/*
 * Intervals: a row for each name with its marks below one another, one for
 * each series, so that models stand under the same benchmark. The names are
 * left of it, cut twice where they are long: for the small text and for the
 * large one.
 */
#include "render/chart_parts.h"

#include "assay/render.h"

#include <math.h>

enum {
    MOST_ROWS = 40,
    MOST_HEIGHT = 1600,
    ROW_STEP = 22, /* from one mark to the next in a row */
    ROW_LEAST = 36,
    ROW_PAD = 14,
    NAMES_WIDTH = 250,
    NAMES_GAP = 18,
};

/* The row of that name that has no point of the series yet. */
static struct assay_chart_row *row_for(const struct assay_picture *picture,
                                       const struct assay_spot *spot)
{
    for (size_t i = 0; i < picture->row_count; i++) {
        struct assay_chart_row *row = &picture->rows[i];
        bool taken = false;

        if (spot->point->name.len == 0 ||
            !assay_str_equal(row->name, spot->point->name))
            continue;
        for (size_t k = 0; k < row->count; k++)
            taken = taken || row->spots[k]->series == spot->series;
        if (!taken)
            return row;
    }
    return NULL;
}

void assay_chart_rows_layout(struct assay_picture *picture)
{
    double width = 0, y = 0;

    picture->rows =
        ASSAY_NEW_ARRAY(picture->arena, struct assay_chart_row, MOST_ROWS);
    for (size_t i = 0; i < picture->spot_count; i++) {
        struct assay_spot *spot = &picture->spots[i];
        struct assay_chart_row *row = row_for(picture, spot);

        if (!row && picture->row_count == MOST_ROWS) {
            picture->rows_left_out = true;
            continue;
        }
        if (!row) {
            row = &picture->rows[picture->row_count++];
            row->name = spot->point->name;
            row->spots = ASSAY_NEW_ARRAY(picture->arena, struct assay_spot *,
                                         ASSAY_CHART_SERIES_MAX);
            width =
                fmax(width,
                     assay_text_width(assay_text_cut(picture->arena, row->name,
                                                     ASSAY_NAME_CHARACTERS),
                                      ASSAY_TEXT_LARGE));
        }
        row->spots[row->count++] = spot;
    }
    for (size_t i = 0; i < picture->row_count; i++) {
        struct assay_chart_row *row = &picture->rows[i];
        double height =
            fmax((double)row->count * ROW_STEP + ROW_PAD, ROW_LEAST);

        if (y + height > MOST_HEIGHT) {
            picture->row_count = i;
            picture->rows_left_out = true;
            break;
        }
        row->top = y;
        y += height;
        row->bottom = y;
    }
    picture->plot.left =
        width > 0 ? fmin(width, NAMES_WIDTH) + NAMES_GAP : NAMES_GAP / 2;
    picture->plot.bottom = y; /* of the first row's top */
}

static void add_name(struct assay_picture *picture, struct assay_str text,
                     const char *classes, double y)
{
    assay_buf_printf(picture->out, "<text class=\"label%s\"", classes);
    assay_chart_attribute(picture->out, "x", 0);
    assay_chart_attribute(picture->out, "y", y);
    assay_buf_add_c(picture->out, " dy=\".28em\">");
    assay_html_text(picture->out, text);
    assay_buf_add_c(picture->out, "</text>\n");
}

static void draw_names(struct assay_picture *picture)
{
    double room = picture->plot.left - NAMES_GAP;

    for (size_t i = 0; i < picture->row_count; i++) {
        const struct assay_chart_row *row = &picture->rows[i];
        double y = (row->top + row->bottom) / 2;
        struct assay_str small =
            assay_text_fit(picture->arena, row->name, ASSAY_TEXT_SMALL, room);
        struct assay_str large =
            assay_text_fit(picture->arena, row->name, ASSAY_TEXT_LARGE, room);

        if (row->name.len == 0)
            continue;
        if (assay_str_equal(small, large)) {
            add_name(picture, small, "", y);
        } else {
            add_name(picture, small, " fine", y);
            add_name(picture, large, " coarse", y);
        }
    }
}

/* Fine lines between rows. */
static void draw_rules(struct assay_picture *picture)
{
    assay_buf_add_c(picture->out, "<path class=\"grid\" d=\"");
    for (size_t i = 0; i < picture->row_count; i++) {
        assay_buf_add_c(picture->out, "M0 ");
        assay_chart_number(picture->out, picture->rows[i].top);
        assay_buf_printf(picture->out, "H%d", ASSAY_PICTURE_WIDTH);
    }
    assay_buf_add_c(picture->out, "\"/>\n");
}

void assay_chart_rows_draw(struct assay_picture *picture)
{
    draw_rules(picture);
    assay_buf_printf(picture->out, "<g class=\"names\"%s>\n",
                     picture->linked ? " aria-hidden=\"true\"" : "");
    draw_names(picture);
    assay_buf_add_c(picture->out, "</g>\n");
    for (size_t i = 0; i < picture->row_count; i++) {
        const struct assay_chart_row *row = &picture->rows[i];
        double y = (row->top + row->bottom) / 2 -
                   (double)(row->count - 1) * ROW_STEP / 2;

        for (size_t k = 0; k < row->count; k++, y += ROW_STEP) {
            struct assay_spot *spot = row->spots[k];

            spot->y = y;
            assay_buf_printf(picture->out, "<g class=\"series-%zu\">",
                             spot->series + 1);
            assay_chart_spot(picture, spot, ASSAY_MARK_RADIUS);
            assay_buf_add_c(picture->out, "</g>\n");
            assay_chart_take(
                picture,
                (struct assay_box){
                    (spot->interval ? spot->low : spot->x) - 6, y - 6,
                    (spot->interval ? spot->high : spot->x) + 6, y + 6});
        }
    }
}
