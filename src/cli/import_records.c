/*
 * Records with samples, one or a folder of them. What they state goes into
 * the store in one transaction; then their samples become runs, and the runs
 * claims about pairs of models.
 */
#include "cli/import_files.h"
#include "cli/import_parts.h"

#include "assay/published.h"
#include "assay/report.h"
#include "net/net.h"

#include <string.h>

enum { REFUSALS_SHOWN = 20 };

/* Of a record that went into the store: what its samples need. */
struct taken {
    const char *path;
    struct assay_str source;
    struct assay_date day;
};

struct run_id {
    struct assay_str id;
    struct run_id *next;
};

struct records {
    struct assay_cli *cli;
    const struct assay_import_options *options;
    struct assay_import_files files;
    struct assay_arena arena; /* of the record in hand */
    struct assay_batch batch;
    size_t at; /* the next file */
    struct taken *taken;
    size_t taken_count;
    uint64_t rows, added, changed, ended, unchanged, refused, said;
    uint64_t samples, pairs;
    struct assay_ledger *ledger;
    struct assay_published *set;
    struct run_id *runs;
};

/* ------------------------------------------------------- refusals */

static const char *named(const struct records *r, const char *path)
{
    return r->files.is_folder ? path : NULL;
}

static void note(struct records *r, const struct assay_batch *batch,
                 const char *path)
{
    uint32_t left =
        r->said < REFUSALS_SHOWN ? (uint32_t)(REFUSALS_SHOWN - r->said) : 0;

    r->said += assay_import_note(r->cli, batch, named(r, path), left);
    r->refused += batch->refusal_count;
}

/*
 * A file of a folder that is no record, or whose samples cannot be read, is
 * refused by itself; alone, strictly, or where this machine fails, all is.
 */
static bool may_go_on(struct records *r, const struct assay_error *err)
{
    if (!r->files.is_folder || r->options->strict || err->code == ASSAY_SYSTEM)
        return false;
    r->refused++;
    if (r->said++ < REFUSALS_SHOWN)
        assay_cli_note(r->cli, "refused: %s", err->text);
    return true;
}

/* ------------------------------------------------------- what they state */

static void keep(struct records *r, const char *path)
{
    struct assay_str source =
        assay_arena_copy(&r->cli->arena, r->batch.source_id);

    for (size_t i = r->taken_count; i-- > 0;) {
        if (!assay_str_equal(r->taken[i].source, source))
            continue;
        assay_cli_note(r->cli,
                       "%s: the same evaluation as %s; the one that is read "
                       "last counts",
                       path, r->taken[i].path);
        break;
    }
    r->taken[r->taken_count++] =
        (struct taken){path, source, r->batch.retrieved};
}

static bool next_record(void *context, const struct assay_batch **batch,
                        struct assay_error *err)
{
    struct records *r = context;

    for (*batch = NULL; r->at < r->files.count;) {
        struct assay_import_options options = *r->options;
        struct assay_error failed = {0};
        bool ok;

        options.from = r->files.paths[r->at++];
        assay_arena_free(&r->arena);
        assay_batch_init(&r->batch, &r->arena);
        assay_reading_progress(r->cli, "reading", options.from);
        ok = assay_import_read(&r->batch, &options, &failed);
        assay_reading_progress(r->cli, "", "");
        note(r, &r->batch, options.from);
        if (!ok && !may_go_on(r, &failed)) {
            *err = failed;
            return false;
        }
        if (!ok || !r->batch.statement_count)
            continue;
        keep(r, options.from);
        *batch = &r->batch;
        return true;
    }
    return r->taken_count > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT,
                      "%s: every row was refused; nothing is written",
                      r->cli->options.operands[1]);
}

static void count_record(void *context, const struct assay_apply_report *report)
{
    struct records *r = context;

    r->rows += report->rows;
    r->added += report->added;
    r->changed += report->changed;
    r->ended += report->ended;
    r->unchanged += report->unchanged;
}

/* They state nothing: there are samples alone. */
static bool take_all(struct records *r)
{
    struct assay_date day = assay_date_set(r->options->retrieved)
                                ? r->options->retrieved
                                : r->options->today;

    for (size_t i = 0; i < r->files.count; i++)
        r->taken[r->taken_count++] = (struct taken){
            r->files.paths[i], assay_str_c(r->files.paths[i]), day};
    return true;
}

