/*
 * assay doctor: what assay stands on here, and whether it is sound.
 */
#include "cli/libraries.h"

#include "assay/file.h"
#include "assay/route.h"
#include "base/cpu.h"
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum health { WELL, WORTH_KNOWING, FAILED };

static const char *const health_names[] = {"ok", "note", "FAILED"};

struct examination {
    struct assay_cli *cli;
    struct assay_document *doc;
    struct assay_block *table;
    struct assay_json *list;
    size_t failed;
};

static void find(struct examination *e, enum health health, const char *what,
                 struct assay_str text)
{
    struct assay_arena *arena = e->doc->arena;
    struct assay_cell *row = assay_table_row(e->doc, e->table);
    struct assay_json *one = assay_json_add(e->list, assay_json_object(arena));

    text = assay_arena_copy(arena, text); /* it may be of an error's */
    row[0].text = assay_str_c(what);
    row[1].text = assay_str_c(health_names[health]);
    row[2].text = text;
    if (health == FAILED)
        row[1].flags = ASSAY_CELL_WARN;
    row[0].state = row[1].state = row[2].state = ASSAY_KNOWN;
    assay_json_set_c(arena, one, "check", what);
    assay_json_set_c(arena, one, "state",
                     health == FAILED ? "failed" : health_names[health]);
    assay_json_set_text(arena, one, "text", text);
    e->failed += health == FAILED;
}

/* ------------------------------------------------------- the store */

static void look_at_file(struct examination *e)
{
    struct assay_arena *arena = e->doc->arena;
    const char *path = e->cli->store;
    struct stat file;

    if (!path[0] || strcmp(path, ":memory:") == 0)
        find(e, WELL, "store", assay_str_c(path));
    else if (stat(path, &file) != 0)
        find(e, FAILED, "store",
             assay_arena_printf(arena, "%s: %s", path, strerror(errno)));
    else
        find(e, WELL, "store",
             assay_arena_printf(
                 arena, "%s, %lld KiB%s", path,
                 (long long)(file.st_size + 1023) / 1024,
                 access(path, W_OK) == 0 ? "" : ", can only be read"));
}

static void look_at_library(struct examination *e)
{
    struct assay_arena *arena = e->doc->arena;

    if (assay_store_library_has_reset_bug())
        find(e, WORTH_KNOWING, "SQLite",
             assay_arena_printf(
                 arena,
                 "%s can corrupt a write-ahead log when two processes commit "
                 "and checkpoint at once; assay lets one process write at a "
                 "time (a lock beside the store), which avoids it. Do not "
                 "open the store for writing with other programs.",
                 assay_store_library()));
    else
        find(e, WELL, "SQLite",
             assay_arena_printf(arena, "%s; one writer at a time",
                                assay_store_library()));
}

static void look_at_sources(struct examination *e,
                            struct assay_catalog *catalog)
{
    struct assay_arena *arena = e->doc->arena;
    struct assay_date oldest = {0}, newest = {0};
    struct assay_error err = {0};
    struct assay_source *sources;
    size_t count;

    if (!assay_catalog_sources(catalog, arena, &sources, &count, &err)) {
        find(e, FAILED, "sources", assay_str_c(err.text));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || assay_date_compare(sources[i].read, oldest) < 0)
            oldest = sources[i].read;
        if (assay_date_compare(sources[i].read, newest) > 0)
            newest = sources[i].read;
    }
    find(e, count ? WELL : WORTH_KNOWING, "sources",
         assay_arena_printf(arena, "%zu, read from %.*s to %.*s", count,
                            ASSAY_STR_ARG(assay_date_text(arena, oldest)),
                            ASSAY_STR_ARG(assay_date_text(arena, newest))));
    if (assay_date_compare(newest, e->cli->today) > 0)
        find(e, WORTH_KNOWING, "clock",
             ASSAY_STR("a source was read later than today: is the clock "
                       "right?"));
}

