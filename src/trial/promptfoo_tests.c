/*
 * The tests of a promptfoo configuration: inline, from files, from scenarios,
 * each with what defaultTest gives it.
 */
#include "trial/promptfoo_parts.h"

#include <assert.h>
#include <string.h>

enum { MANY_CASES = 64 };

const struct assay_json *assay_promptfoo_member(const struct assay_json *of,
                                                const char *name)
{
    const struct assay_json *value = assay_json_get(of, name);
    return value && value->type != ASSAY_JSON_NULL ? value : NULL;
}

static bool is_listed(struct assay_str key, const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        if (assay_str_is(key, list[i]))
            return true;
    return false;
}

const struct assay_json *assay_promptfoo_unknown(const struct assay_json *of,
                                                 const char *const *known,
                                                 const char *const *more)
{
    if (!assay_json_is(of, ASSAY_JSON_OBJECT))
        return NULL;
    for (const struct assay_json *m = of->first; m; m = m->next)
        if (!is_listed(m->key, known) && !is_listed(m->key, more))
            return m;
    return NULL;
}

/* ---- Merging ---- */

/* Members of both; those of `over` win. Order: as JavaScript's spread. */
static const struct assay_json *merge(struct assay_promptfoo *pf,
                                      const struct assay_json *under,
                                      const struct assay_json *over)
{
    if (!under || under->count == 0)
        return over;
    if (!over || over->count == 0)
        return under;
    struct assay_json *to = assay_json_object(pf->in->arena);
    to->line = over->line;
    for (const struct assay_json *m = under->first; m; m = m->next) {
        const struct assay_json *other = assay_json_get_str(over, m->key);
        assay_json_set_key(to, m->key,
                           assay_json_copy(pf->in->arena, other ? other : m));
    }
    for (const struct assay_json *m = over->first; m; m = m->next)
        if (!assay_json_get_str(under, m->key))
            assay_json_set_key(to, m->key, assay_json_copy(pf->in->arena, m));
    return to;
}

static bool add_asserts(struct assay_promptfoo *pf,
                        struct assay_promptfoo_test *to,
                        const struct assay_json *from)
{
    const struct assay_json *list = assay_promptfoo_member(from, "assert");

    if (!list || list->count == 0)
        return true;
    if (list->type != ASSAY_JSON_ARRAY)
        return assay_suite_fail(pf->in, list, "'assert' is a list, not %s",
                                assay_json_type_name(list));
    const struct assay_json **wider =
        ASSAY_NEW_ARRAY(pf->in->arena, const struct assay_json *,
                        to->assert_count + list->count);
    if (to->assert_count)
        memcpy(wider, to->asserts, to->assert_count * sizeof(*wider));
    to->asserts = wider;
    for (const struct assay_json *a = list->first; a; a = a->next)
        to->asserts[to->assert_count++] = a;
    return true;
}

static bool is_map(struct assay_promptfoo *pf, const struct assay_json *of,
                   const char *name, const struct assay_json **to)
{
    *to = assay_promptfoo_member(of, name);
    return !*to || (*to)->type == ASSAY_JSON_OBJECT ||
           assay_suite_fail(pf->in, *to, "'%s' is a mapping, not %s", name,
                            assay_json_type_name(*to));
}

/* vars: a file of them, or several. */
static bool load_vars(struct assay_promptfoo *pf, const struct assay_json *of,
                      const struct assay_json **to)
{
    const struct assay_json *vars = assay_promptfoo_member(of, "vars");
    bool one = assay_json_is(vars, ASSAY_JSON_STRING);

    if (!vars || (!one && vars->type != ASSAY_JSON_ARRAY))
        return is_map(pf, of, "vars", to);
    *to = NULL;
    for (const struct assay_json *v = one ? vars : vars->first; v;
         v = one ? NULL : v->next) {
        struct assay_str name, *names;
        size_t count;
        if (!assay_suite_text(pf->in, v, &name))
            return false;
        assay_suite_file_name(name, &name);
        if (!assay_suite_glob(pf->in, name, v, &names, &count))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct assay_suite_file *file =
                assay_suite_open(pf->in, names[i], v);
            const struct assay_json *more =
                file ? assay_suite_document(pf->in, file) : NULL;
            if (!more)
                return false;
            if (more->type != ASSAY_JSON_OBJECT)
                return assay_suite_fail(pf->in, more,
                                        "expected a mapping of vars");
            *to = merge(pf, *to, more);
        }
    }
    return true;
}

