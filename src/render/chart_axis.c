/*
 * Scales and their ticks: 1-2-5 for linear ones; decades for logarithms,
 * with 2 and 5 between when there are few; days, months and years for dates.
 * A tick is a whole number times a power of ten, so its words are exact.
 */
#include "render/chart_parts.h"

#include "assay/date.h"
#include "assay/decimal.h"

#include <math.h>
#include <string.h>

enum { MOST_TICKS = 40 };

static const double LARGEST = 1e300;   /* spans of such do not overflow */
static const double SMALLEST = 1e-300; /* of a logarithm */
static const double SAME = 1e-9; /* a span smaller than this part is none */
static const double BESIDE_LINE = 0.04; /* of a span: room for a line */
static const double HAIR = 1e-6; /* of a step: rounding, not a distance */

bool assay_scale_holds(enum assay_scale kind, double value)
{
    if (!(fabs(value) <= LARGEST))
        return false;
    if (kind == ASSAY_SCALE_LOG)
        return value >= SMALLEST;
    if (kind == ASSAY_SCALE_DAYS)
        return fabs(value) < 1e6 &&
               assay_date_set(assay_date_from_days((int32_t)floor(value)));
    return true;
}

double assay_scale_measure(enum assay_scale kind, double value)
{
    return kind == ASSAY_SCALE_LOG ? log10(value) : value;
}

void assay_extent_add(struct assay_extent *extent, enum assay_scale kind,
                      double value)
{
    if (!assay_scale_holds(kind, value))
        return;
    value = assay_scale_measure(kind, value);
    if (!extent->any || value < extent->low)
        extent->low = value;
    if (!extent->any || value > extent->high)
        extent->high = value;
    extent->any = true;
}

double assay_scale_place(const struct assay_chart_scale *scale, double value)
{
    double part = (assay_scale_measure(scale->kind, value) - scale->low) /
                  (scale->high - scale->low);

    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return scale->from + part * (scale->to - scale->from);
}

double assay_tick_place(const struct assay_chart_scale *scale,
                        const struct assay_tick *tick)
{
    double part = (tick->at - scale->low) / (scale->high - scale->low);
    return scale->from + part * (scale->to - scale->from);
}

/* mantissa x 10^exponent */
struct step {
    int64_t mantissa;
    int exponent;
};

static double step_size(struct step step)
{
    return (double)step.mantissa * pow(10, step.exponent);
}

/* The smallest of 1, 2, 5 x 10^n that is not below `least`. */
static struct step nice_step(double least)
{
    static const int mantissas[] = {1, 2, 5, 10};
    struct step step = {1, (int)floor(log10(least))};

    for (size_t i = 0; i < sizeof(mantissas) / sizeof(mantissas[0]); i++) {
        step.mantissa = mantissas[i];
        if (step_size(step) >= least * (1 - HAIR))
            break;
    }
    if (step.mantissa == 10)
        step = (struct step){1, step.exponent + 1};
    return step;
}

/* Room around values that are all the same. */
static void widen(struct assay_extent *e, enum assay_scale kind)
{
    double size = fmax(fabs(e->low), fabs(e->high));
    double middle = e->low / 2 + e->high / 2, half;

    if (kind == ASSAY_SCALE_LOG) {
        if (e->high - e->low >= 0.7) /* 1-2-5 has two ticks in this */
            return;
        half = 0.5;
    } else if (kind == ASSAY_SCALE_DAYS) {
        if (e->high - e->low >= 3)
            return;
        half = 45;
    } else {
        if (e->high - e->low > size * SAME)
            return;
        half = size > SMALLEST ? size / 2 : 1;
    }
    e->low = middle - half;
    e->high = middle + half;
}

struct assay_chart_scale assay_scale_fit(const struct assay_axis *axis,
                                         struct assay_extent extent,
                                         struct assay_fit fit)
{
    bool linear = axis->scale == ASSAY_SCALE_LINEAR;
    bool positive = extent.low >= 0, negative = extent.high <= 0;

    if (linear && axis->from_zero) {
        extent.low = fmin(extent.low, 0);
        extent.high = fmax(extent.high, 0);
    }
    widen(&extent, axis->scale);