/* ------------------------------------------------------- their samples */

static bool begin_set(void *context, const struct assay_sample_set *set,
                      struct assay_error *err)
{
    struct records *r = context;

    r->set = assay_published_begin(r->ledger, set, err);
    return r->set != NULL;
}

static bool take_sample(void *context, const struct assay_sample *sample,
                        struct assay_error *err)
{
    return assay_published_add(((struct records *)context)->set, sample, err);
}

static void touch(struct records *r, struct assay_str id)
{
    struct run_id *run = r->runs;

    while (run && !assay_str_equal(run->id, id))
        run = run->next;
    if (run)
        return;
    run = ASSAY_NEW(&r->cli->arena, struct run_id);
    *run = (struct run_id){id, r->runs};
    r->runs = run;
}

static bool end_set(void *context, struct assay_error *err)
{
    struct records *r = context;
    struct assay_published *set = r->set;
    struct assay_str id;

    r->set = NULL;
    if (!assay_published_end(set, &r->cli->arena, &id, err))
        return false;
    touch(r, id);
    return true;
}

/* Where nothing is written: the samples are read, and counted. */
static bool pass_set(void *context, const struct assay_sample_set *set,
                     struct assay_error *err)
{
    (void)context;
    return assay_published_check(set, err);
}

static bool pass_sample(void *context, const struct assay_sample *sample,
                        struct assay_error *err)
{
    (void)context;
    (void)sample;
    (void)err;
    return true;
}

static bool pass_end(void *context, struct assay_error *err)
{
    (void)context;
    (void)err;
    return true;
}

static const struct assay_sample_taker nobody = {pass_set, pass_sample,
                                                 pass_end, NULL};

static bool is_file(const char *path)
{
    return !assay_http_is_url(path) && strcmp(path, "-") != 0;
}

/* False: err says why the samples of this record are not taken. */
static bool read_samples(struct records *r, const struct taken *of,
                         const struct assay_sample_taker *taker,
                         uint64_t *taken, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_batch batch;
    bool ok;

    assay_batch_init(&batch, &arena);
    batch.source_id = of->source;
    batch.retrieved = of->day;
    assay_reading_progress(r->cli, "samples of", of->path);
    ok = r->options->format->read_samples(&batch, of->path, taker, taken, err);
    assay_reading_progress(r->cli, "", "");
    assay_published_drop(r->set);
    r->set = NULL;
    note(r, &batch, of->path);
    if (!r->options->format->read)
        r->rows += batch.rows;
    assay_arena_free(&arena);
    return ok;
}

static bool read_all_samples(struct records *r,
                             const struct assay_sample_taker *taker,
                             struct assay_error *err)
{
    for (size_t i = 0; i < r->taken_count; i++) {
        struct assay_error failed = {0};
        uint64_t taken = 0;

        if (is_file(r->taken[i].path) &&
            !read_samples(r, &r->taken[i], taker, &taken, &failed) &&
            !may_go_on(r, &failed)) {
            *err = failed;
            return false;
        }
        r->samples += taken;
    }
    return true;
}

/*
 * Where one fault refuses all, the samples are read before anything is
 * written.
 */
static bool check_samples(struct records *r, struct assay_error *err)
{
    for (size_t i = 0; i < r->files.count; i++) {
        struct assay_arena arena = {0};
        struct assay_batch batch;
        uint64_t taken;
        bool ok;

        assay_batch_init(&batch, &arena);
        ok = !is_file(r->files.paths[i]) ||
             r->options->format->read_samples(&batch, r->files.paths[i],
                                              &nobody, &taken, err);
        if (ok && r->options->strict && batch.refusal_count)
            ok = assay_fail(err, ASSAY_BAD_INPUT, "%s: %.*s: %.*s",
                            r->files.paths[i],
                            ASSAY_STR_ARG(batch.first_refusal->place),
                            ASSAY_STR_ARG(batch.first_refusal->reason));
        assay_arena_free(&arena);
        if (!ok)
            return false;
    }
    return true;
}