/* Puts one test (or scenario data, or defaultTest) over what came before. */
static bool lay_over(struct assay_promptfoo *pf, const struct assay_json *node,
                     struct assay_promptfoo_test *to)
{
    static const char *const known[] = {"description", "vars",    "assert",
                                        "threshold",   "options", "metadata",
                                        "providers",   "prompts", NULL};
    const struct assay_json *vars, *options, *metadata, *value;

    if (!assay_json_is(node, ASSAY_JSON_OBJECT))
        return assay_suite_fail(pf->in, node, "a test is a mapping, not %s",
                                assay_json_type_name(node));
    value = assay_promptfoo_unknown(node, known, NULL);
    if (value)
        return assay_suite_fail(pf->in, value,
                                "'%.*s' of a test is not supported",
                                ASSAY_STR_ARG(value->key));
    if (!load_vars(pf, node, &vars) || !is_map(pf, node, "options", &options) ||
        !is_map(pf, node, "metadata", &metadata))
        return false;
    to->vars = merge(pf, to->vars, vars);
    to->options = merge(pf, to->options, options);
    to->metadata = merge(pf, to->metadata, metadata);
    value = assay_json_get(options, "disableDefaultAsserts");
    if (assay_json_is(value, ASSAY_JSON_TRUE))
        to->assert_count = 0;
    if ((value = assay_promptfoo_member(node, "threshold")))
        to->threshold = value;
    if ((value = assay_promptfoo_member(node, "prompts")))
        to->prompts = value;
    if ((value = assay_promptfoo_member(node, "providers")))
        to->providers = value;
    to->description = assay_json_text(node, "description");
    return add_asserts(pf, to, node);
}

/* ---- Rows ---- */

/* What stands in a row's place; NULL: nothing does, or (*ok false) told. */
static const struct assay_json *node_of(struct assay_promptfoo *pf,
                                        const struct assay_suite_row *row,
                                        bool *ok)
{
    const struct assay_suite_origin *from = &pf->in->base->origins[row->origin];
    const struct assay_json *node;

    *ok = true;
    if (!from->file)
        return row->at.node;
    node = from->csv
               ? assay_promptfoo_csv_test(pf, from, row->at.offset, row->line)
               : assay_suite_line_value(pf->in, from->file, row->at.offset,
                                        row->line);
    *ok = node != NULL;
    return node;
}

/* The test with what is under it. */
static bool read_test(struct assay_promptfoo *pf,
                      const struct assay_suite_row *row,
                      struct assay_promptfoo_test *test)
{
    const struct assay_suite_base *base = pf->in->base;
    const struct assay_json *data = base->origins[row->origin].data;
    bool ok;
    const struct assay_json *node = node_of(pf, row, &ok);

    *test = (struct assay_promptfoo_test){
        .description = ASSAY_STR(""),
        .node = node   ? node
                : data ? data
                       : pf->root,
        .number = (uint32_t)(row - base->rows) + 1,
        .first_test = row->first_test,
    };
    if (!ok || (pf->default_test && !lay_over(pf, pf->default_test, test)) ||
        (data && !lay_over(pf, data, test)))
        return false;
    struct assay_str described = test->description;
    if (node && !lay_over(pf, node, test))
        return false;
    if (!test->description.len)
        test->description = described;
    return true;
}

bool assay_promptfoo_make_case(struct assay_suite_reader *in,
                               const struct assay_suite_row *row, size_t nth,
                               struct assay_case *to)
{
    const struct assay_promptfoo_product *kept =
        in->base->origins[row->origin].product;
    struct assay_promptfoo pf = *in->promptfoo;
    struct assay_promptfoo_test test;
    struct assay_promptfoo_product own;

    pf.in = in;
    if (kept)
        return assay_promptfoo_one_case(&pf, kept, nth, to);
    return read_test(&pf, row, &test) &&
           assay_promptfoo_multiply(&pf, &test, &own) &&
           assay_promptfoo_one_case(&pf, &own, nth, to);
}

/* Of a row that makes many cases its test stays, lest each reads it anew. */
static bool keep_product(struct assay_promptfoo *pf,
                         struct assay_suite_row *row)
{
    struct assay_arena *arena = pf->in->base->arena;
    struct assay_promptfoo_test *test =
        ASSAY_NEW(arena, struct assay_promptfoo_test);
    struct assay_promptfoo_product *product =
        ASSAY_NEW(arena, struct assay_promptfoo_product);
    struct assay_suite_origin origin = pf->in->base->origins[row->origin];

    assert(pf->in->arena == arena); /* not of one row alone */
    origin.product = product;
    return read_test(pf, row, test) &&
           assay_promptfoo_multiply(pf, test, product) &&
           assay_suite_add_origin(pf->in, origin, &row->origin);
}