    double span = extent.high - extent.low;
    double low = extent.low - span * fit.pad_low;
    double high = extent.high + span * fit.pad_high;
    if (linear && fit.whole) {
        double step = step_size(nice_step((high - low) / 5));
        double below = floor(low / step + HAIR) * step;
        double over = ceil(high / step - HAIR) * step;
        /* a step that would be mostly empty is not begun */
        low = low - below < step * 0.6 ? below : low - span * BESIDE_LINE;
        high = over - high < step * 0.6 ? over : high + span * BESIDE_LINE;
    }
    /* no room is made on the other side of zero */
    if (linear && positive && low < 0)
        low = 0;
    if (linear && negative && high > 0)
        high = 0;
    if (linear && positive && negative) /* nothing but zeros */
        high = 1;
    return (struct assay_chart_scale){axis->scale, low, high, 0, 1};
}

static struct assay_tick *add_tick(struct assay_ticks *ticks, double at)
{
    if (ticks->count == MOST_TICKS)
        return NULL;
    struct assay_tick *tick = &ticks->at[ticks->count++];
    *tick = (struct assay_tick){.at = at};
    return tick;
}

static void linear_ticks(struct assay_ticks *ticks,
                         const struct assay_chart_scale *scale, unsigned wanted)
{
    struct step step = nice_step((scale->high - scale->low) / wanted);
    double size = step_size(step);
    double first = ceil(scale->low / size - HAIR);
    double last = floor(scale->high / size + HAIR);

    for (double n = first; n <= last; n++) {
        struct assay_tick *tick = add_tick(ticks, n * size);
        if (!tick)
            return;
        tick->rank = (int64_t)n;
        tick->digits = tick->rank * step.mantissa;
        tick->exponent = step.exponent;
    }
}

/* 1, 2 and 5 of each decade, or every so many decades. */
static void log_ticks(struct assay_ticks *ticks,
                      const struct assay_chart_scale *scale, unsigned wanted)
{
    static const int mantissas[] = {1, 2, 5};
    double first = ceil(scale->low - HAIR), last = floor(scale->high + HAIR);
    int stride = (int)ceil((last - first + 1) / wanted);

    if (last - first >= 2) {
        for (int n = (int)first; n <= (int)last; n++) {
            if (n % (stride > 0 ? stride : 1) != 0)
                continue;
            struct assay_tick *tick = add_tick(ticks, n);
            if (!tick)
                return;
            *tick = (struct assay_tick){
                .at = n, .digits = 1, .exponent = n, .rank = n / stride};
        }
        return;
    }
    for (int n = (int)floor(scale->low); n <= (int)last + 1; n++)
        for (int i = 0; i < 3; i++) {
            double at = n + log10(mantissas[i]);
            if (at < scale->low - HAIR || at > scale->high + HAIR)
                continue;
            struct assay_tick *tick = add_tick(ticks, at);
            if (!tick)
                return;
            tick->digits = mantissas[i];
            tick->exponent = n;
            tick->rank = (int64_t)n * 3 + i;
        }
}

/* A step of a calendar: so many days, or so many months. */
static const struct calendar_step {
    int days, months;
    double about; /* days */
} calendar_steps[] = {
    {1, 0, 1},      {2, 0, 2},       {7, 0, 7},        {14, 0, 14},
    {0, 1, 30.4},   {0, 3, 91.3},    {0, 6, 182.6},    {0, 12, 365.25},
    {0, 24, 730.5}, {0, 60, 1826.2}, {0, 120, 3652.5}, {0, 240, 7305},
};

static void day_ticks(struct assay_ticks *ticks,
                      const struct assay_chart_scale *scale, unsigned wanted)
{
    size_t last = sizeof(calendar_steps) / sizeof(calendar_steps[0]) - 1;
    size_t i = 0;

    while (i < last &&
           calendar_steps[i].about < (scale->high - scale->low) / wanted)
        i++;
    const struct calendar_step *step = &calendar_steps[i];

    if (step->days) {
        for (double n = ceil(scale->low / step->days);
             n * step->days <= scale->high; n++) {
            struct assay_tick *tick = add_tick(ticks, n * step->days);
            if (!tick)
                return;
            tick->rank = (int64_t)n;
            tick->digits = (int64_t)tick->at;
        }
        return;
    }
    struct assay_date low = assay_date_from_days((int32_t)floor(scale->low));
    int year = assay_date_set(low) ? low.year : 1950;
    for (int month = year * 12 / step->months * step->months;;
         month += step->months) {
        struct assay_date date = {(int16_t)(month / 12),
                                  (int8_t)(month % 12 + 1), 1};
        if (date.year < 1950)
            continue;
        double day = assay_date_days(date);
        if (day > scale->high || date.year > 2199)
            return;
        struct assay_tick *tick =
            day < scale->low ? NULL : add_tick(ticks, day);
        if (tick) {
            tick->rank = month / step->months;
            tick->digits = (int64_t)day;
        }
    }
}

