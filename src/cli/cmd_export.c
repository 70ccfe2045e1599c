/*
 * assay export: what sources say, as assay-facts/1; or every route with its
 * prices, as a table.
 */
#include "cli/cli.h"

#include "assay/facts.h"
#include "assay/file.h"
#include "assay/site.h"

#include <stdio.h>
#include <string.h>

#define MAX_EXPORT_BYTES ASSAY_MIB(512)

/* ------------------------------------------------------- json */

/* { "id": …, then the statement as it stands in the store } */
static bool add_statement(struct assay_arena *arena, struct assay_json *list,
                          const struct assay_statement *statement,
                          struct assay_error *err)
{
    const struct assay_json *body =
        assay_json_parse(arena, statement->body, NULL, err);
    struct assay_json *one;

    if (!body)
        return assay_fail_in(err, "store is damaged: '%.*s'",
                             ASSAY_STR_ARG(statement->id));
    one = assay_json_add(list, assay_json_object(arena));
    assay_json_set_text(arena, one, "id", statement->id);
    for (const struct assay_json *m = body->first; m; m = m->next)
        assay_json_set_key(one, m->key, assay_json_copy(arena, m));
    return true;
}

static bool facts_of(struct assay_arena *arena, const struct assay_batch *batch,
                     struct assay_json **facts, struct assay_error *err)
{
    struct assay_json *source = assay_json_object(arena);
    struct assay_json *models = assay_json_array(arena);
    struct assay_json *routes = assay_json_array(arena);

    for (const struct assay_statement *s = batch->first; s; s = s->next)
        if (!add_statement(arena,
                           s->kind == ASSAY_SUBJECT_MODEL ? models : routes, s,
                           err))
            return false;
    assay_json_set_text(arena, source, "id", batch->source_id);
    assay_json_set_text(arena, source, "title", batch->title);
    if (batch->url.len)
        assay_json_set_text(arena, source, "url", batch->url);
    assay_json_set_c(arena, source, "kind",
                     assay_source_kind_name(batch->source_kind));
    assay_json_set_text(arena, source, "retrieved",
                        assay_date_text(arena, batch->retrieved));
    if (batch->license.len)
        assay_json_set_text(arena, source, "license", batch->license);
    *facts = assay_json_object(arena);
    assay_json_set_c(arena, *facts, "format", "assay-facts/1");
    assay_json_set(*facts, "source", source);
    assay_json_set(*facts, "models", models);
    assay_json_set(*facts, "routes", routes);
    return true;
}

static bool export_source(struct assay_catalog *catalog, struct assay_str id,
                          struct assay_buf *out, struct assay_error *err)
{
    const struct assay_json_style style = {.indent = true};
    struct assay_arena arena = {0};
    struct assay_batch batch;
    struct assay_json *facts;

    assay_batch_init(&batch, &arena);
    bool ok = assay_catalog_export(catalog, id, &batch, err) &&
              facts_of(&arena, &batch, &facts, err);

    if (ok)
        assay_json_write(out, facts, style);
    assay_arena_free(&arena);
    return ok;
}

/* One document: a source, or an array of one for each. */
static bool export_json(struct assay_cli *cli, struct assay_catalog *catalog,
                        struct assay_buf *out, struct assay_error *err)
{
    const char *id = assay_cli_option(cli, "source");
    struct assay_source *sources;
    size_t count;

    if (id)
        return export_source(catalog, assay_str_c(id), out, err);
    if (!assay_catalog_sources(catalog, &cli->arena, &sources, &count, err))
        return false;
    assay_buf_add_c(out, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            assay_buf_add_c(out, ",\n");
        if (!export_source(catalog, sources[i].id, out, err))
            return false;
    }
    assay_buf_add_c(out, "]\n");
    return true;
}

/* ------------------------------------------------------- csv */

enum {
    ROUTE,
    PROVIDER,
    MODEL,
    STATUS,
    TIER,
    CONTEXT,
    LONGEST,
    METER,
    PRICE,
    UNIT,
    ABOVE,
    FROM,
    TO,
    SOURCE,
    READ,
    COLUMNS
};

static const char *const column_titles[COLUMNS] = {
    [ROUTE] = "route",    [PROVIDER] = "provider",
    [MODEL] = "model",    [STATUS] = "status",
    [TIER] = "tier",      [CONTEXT] = "context_tokens",
    [METER] = "meter",    [LONGEST] = "max_output_tokens",
    [PRICE] = "usd",      [UNIT] = "unit",
    [FROM] = "from",      [ABOVE] = "when_input_tokens",
    [TO] = "to",          [SOURCE] = "source",
    [READ] = "retrieved",
};