/* A row, and its cases once; nothing of them stays. */
static bool add_row(struct assay_promptfoo *pf, struct assay_suite_row row)
{
    struct assay_arena scratch = {0};
    struct assay_suite_reader in = *pf->in;
    struct assay_promptfoo own = *pf;
    struct assay_promptfoo_test test;
    struct assay_promptfoo_product product;
    struct assay_suite_row *kept;

    in.arena = &scratch;
    own.in = &in;
    row.first_test = pf->rows;
    kept = assay_suite_add_row(&in, row);
    bool ok = kept && read_test(&own, kept, &test) &&
              assay_promptfoo_multiply(&own, &test, &product) &&
              (product.combinations * product.partner_count < MANY_CASES ||
               keep_product(pf, kept)) &&
              assay_promptfoo_add_cases(&own, &product);
    pf->rows = own.rows;
    assay_arena_free(&scratch);
    return ok;
}

static bool add_node(struct assay_promptfoo *pf, uint32_t origin,
                     const struct assay_json *node)
{
    return add_row(pf,
                   (struct assay_suite_row){.at.node = node, .origin = origin});
}

/* ---- Files ---- */

static bool add_csv(struct assay_promptfoo *pf,
                    struct assay_suite_origin origin)
{
    struct assay_csv *csv = ASSAY_NEW(pf->in->base->arena, struct assay_csv);
    struct assay_suite_row row = {0};
    struct assay_arena scratch = {0};
    struct assay_csv_row read;
    bool ok = assay_promptfoo_csv_open(pf, origin.file, csv);

    origin.csv = csv;
    if (!ok || !assay_suite_add_origin(pf->in, origin, &row.origin))
        return false;
    for (;;) {
        ok = assay_csv_next(csv, &scratch, &read, pf->in->err) ||
             assay_fail_in(pf->in->err, "%.*s",
                           ASSAY_STR_ARG(origin.file->path));
        row.line = read.line;
        row.at.offset = read.offset;
        bool last = !ok || !read.fields;
        assay_arena_free(&scratch);
        if (last || !add_row(pf, row))
            return ok && last;
    }
}

static bool add_lines(struct assay_promptfoo *pf,
                      struct assay_suite_origin origin)
{
    struct assay_suite_line line = {0};
    struct assay_suite_row row = {0};

    if (!assay_suite_add_origin(pf->in, origin, &row.origin))
        return false;
    while (assay_suite_next_line(origin.file, &line)) {
        row.line = line.number;
        row.at.offset = line.offset;
        if (!add_row(pf, row))
            return false;
    }
    return true;
}

static bool add_file(struct assay_promptfoo *pf, const struct assay_json *data,
                     struct assay_str name, const struct assay_json *from)
{
    struct assay_str extension = assay_suite_extension(pf->in, name);
    const struct assay_json *list;

    if (assay_suite_is_program(name))
        return assay_suite_fail(pf->in, from,
                                "'%.*s' is a program; tests are data here",
                                ASSAY_STR_ARG(name));
    if (!assay_str_is(extension, ".csv") && !assay_str_is(extension, ".json") &&
        !assay_str_is(extension, ".jsonl") &&
        !assay_str_is(extension, ".yaml") && !assay_str_is(extension, ".yml"))
        return assay_suite_fail(pf->in, from,
                                "'%.*s': tests are read from .yaml, .json, "
                                ".jsonl and .csv",
                                ASSAY_STR_ARG(name));
    struct assay_suite_file *file = assay_suite_open(pf->in, name, from);
    struct assay_suite_origin origin = {.file = file, .data = data};
    uint32_t number;
    if (!file)
        return false;
    if (assay_str_is(extension, ".csv"))
        return add_csv(pf, origin);
    if (assay_str_is(extension, ".jsonl"))
        return add_lines(pf, origin);
    origin.file = NULL;
    list = assay_suite_document(pf->in, file);
    if (!list || !assay_suite_add_origin(pf->in, origin, &number))
        return false;
    bool many = list->type == ASSAY_JSON_ARRAY;
    for (const struct assay_json *t = many ? list->first : list; t;
         t = many ? t->next : NULL)
        if (!add_node(pf, number, t))
            return false;
    return true;
}