/* Digits of the number without trailing zeros. */
static int significant(int64_t digits)
{
    int count = 0;

    if (digits == 0)
        return 0;
    while (digits % 10 == 0)
        digits /= 10;
    for (; digits != 0; digits /= 10)
        count++;
    return count;
}

/* The power of ten just above the number: 3 for 100 … 999. */
static int magnitude(const struct assay_tick *tick)
{
    int count = tick->exponent;

    for (int64_t digits = tick->digits; digits != 0; digits /= 10)
        count++;
    return count;
}

/* "1.5" for 15 x 10^-1; no sign. */
static struct assay_str plain(struct assay_arena *arena, int64_t digits,
                              int exponent, int places)
{
    struct assay_decimal value = {digits < 0 ? -digits : digits, exponent};

    /* the normal form */
    while (value.digits != 0 && value.digits % 10 == 0) {
        value.digits /= 10;
        value.exponent++;
    }
    if (value.digits == 0)
        value.exponent = 0;
    if (places < -value.exponent)
        places = -value.exponent;
    return assay_decimal_fixed(arena, value, places);
}

/* How the numbers of an axis are written. */
struct number_style {
    bool units; /* 1.5K, 20M */
    int places;
    bool money;
};

static struct assay_str number_words(struct assay_arena *arena,
                                     const struct assay_tick *tick,
                                     struct number_style style)
{
    static const char units[] = {0, 'K', 'M', 'B', 'T'};
    int size = magnitude(tick);

    if (tick->digits == 0)
        return ASSAY_STR("0");
    if (size > 15 || size < -5) { /* "2e-9" */
        int places = significant(tick->digits) - 1;
        struct assay_str digits =
            plain(arena, tick->digits, tick->exponent - (size - 1), places);
        return assay_arena_printf(arena, "%.*se%d", ASSAY_STR_ARG(digits),
                                  size - 1);
    }
    if (style.units && size > 3) {
        int unit = (size - 1) / 3;
        struct assay_str digits =
            plain(arena, tick->digits, tick->exponent - unit * 3, 0);
        return assay_arena_printf(arena, "%.*s%c", ASSAY_STR_ARG(digits),
                                  units[unit]);
    }
    int places = style.places;
    if (style.money && (places == 1 || (tick->exponent == -1 && places == 0)))
        places = 2; /* $0.50 */
    return plain(arena, tick->digits, tick->exponent, places);
}

static struct assay_str date_words(struct assay_arena *arena,
                                   const struct assay_tick *tick, bool days,
                                   bool years)
{
    static const char names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct assay_date date = assay_date_from_days((int32_t)tick->digits);

    if (!assay_date_set(date))
        return ASSAY_STR("");
    if (years)
        return assay_arena_printf(arena, "%d", date.year);
    if (days)
        return assay_arena_printf(arena, "%d %s %d", date.day,
                                  names[date.month - 1], date.year);
    return assay_arena_printf(arena, "%s %d", names[date.month - 1], date.year);
}

static void name_dates(struct assay_arena *arena, struct assay_ticks *ticks)
{
    bool days = false, years = true;

    for (size_t i = 0; i < ticks->count; i++) {
        struct assay_date date =
            assay_date_from_days((int32_t)ticks->at[i].digits);
        days = days || date.day != 1;
        years = years && date.month == 1;
    }
    for (size_t i = 0; i < ticks->count; i++)
        ticks->at[i].label =
            date_words(arena, &ticks->at[i], days, years && !days);
}

static void name_numbers(struct assay_arena *arena,
                         const struct assay_axis *axis,
                         struct assay_ticks *ticks)
{
    const char *before = axis->before ? axis->before : "";
    const char *behind = axis->behind ? axis->behind : "";
    struct number_style style = {true, 0, strcmp(before, "$") == 0};