static void set_count(struct assay_arena *arena, struct assay_cell *cell,
                      const struct assay_route *route, const char *fact)
{
    uint64_t n;

    if (assay_choice_uint(assay_subject_choice(&route->subject, fact), &n) ==
        ASSAY_KNOWN)
        cell->text = assay_decimal_text(arena, assay_decimal_uint(n));
}

static void set_route(struct assay_arena *arena, struct assay_cell *row,
                      const struct assay_route *route)
{
    row[ROUTE].text = route->id;
    row[PROVIDER].text = route->provider;
    if (route->model)
        row[MODEL].text = route->model->id;
    row[STATUS].text = assay_str_c(assay_status_name(route->status));
    row[TIER].text = route->tier;
    set_count(arena, &row[CONTEXT], route, "context_tokens");
    set_count(arena, &row[LONGEST], route, "max_output_tokens");
}

static void set_price(struct assay_arena *arena, struct assay_cell *row,
                      const struct assay_price_component *price)
{
    row[METER].text = price->meter;
    if (price->state != ASSAY_UNKNOWN)
        row[PRICE].text = assay_decimal_text(arena, price->usd);
    row[UNIT].text = price->unit == ASSAY_EACH ? ASSAY_STR("each")
                                               : ASSAY_STR("per_million");
    if (price->when != ASSAY_TIER_ALWAYS)
        row[ABOVE].text = assay_arena_printf(
            arena, "%s%llu%s", price->when == ASSAY_TIER_ABOVE ? ">" : ">=",
            (unsigned long long)price->threshold_tokens,
            price->marginal ? " marginal" : "");
    row[FROM].text = assay_date_text(arena, price->from);
    row[TO].text = assay_date_text(arena, price->to);
    if (price->claim) {
        row[SOURCE].text = price->claim->source->id;
        row[READ].text = assay_date_text(arena, price->claim->read);
    }
}

static bool from_source(const struct assay_price_component *price,
                        const char *source)
{
    return !source ||
           (price->claim && assay_str_is(price->claim->source->id, source));
}

static void add_route(struct assay_document *doc, struct assay_block *table,
                      const struct assay_route *route, const char *source)
{
    for (size_t i = 0; i < route->prices.count; i++) {
        const struct assay_price_component *price =
            &route->prices.components[i];
        struct assay_cell *row;

        if (!from_source(price, source))
            continue;
        row = assay_table_row(doc, table);
        set_route(doc->arena, row, route);
        set_price(doc->arena, row, price);
    }
    if (route->prices.count == 0 && !source)
        set_route(doc->arena, assay_table_row(doc, table), route);
}

static bool export_csv(struct assay_cli *cli, struct assay_catalog *catalog,
                       struct assay_buf *out, struct assay_error *err)
{
    const char *source = assay_cli_option(cli, "source");
    struct assay_document *doc =
        assay_document_new(&cli->arena, ASSAY_STR("Routes"), ASSAY_STR(""));
    struct assay_column columns[COLUMNS] = {0};
    struct assay_block *table;
    struct assay_view view;

    for (size_t i = 0; i < COLUMNS; i++)
        columns[i].title = assay_str_c(column_titles[i]);
    table = assay_section_table(doc, assay_document_section(doc, "routes", ""),
                                columns, COLUMNS);
    if (!assay_catalog_view(catalog, &cli->arena, &view, err))
        return false;
    for (size_t i = 0; i < view.model_count; i++)
        for (size_t k = 0; k < view.models[i]->route_count; k++)
            add_route(doc, table, view.models[i]->routes[k], source);
    for (size_t i = 0; i < view.unjoined_count; i++)
        add_route(doc, table, view.unjoined[i], source);
    return assay_render_csv(out, doc, &cli->render, err);
}

/* ------------------------------------------------------- the command */

static int deliver(const struct assay_cli *cli, const struct assay_buf *out,
                   const char *path)
{
    struct assay_error err = {0};

    if (!path || strcmp(path, "-") == 0)
        return assay_cli_write_buf(cli, out);
    if (!assay_buf_ok(out, &err) ||
        !assay_file_write(path, assay_buf_str(out), &err)) {
        if (err.code == ASSAY_NOT_FOUND)
            err.code = ASSAY_SYSTEM; /* a folder to write to, not a thing */
        return assay_cli_fail(cli, &err);
    }
    return ASSAY_EXIT_DONE;
}

/* ------------------------------------------------------- the site */

/* On a terminal a bar; at most some times a second. */
static void show_progress(void *context, size_t done, size_t all)
{
    const struct assay_cli *cli = context;
    char bar[41];
    size_t filled = all ? done * 40 / all : 0;

    if (!cli->error_is_terminal || cli->quiet ||
        (done % 32 != 0 && done != all))
        return;
    memset(bar, '.', 40);
    memset(bar, '#', filled);
    bar[40] = '\0';
    fprintf(stderr, "\r[%s] %zu of %zu%s", bar, done, all,
            done == all ? "\n" : "");
}