/* ------------------------------------------------------- runs to claims */

static bool claim_run(struct records *r, struct assay_catalog *catalog,
                      struct assay_str id, struct assay_error *err)
{
    struct assay_arena arena = {0};
    struct assay_run_figures figures;
    size_t pairs = 0;
    struct assay_run *run = assay_ledger_run(r->ledger, &arena, id, err);
    bool ok = run && assay_run_figures(r->ledger, &arena, run, &figures, err) &&
              assay_run_claim(catalog, &figures, &pairs, err);

    r->pairs += pairs;
    assay_arena_free(&arena);
    return ok;
}

static bool keep_samples(struct records *r, struct assay_catalog *catalog,
                         struct assay_error *err)
{
    const struct assay_sample_taker taker = {begin_set, take_sample, end_set,
                                             r};

    r->ledger = assay_ledger_open(r->cli->store, err);
    if (!r->ledger || !read_all_samples(r, &taker, err))
        return false;
    for (const struct run_id *run = r->runs; run; run = run->next)
        if (!claim_run(r, catalog, run->id, err))
            return false;
    return true;
}

/* ------------------------------------------------------- all of it */

static bool import_all(struct records *r, struct assay_error *err)
{
    bool only_try = assay_cli_flag(r->cli, "dry-run");
    const struct assay_batch_feed feed = {.next = next_record,
                                          .applied = count_record,
                                          .context = r,
                                          .only_try = only_try};
    struct assay_catalog *catalog;
    bool ok;

    if (!assay_import_files(&r->cli->arena, r->options->from, &r->files, err))
        return false;
    if (r->files.is_folder && r->options->source_id.len)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "--source names one source, and a folder has one "
                          "for each record");
    if (!r->options->format->read && !is_file(r->options->from))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "%s: %s is read from a file alone", r->options->from,
                          r->options->format->name);
    r->taken = ASSAY_NEW_ARRAY(&r->cli->arena, struct taken, r->files.count);
    catalog = assay_cli_open(r->cli, err);
    if (!catalog)
        return false;
    ok =
        ((r->files.is_folder && !r->options->strict) ||
         check_samples(r, err)) &&
        (r->options->format->read ? assay_catalog_apply_all(catalog, &feed, err)
                                  : take_all(r));
    if (ok)
        ok = only_try || strcmp(r->cli->store, ":memory:") == 0
                 ? read_all_samples(r, &nobody, err)
                 : keep_samples(r, catalog, err);
    assay_catalog_close(catalog);
    return ok;
}

static const struct assay_document *page_of(struct records *r)
{
    struct assay_arena *arena = &r->cli->arena;
    const struct taken *first = &r->taken[0];
    uint64_t runs = 0;

    for (const struct run_id *run = r->runs; run; run = run->next)
        runs++;
    const struct assay_import_count counts[] = {
        {"records", "records", r->taken_count},
        {"rows read", "rows", r->rows},
        {"new", "new", r->added},
        {"changed", "changed", r->changed},
        {"ended", "ended", r->ended},
        {"unchanged", "unchanged", r->unchanged},
        {"refused", "refused", r->refused},
        {"samples", "samples", r->samples},
        {"runs of samples", "runs", runs},
        {"pairs of models", "pairs", r->pairs},
    };

    return assay_import_page(r->cli,
                             r->files.is_folder ? assay_str_c(r->options->from)
                                                : first->source,
                             assay_date_text(arena, first->day), counts,
                             sizeof counts / sizeof counts[0]);
}

int assay_import_records(struct assay_cli *cli,
                         const struct assay_import_options *options)
{
    struct records r = {.cli = cli, .options = options};
    struct assay_error err = {0};
    bool ok = import_all(&r, &err);

    if (r.said > REFUSALS_SHOWN || r.refused > r.said)
        assay_import_note_more(
            cli,
            r.refused - (r.said < REFUSALS_SHOWN ? r.said : REFUSALS_SHOWN));
    assay_ledger_close(r.ledger);
    assay_arena_free(&r.arena);
    return ok ? assay_cli_show(cli, page_of(&r)) : assay_cli_fail(cli, &err);
}