    for (size_t i = 0; i < ticks->count; i++) {
        const struct assay_tick *tick = &ticks->at[i];
        int places = -tick->exponent;

        for (int64_t digits = tick->digits;
             digits != 0 && digits % 10 == 0 && places > 0; digits /= 10)
            places--;
        /* 1,280 rather than 1.28K */
        if (significant(tick->digits) > (magnitude(tick) == 4 ? 2 : 3))
            style.units = false;
        if (tick->digits != 0 && axis->scale == ASSAY_SCALE_LINEAR &&
            places > style.places)
            style.places = places;
    }
    for (size_t i = 0; i < ticks->count; i++) {
        struct assay_tick *tick = &ticks->at[i];
        struct assay_str words = number_words(arena, tick, style);
        tick->label = assay_arena_printf(arena, "%s%s%.*s%s",
                                         tick->digits < 0 ? "\u2212" : "",
                                         before, ASSAY_STR_ARG(words), behind);
    }
}

struct assay_ticks assay_ticks_make(struct assay_arena *arena,
                                    const struct assay_axis *axis,
                                    const struct assay_chart_scale *scale,
                                    unsigned wanted)
{
    struct assay_ticks ticks = {
        ASSAY_NEW_ARRAY(arena, struct assay_tick, MOST_TICKS), 0};

    switch (axis->scale) {
    case ASSAY_SCALE_LINEAR:
        linear_ticks(&ticks, scale, wanted);
        break;
    case ASSAY_SCALE_LOG:
        log_ticks(&ticks, scale, wanted);
        break;
    case ASSAY_SCALE_DAYS:
        day_ticks(&ticks, scale, wanted);
        break;
    }
    if (axis->scale == ASSAY_SCALE_DAYS)
        name_dates(arena, &ticks);
    else
        name_numbers(arena, axis, &ticks);
    return ticks;
}

/* The remainder of the ticks to keep: 0, where any has it. */
static int64_t phase_of(const struct assay_ticks *ticks, int64_t stride)
{
    for (size_t i = 0; i < ticks->count; i++)
        if (ticks->at[i].rank % stride == 0)
            return 0;
    return ticks->count ? ticks->at[0].rank % stride : 0;
}

/* True when labels of the ticks on this stride do not meet. */
static bool have_room(const struct assay_ticks *ticks,
                      const struct assay_chart_scale *scale, int64_t stride,
                      double text_size)
{
    double end = -ASSAY_PICTURE_WIDTH;
    int64_t phase = phase_of(ticks, stride);

    for (size_t i = 0; i < ticks->count; i++) {
        const struct assay_tick *tick = &ticks->at[i];
        if (tick->rank % stride != phase)
            continue;
        double half = assay_text_width(tick->label, text_size) / 2;
        double middle = assay_tick_place(scale, tick);
        if (middle - half < end + text_size * 1.1)
            return false;
        end = middle + half;
    }
    return true;
}

static int64_t stride_with_room(const struct assay_ticks *ticks,
                                const struct assay_chart_scale *scale,
                                double text_size)
{
    static const int strides[] = {1, 2, 3, 4, 5, 6, 10, 12, 20};
    size_t last = sizeof(strides) / sizeof(strides[0]) - 1;
    /* of 1, 2, 5 each third is a power of ten */
    bool thirds = scale->kind == ASSAY_SCALE_LOG && ticks->count > 1 &&
                  ticks->at[1].at - ticks->at[0].at < 0.9;

    for (size_t i = 0; i < last; i++) {
        if (thirds && i > 0 && strides[i] % 3 != 0)
            continue;
        if (have_room(ticks, scale, strides[i], text_size))
            return strides[i];
    }
    return strides[last];
}

void assay_ticks_thin(struct assay_ticks *ticks,
                      const struct assay_chart_scale *scale)
{
    int64_t small = stride_with_room(ticks, scale, ASSAY_TEXT_SMALL);
    int64_t phase = phase_of(ticks, small);
    size_t kept = 0;

    for (size_t i = 0; i < ticks->count; i++)
        if (ticks->at[i].rank % small == phase)
            ticks->at[kept++] = ticks->at[i];
    ticks->count = kept;
    int64_t large = stride_with_room(ticks, scale, ASSAY_TEXT_LARGE);
    phase = phase_of(ticks, large);
    for (size_t i = 0; i < kept; i++)
        ticks->at[i].fine = ticks->at[i].rank % large != phase;
}
