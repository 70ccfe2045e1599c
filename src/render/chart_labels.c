/*
 * Words in a picture: how wide they are, where they are cut, and a place for
 * each where it hides nothing. A label without such a place is left out: the
 * legend, the words on hovering and the table say it too.
 */
#include "render/chart_parts.h"

#include "assay/render.h"

#include <string.h>

enum { OVER_PLOT = 26 }; /* free below the words of the upright axis */

static const double ASCENT = 0.8, DESCENT = 0.25; /* of the size */
static const double WIDE = 1.05;                  /* a column of CJK: half */

/*
 * The reader's font is not known here: widths in parts of the size, somewhat
 * more than those of Arial, Roboto, Segoe UI and San Francisco.
 */
static double character_width(char c)
{
    if (strchr("iljI.,:;'|!()[]{} ft/", c))
        return 0.33;
    if (strchr("mwMW@%", c))
        return 0.88;
    return c >= 'A' && c <= 'Z' ? 0.68 : 0.57;
}

/* Bytes of the character at the start of s, which is not empty. */
static size_t character_bytes(struct assay_str s)
{
    size_t n = 1;

    if ((unsigned char)s.at[0] >= 0xc0)
        while (n < s.len && n < 4 && ((unsigned char)s.at[n] & 0xc0) == 0x80)
            n++;
    return n;
}

double assay_text_width(struct assay_str text, double size)
{
    double width = 0;

    while (text.len > 0) {
        size_t n = character_bytes(text);
        if (text.at[0] > ' ' - 1 && text.at[0] <= '~')
            width += character_width(text.at[0]);
        else
            width +=
                (double)assay_tty_width(assay_str_head(text, n)) * WIDE * 0.62;
        text = assay_str_skip(text, n);
    }
    return width * size;
}

struct assay_str assay_text_cut(struct assay_arena *arena,
                                struct assay_str text, size_t characters)
{
    struct assay_str rest = text;
    size_t before_last = 0;

    for (size_t i = 0; i < characters && rest.len > 0; i++) {
        before_last = text.len - rest.len;
        rest = assay_str_skip(rest, character_bytes(rest));
    }
    if (rest.len == 0)
        return text;
    text = assay_str_trim(assay_str_head(text, before_last));
    return assay_arena_printf(arena, "%.*s\u2026", ASSAY_STR_ARG(text));
}

struct assay_str assay_text_fit(struct assay_arena *arena,
                                struct assay_str text, double size,
                                double width)
{
    struct assay_str cut = text;

    for (size_t n = ASSAY_NAME_CHARACTERS;
         n > 1 && assay_text_width(cut, size) > width; n--)
        cut = assay_text_cut(arena, text, n);
    return cut;
}

void assay_chart_take(struct assay_picture *picture, struct assay_box box)
{
    if (picture->taken_count == picture->taken_room) {
        size_t room = picture->taken_room ? picture->taken_room * 2 : 64;
        struct assay_box *more =
            ASSAY_NEW_ARRAY(picture->arena, struct assay_box, room);
        if (picture->taken_count)
            memcpy(more, picture->taken, picture->taken_count * sizeof(*more));
        picture->taken = more;
        picture->taken_room = room;
    }
    picture->taken[picture->taken_count++] = box;
}

void assay_chart_take_line(struct assay_picture *picture,
                           struct assay_segment segment)
{
    if (picture->segment_count == picture->segment_room) {
        size_t room = picture->segment_room ? picture->segment_room * 2 : 64;
        struct assay_segment *more =
            ASSAY_NEW_ARRAY(picture->arena, struct assay_segment, room);
        if (picture->segment_count)
            memcpy(more, picture->segments,
                   picture->segment_count * sizeof(*more));
        picture->segments = more;
        picture->segment_room = room;
    }
    picture->segments[picture->segment_count++] = segment;
}

static bool boxes_meet(const struct assay_box *a, const struct assay_box *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom &&
           b->top < a->bottom;
}

/* Cuts [*from, *to] of a line down to where p + t * q is between the ends. */
static bool clip(double p, double q, double least, double most, double *from,
                 double *to)
{
    if (q > -1e-9 && q < 1e-9)
        return p >= least && p <= most;
    double a = (least - p) / q, b = (most - p) / q;
    if (a > b) {
        double swap = a;
        a = b;
        b = swap;
    }
    *from = a > *from ? a : *from;
    *to = b < *to ? b : *to;
    return *from <= *to;
}

static bool line_meets(const struct assay_segment *s, const struct assay_box *b)
{
    double from = 0, to = 1;

    return clip(s->x1, s->x2 - s->x1, b->left, b->right, &from, &to) &&
           clip(s->y1, s->y2 - s->y1, b->top, b->bottom, &from, &to);
}

/* How a text stands to its place. */
enum across { START, MIDDLE, END };
enum along { ABOVE, LEVEL, BELOW };
struct way {
    enum across across;
    enum along along;
};

static const struct way beside[] = {
    {START, LEVEL}, {END, LEVEL},   {MIDDLE, ABOVE}, {MIDDLE, BELOW},
    {START, ABOVE}, {START, BELOW}, {END, ABOVE},    {END, BELOW},
};
static const struct way above[] = {
    {END, ABOVE},
    {END, BELOW},
    {MIDDLE, ABOVE},
    {MIDDLE, BELOW},
};
static const struct way level[] = {{START, LEVEL}, {END, LEVEL}};

