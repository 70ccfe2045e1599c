/*
 * How fast a route is asked: slower when it says so, resting when it fails,
 * and never much more than was offered.
 */
#include "trial/trial_parts.h"

#include "support/support.h"

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

static const struct assay_trial_tempo tempo = {
    .back_off = 100, .back_off_most = 1000, .breaker = 1000};

static void concurrency_grows_with_answers_and_halves_when_told(void **state)
{
    struct assay_pace pace;
    int64_t now = SECOND;

    assay_pace_init(&pace, 16, false, 1);
    assert_true(assay_pace_may_send(&pace, 3, now));
    assert_false(assay_pace_may_send(&pace, 4, now));
    for (int i = 0; i < 5; i++)
        assay_pace_ended(&pace, ASSAY_CLASS_ANSWERED, -1, now, now);
    assert_true(assay_pace_may_send(&pace, 4, now));
    for (int i = 0; i < 1000; i++)
        assay_pace_ended(&pace, ASSAY_CLASS_ANSWERED, -1, now, now);
    assert_true(assay_pace_may_send(&pace, 15, now));
    assert_false(assay_pace_may_send(&pace, 16, now));
    /* a burst that was sent together is one reason */
    for (int i = 0; i < 8; i++)
        assay_pace_ended(&pace, ASSAY_CLASS_RATE_LIMITED, -1, now, now + 1);
    assert_true(assay_pace_may_send(&pace, 7, now));
    assert_false(assay_pace_may_send(&pace, 8, now));
}

static void what_the_route_asks_for_is_waited_and_a_tenth_at_most(void **state)
{
    struct assay_pace pace;

    assay_pace_init(&pace, 16, false, 1);
    assay_pace_ended(&pace, ASSAY_CLASS_RATE_LIMITED, 2000, SECOND, SECOND);
    assert_false(assay_pace_may_send(&pace, 0, SECOND + 1999 * MS));
    assert_true(assay_pace_may_send(&pace, 0, SECOND + 2000 * MS));
    for (int i = 0; i < 1000; i++) {
        int64_t wait = assay_pace_back_off(&pace, 0, 2000, &tempo);
        assert_in_range(wait, 2000, 2200);
        assert_in_range(assay_pace_back_off(&pace, 1, -1, &tempo), 0, 200);
        assert_in_range(assay_pace_back_off(&pace, 9, -1, &tempo), 0, 1000);
    }
}

static void retries_are_a_fifth_of_what_was_offered_in_a_minute(void **state)
{
    struct assay_pace pace;
    uint64_t retries = 0, later = 0;

    assay_pace_init(&pace, 16, false, 1);
    for (int i = 0; i < 1000; i++)
        assay_pace_offered(&pace, SECOND * (1 + i / 50));
    for (int i = 0; i < 1000; i++)
        retries += assay_pace_may_retry(&pace, retries, 21 * SECOND);
    assert_int_equal(retries, 200);
    /* a minute on, that is over */
    for (int i = 0; i < 100; i++)
        later += assay_pace_may_retry(&pace, retries, 100 * SECOND);
    assert_int_equal(later, 0);
    /* the first ones of a run are free */
    assay_pace_init(&pace, 16, false, 1);
    for (int i = 0; i < 100; i++)
        later += assay_pace_may_retry(&pace, later, SECOND);
    assert_int_equal(later, ASSAY_PACE_FREE_RETRIES);
}

static void a_route_that_fails_rests_and_one_request_tries_it(void **state)
{
    struct assay_pace pace;
    int64_t now = SECOND;

    assay_pace_init(&pace, 16, false, 1);
    assay_pace_ended(&pace, ASSAY_CLASS_SERVER_ERROR, -1, now, now);
    for (int i = 0; i < ASSAY_PACE_FAILURES; i++) {
        assert_false(assay_pace_rests(&pace));
        assay_pace_settled(&pace, false, &tempo, now);
    }
    assert_true(assay_pace_rests(&pace));
    assert_false(assay_pace_may_send(&pace, 0, now + 499 * MS));
    now += 1001 * MS;
    assert_false(assay_pace_may_send(&pace, 1, now)); /* those before it end */
    assert_true(assay_pace_may_send(&pace, 0, now));
    assay_pace_offered(&pace, now);
    assert_false(assay_pace_may_send(&pace, 0, now)); /* one tries */
    assay_pace_settled(&pace, false, &tempo, now);
    assert_false(assay_pace_may_send(&pace, 0, now + 999 * MS)); /* doubled */
    now += 2001 * MS;
    assert_true(assay_pace_may_send(&pace, 0, now));
    assay_pace_offered(&pace, now);
    assay_pace_settled(&pace, true, &tempo, now);
    assert_false(assay_pace_rests(&pace));
    assert_true(assay_pace_may_send(&pace, 3, now));
}

/* Fails so many prompts; how often it rested until it was down. */
static uint32_t rests_until_down(struct assay_pace *pace,
                                 enum assay_outcome_class of, const char *why)
{
    int64_t now = SECOND;

    for (int i = 0; i < 100 && !assay_pace_is_down(pace); i++) {
        now += 100 * SECOND;
        assay_pace_offered(pace, now);
        assay_pace_ended(pace, of, -1, now, now);
        assay_pace_settled(pace, false, &tempo, now);
    }
    assert_string_equal(assay_pace_is_down(pace), why);
    return pace->rests;
}

static void a_route_that_was_never_reached_is_not_waited_for(void **state)
{
    struct assay_pace pace;

    assay_pace_init(&pace, 16, false, 1);
    assert_int_equal(
        rests_until_down(&pace, ASSAY_CLASS_CONNECT, "never a connection"),
        ASSAY_PACE_RESTS_UNREACHED + 1);
    /* whatever came once says that somebody is there */
    assay_pace_init(&pace, 16, false, 1);
    assay_pace_ended(&pace, ASSAY_CLASS_BROKEN, -1, SECOND, SECOND);
    assert_int_equal(
        rests_until_down(&pace, ASSAY_CLASS_CONNECT, "again and again"),
        ASSAY_PACE_RESTS_UNANSWERED + 1);
    assay_pace_init(&pace, 16, false, 1);
    assert_int_equal(
        rests_until_down(&pace, ASSAY_CLASS_OVERLOADED, "again and again"),
        ASSAY_PACE_RESTS_UNANSWERED + 1);
    /* and an answer, that it may come back */
    assay_pace_init(&pace, 16, false, 1);
    assay_pace_ended(&pace, ASSAY_CLASS_ANSWERED, -1, SECOND, SECOND);
    assert_int_equal(
        rests_until_down(&pace, ASSAY_CLASS_CONNECT, "again and again"),
        ASSAY_PACE_RESTS + 1);
    /* what we cut short ourselves says nothing */
    assay_pace_init(&pace, 16, false, 1);
    assay_pace_ended(&pace, ASSAY_CLASS_CANCELLED, -1, SECOND, SECOND);
    assert_int_equal(
        rests_until_down(&pace, ASSAY_CLASS_CONNECT, "never a connection"),
        ASSAY_PACE_RESTS_UNREACHED + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(concurrency_grows_with_answers_and_halves_when_told),
        cmocka_unit_test(what_the_route_asks_for_is_waited_and_a_tenth_at_most),
        cmocka_unit_test(retries_are_a_fifth_of_what_was_offered_in_a_minute),
        cmocka_unit_test(a_route_that_fails_rests_and_one_request_tries_it),
        cmocka_unit_test(a_route_that_was_never_reached_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
