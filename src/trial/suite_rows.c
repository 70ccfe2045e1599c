/*
 * The rows of a suite, and the cases they make: each once while the suite is
 * read, so that what is wrong is told, and then whenever somebody asks. What
 * is kept meanwhile is some fifty bytes a case.
 */
#include "trial/suite_parts.h"

#include "assay/file.h"
#include "assay/score.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 16 };

_Static_assert(sizeof((struct assay_suite_tag){0}.id) == 16,
               "ids are half of a SHA-256's first half, in hex");

/* One more element of an array of malloc; its place, or NULL: told. */
static void *one_more(void **array, size_t *count, size_t *room, size_t size,
                      struct assay_error *err)
{
    if (*count == *room) {
        size_t wider = *room ? *room * 2 : FIRST_ROOM;
        void *at = realloc(*array, wider * size);
        if (!at) {
            assay_fail(err, ASSAY_SYSTEM, "no memory for %zu rows", wider);
            return NULL;
        }
        *array = at;
        *room = wider;
    }
    return (char *)*array + (*count)++ * size;
}

bool assay_suite_add_origin(struct assay_suite_reader *in,
                            struct assay_suite_origin origin, uint32_t *number)
{
    struct assay_suite_base *base = in->base;
    void *array = base->origins;
    struct assay_suite_origin *to = one_more(
        &array, &base->origin_count, &base->origin_room, sizeof *to, in->err);

    base->origins = array;
    if (!to)
        return false;
    *to = origin;
    *number = (uint32_t)(base->origin_count - 1);
    return true;
}

struct assay_suite_row *assay_suite_add_row(struct assay_suite_reader *in,
                                            struct assay_suite_row row)
{
    struct assay_suite_base *base = in->base;
    void *array = base->rows;
    struct assay_suite_row *to = NULL;

    /* rows that make no case are counted here alone */
    if (base->row_count == base->most_cases)
        assay_fail(in->err, ASSAY_LIMIT, "more than %zu rows",
                   base->most_cases);
    else
        to = one_more(&array, &base->row_count, &base->row_room, sizeof *to,
                      in->err);
    base->rows = array;
    if (!to)
        return NULL;
    row.first_case = (uint32_t)in->suite->case_count;
    *to = row;
    return to;
}

struct assay_case assay_suite_no_case(void)
{
    return (struct assay_case){.id = ASSAY_STR(""),
                               .description = ASSAY_STR(""),
                               .prompt = ASSAY_STR(""),
                               .where = ASSAY_STR(""),
                               .cluster = ASSAY_STR(""),
                               .context = ASSAY_STR("")};
}

/* ---- Ids ---- */

static void add_text(struct assay_buf *out, struct assay_str text)
{
    /* with its length: no two lists of texts write the same bytes */
    assay_buf_printf(out, "%zu:", text.len);
    assay_buf_add(out, text);
}

/* What a case asks, as bytes. */
static void write_asked(struct assay_buf *out, const struct assay_case *of)
{
    for (size_t i = 0; i < of->message_count; i++) {
        const struct assay_message *m = &of->messages[i];
        assay_buf_printf(out, "m%d", (int)m->role);
        add_text(out, m->text);
        add_text(out, m->call_id);
        for (size_t k = 0; k < m->part_count; k++) {
            assay_buf_printf(out, "p%d", (int)m->parts[k].kind);
            add_text(out, m->parts[k].text);
            add_text(out, m->parts[k].media_type);
            add_text(out, m->parts[k].base64);
            add_text(out, m->parts[k].detail);
        }
        for (size_t k = 0; k < m->call_count; k++) {
            assay_buf_add_char(out, 'c');
            add_text(out, m->calls[k].id);
            add_text(out, m->calls[k].name);
            add_text(out, m->calls[k].arguments);
        }
    }
    if (of->kind == ASSAY_CASE_CHOICE) {
        add_text(out, of->context);
        for (size_t i = 0; i < of->choice_count; i++)
            add_text(out, of->choices[i]);
    }
    if (of->options)
        assay_json_write(out, of->options, (struct assay_json_style){0});
}

/* The first digits of a text's SHA-256. */
static void set_id(struct assay_arena *scratch, struct assay_str text,
                   struct assay_suite_tag *tag)
{
    memcpy(tag->id, assay_sha256_hex(scratch, text).at, sizeof tag->id);
}

/* ---- Cases ---- */

static bool add_cluster(struct assay_suite_reader *in, struct assay_str name,
                        uint32_t *number)
{
    struct assay_suite_base *base = in->base;
    void *array = base->clusters;

    if (!assay_str_equal(base->clusters[base->cluster_count - 1], name)) {
        struct assay_str *to =
            one_more(&array, &base->cluster_count, &base->cluster_room,
                     sizeof *to, in->err);
        base->clusters = array;
        if (!to)
            return false;
        *to = assay_arena_copy(base->arena, name);
    }
    *number = (uint32_t)(base->cluster_count - 1);
    return true;
}

static void add_judges(struct assay_suite_reader *in,
                       const struct assay_assertion *assertions, size_t count)
{
    struct assay_suite *suite = in->suite;

    for (size_t i = 0; i < count; i++) {
        struct assay_str name = assertions[i].judge;
        size_t k = 0;
        while (k < suite->judge_count &&
               !assay_str_equal(suite->judges[k], name))
            k++;
        if (name.len && k == suite->judge_count &&
            assay_assertion_is_judged(&assertions[i])) {
            struct assay_str *wider =
                ASSAY_NEW_ARRAY(in->base->arena, struct assay_str, k + 1);
            if (k)
                memcpy(wider, suite->judges, k * sizeof *wider);
            wider[k] = assay_arena_copy(in->base->arena, name);
            suite->judges = wider;
            suite->judge_count++;
        }
        add_judges(in, assertions[i].of, assertions[i].count);
    }
}

