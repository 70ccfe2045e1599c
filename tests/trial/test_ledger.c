/*
 * The ledger: what is written comes back, steps of an attempt are taken in
 * order and by the newest holder alone, and opening writes nothing.
 */
#include "assay/ledger.h"

#include "assay/catalog.h"
#include "catalog/catalog_file.h"
#include "trial/ledger_fixture.h"

static const struct assay_lease hour = {{"one", 3}, 3600};
static const struct assay_lease over = {{"two", 3}, -1};

static struct assay_attempt_key key_of(const struct ledger_fixture *f,
                                       uint64_t place, uint32_t route)
{
    return (struct assay_attempt_key){
        .run = f->num, .place = place, .route = route};
}

static uint64_t claim(struct ledger_fixture *f,
                      const struct assay_attempt_key *key,
                      const struct assay_lease *lease)
{
    struct assay_error err = {0};
    uint64_t fence = 99;

    must(assay_ledger_begin(f->ledger, &err), &err);
    must(assay_ledger_claim(f->ledger, key, lease, &fence, &err), &err);
    must(assay_ledger_commit(f->ledger, &err), &err);
    return fence;
}

static bool send(struct ledger_fixture *f, const struct assay_attempt_key *key,
                 uint64_t fence)
{
    struct assay_error err = {0};
    bool ours = false;

    must(assay_ledger_begin(f->ledger, &err), &err);
    must(assay_ledger_send(f->ledger, key, fence, ASSAY_DECIMAL(25, -3), &ours,
                           &err),
         &err);
    must(assay_ledger_commit(f->ledger, &err), &err);
    return ours;
}

static bool end(struct ledger_fixture *f, const struct assay_attempt_key *key,
                uint64_t fence, const struct assay_attempt *attempt)
{
    struct assay_error err = {0};
    bool ours = false;

    must(assay_ledger_begin(f->ledger, &err), &err);
    must(assay_ledger_end(f->ledger, key, fence, attempt, &ours, &err), &err);
    must(assay_ledger_commit(f->ledger, &err), &err);
    return ours;
}

static const struct assay_attempt answered = {
    .state = ASSAY_ATTEMPT_DONE,
    .final = true,
    .of = ASSAY_CLASS_ANSWERED,
    .status = 200,
    .clocks = {.begun = 1, .sent = 2, .done = 3000000000},
    .queued_ns = 5,
    .reply = {.text = {"an \xc3\xa9", 5},
              .finish = ASSAY_FINISH_LENGTH,
              .usage_state = ASSAY_USAGE_RETURNED,
              .usage = {.input_tokens = 12, .output_tokens = 3}},
    .cost_state = ASSAY_KNOWN,
    .cost_usd = {1234, -8},
    .mark = ASSAY_MARK_PASSED,
    .score = 1,
    .raw = {"{\"raw\":1}", 9},
};

/* ------------------------------------------------------- reading helpers */

struct seen {
    size_t count;
    struct assay_attempt at[16];
    char places[64], texts[128], raws[32];
};

static bool see(void *context, struct assay_arena *arena,
                const struct assay_attempt *attempt)
{
    struct seen *seen = context;
    size_t len = strlen(seen->places);

    snprintf(seen->places + len, sizeof seen->places - len, "%u%u%u ",
             (unsigned)attempt->at->place, attempt->route, attempt->attempt);
    len = strlen(seen->texts);
    snprintf(seen->texts + len, sizeof seen->texts - len, "%.*s",
             ASSAY_STR_ARG(attempt->reply.text));
    len = strlen(seen->raws);
    snprintf(seen->raws + len, sizeof seen->raws - len, "%.*s",
             ASSAY_STR_ARG(attempt->raw));
    seen->at[seen->count++] = *attempt;
    return seen->count < 16;
}

static struct seen look(struct ledger_fixture *f)
{
    struct assay_error err = {0};
    struct seen seen = {0};

    must(assay_ledger_attempts(f->ledger, f->run.id, see, &seen, &err), &err);
    return seen;
}

/* ------------------------------------------------------- tests */

