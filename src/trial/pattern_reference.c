/*
 * Names of groups and back references to them.
 *
 * The one thing PCRE2 does not do as JavaScript is to forget groups when a
 * repetition begins anew (ECMA-262 22.2.2.3.1). It shows in back references
 * only; those where it could are refused.
 */
#include "trial/pattern_parts.h"

static uint32_t peek(const struct assay_pattern_reader *in, size_t n)
{
    return assay_pattern_peek(in, n);
}

static void put(struct assay_pattern_reader *in, const char *text)
{
    assay_buf_add_c(&in->out, text);
}

static bool is_name_char(uint32_t c, bool first)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '$' || (c >= 0x80 && c <= 0x10ffff) ||
           (!first && c >= '0' && c <= '9');
}

bool assay_pattern_name(struct assay_pattern_reader *in, uint32_t end,
                        struct assay_str *name)
{
    size_t start = in->pos;
    char *text = ASSAY_NEW_ARRAY(in->arena, char, 3 * (in->len - start) + 1);
    size_t len = 0;

    for (; peek(in, 0) != end; in->pos++) {
        uint32_t c = peek(in, 0);

        if (!is_name_char(c, in->pos == start))
            return assay_pattern_refuse(in, in->pos, "not a name of a group");
        for (int shift = c < 0x80 ? 0 : 16; shift >= 0; shift -= 8)
            text[len++] = (char)(c >> shift); /* any injective form will do */
    }
    if (in->pos == start)
        return assay_pattern_refuse(in, in->pos, "a group without a name");
    in->pos++;
    *name = (struct assay_str){text, len};
    return true;
}

bool assay_pattern_refuse_stale(struct assay_pattern_reader *in, size_t at)
{
    return assay_pattern_refuse(
        in, at,
        "a back reference to a group that a repetition may leave unset: "
        "JavaScript forgets it there, PCRE2 does not");
}

/*
 * JavaScript: a reference to a closed group. From the group up to where both
 * stand in one branch, every step must be taken for certain, unless nothing
 * around repeats.
 */
static bool check_reference(struct assay_pattern_reader *in, uint32_t capture,
                            size_t at)
{
    uint32_t g = in->captures[capture];
    bool uncertain = false, looked = false;

    for (; !in->groups[g].open; g = in->groups[g].parent) {
        const struct assay_pattern_group *group = &in->groups[g];

        uncertain |= group->alternatives && g != in->captures[capture];
        looked |= group->kind != ASSAY_GROUP_PLAIN;
        if ((uncertain && group->max > 1) ||
            (looked && (group->min != 1 || group->max != 1)))
            return assay_pattern_refuse_stale(in, at);
        uncertain |= group->min == 0;
        if (in->groups[group->parent].open &&
            in->groups[group->parent].branch_now != group->branch)
            uncertain = true;
    }
    for (; g != 0; g = in->groups[g].parent) {
        in->groups[g].never_again |= uncertain;
        in->groups[g].always_once |= looked;
    }
    return true;
}

static bool put_reference(struct assay_pattern_reader *in, uint32_t capture,
                          size_t at)
{
    for (uint32_t g = in->group_now; g != 0; g = in->groups[g].parent)
        if (in->groups[g].kind == ASSAY_GROUP_BEHIND)
            return assay_pattern_refuse(
                in, at, "a back reference inside a look behind");
    if (capture > in->capture_count || in->groups[in->captures[capture]].open) {
        if (!assay_pattern_is_js(in))
            return assay_pattern_refuse(in, at, "no such group yet");
        put(in, "(?:)"); /* not matched yet: JavaScript takes it as empty */
        return true;
    }
    if (assay_pattern_is_js(in) && !check_reference(in, capture, at))
        return false;
    in->any_reference = true;
    assay_buf_printf(&in->out, "\\g{%u}", (unsigned)capture);
    return true;
}

bool assay_pattern_number_reference(struct assay_pattern_reader *in,
                                    bool *is_one)
{
    size_t at = in->pos - 1, n = 0;
    uint32_t number = 0;

    *is_one = false;
    for (; peek(in, n) >= '0' && peek(in, n) <= '9' && n < 6; n++)
        number = number * 10 + (peek(in, n) - '0');
    bool octal = !assay_pattern_is_js(in) && n >= 3 && peek(in, 0) <= '3' &&
                 peek(in, 1) <= '7' && peek(in, 2) <= '7';
    if (n == 0 || peek(in, 0) == '0' || octal)
        return true;
    if (!assay_pattern_is_js(in) && n > 2) { /* Python: two digits at most */
        n = 2;
        number = (peek(in, 0) - '0') * 10 + (peek(in, 1) - '0');
    }
    if (number > in->capture_total) {
        if (in->dialect == ASSAY_PATTERN_JAVASCRIPT)
            return true; /* an old octal number */
        return assay_pattern_refuse(in, at, "no group of this number");
    }
    *is_one = true;
    in->pos += n;
    return put_reference(in, number, at);
}

bool assay_pattern_name_reference(struct assay_pattern_reader *in, uint32_t end,
                                  size_t at)
{
    struct assay_str name;

    if (!assay_pattern_name(in, end, &name))
        return false;
    for (uint32_t i = 1; i <= in->capture_count; i++)
        if (assay_str_equal(in->names[i], name))
            return put_reference(in, i, at);
    return assay_pattern_refuse(
        in, at, "no group of this name stands before the reference");
}
