/*
 * A run that goes on: what it was begun with comes from the store, and from
 * nowhere else; see try_again.h.
 */
#include "cli/try_again.h"

#include "assay/file.h"
#include "assay/published.h"

#include <string.h>

bool assay_try_may_resume(const struct assay_cli *cli, struct assay_error *err)
{
    static const char *const fixed[] = {"on",         "fixed",  "margin",
                                        "graded",     "repeat", "price",
                                        "max-tokens", "seed",   "keep-raw"};

    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (assay_cli_option(cli, fixed[i]))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "--%s is what a run is begun with; beside "
                              "--resume stand --max-cost, --max-time and "
                              "--concurrency",
                              fixed[i]);
    return true;
}

/* ------------------------------------------------------- its files */

static struct assay_str place_of(struct assay_arena *arena,
                                 const struct assay_run *run,
                                 struct assay_str name)
{
    struct assay_str folder = ASSAY_STR(""), file;

    if (assay_str_starts(name, "/"))
        return name;
    (void)assay_str_cut_last(run->suite_path, '/', &folder, &file);
    return assay_arena_printf(arena, "%.*s/%.*s", ASSAY_STR_ARG(folder),
                              ASSAY_STR_ARG(name));
}

/* What stands on disk is not read but to say so. */
static void tell_changes(const struct assay_cli *cli,
                         const struct assay_run *run,
                         const struct assay_suite_file *file)
{
    struct assay_arena arena = {0};
    struct assay_error ignored = {0};
    struct assay_str at = place_of(&arena, run, file->path), bytes;
    /* one byte more than it was is a change already */
    bool read = assay_file_read(&arena, assay_arena_cstr(&arena, at),
                                file->bytes.len + 1, &bytes, &ignored);

    if (!read || !assay_str_equal(bytes, file->bytes))
        assay_cli_note(cli,
                       "%.*s %s since run %.*s began: it goes on with what it "
                       "was begun with",
                       ASSAY_STR_ARG(at),
                       !read && ignored.code == ASSAY_NOT_FOUND ? "is gone"
                                                                : "has changed",
                       ASSAY_STR_ARG(run->id));
    assay_arena_free(&arena);
}

static bool read_kept(struct assay_cli *cli, struct assay_ledger *ledger,
                      const struct assay_run *run, struct assay_suite **suite,
                      struct assay_error *err)
{
    struct assay_suite_file *files;
    size_t count;

    if (!assay_ledger_files(ledger, &cli->arena, run->id, &files, &count, err))
        return false;
    if (count == 0)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "run %.*s keeps no suite in this store",
                          ASSAY_STR_ARG(run->id));
    for (size_t i = 0; i < count; i++)
        tell_changes(cli, run, &files[i]);
    const struct assay_suite_options options = {.kept = files,
                                                .kept_count = count};
    *suite = assay_suite_read(assay_arena_cstr(&cli->arena, run->suite_path),
                              &options, err);
    return *suite != NULL;
}

/* ------------------------------------------------------- its variables */

static struct assay_str digest(struct assay_arena *arena,
                               const struct assay_run *run,
                               const struct assay_json *variable)
{
    return assay_sha256_hex(arena,
                            assay_arena_printf(arena, "%.*s %.*s=%.*s",
                                               ASSAY_STR_ARG(run->id),
                                               ASSAY_STR_ARG(variable->key),
                                               ASSAY_STR_ARG(variable->text)));
}

void assay_try_keep_variables(const struct assay_run *run,
                              const struct assay_suite *suite,
                              struct assay_arena *arena,
                              struct assay_json *options)
{
    struct assay_json *kept;

    if (!suite->variables)
        return;
    kept = assay_json_set(options, "variables", assay_json_object(arena));
    for (const struct assay_json *v = suite->variables->first; v; v = v->next)
        assay_json_set_key(
            kept, assay_arena_copy(arena, v->key),
            v->type == ASSAY_JSON_NULL
                ? assay_json_null(arena)
                : assay_json_string(arena, digest(arena, run, v)));
}

/* They say what they said, or are not set now as then. */
static bool check_variables(struct assay_cli *cli, const struct assay_run *run,
                            const struct assay_suite *suite,
                            struct assay_error *err)
{
    const struct assay_json *kept = assay_json_get(run->options, "variables");
    const struct assay_json *now = suite->variables;

    for (const struct assay_json *v = kept && now ? now->first : NULL; v;
         v = v->next) {
        const struct assay_json *then = assay_json_get_str(kept, v->key);
        bool is_set = v->type != ASSAY_JSON_NULL;
        bool was_set = then && then->type != ASSAY_JSON_NULL;
        if (is_set == was_set &&
            (!is_set ||
             assay_str_equal(then->text, digest(&cli->arena, run, v))))
            continue;
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "the suite asks for the variable %.*s, which %s "
                          "when run %.*s began: a run goes on with what it "
                          "was begun with",
                          ASSAY_STR_ARG(v->key),
                          was_set ? "was set to something else" : "was not set",
                          ASSAY_STR_ARG(run->id));
    }
    return true;
}

/* ------------------------------------------------------- the run */

struct assay_run *assay_try_again(struct assay_cli *cli,
                                  struct assay_ledger *ledger,
                                  const struct assay_run *typed,
                                  struct assay_suite **suite,
                                  struct assay_error *err)
{
    struct assay_run *run = assay_ledger_run(
        ledger, &cli->arena, assay_str_c(assay_cli_option(cli, "resume")), err);

    if (run && assay_run_publisher(run).len) {
        assay_fail(err, ASSAY_BAD_INPUT,
                   "run %.*s holds samples published by %.*s: nothing is asked "
                   "for it",
                   ASSAY_STR_ARG(run->id),
                   ASSAY_STR_ARG(assay_run_publisher(run)));
        return NULL;
    }
    if (!run || !read_kept(cli, ledger, run, suite, err) ||
        !check_variables(cli, run, *suite, err))
        return NULL;
    if (typed->has_max_cost) {
        run->has_max_cost = true;
        run->max_cost_usd = typed->max_cost_usd;
    }
    if (typed->max_time_ms)
        run->max_time_ms = typed->max_time_ms;
    return run;
}

void assay_try_options_back(const struct assay_run *run,
                            struct assay_trial_options *options)
{
    const struct assay_json *o = run->options;
    uint64_t number;

    if (!options->concurrency &&
        assay_json_to_u64(assay_json_get(o, "concurrency"), &number))
        options->concurrency = (uint32_t)number;
    if (assay_json_to_u64(assay_json_get(o, "max_tokens"), &number))
        options->max_tokens = (uint32_t)number;
    if (assay_json_to_u64(assay_json_get(o, "judge_votes"), &number))
        options->judge_votes = (uint32_t)number;
    options->keep_raw =
        assay_json_is(assay_json_get(o, "keep_raw"), ASSAY_JSON_TRUE);
}
