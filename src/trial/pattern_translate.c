/*
 * From JavaScript's and Python's regular expressions to PCRE2's: one pass,
 * recursive over parentheses. Every character that is not a letter or digit
 * is written as its number, so only what is meant here acts there.
 */
#include "trial/pattern_parts.h"

#include <string.h>

static bool read_alternatives(struct assay_pattern_reader *in);

bool assay_pattern_refuse(struct assay_pattern_reader *in, size_t at,
                          const char *what)
{
    return assay_fail(in->err, ASSAY_BAD_INPUT, "at offset %zu: %s", at, what);
}

bool assay_pattern_is_js(const struct assay_pattern_reader *in)
{
    return in->dialect != ASSAY_PATTERN_PYTHON;
}

uint32_t assay_pattern_peek(const struct assay_pattern_reader *in, size_t n)
{
    return in->pos + n < in->len ? in->at[in->pos + n] : 0x110000;
}

static uint32_t peek(const struct assay_pattern_reader *in, size_t n)
{
    return assay_pattern_peek(in, n);
}

static bool looks_at(const struct assay_pattern_reader *in, const char *text)
{
    for (size_t i = 0; text[i]; i++)
        if (peek(in, i) != (unsigned char)text[i])
            return false;
    return true;
}

static void put(struct assay_pattern_reader *in, const char *text)
{
    assay_buf_add_c(&in->out, text);
}

/* Counts captures and sees names before the pass that needs them. */
static void count_captures(struct assay_pattern_reader *in)
{
    bool in_class = false;

    for (size_t i = 0; i < in->len; i++) {
        uint32_t c = in->at[i];
        uint32_t next = i + 1 < in->len ? in->at[i + 1] : 0;
        uint32_t third = i + 2 < in->len ? in->at[i + 2] : 0;
        uint32_t fourth = i + 3 < in->len ? in->at[i + 3] : 0;

        if (c == '\\')
            i++;
        else if (c == '[' && !in_class) {
            in_class = true;
            i += next == '^';
            if (!assay_pattern_is_js(in) && i + 1 < in->len &&
                in->at[i + 1] == ']')
                i++; /* literal at its place */
        } else if (c == ']')
            in_class = false;
        else if (c == '(' && !in_class) {
            bool named = next == '?' &&
                         ((third == '<' && fourth != '=' && fourth != '!') ||
                          (third == 'P' && fourth == '<'));
            in->capture_total += next != '?' || named;
            in->any_name |= named;
        }
    }
}

/* ---------------------------------------------------------- escapes */

static bool read_escape(struct assay_pattern_reader *in)
{
    size_t at = in->pos++;
    uint32_t letter = peek(in, 0), c;
    bool reference;

    if (letter < 0x80 && letter && strchr("dDwWsS", (int)letter)) {
        in->pos++;
        assay_pattern_shorthand(in, (char)letter, false);
        return true;
    }
    if (letter == 'b' || letter == 'B') {
        in->pos++;
        if (assay_pattern_is_js(in))
            put(in, letter == 'b' ? "\\b" : "\\B");
        else
            put(in, letter == 'b' ? "(?:(?<=\\p{Xwd})(?!\\p{Xwd})|"
                                    "(?<!\\p{Xwd})(?=\\p{Xwd}))"
                                  : "(?!\\A\\z)(?:(?<=\\p{Xwd})(?=\\p{Xwd})|"
                                    "(?<!\\p{Xwd})(?!\\p{Xwd}))");
        return true;
    }
    if (!assay_pattern_is_js(in) && (letter == 'A' || letter == 'Z')) {
        in->pos++;
        put(in, letter == 'A' ? "\\A" : "\\z");
        return true;
    }
    if (assay_pattern_is_js(in) && letter == 'k' && in->any_name) {
        if (peek(in, 1) != '<')
            return assay_pattern_refuse(in, at, "\\k needs <name>");
        in->pos += 2;
        return assay_pattern_name_reference(in, '>', at);
    }
    if (in->dialect == ASSAY_PATTERN_JAVASCRIPT_U && (letter | 0x20) == 'p') {
        in->pos++;
        return assay_pattern_property(in, (char)letter);
    }
    if (!assay_pattern_number_reference(in, &reference))
        return false;
    if (reference)
        return true;
    if (!assay_pattern_escape(in, false, &c))
        return false;
    assay_pattern_put(in, c);
    return true;
}

/* ----------------------------------------------------------- groups */