static void a_run_comes_back_as_it_was_written(void **state)
{
    struct ledger_fixture f;
    struct assay_error err = {0};
    struct assay_suite_file *files;
    size_t count;

    fixture_open(&f);
    add_fixture_run(&f, "7f3a0001");
    add_fixture_run(&f, "7f3b0002");
    struct assay_run *run =
        assay_ledger_run(f.ledger, &f.arena, ASSAY_STR("7f3a"), &err);
    must(run != NULL, &err);
    assert_true(assay_str_is(run->id, "7f3a0001"));
    assert_true(run->rule.margin == 0.05);
    assert_true(run->rule.seed == UINT64_MAX);
    assert_int_equal(run->case_count, 3);
    assert_int_equal(run->counted, 3);
    assert_int_equal(run->stopped, ASSAY_STOP_NONE);
    assert_true(run->has_max_cost);
    assert_int_equal(
        assay_decimal_compare(run->max_cost_usd, ASSAY_DECIMAL(125, -2)), 0);
    assert_int_equal(run->route_count, 2);
    assert_true(assay_str_is(run->routes[1].id, "local:b"));
    assert_null(run->routes[1].prices);
    must(assay_ledger_files(f.ledger, &f.arena, run->id, &files, &count, &err),
         &err);
    assert_int_equal(count, 1);
    assert_int_equal(files[0].bytes.len, 30);
    assert_memory_equal(files[0].bytes.at, "a\0b\nccc", 7);

    struct assay_run *runs;
    must(assay_ledger_runs(f.ledger, &f.arena, &runs, &count, &err), &err);
    assert_int_equal(count, 2);
    assert_true(assay_str_is(runs[0].id, "7f3b0002"));

    assert_null(assay_ledger_run(f.ledger, &f.arena, ASSAY_STR("7f3"), &err));
    assert_int_equal(err.code, ASSAY_NOT_FOUND);
    assert_null(assay_ledger_run(f.ledger, &f.arena, ASSAY_STR("8"), &err));
    assert_null(assay_ledger_run(f.ledger, &f.arena, ASSAY_STR(""), &err));
    fixture_close(&f);
}

static void an_attempt_goes_from_planned_over_sent_to_done(void **state)
{
    struct ledger_fixture f;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    struct assay_attempt_key key = key_of(&f, 1, 1);
    uint64_t fence = claim(&f, &key, &hour);
    assert_int_equal(fence, 1);
    assert_int_equal(look(&f).at[3].state, ASSAY_ATTEMPT_PLANNED);
    assert_true(send(&f, &key, fence));
    struct seen seen = look(&f);
    assert_int_equal(seen.at[3].state, ASSAY_ATTEMPT_SENT);
    assert_int_equal(
        assay_decimal_compare(seen.at[3].reserved_usd, ASSAY_DECIMAL(25, -3)),
        0);
    assert_true(end(&f, &key, fence, &answered));

    seen = look(&f);
    assert_string_equal(seen.places, "000 010 100 110 200 210 ");
    assert_string_equal(seen.texts, "an \xc3\xa9");
    assert_string_equal(seen.raws, "{\"raw\":1}");
    const struct assay_attempt *a = &seen.at[3];
    assert_int_equal(a->state, ASSAY_ATTEMPT_DONE);
    assert_true(a->final);
    assert_int_equal(a->of, ASSAY_CLASS_ANSWERED);
    assert_int_equal(a->mark, ASSAY_MARK_PASSED);
    assert_true(a->score == 1);
    assert_int_equal(a->clocks.done, 3000000000);
    assert_int_equal(a->clocks.headers, 0);
    assert_int_equal(a->reply.usage.input_tokens, 12);
    assert_int_equal(a->reply.finish, ASSAY_FINISH_LENGTH);
    assert_int_equal(a->cost_state, ASSAY_KNOWN);
    assert_int_equal(
        assay_decimal_compare(a->cost_usd, ASSAY_DECIMAL(1234, -8)), 0);
    fixture_close(&f);
}

static void only_the_newest_holder_is_heard(void **state)
{
    struct ledger_fixture f;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    struct assay_attempt_key key = key_of(&f, 0, 0);
    uint64_t late = claim(&f, &key, &over); /* its lease is over at once */
    uint64_t newest = claim(&f, &key, &hour);
    assert_int_equal(late, 1);
    assert_int_equal(newest, 2);
    assert_int_equal(claim(&f, &key, &hour), 0); /* held */
    assert_false(send(&f, &key, late));
    assert_true(send(&f, &key, newest));
    assert_false(send(&f, &key, newest)); /* once */
    assert_false(end(&f, &key, late, &answered));
    assert_int_equal(look(&f).at[0].state, ASSAY_ATTEMPT_SENT);
    assert_true(end(&f, &key, newest, &answered));
    assert_false(end(&f, &key, newest, &answered)); /* once */
    assert_int_equal(claim(&f, &key, &hour), 0);    /* never again */
    fixture_close(&f);
}

static void what_was_sent_and_not_heard_of_is_unknown(void **state)
{
    struct ledger_fixture f;
    struct assay_error err = {0};
    uint64_t lost = 9;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    struct assay_attempt_key sent = key_of(&f, 0, 0), held = key_of(&f, 0, 1);
    uint64_t fence = claim(&f, &sent, &hour);
    assert_true(send(&f, &sent, fence));
    assert_int_equal(claim(&f, &held, &hour), 1);

    must(assay_ledger_begin(f.ledger, &err), &err);
    must(assay_ledger_expire(f.ledger, f.num, &lost, &err), &err);
    assert_int_equal(lost, 0); /* its holder may live */
    must(assay_ledger_end_leases(f.ledger, f.num, &err), &err);
    must(assay_ledger_expire(f.ledger, f.num, &lost, &err), &err);
    must(assay_ledger_commit(f.ledger, &err), &err);
    assert_int_equal(lost, 1);

    struct seen seen = look(&f);
    assert_string_equal(seen.places, "000 001 010 100 110 200 210 ");
    assert_int_equal(seen.at[0].state, ASSAY_ATTEMPT_UNKNOWN);
    assert_int_equal(seen.at[0].cost_state, ASSAY_UNKNOWN);
    assert_int_equal(
        assay_decimal_compare(seen.at[0].cost_usd, ASSAY_DECIMAL(25, -3)), 0);
    assert_int_equal(seen.at[1].state, ASSAY_ATTEMPT_PLANNED);
    assert_false(end(&f, &sent, fence, &answered)); /* too late */
    assert_int_equal(claim(&f, &held, &hour), 2);   /* never left: again */
    fixture_close(&f);
}