static const struct {
    const struct way *ways;
    size_t count;
} sides[] = {
    [ASSAY_BESIDE] = {beside, sizeof(beside) / sizeof(beside[0])},
    [ASSAY_ABOVE] = {above, sizeof(above) / sizeof(above[0])},
    [ASSAY_LEVEL] = {level, sizeof(level) / sizeof(level[0])},
};

static struct way way_of(const struct assay_label *label)
{
    return sides[label->side].ways[label->way];
}

/* Where the text begins, goes through or ends. */
static double text_x(const struct assay_label *label)
{
    const struct assay_label_place *place = &label->places[label->place];
    struct way way = way_of(label);
    /* at a corner it need not keep away to the side as well */
    double gap = way.along == LEVEL            ? place->gap
                 : label->side == ASSAY_BESIDE ? place->gap / 2
                                               : 0;

    return place->x + (way.across == START ? gap
                       : way.across == END ? -gap
                                           : 0);
}

static struct assay_box text_box(const struct assay_label *label, double size)
{
    const struct assay_label_place *place = &label->places[label->place];
    struct way way = way_of(label);
    double width = assay_text_width(label->text, size), x = text_x(label);
    double height = (ASCENT + DESCENT) * size;
    struct assay_box box;

    box.left = way.across == START    ? x
               : way.across == MIDDLE ? x - width / 2
                                      : x - width;
    box.right = box.left + width;
    box.top = way.along == ABOVE   ? place->y - place->gap - height
              : way.along == LEVEL ? place->y - height / 2
                                   : place->y + place->gap;
    box.bottom = box.top + height;
    return box;
}

static bool is_free(const struct assay_picture *picture,
                    const struct assay_label *label,
                    const struct assay_box *box, double size)
{
    if (box->left < picture->plot.left || box->right > ASSAY_PICTURE_WIDTH ||
        box->top < picture->plot.top - OVER_PLOT ||
        box->bottom > picture->plot.bottom)
        return false;
    for (size_t i = 0; i < picture->taken_count; i++)
        if (boxes_meet(box, &picture->taken[i]))
            return false;
    for (size_t i = 0; i < picture->segment_count; i++)
        if (line_meets(&picture->segments[i], box))
            return false;
    for (const struct assay_label *l = picture->first_label; l; l = l->next) {
        if (l == label || l->state == ASSAY_LABEL_OUT ||
            (l->only_coarse && label->only_fine))
            continue;
        struct assay_box other = text_box(l, size);
        other.left -= 4;
        other.right += 4;
        if (boxes_meet(box, &other))
            return false;
    }
    return true;
}

static bool find_place(const struct assay_picture *picture,
                       struct assay_label *label, double size)
{
    for (label->place = 0; label->place < label->place_count; label->place++)
        for (label->way = 0; label->way < sides[label->side].count;
             label->way++) {
            struct assay_box box = text_box(label, size);
            if (is_free(picture, label, &box, size))
                return true;
        }
    return false;
}

void assay_chart_want_label(struct assay_picture *picture,
                            const struct assay_label *wanted)
{
    struct assay_label *label = ASSAY_NEW(picture->arena, struct assay_label);

    *label = *wanted;
    label->text =
        assay_text_cut(picture->arena, wanted->text, ASSAY_NAME_CHARACTERS);
    if (picture->last_label)
        picture->last_label->next = label;
    else
        picture->first_label = label;
    picture->last_label = label;
}

static void write_label(struct assay_picture *picture,
                        const struct assay_label *label)
{
    static const char *const anchors[] = {[START] = "",
                                          [MIDDLE] = " text-anchor=\"middle\"",
                                          [END] = " text-anchor=\"end\""};
    /* in the text's own size, of which there are several */
    static const char *const shifts[] = {
        [ABOVE] = "-.25em", [LEVEL] = ".28em", [BELOW] = ".8em"};
    const struct assay_label_place *place = &label->places[label->place];
    struct way way = way_of(label);
    double y = place->y + (way.along == ABOVE   ? -place->gap
                           : way.along == BELOW ? place->gap
                                                : 0);

    assay_buf_printf(picture->out, "<text class=\"%s%s\"", label->kind,
                     label->state == ASSAY_LABEL_FINE ? " fine"
                     : label->only_coarse             ? " coarse"
                                                      : "");
    assay_chart_attribute(picture->out, "x", text_x(label));
    assay_chart_attribute(picture->out, "y", y);
    assay_buf_printf(picture->out, " dy=\"%s\"%s>", shifts[way.along],
                     anchors[way.across]);
    assay_html_text(picture->out, label->text);
    assay_buf_add_c(picture->out, "</text>");
}

void assay_chart_draw_labels(struct assay_picture *picture)
{
    /* those that are always shown first: they have to stay clear of all */
    for (struct assay_label *l = picture->first_label; l; l = l->next)
        if (!l->only_fine && find_place(picture, l, ASSAY_TEXT_LARGE))
            l->state = ASSAY_LABEL_SHOWN;
    for (struct assay_label *l = picture->first_label; l; l = l->next)
        if (l->state == ASSAY_LABEL_OUT && !l->only_coarse &&
            find_place(picture, l, ASSAY_TEXT_SMALL))
            l->state = ASSAY_LABEL_FINE;

    bool any = false;
    for (struct assay_label *l = picture->first_label; l; l = l->next) {
        if (l->state == ASSAY_LABEL_OUT)
            continue;
        if (!any)
            assay_buf_printf(picture->out, "<g class=\"labels\"%s>",
                             picture->linked ? " aria-hidden=\"true\"" : "");
        any = true;
        write_label(picture, l);
    }
    assay_buf_add_c(picture->out, any ? "</g>\n" : "");
}
