/*
 * Compiles what pattern_translate.c wrote, and searches under limits.
 *
 * PCRE2's own match limit starts anew at every place where a match may
 * begin, so it does not bound a search over a long text. An automatic
 * callout stands before every item instead (15 ns each, measured); it counts
 * itself and how far the match moved since the last one.
 */
#include "trial/pattern.h"

#include "trial/pattern_parts.h"
#include "trial/pcre_library.h"

#include <string.h>

enum {
    MAX_TEXT_BYTES = 64 << 20,
    MAX_OUT_BYTES = 1 << 20,
    CALLOUT_WORK = 16,         /* in characters passed over: 15 ns, 1 ns */
    MAX_WORK = 48 << 20,       /* 50 ms on the machine it was measured on */
    MATCH_LIMIT = 8 << 20,     /* for items without a callout between */
    HEAP_LIMIT_KIB = 32 << 10, /* states kept for going back */
};

struct assay_pattern {
    struct assay_pcre pcre;
    pcre2_code_16 *code;
    size_t groups;
    bool has_reference;
};

/* ----------------------------------------------------------- 16 bits */

/* The character at text.at[*at], which is UTF-8; *at moves behind it. */
static uint32_t next_character(struct assay_str text, size_t *at)
{
    const unsigned char *u = (const unsigned char *)text.at + *at;
    size_t n = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? u[0] : u[0] & (0x7fu >> n);

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (u[i] & 0x3f);
    *at += n;
    return c;
}