/* What stands behind "(?" and is not taken, and why. */
static const struct {
    const char *starts, *why;
} refused_groups[] = {
    {">", "atomic groups (?>…) are not JavaScript"},
    {"#", "comments (?#…) are not JavaScript"},
    {"|", "(?|…) is not JavaScript"},
    {"(", "conditions (?(…)…) are not supported"},
    {"R", "recursion (?R) is not JavaScript"},
    {"&", "recursion (?&…) is not JavaScript"},
    {"'", "named groups are written (?<name>…)"},
    {"P>", "recursion (?P>…) is not JavaScript"},
};

static bool refuse_group(struct assay_pattern_reader *in, size_t at)
{
    for (size_t i = 0; i < sizeof refused_groups / sizeof refused_groups[0];
         i++)
        if (looks_at(in, refused_groups[i].starts))
            return assay_pattern_refuse(in, at, refused_groups[i].why);
    if (peek(in, 0) >= '0' && peek(in, 0) <= '9')
        return assay_pattern_refuse(in, at, "recursion is not JavaScript");
    if (looks_at(in, "P"))
        return assay_pattern_refuse(
            in, at, "(?P<name>…) is Python; here it is (?<name>…)");
    return assay_pattern_refuse(
        in, at,
        "flags inside the expression are not supported: write [Aa] for a "
        "letter of either case");
}

/* Behind "(": which kind, its start is written. */
static bool open_kind(struct assay_pattern_reader *in,
                      struct assay_pattern_group *group, bool *captures,
                      struct assay_str *name)
{
    size_t at = in->pos - 1;
    bool js = assay_pattern_is_js(in);

    *captures = true;
    *name = ASSAY_STR("");
    if (peek(in, 0) == '*')
        return assay_pattern_refuse(
            in, at, "(*…) is no expression: nothing stands before the *");
    if (peek(in, 0) != '?') {
        put(in, "(");
        return true;
    }
    in->pos++;
    *captures = false;
    static const struct {
        const char *text;
        int kind;
    } looks[] = {
        {":", ASSAY_GROUP_PLAIN},   {"=", ASSAY_GROUP_AHEAD},
        {"!", ASSAY_GROUP_AHEAD},   {"<=", ASSAY_GROUP_BEHIND},
        {"<!", ASSAY_GROUP_BEHIND},
    };
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (looks_at(in, looks[i].text)) {
            in->pos += strlen(looks[i].text);
            assay_buf_printf(&in->out, "(?%s", looks[i].text);
            group->kind = looks[i].kind;
            return true;
        }
    if (looks_at(in, js ? "<" : "P<")) {
        in->pos += js ? 1 : 2;
        *captures = true;
        put(in, "(");
        return assay_pattern_name(in, '>', name);
    }
    return refuse_group(in, at);
}

static bool add_capture(struct assay_pattern_reader *in, uint32_t group,
                        struct assay_str name)
{
    for (uint32_t i = 1; name.len > 0 && i <= in->capture_count; i++)
        if (assay_str_equal(in->names[i], name))
            return assay_pattern_refuse(in, in->groups[group].from,
                                        "two groups of one name");
    in->capture_count++;
    in->captures[in->capture_count] = group;
    in->names[in->capture_count] = name;
    return true;
}

/* From "(" to behind its ")". */
static bool read_group(struct assay_pattern_reader *in)
{
    uint32_t outer = in->group_now, here = in->group_count;
    struct assay_pattern_group *group = &in->groups[here];
    struct assay_str name;
    bool captures;

    if (here > ASSAY_PATTERN_MAX_GROUPS || in->depth >= ASSAY_PATTERN_MAX_DEPTH)
        return assay_fail(in->err, ASSAY_LIMIT,
                          "more than %d groups, or %d deep",
                          ASSAY_PATTERN_MAX_GROUPS, ASSAY_PATTERN_MAX_DEPTH);
    *group = (struct assay_pattern_group){
        .open = true,
        .parent = outer,
        .branch = in->groups[outer].branch_now,
        .min = 1,
        .max = 1,
        .from = in->pos++,
        .out_from = in->out.len,
    };
    if (!assay_pattern_is_js(in) && looks_at(in, "?P=")) {
        in->pos += 3;
        return assay_pattern_name_reference(in, ')', group->from);
    }
    in->group_count++;
    if (!open_kind(in, group, &captures, &name) ||
        (captures && !add_capture(in, here, name)))
        return false;
    in->group_now = here;
    in->depth++;
    if (!read_alternatives(in))
        return false;
    in->depth--;
    in->group_now = outer;
    if (peek(in, 0) != ')')
        return assay_pattern_refuse(in, group->from, "this ( is never closed");
    in->pos++;
    put(in, ")");
    group->open = false;
    return true;
}

