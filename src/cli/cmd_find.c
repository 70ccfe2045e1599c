/*
 * assay find: routes that meet every term, and those that miss by one.
 */
#include "cli/cli.h"

#include "assay/file.h"

static bool read_terms(struct assay_cli *cli, struct assay_need *need,
                       struct assay_error *err)
{
    struct assay_str text = assay_str_c(assay_cli_option(cli, "need"));

    for (size_t i = 0; i < cli->options.operand_count; i++)
        text = assay_arena_printf(&cli->arena, "%.*s %s", ASSAY_STR_ARG(text),
                                  cli->options.operands[i]);
    return assay_need_parse(&cli->arena, text, need, err);
}

static bool read_limit(struct assay_cli *cli, size_t *limit,
                       struct assay_error *err)
{
    const char *given = assay_cli_option(cli, "limit");
    uint64_t n;

    if (!given)
        return true;
    if (!assay_str_to_u64(assay_str_c(given), &n) || n < 1 || n > 1000000)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--limit wants a number from 1 to 1000000, not '%s'",
                          given);
    *limit = (size_t)n;
    return true;
}

enum { MOST_THREADS = 4 };

/* Each thread forgets at once what is not among the best it saw. */
struct search {
    struct assay_find *finds[MOST_THREADS];
    struct assay_view_walk walks[MOST_THREADS];
    struct assay_arena routes[MOST_THREADS];
    struct assay_arena arenas[MOST_THREADS]; /* of the finds but the first */
    size_t count;
};

static void begin_search(struct search *s, struct assay_cli *cli,
                         const struct assay_find_options *options)
{
    s->count = assay_cli_processors(MOST_THREADS);
    for (size_t i = 0; i < s->count; i++) {
        s->finds[i] =
            assay_find_begin(i == 0 ? &cli->arena : &s->arenas[i], options);
        s->walks[i] = (struct assay_view_walk){
            .arena = &s->routes[i],
            .context = s->finds[i],
            .model = assay_find_look_at_model,
            .unjoined = assay_find_look_at_unjoined,
        };
    }
}

static const struct assay_document *search(struct search *s,
                                           struct assay_cli *cli,
                                           struct assay_catalog *catalog,
                                           const struct assay_need *need,
                                           struct assay_error *err)
{
    const struct assay_view_options wanted = {
        .facts = assay_need_facts(&cli->arena, need),
    };
    bool ok = assay_catalog_walk(catalog, &wanted, s->walks, s->count, err);

    for (size_t i = 1; i < s->count; i++)
        assay_find_join(s->finds[0], s->finds[i]);
    const struct assay_document *page = assay_find_end(s->finds[0]);
    return ok ? page : NULL;
}

static void end_search(struct search *s)
{
    for (size_t i = 0; i < s->count; i++) {
        assay_arena_free(&s->routes[i]);
        assay_arena_free(&s->arenas[i]);
    }
}

static int find_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_need need;
    struct assay_find_options options = {
        .need = &need,
        .cost = {.traffic = &cli->traffic,
                 .as_of = cli->as_of,
                 .allow_free = cli->allow_free},
    };
    struct search routes = {.count = 0};
    struct assay_catalog *catalog;
    const struct assay_document *page;
    int code;

    if (!read_terms(cli, &need, &err) || !read_limit(cli, &options.limit, &err))
        return assay_cli_misuse(cli, "%s", err.text);
    if (need.count == 0)
        return assay_cli_misuse(cli, "name what a route must have, such as "
                                     "vision or 'context>=100k'");
    catalog = assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    begin_search(&routes, cli, &options);
    page = search(&routes, cli, catalog, &need, &err);
    code = page ? assay_cli_show(cli, page) : assay_cli_fail(cli, &err);
    assay_catalog_close(catalog);
    end_search(&routes);
    return code;
}

static void find_fields(struct assay_buf *out)
{
    assay_buf_add_c(out, "Fields\n");
    assay_need_help(out);
}

static const struct assay_option find_options[] = {
    {"limit", 0, "N", "so many routes at most (else 50)", NULL},
    {0},
};

static const struct assay_example find_examples[] = {
    {"assay find vision 'context>=100k' 'price.output<5' status=active",
     "quote what the shell would read as a redirection"},
    {"assay find 'provider=azure, !reasoning' --limit 5",
     "commas or spaces stand between terms"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_find = {
    .name = "find",
    .summary = "routes that meet every term, cheapest first",
    .usage = "TERM...",
    .details =
        "A TERM is a field, one of < <= > >= = != and a value; a capability "
        "alone wants it, with ! before it wants it not. Prices are dollars "
        "per million tokens. Routes that miss one term only, or of which one "
        "cannot be told, are listed below with the reason.",
    .options = find_options,
    .globals = "store as-of traffic need width no-color",
    .formats = "text markdown html json csv",
    .examples = find_examples,
    .more_help = find_fields,
    .run = find_run,
};