bool assay_suite_take_case(struct assay_suite_reader *in,
                           const struct assay_case *made)
{
    struct assay_suite *suite = in->suite;
    struct assay_suite_base *base = in->base;
    void *array = base->tags;
    struct assay_buf asked;

    if (suite->case_count == base->most_cases)
        return assay_fail(in->err, ASSAY_LIMIT, "more than %zu prompts",
                          base->most_cases);
    struct assay_suite_tag *tag = one_more(
        &array, &suite->case_count, &base->tag_room, sizeof *tag, in->err);
    base->tags = array;
    if (!tag)
        return false;
    tag->cluster = 0;
    if (made->cluster.len && !add_cluster(in, made->cluster, &tag->cluster))
        return false;
    assay_buf_init(&asked, SIZE_MAX / 4);
    write_asked(&asked, made);
    set_id(in->arena, assay_buf_str(&asked), tag);
    assay_buf_release(&asked);
    add_judges(in, made->assertions, made->assertion_count);
    if (made->providers && !suite->for_some.len)
        suite->for_some = assay_arena_copy(base->arena, made->where);
    return true;
}

bool assay_suite_add_single(struct assay_suite_reader *in,
                            struct assay_suite_row row)
{
    struct assay_suite_reader own = *in;
    struct assay_arena_mark mark = assay_arena_mark(in->arena);
    const struct assay_suite_row *kept;
    struct assay_case one = assay_suite_no_case();

    row.first_test = (uint32_t)in->suite->case_count;
    kept = assay_suite_add_row(in, row);
    bool ok = kept && in->make(&own, kept, 0, &one) &&
              assay_suite_take_case(&own, &one);
    assay_arena_rewind(in->arena, mark);
    return ok;
}

struct named {
    const struct assay_suite_tag *tag;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = memcmp(x->tag->id, y->tag->id, sizeof x->tag->id);

    return order ? order : (x->at > y->at) - (x->at < y->at);
}

/*
 * Cases that ask the same in words (of two tests, say) are numbered in the
 * order of the file.
 */
static bool tell_apart(struct assay_suite_reader *in)
{
    size_t count = in->suite->case_count, same = 0;
    struct assay_suite_tag *tags = in->base->tags;
    struct assay_arena scratch = {0};
    struct named *all = assay_arena_try(&scratch, count, sizeof *all);
    struct assay_suite_tag first = {{0}, 0};

    if (!all)
        return assay_fail(in->err, ASSAY_SYSTEM, "no memory for %zu ids",
                          count);
    for (size_t i = 0; i < count; i++)
        all[i] = (struct named){&tags[i], i};
    qsort(all, count, sizeof *all, by_id);
    for (size_t i = 0; i < count; i++) {
        struct assay_suite_tag *tag = &tags[all[i].at];
        same =
            i && memcmp(tag->id, first.id, sizeof first.id) == 0 ? same + 1 : 0;
        if (same == 0) {
            first = *tag;
            continue;
        }
        struct assay_arena_mark mark = assay_arena_mark(&scratch);
        set_id(&scratch,
               assay_arena_printf(&scratch, "%.*s/%zu", (int)sizeof first.id,
                                  first.id, same),
               tag);
        assay_arena_rewind(&scratch, mark);
    }
    assay_arena_free(&scratch);
    return true;
}

/* An array without the room that it has to spare. */
static void *fitted(void *array, size_t count, size_t *room, size_t size)
{
    void *at = realloc(array, (count ? count : 1) * size);

    if (at)
        *room = count;
    return at ? at : array;
}

bool assay_suite_end_rows(struct assay_suite_reader *in)
{
    struct assay_suite_base *base = in->base;

    base->rows = fitted(base->rows, base->row_count, &base->row_room,
                        sizeof *base->rows);
    base->tags = fitted(base->tags, in->suite->case_count, &base->tag_room,
                        sizeof *base->tags);
    base->clusters = fitted(base->clusters, base->cluster_count,
                            &base->cluster_room, sizeof *base->clusters);
    return tell_apart(in);
}

/* ---- Asking ---- */

struct assay_str assay_suite_case_id(const struct assay_suite *suite,
                                     size_t number)
{
    const struct assay_suite_tag *tag = &suite->base->tags[number];

    return (struct assay_str){tag->id, sizeof tag->id};
}

struct assay_str assay_suite_case_cluster(const struct assay_suite *suite,
                                          size_t number)
{
    const struct assay_suite_base *base = suite->base;

    return base->clusters[base->tags[number].cluster];
}

/* The last row that begins at or before it; rows may make no case at all. */
static const struct assay_suite_row *row_of(const struct assay_suite_base *base,
                                            size_t number)
{
    size_t low = 0, high = base->row_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (base->rows[middle].first_case <= number)
            low = middle;
        else
            high = middle;
    }
    return &base->rows[low];
}

bool assay_suite_case(const struct assay_suite *suite, size_t number,
                      struct assay_arena *arena, struct assay_case *to,
                      struct assay_error *err)
{
    struct assay_suite_reader in = suite->base->reader;
    const struct assay_suite_row *row = row_of(suite->base, number);

    in.arena = arena;
    in.err = err;
    *to = assay_suite_no_case();
    if (!in.make(&in, row, number - row->first_case, to))
        return false;
    to->id = assay_suite_case_id(suite, number);
    return true;
}