static void opening_writes_nothing_and_rows_do_not_age_the_catalog(void **state)
{
    struct ledger_fixture f;
    struct assay_error err = {0};
    struct assay_catalog_options options = {NULL, {2026, 11, 22}};
    struct assay_run *runs;
    size_t count = 9;

    fixture_open(&f);
    options.path = f.path;
    struct assay_catalog *catalog = assay_catalog_open(&options, &err);
    must(catalog != NULL, &err);
    uint64_t version = assay_catalog_version(catalog);
    must(assay_ledger_runs(f.ledger, &f.arena, &runs, &count, &err), &err);
    assert_int_equal(count, 0); /* there are no tables */

    struct assay_ledger *reader = open_ledger(f.path);
    add_fixture_run(&f, "aa");
    must(assay_ledger_runs(reader, &f.arena, &runs, &count, &err), &err);
    assert_int_equal(count, 1);
    assert_int_equal(assay_catalog_version(catalog), version);
    must(assay_catalog_check(catalog, &err), &err);
    assay_ledger_close(reader);
    assay_catalog_close(catalog);
    fixture_close(&f);
}

static bool no_call(void *context, struct assay_arena *arena,
                    const struct assay_judge_call *call)
{
    fail_msg("a call of judge %zu", call->judge);
    return true;
}

/* Version 1 had no judges; its runs are read, and can have labels. */
static void a_ledger_of_an_older_assay_is_read_and_brought_up(void **state)
{
    struct ledger_fixture f;
    struct assay_error err = {0};
    struct assay_label *labels;
    struct assay_label label = {.place = 1,
                                .passed = true,
                                .labelled = ASSAY_STR("now"),
                                .labeller = ASSAY_STR("ana")};
    size_t count;

    fixture_open(&f);
    add_fixture_run(&f, "aa");
    must(assay_store_begin_write(f.ledger->store, &err), &err);
    must(assay_store_run_script(
             f.ledger->store,
             "drop table run_judge; drop table judge_call; drop table label;"
             "update meta set value = '1' where key = 'ledger'",
             &err),
         &err);
    must(assay_store_commit(f.ledger->store, &err), &err);
    struct assay_ledger *old = open_ledger(f.path);
    struct assay_run *run =
        assay_ledger_run(old, &f.arena, ASSAY_STR("aa"), &err);
    must(run != NULL, &err);
    assert_int_equal(run->route_count, 2);
    assert_int_equal(run->judge_count, 0);
    must(assay_ledger_judge_calls(old, run->id, no_call, NULL, &err), &err);
    must(assay_ledger_labels(old, &f.arena, run->id, &labels, &count, &err),
         &err);
    assert_int_equal(count, 0);
    must(assay_ledger_label(old, run->id, &label, 1, &err), &err);
    must(assay_ledger_labels(old, &f.arena, run->id, &labels, &count, &err),
         &err);
    assert_int_equal(count, 1);
    assert_true(labels[0].passed);
    assert_true(assay_str_is(labels[0].labeller, "ana"));
    assay_ledger_close(old);
    fixture_close(&f);
}

static void a_ledger_of_a_newer_assay_is_refused(void **state)
{
    struct ledger_fixture f;
    struct assay_error err = {0};

    fixture_open(&f);
    must(assay_store_begin_write(f.ledger->store, &err), &err);
    must(assay_store_run_script(
             f.ledger->store, "insert into meta values ('ledger', '3')", &err),
         &err);
    must(assay_store_commit(f.ledger->store, &err), &err);
    assert_null(assay_ledger_open(f.path, &err));
    assert_int_equal(err.code, ASSAY_BAD_INPUT);
    assert_non_null(strstr(err.text, "newer"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_comes_back_as_it_was_written),
        cmocka_unit_test(an_attempt_goes_from_planned_over_sent_to_done),
        cmocka_unit_test(only_the_newest_holder_is_heard),
        cmocka_unit_test(what_was_sent_and_not_heard_of_is_unknown),
        cmocka_unit_test(
            opening_writes_nothing_and_rows_do_not_age_the_catalog),
        cmocka_unit_test(a_ledger_of_an_older_assay_is_read_and_brought_up),
        cmocka_unit_test(a_ledger_of_a_newer_assay_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