static bool read_pairs(struct assay_cli *cli, struct assay_site_files *files,
                       struct assay_error *err)
{
    const char *pairs = assay_cli_option(cli, "pairs");

    files->pairs = pairs ? pairs : "related";
    if (strcmp(files->pairs, "related") == 0 ||
        strcmp(files->pairs, "all") == 0)
        return true;
    files->pairs = NULL;
    return assay_file_read(&cli->arena, pairs, (size_t)64 << 20, &files->list,
                           err);
}

static int export_site(struct assay_cli *cli)
{
    struct assay_site_files files = {
        .folder = cli->options.operands[1],
        .progress = show_progress,
        .context = cli,
    };
    struct assay_str url = assay_str_c(assay_cli_option(cli, "public-url"));
    struct assay_site_options options = {.store = cli->store,
                                         .as_of = cli->as_of};
    struct assay_site_report report;
    struct assay_error err = {0};
    struct assay_site *site;
    bool ok;

    while (assay_str_ends(url, "/"))
        url.len--;
    options.public_url = url;
    if (!read_pairs(cli, &files, &err))
        return assay_cli_fail(cli, &err);
    site = assay_site_open(&options, &err);
    if (!site)
        return assay_cli_fail(cli, &err);
    ok = assay_site_export(site, &files, &report, &err);
    assay_site_close(site);
    if (!ok)
        return assay_cli_fail(cli, &err);
    assay_cli_note(cli,
                   "%s: %zu files, %zu written, %zu unchanged, %zu removed",
                   files.folder, report.pages, report.written, report.unchanged,
                   report.removed);
    return ASSAY_EXIT_DONE;
}

static int export_run(struct assay_cli *cli)
{
    struct assay_error err = {0};
    struct assay_catalog *catalog;
    struct assay_buf out;
    const char *format = cli->format->name;
    int code;

    if (cli->options.operand_count > 0 &&
        strcmp(cli->options.operands[0], "site") == 0) {
        if (cli->options.operand_count != 2)
            return assay_cli_misuse(cli, "name the folder: export site DIR");
        return export_site(cli);
    }
    if (cli->options.operand_count > 1)
        return assay_cli_misuse(cli, "name one format: json or csv");
    if (cli->options.operand_count == 1)
        format = cli->options.operands[0];
    if (strcmp(format, "json") != 0 && strcmp(format, "csv") != 0)
        return assay_cli_misuse(cli, "formats are json, csv and site, not '%s'",
                                format);
    catalog = assay_cli_open(cli, &err);
    if (!catalog)
        return assay_cli_fail(cli, &err);
    assay_buf_init(&out, MAX_EXPORT_BYTES);
    bool ok = strcmp(format, "csv") == 0
                  ? export_csv(cli, catalog, &out, &err)
                  : export_json(cli, catalog, &out, &err);

    code = ok ? deliver(cli, &out, assay_cli_option(cli, "output"))
              : assay_cli_fail(cli, &err);
    assay_buf_release(&out);
    assay_catalog_close(catalog);
    return code;
}

static const struct assay_option export_options[] = {
    {"source", 0, "ID", "only what this source says", NULL},
    {"output", 'o', "FILE", "into a file, whole or not at all", "@file"},
    {"pairs", 0, "WHICH",
     "site: compare pages of related models (else), of all, or those of a "
     "file, a line each",
     "related all"},
    {"public-url", 0, "URL",
     "site: where it will stand, for canonical links and the site map", NULL},
    {0},
};

static const struct assay_example export_examples[] = {
    {"assay export json --source openai-docs",
     "one source as assay-facts/1, to be imported again"},
    {"assay export csv -o routes.csv", "every route and price in force"},
    {"assay export site public --public-url https://models.example",
     "the pages as files, for any web server"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_export = {
    .name = "export",
    .summary = "facts as JSON, routes and prices as CSV, or the pages as files",
    .usage = "json|csv|site DIR",
    .details =
        "json is assay-facts/1: one document of one source, or an array with "
        "a document for each; imported again, it changes nothing. csv has a "
        "line for each price component of each route, as it was chosen.\n\n"
        "site writes the pages of assay serve into a folder: models, "
        "providers, sources and comparisons, each with its Markdown twin. "
        "Links are relative. Made again, only what changed is written, and "
        "pages that are no more are removed.",
    .options = export_options,
    .globals = "store as-of",
    .formats = "json csv",
    .operands = "json csv site",
    .examples = export_examples,
    .run = export_run,
};