/* ------------------------------------------------------ quantifiers */

static bool read_count(const struct assay_pattern_reader *in, size_t *n,
                       uint64_t *count)
{
    size_t start = *n;

    *count = 0;
    for (; peek(in, *n) >= '0' && peek(in, *n) <= '9'; ++*n)
        if (*count <= ASSAY_PATTERN_MAX_REPEAT)
            *count = *count * 10 + (peek(in, *n) - '0');
    return *n > start;
}

/* "{2,3}" and its like, ahead; 0: no quantifier, else its length. */
static size_t braces(const struct assay_pattern_reader *in, uint64_t *min,
                     uint64_t *max)
{
    size_t n = 1;
    bool lower = read_count(in, &n, min);

    *max = *min;
    if (peek(in, n) == ',') {
        n++;
        if (!read_count(in, &n, max))
            *max = UINT64_MAX;
        else if (!lower && assay_pattern_is_js(in))
            return 0; /* {,3}: plain characters there, 0 to 3 in Python */
        lower |= !assay_pattern_is_js(in) && n > 2;
    }
    return lower && peek(in, n) == '}' ? n + 1 : 0;
}

/* *min, *max of what stands at in->pos; 0: no quantifier. */
static size_t quantifier(const struct assay_pattern_reader *in, uint64_t *min,
                         uint64_t *max)
{
    *max = UINT64_MAX;
    switch (peek(in, 0)) {
    case '*':
        *min = 0;
        return 1;
    case '+':
        *min = 1;
        return 1;
    case '?':
        *min = 0;
        *max = 1;
        return 1;
    case '{':
        return braces(in, min, max);
    default:
        return 0;
    }
}

static void put_quantifier(struct assay_pattern_reader *in, uint64_t min,
                           uint64_t max)
{
    if (max == UINT64_MAX && min <= 1)
        put(in, min ? "+" : "*");
    else if (max == UINT64_MAX)
        assay_buf_printf(&in->out, "{%u,}", (unsigned)min);
    else if (min == 0 && max == 1)
        put(in, "?");
    else
        assay_buf_printf(&in->out, "{%u,%u}", (unsigned)min, (unsigned)max);
}

/* Behind an atom; group: which parentheses it was, or 0. */
static bool read_quantifier(struct assay_pattern_reader *in, uint32_t group)
{
    uint64_t min, max;
    size_t at = in->pos, len = quantifier(in, &min, &max);

    if (len == 0)
        return true;
    if (group && in->groups[group].kind != ASSAY_GROUP_PLAIN)
        return assay_pattern_refuse(
            in, at, "a look ahead or behind cannot be repeated here");
    if (min > max)
        return assay_pattern_refuse(in, at, "the numbers run backwards");
    if (min > ASSAY_PATTERN_MAX_REPEAT ||
        (max != UINT64_MAX && max > ASSAY_PATTERN_MAX_REPEAT))
        return assay_pattern_refuse(in, at, "repeated more than 65,535 times");
    in->pos += len;
    put_quantifier(in, min, max);
    if (peek(in, 0) == '?') {
        in->pos++;
        put(in, "?");
    }
    if (peek(in, 0) == '+')
        return assay_pattern_refuse(
            in, in->pos, "possessive quantifiers (++) are not JavaScript");
    if (quantifier(in, &(uint64_t){0}, &(uint64_t){0}) > 0)
        return assay_pattern_refuse(in, in->pos, "nothing to repeat");
    if (group) {
        in->groups[group].min = (uint32_t)min;
        in->groups[group].max = max == UINT64_MAX ? UINT32_MAX : (uint32_t)max;
        if ((in->groups[group].never_again && max > 1) ||
            (in->groups[group].always_once && (min != 1 || max != 1)))
            return assay_pattern_refuse_stale(in, at);
    }
    return true;
}

/* ------------------------------------------------------ expressions */

static void put_end(struct assay_pattern_reader *in)
{
    if (assay_pattern_is_js(in))
        put(in, "\\z");
    else
        put(in, in->multi_line ? "(?=\\n|\\z)" : "(?=\\n?\\z)");
}