static bool add_named(struct assay_promptfoo *pf, const struct assay_json *data,
                      const struct assay_json *from)
{
    static const char *const schemes[] = {
        "huggingface://", "langfuse://", "az://", "https://", "http://", NULL};
    struct assay_str name, *names;
    size_t count;

    if (!assay_suite_text(pf->in, from, &name))
        return false;
    for (size_t i = 0; schemes[i]; i++)
        if (assay_str_starts(name, schemes[i]))
            return assay_suite_fail(pf->in, from,
                                    "tests from '%s' are not supported: save "
                                    "them as CSV or JSONL",
                                    schemes[i]);
    assay_suite_file_name(name, &name);
    if (!assay_suite_glob(pf->in, name, from, &names, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_file(pf, data, names[i], from))
            return false;
    return true;
}

/* A list of tests and names of files, or one name. */
static bool add_tests(struct assay_promptfoo *pf, const struct assay_json *data,
                      const struct assay_json *tests)
{
    uint32_t origin;

    if (tests->type == ASSAY_JSON_STRING)
        return add_named(pf, data, tests);
    if (tests->type != ASSAY_JSON_ARRAY)
        return assay_suite_fail(pf->in, tests,
                                "'tests' is a list or the name of a file, not "
                                "%s",
                                assay_json_type_name(tests));
    if (!assay_suite_add_origin(
            pf->in, (struct assay_suite_origin){.data = data}, &origin))
        return false;
    for (const struct assay_json *t = tests->first; t; t = t->next) {
        bool ok = t->type == ASSAY_JSON_STRING ? add_named(pf, data, t)
                                               : add_node(pf, origin, t);
        if (!ok)
            return false;
    }
    return true;
}

/* Data of a scenario without tests, or the prompts alone. */
static bool add_bare(struct assay_promptfoo *pf, const struct assay_json *data)
{
    uint32_t origin;

    return assay_suite_add_origin(
               pf->in, (struct assay_suite_origin){.data = data}, &origin) &&
           add_node(pf, origin, NULL);
}

/* ---- Scenarios ---- */

/* {config: [data …], tests: [test …]}: each datum with each test. */
static bool add_scenario(struct assay_promptfoo *pf,
                         const struct assay_json *scenario)
{
    static const char *const known[] = {"config", "tests", "description", NULL};
    const struct assay_json *config, *tests, *other;
    struct assay_str name;

    if (assay_json_is(scenario, ASSAY_JSON_STRING)) {
        if (!assay_suite_text(pf->in, scenario, &name))
            return false;
        assay_suite_file_name(name, &name);
        struct assay_suite_file *file =
            assay_suite_open(pf->in, name, scenario);
        scenario = file ? assay_suite_document(pf->in, file) : NULL;
        if (!scenario)
            return false;
    }
    other = assay_promptfoo_unknown(scenario, known, NULL);
    if (other)
        return assay_suite_fail(pf->in, other,
                                "'%.*s' of a scenario is not supported",
                                ASSAY_STR_ARG(other->key));
    config = assay_promptfoo_member(scenario, "config");
    tests = assay_promptfoo_member(scenario, "tests");
    if (!assay_json_is(config, ASSAY_JSON_ARRAY))
        return assay_suite_fail(pf->in, scenario,
                                "a scenario needs a list 'config'");
    for (const struct assay_json *data = config->first; data; data = data->next)
        if (!(tests ? add_tests(pf, data, tests) : add_bare(pf, data)))
            return false;
    return true;
}

/* ---- All ---- */

static bool read_default(struct assay_promptfoo *pf)
{
    const struct assay_json *of =
        assay_promptfoo_member(pf->root, "defaultTest");
    struct assay_str name;

    if (assay_json_is(of, ASSAY_JSON_STRING)) {
        if (!assay_suite_text(pf->in, of, &name))
            return false;
        assay_suite_file_name(name, &name);
        struct assay_suite_file *file = assay_suite_open(pf->in, name, of);
        of = file ? assay_suite_document(pf->in, file) : NULL;
        if (!of)
            return false;
    }
    pf->default_test = of;
    return true;
}

bool assay_promptfoo_read_tests(struct assay_promptfoo *pf)
{
    const struct assay_json *tests = assay_promptfoo_member(pf->root, "tests");
    const struct assay_json *scenarios =
        assay_promptfoo_member(pf->root, "scenarios");

    if (!read_default(pf))
        return false;
    if (tests && !add_tests(pf, NULL, tests))
        return false;
    if (!tests && !scenarios)
        return add_bare(pf, NULL); /* each prompt once */
    if (!scenarios)
        return true;
    if (!assay_json_is(scenarios, ASSAY_JSON_ARRAY))
        return assay_suite_fail(pf->in, scenarios, "'scenarios' is a list");
    for (const struct assay_json *s = scenarios->first; s; s = s->next)
        if (!add_scenario(pf, s))
            return false;
    return true;
}