/* One unit, or two; how many. */
static size_t put_units(uint32_t c, uint16_t *to)
{
    if (c < 0x10000) {
        to[0] = (uint16_t)c;
        return 1;
    }
    to[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
    to[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
    return 2;
}

bool assay_pattern_text(struct assay_arena *arena, struct assay_str text,
                        struct assay_pattern_text *units,
                        struct assay_error *err)
{
    uint16_t *to;
    size_t len = 0;

    if (text.len > MAX_TEXT_BYTES)
        return assay_fail(err, ASSAY_LIMIT,
                          "a text of %zu bytes; up to %d are searched",
                          text.len, MAX_TEXT_BYTES);
    if (!assay_utf8_valid(text))
        return assay_fail(err, ASSAY_BAD_INPUT, "the text is not UTF-8");
    to = assay_arena_try(arena, text.len + 1, sizeof *to);
    if (!to)
        return assay_fail(err, ASSAY_SYSTEM, "no memory for the text");
    for (size_t at = 0; at < text.len;)
        len += put_units(next_character(text, &at), to + len);
    *units = (struct assay_pattern_text){to, len};
    return true;
}

struct assay_str assay_pattern_part(struct assay_arena *arena,
                                    struct assay_pattern_text text,
                                    struct assay_pattern_span span)
{
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    char *to = ASSAY_NEW_ARRAY(arena, char, 3 * (span.end - span.start) + 1);
    size_t len = 0;

    for (size_t i = span.start; i < span.end; i++) {
        uint32_t c = text.at[i];
        bool high = c >= 0xd800 && c <= 0xdbff;

        if (high && i + 1 < span.end && text.at[i + 1] >= 0xdc00 &&
            text.at[i + 1] <= 0xdfff)
            c = 0x10000 + ((c & 0x3ff) << 10) + (text.at[++i] & 0x3ff);
        else if (c >= 0xd800 && c <= 0xdfff)
            c = 0xfffd;
        if (c < 0x80) {
            to[len++] = (char)c;
            continue;
        }
        int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        to[len++] = (char)(leads[more] | c >> 6 * more);
        while (more-- > 0)
            to[len++] = (char)(0x80 | (c >> 6 * more & 0x3f));
    }
    return (struct assay_str){to, len};
}

/* -------------------------------------------------------- compiling */

/* All that PCRE2 makes for a pattern lives and dies with the arena. */
static void *take(size_t size, void *arena)
{
    return assay_arena_try(arena, 1, size);
}

static void give(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static bool read_characters(struct assay_pattern_reader *in,
                            struct assay_str text)
{
    uint32_t *to;

    if (text.len > ASSAY_PATTERN_MAX_CHARS)
        return assay_fail(in->err, ASSAY_LIMIT,
                          "an expression of %zu bytes; up to %d are taken",
                          text.len, ASSAY_PATTERN_MAX_CHARS);
    if (!assay_utf8_valid(text))
        return assay_fail(in->err, ASSAY_BAD_INPUT,
                          "the expression is not UTF-8");
    to = ASSAY_NEW_ARRAY(in->arena, uint32_t, text.len + 1);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = next_character(text, &at);
        uint16_t units[2];

        if (in->dialect == ASSAY_PATTERN_JAVASCRIPT && c > 0xffff) {
            put_units(c, units);
            to[in->len++] = units[0];
            c = units[1];
        }
        to[in->len++] = c;
    }
    in->at = to;
    return true;
}

/* The look behind that PCRE2 names by a place in what was written. */
static size_t behind_at(const struct assay_pattern_reader *in, size_t out_at)
{
    size_t from = 0;

    for (uint32_t g = 1; g < in->group_count; g++)
        if (in->groups[g].kind == ASSAY_GROUP_BEHIND &&
            in->groups[g].out_from <= out_at)
            from = in->groups[g].from;
    return from;
}

static bool fail_compile(struct assay_pattern_reader *in,
                         const struct assay_pcre *pcre, int code, size_t at)
{
    PCRE2_UCHAR16 wide[160];
    char text[160] = "";

    if (code == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH)
        return assay_pattern_refuse(
            in, behind_at(in, at),
            "a look behind of changing length is not supported");
    pcre->get_error_message(code, wide, sizeof wide / sizeof wide[0]);
    for (size_t i = 0; wide[i] && i + 1 < sizeof text; i++)
        text[i] = (char)wide[i];
    return assay_fail(in->err, ASSAY_BAD_INPUT,
                      "the expression cannot be compiled: %s", text);
}

static bool compile(struct assay_pattern *pattern,
                    struct assay_pattern_reader *in)
{
    const struct assay_pcre *pcre = &pattern->pcre;
    struct assay_str out = assay_buf_str(&in->out);
    uint16_t *wide = ASSAY_NEW_ARRAY(in->arena, uint16_t, out.len + 1);
    uint32_t options = PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C;
    PCRE2_SIZE at = 0;
    int error = 0;

    for (size_t i = 0; i < out.len; i++)
        wide[i] = (unsigned char)out.at[i];
    if (in->dialect != ASSAY_PATTERN_JAVASCRIPT)
        options |= PCRE2_UTF;
    if (assay_pattern_is_js(in))
        options |= PCRE2_MATCH_UNSET_BACKREF;
    if (in->ignore_case)
        options |= PCRE2_CASELESS;
    pcre2_general_context_16 *memory =
        pcre->general_context_create(take, give, in->arena);
    pcre2_compile_context_16 *context =
        memory ? pcre->compile_context_create(memory) : NULL;
    if (!context)
        return assay_fail(in->err, ASSAY_SYSTEM, "no memory for an expression");
    pcre->set_parens_nest_limit(context, ASSAY_PATTERN_MAX_DEPTH + 10);
    pattern->code = pcre->compile(wide, out.len, options, &error, &at, context);
    return pattern->code || fail_compile(in, pcre, error, at);
}

struct assay_pattern *assay_pattern_new(struct assay_arena *arena,
                                        enum assay_pattern_dialect dialect,
                                        struct assay_str text,
                                        struct assay_error *err)
{
    struct assay_pattern *pattern = ASSAY_NEW(arena, struct assay_pattern);
    struct assay_pattern_reader in = {
        .arena = arena, .dialect = dialect, .err = err};

    assay_buf_init(&in.out, MAX_OUT_BYTES);
    bool ok = assay_pcre_load(&pattern->pcre, err) &&
              read_characters(&in, text) && assay_pattern_translate(&in) &&
              compile(pattern, &in);
    assay_buf_release(&in.out);
    pattern->groups = in.capture_count;
    pattern->has_reference = in.any_reference;
    return ok ? pattern : NULL;
}

size_t assay_pattern_groups(const struct assay_pattern *pattern)
{
    return pattern->groups;
}

/* -------------------------------------------------------- searching */

struct work {
    size_t last, done;
    bool has_reference;
};

/* What a back reference may compare without moving: its longest group. */
static size_t reference_work(const pcre2_callout_block_16 *block)
{
    size_t longest = 0;

    for (uint32_t i = 1; i < block->capture_top; i++) {
        size_t start = block->offset_vector[2 * i];
        size_t end = block->offset_vector[2 * i + 1];

        if (start != PCRE2_UNSET && end > start && end - start > longest)
            longest = end - start;
    }
    return longest;
}

static int count_work(pcre2_callout_block_16 *block, void *context)
{
    struct work *work = context;
    size_t at = block->current_position;

    work->done += CALLOUT_WORK;
    work->done += at > work->last ? at - work->last : work->last - at;
    if (work->has_reference)
        work->done += reference_work(block);
    work->last = at;
    return work->done > MAX_WORK ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static enum assay_pattern_found found(int code, struct assay_error *err)
{
    if (code >= 0)
        return ASSAY_PATTERN_FOUND;
    if (code == PCRE2_ERROR_NOMATCH)
        return ASSAY_PATTERN_NONE;
    if (code == PCRE2_ERROR_HEAPLIMIT)
        assay_fail(err, ASSAY_LIMIT,
                   "the expression needs more than %d MB on this text",
                   HEAP_LIMIT_KIB >> 10);
    else if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT)
        assay_fail(err, ASSAY_LIMIT,
                   "the expression takes too many steps on this text");
    else
        assay_fail(err, ASSAY_SYSTEM, "PCRE2 reports %d", code);
    return ASSAY_PATTERN_GAVE_UP;
}

enum assay_pattern_found assay_pattern_search(
    const struct assay_pattern *pattern, struct assay_pattern_text text,
    size_t from, struct assay_pattern_span *spans, struct assay_error *err)
{
    const struct assay_pcre *pcre = &pattern->pcre;
    struct work work = {.last = from, .has_reference = pattern->has_reference};
    pcre2_match_context_16 *context = pcre->match_context_create(NULL);
    pcre2_match_data_16 *data =
        pcre->match_data_create((uint32_t)pattern->groups + 1, NULL);
    enum assay_pattern_found result = ASSAY_PATTERN_GAVE_UP;

    if (!context || !data) {
        assay_fail(err, ASSAY_SYSTEM, "no memory for a search");
        goto out;
    }
    pcre->set_callout(context, count_work, &work);
    pcre->set_match_limit(context, MATCH_LIMIT);
    pcre->set_depth_limit(context, MATCH_LIMIT);
    pcre->set_heap_limit(context, HEAP_LIMIT_KIB);
    result = found(pcre->match(pattern->code, text.at, text.len, from,
                               PCRE2_NO_UTF_CHECK, data, context),
                   err);
    if (result == ASSAY_PATTERN_FOUND && spans) {
        const PCRE2_SIZE *at = pcre->get_ovector_pointer(data);

        for (size_t i = 0; i <= pattern->groups; i++)
            spans[i] =
                at[2 * i] == PCRE2_UNSET
                    ? (struct assay_pattern_span){1, 0}
                    : (struct assay_pattern_span){at[2 * i], at[2 * i + 1]};
    }
out:
    if (context)
        pcre->match_context_free(context);
    if (data)
        pcre->match_data_free(data);
    return result;
}