static void look_at_store(struct examination *e)
{
    struct assay_error err = {0};
    struct assay_catalog *catalog = assay_cli_open(e->cli, &err);

    if (!catalog) {
        find(e, FAILED, "store", assay_str_c(err.text));
        return;
    }
    look_at_file(e);
    if (assay_catalog_check(catalog, &err))
        find(e, WELL, "integrity", ASSAY_STR("the file is whole"));
    else
        find(e, FAILED, "integrity", assay_str_c(err.text));
    look_at_sources(e, catalog);
    assay_catalog_close(catalog);
}

/* ------------------------------------------------------- what runs where */

static void look_at_processor(struct examination *e)
{
    size_t cores = assay_cpu_count();

    find(e, WELL, "weights",
         assay_arena_printf(e->doc->arena, "run with %s on %zu core%s",
                            assay_cpu_level_name(assay_cpu_best()), cores,
                            cores == 1 ? "" : "s"));
}

/* Which variables lead to hosted routes; never what they hold. */
static void look_at_keys(struct examination *e)
{
    struct assay_arena *arena = e->doc->arena;
    struct assay_str list = ASSAY_STR("");

    for (const char *const *name = assay_endpoint_variables; *name; name++) {
        const char *value = getenv(*name);
        if (value && value[0])
            list = assay_arena_printf(arena, "%.*s%s%s", ASSAY_STR_ARG(list),
                                      list.len ? ", " : "", *name);
    }
    find(e, list.len ? WELL : WORTH_KNOWING, "keys",
         list.len ? list
                  : ASSAY_STR("none in the environment, such as "
                              "OPENAI_API_KEY: only routes without one can "
                              "be tried"));
}

/* ------------------------------------------------------- the terminal */

static void look_at_terminal(struct examination *e)
{
    const struct assay_render_options *render = &e->cli->render;

    find(e, WELL, "output",
         assay_arena_printf(
             e->doc->arena, "%s, %u columns, %s, %s",
             isatty(STDOUT_FILENO) ? "a terminal" : "not a terminal",
             render->width, render->colour ? "in colour" : "without colour",
             render->ascii ? "ASCII" : "UTF-8"));
}

static int doctor_run(struct assay_cli *cli)
{
    static const struct assay_column columns[] = {
        {.title = {"check", 5}},
        {.title = {"state", 5}},
        {.title = {"what was found", 14}},
    };
    struct assay_arena *arena = &cli->arena;
    struct assay_document *doc = assay_document_new(
        arena, ASSAY_STR("assay " ASSAY_VERSION), assay_cli_aside(cli));
    struct examination e = {
        .cli = cli,
        .doc = doc,
        .table = assay_section_table(
            doc, assay_document_section(doc, "checks", ""), columns, 3),
        .list = assay_json_array(arena),
    };
    int code;

    if (cli->options.operand_count > 0)
        return assay_cli_misuse(cli, "takes no operand");
    look_at_store(&e);
    look_at_library(&e);
    look_at_processor(&e);
    look_at_keys(&e);
    look_at_terminal(&e);
    doc->data = assay_json_object(arena);
    assay_json_set_c(arena, doc->data, "format", "assay-doctor/1");
    assay_json_set_c(arena, doc->data, "version", ASSAY_VERSION);
    assay_json_set(doc->data, "checks", e.list);
    assay_json_set(
        doc->data, "libraries",
        assay_libraries_table(
            doc, assay_document_section(doc, "libraries", "Libraries")));
    code = assay_cli_show(cli, doc);
    return code == ASSAY_EXIT_DONE && e.failed ? assay_cli_gate(cli) : code;
}

static const struct assay_example doctor_examples[] = {
    {"assay doctor", "store, integrity, sources, libraries, terminal"},
    {NULL, NULL},
};

const struct assay_command assay_cmd_doctor = {
    .name = "doctor",
    .summary = "whether the store and what assay stands on are sound",
    .usage = "",
    .globals = "store as-of fail-code width no-color",
    .formats = "text json",
    .examples = doctor_examples,
    .gate = "a check failed",
    .run = doctor_run,
};
