/*
 * Walking through a JSON object without a tree: a hostile header of 100 MB
 * would make one of gigabytes. Only the members of the outermost object are
 * taken apart here; each value is for assay_json_parse() to read, and
 * whatever no one parses is thrown away with the file refused or unused.
 */
#include "gguf/weights_parts.h"

static bool fail_at(struct assay_json_scan *scan, const char *expected,
                    struct assay_error *err)
{
    scan->failed = true;
    return assay_fail(err, ASSAY_BAD_INPUT, "byte %zu of the JSON: expected %s",
                      (size_t)(scan->at - scan->start), expected);
}

static void skip_space(struct assay_json_scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\n' ||
                                    *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

static bool skip_char(struct assay_json_scan *scan, char c)
{
    skip_space(scan);
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

/* From behind the opening quote to behind the closing one. */
static bool skip_string(struct assay_json_scan *scan)
{
    for (; scan->at < scan->end; scan->at++) {
        if ((unsigned char)*scan->at < ' ')
            return false;
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (*scan->at == '\\' && ++scan->at == scan->end)
            return false;
    }
    return false;
}

/* To the ',' or '}' behind a value, brackets and strings counted. */
static bool skip_value(struct assay_json_scan *scan)
{
    size_t depth = 0;

    while (scan->at < scan->end) {
        char c = *scan->at;
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return true;
        scan->at++;
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        else if (c == '"' && !skip_string(scan))
            return false;
    }
    return false;
}

struct assay_json_scan assay_json_scan_over(struct assay_str text)
{
    return (struct assay_json_scan){
        .start = text.at, .at = text.at, .end = text.at + text.len};
}

bool assay_json_scan_next(struct assay_json_scan *scan, struct assay_str *name,
                          struct assay_str *value, struct assay_error *err)
{
    const char *from;

    if (!scan->begun && !skip_char(scan, '{'))
        return fail_at(scan, "'{'", err);
    if (skip_char(scan, '}')) {
        skip_space(scan);
        if (scan->at != scan->end)
            return fail_at(scan, "nothing behind the last '}'", err);
        return false;
    }
    if (scan->begun && !skip_char(scan, ','))
        return fail_at(scan, "',' or '}'", err);
    scan->begun = true;
    if (!skip_char(scan, '"'))
        return fail_at(scan, "a name in quotes", err);
    from = scan->at;
    if (!skip_string(scan))
        return fail_at(scan, "the end of a name", err);
    *name = (struct assay_str){from, (size_t)(scan->at - 1 - from)};
    if (!skip_char(scan, ':'))
        return fail_at(scan, "':'", err);
    skip_space(scan);
    from = scan->at;
    if (!skip_value(scan) || scan->at == from)
        return fail_at(scan, "a value and what ends it", err);
    *value =
        assay_str_trim((struct assay_str){from, (size_t)(scan->at - from)});
    return true;
}