static bool read_dot(struct assay_pattern_reader *in)
{
    if (in->dot_all)
        put(in, "(?s:.)");
    else if (assay_pattern_is_js(in))
        put(in, "[^\\n\\r\\x{2028}\\x{2029}]");
    else
        put(in, "[^\\n]");
    return true;
}

static bool read_plain(struct assay_pattern_reader *in)
{
    uint32_t c = in->at[in->pos - 1];

    if (in->dialect == ASSAY_PATTERN_JAVASCRIPT_U &&
        (c == '{' || c == '}' || c == ']'))
        return assay_pattern_refuse(
            in, in->pos - 1, "with the u flag this needs a \\ before it");
    assay_pattern_put(in, c);
    return true;
}

/* An atom and its quantifier; ^ and $ take none. */
static bool read_term(struct assay_pattern_reader *in)
{
    uint32_t c = peek(in, 0), group = 0;
    bool ok;

    if (quantifier(in, &(uint64_t){0}, &(uint64_t){0}) > 0)
        return assay_pattern_refuse(in, in->pos, "nothing to repeat");
    if (c == '^' || c == '$') {
        in->pos++;
        if (c == '$')
            put_end(in);
        else
            put(in, in->multi_line ? "(?:\\A|(?<=\\n))" : "\\A");
        if (quantifier(in, &(uint64_t){0}, &(uint64_t){0}) > 0)
            return assay_pattern_refuse(in, in->pos, "nothing to repeat");
        return true;
    }
    if (c == '\\') {
        uint32_t letter = peek(in, 1);
        ok = read_escape(in);
        if (ok && (letter == 'b' || letter == 'B') &&
            quantifier(in, &(uint64_t){0}, &(uint64_t){0}) > 0)
            return assay_pattern_refuse(in, in->pos, "nothing to repeat");
    } else if (c == '(') {
        group = in->group_count;
        ok = read_group(in);
        if (in->group_count == group)
            group = 0; /* (?P=name) */
    } else {
        in->pos++;
        ok = c == '['   ? assay_pattern_class(in)
             : c == '.' ? read_dot(in)
                        : read_plain(in);
    }
    return ok && read_quantifier(in, group);
}

static bool read_alternatives(struct assay_pattern_reader *in)
{
    struct assay_pattern_group *group = &in->groups[in->group_now];

    while (in->pos < in->len && peek(in, 0) != ')') {
        if (peek(in, 0) == '|') {
            in->pos++;
            put(in, "|");
            group->alternatives = true;
            group->branch_now++;
        } else if (!read_term(in)) {
            return false;
        }
    }
    return true;
}

/* Python's "(?s)" at the very start. */
static bool read_flags(struct assay_pattern_reader *in)
{
    size_t n = 2;

    if (!looks_at(in, "(?"))
        return true;
    while (peek(in, n) == 's' || peek(in, n) == 'i' || peek(in, n) == 'm' ||
           peek(in, n) == 'u')
        n++;
    if (n == 2 || peek(in, n) != ')')
        return true;
    for (size_t i = 2; i < n; i++) {
        in->dot_all |= peek(in, i) == 's';
        in->ignore_case |= peek(in, i) == 'i';
        in->multi_line |= peek(in, i) == 'm';
    }
    in->pos = n + 1;
    return true;
}

bool assay_pattern_translate(struct assay_pattern_reader *in)
{
    count_captures(in);
    if (in->capture_total > ASSAY_PATTERN_MAX_GROUPS)
        return assay_fail(in->err, ASSAY_LIMIT, "more than %d groups",
                          ASSAY_PATTERN_MAX_GROUPS);
    in->groups = ASSAY_NEW_ARRAY(in->arena, struct assay_pattern_group,
                                 ASSAY_PATTERN_MAX_GROUPS + 2);
    in->captures = ASSAY_NEW_ARRAY(in->arena, uint32_t, in->capture_total + 2);
    in->names =
        ASSAY_NEW_ARRAY(in->arena, struct assay_str, in->capture_total + 2);
    in->groups[0] =
        (struct assay_pattern_group){.open = true, .min = 1, .max = 1};
    in->group_count = 1;
    if (!assay_pattern_is_js(in) && !read_flags(in))
        return false;
    if (!read_alternatives(in))
        return false;
    if (in->pos < in->len)
        return assay_pattern_refuse(in, in->pos, "no ( stands before this )");
    return assay_buf_ok(&in->out, in->err);
}
