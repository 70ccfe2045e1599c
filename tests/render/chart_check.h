/*
 * How the chart tests read a picture back: as markup that is balanced and has
 * nothing but what a picture may have, and as the words in it.
 */
#ifndef ASSAY_TESTS_RENDER_CHART_CHECK_H
#define ASSAY_TESTS_RENDER_CHART_CHECK_H

#include "assay/chart.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 60 << 10 };

/* The picture as a C string, to be freed; NULL when there is none. */
static inline char *drawn(const struct assay_chart *chart)
{
    struct assay_buf out;
    char *text = NULL;

    assay_buf_init(&out, 1 << 20);
    if (assay_chart_svg(&out, chart)) {
        assert_false(out.failed);
        text = malloc(out.len + 1);
        assert_non_null(text);
        memcpy(text, out.at, out.len + 1);
    } else {
        assert_int_equal(out.len, 0);
    }
    assay_buf_release(&out);
    return text;
}

static inline size_t count_of(const char *text, const char *what)
{
    size_t count = 0;

    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        count++;
    return count;
}

/* Numbers of an attribute lie within, or close to, the picture. */
static inline void check_numbers(const char *at, const char *end)
{
    while (at < end) {
        if ((*at >= '0' && *at <= '9') ||
            (*at == '-' && at[1] >= '0' && at[1] <= '9')) {
            char *behind;
            double value = strtod(at, &behind);
            if (!(value >= -700 && value <= 2500))
                fail_msg("%.*s lies outside", 20, at);
            at = behind;
        } else {
            /* path commands and what stands between numbers */
            if (!strchr("MLHVlhvz .", *at))
                fail_msg("'%.*s' is no path", 20, at);
            at++;
        }
    }
}

static inline void check_attributes(const char *at, const char *end)
{
    while (at < end && *at != '>' && *at != '/') {
        const char *name = at;
        const char *value = strstr(at, "=\"");
        assert_true(value && value < end);
        size_t len = (size_t)(value - name);
        value += 2;
        const char *close = strchr(value, '"');
        assert_true(close && close < end);
        static const char *const numbers[] = {"d", "x", "y", "cx", "cy", "r"};
        static const char *const others[] = {
            "class", "dy",  "text-anchor",     "viewBox",     "role",     "id",
            "href",  "rel", "aria-labelledby", "aria-hidden", "transform"};
        bool known = false;

        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
            if (strlen(numbers[i]) == len && !memcmp(numbers[i], name, len)) {
                check_numbers(value, close);
                known = true;
            }
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            known = known ||
                    (strlen(others[i]) == len && !memcmp(others[i], name, len));
        if (!known)
            fail_msg("attribute %.*s", (int)len, name);
        for (at = close + 1; *at == ' ';)
            at++;
    }
}

/* That markup is balanced and has only what a picture may have. */
static inline void check_markup(const char *text)
{
    static const char *const allowed[] = {"svg",  "title", "desc",   "g",
                                          "path", "text",  "circle", "a"};
    char stack[16][12];
    size_t depth = 0;

    assert_true(assay_utf8_valid(assay_str_c(text)));
    for (const char *at = strchr(text, '<'); at; at = strchr(at, '<')) {
        const char *end = strchr(at, '>');
        assert_non_null(end);
        bool closes = at[1] == '/';
        const char *name = at + 1 + closes;
        size_t len = strcspn(name, " />");
        bool known = false;

        for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
            known = known || (strlen(allowed[i]) == len &&
                              !memcmp(allowed[i], name, len));
        if (!known)
            fail_msg("element %.*s", (int)len, name);
        if (closes) {
            assert_true(depth > 0);
            depth--;
            assert_true(strlen(stack[depth]) == len &&
                        !memcmp(stack[depth], name, len));
        } else {
            check_attributes(name + len + (name[len] == ' '), end + 1);
            if (end[-1] != '/') {
                assert_true(depth < 16);
                snprintf(stack[depth++], sizeof stack[0], "%.*s", (int)len,
                         name);
            }
        }
        at = end + 1;
    }
    assert_int_equal(depth, 0);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
}

/* Draws, checks the markup and the size. */
static inline char *checked(const struct assay_chart *chart)
{
    char *text = drawn(chart);

    assert_non_null(text);
    check_markup(text);
    if (strlen(text) > MOST_BYTES)
        fail_msg("%zu bytes", strlen(text));
    return text;
}

static inline struct assay_chart chart_of(enum assay_chart_kind kind,
                                          const struct assay_series *series,
                                          size_t count)
{
    return (struct assay_chart){
        .kind = kind,
        .id = ASSAY_STR("cost-by-volume"),
        .title = ASSAY_STR("Cost by volume"),
        .description = ASSAY_STR("Both rise."),
        .x = {ASSAY_STR("Requests a month"), ASSAY_SCALE_LINEAR, "", "", false},
        .y = {ASSAY_STR("Cost a month"), ASSAY_SCALE_LINEAR, "$", "", false},
        .series = series,
        .series_count = count,
    };
}

/* The words of elements that open so, with " | " between. */
static inline void words_of(const char *text, const char *open, char *words,
                            size_t size)
{
    size_t len = 0;

    words[0] = '\0';
    for (const char *at = strstr(text, open); at; at = strstr(at + 1, open)) {
        const char *from = strchr(at, '>') + 1;
        int n = snprintf(words + len, size - len, "%s%.*s", len ? " | " : "",
                         (int)strcspn(from, "<"), from);
        assert_true(n > 0 && (size_t)n < size - len);
        len += (size_t)n;
    }
}

static inline void check_words(const char *text, const char *open,
                               const char *wanted)
{
    char words[2048];

    words_of(text, open, words, sizeof words);
    assert_string_equal(words, wanted);
}

/* 0 … 1, the same each time. */
static inline double random_part(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return (double)(*seed >> 8) / (1 << 24);
}

#endif
