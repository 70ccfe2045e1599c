/*
 * The route that gives prompts back.
 */
#include "support/support.h"

#include "assay/route.h"

static struct assay_response ask(const struct assay_message *messages,
                                 size_t count, struct assay_arena *arena)
{
    const struct assay_route_options options = {0};
    const struct assay_listener nobody = {0};
    const struct assay_ask question = {
        .chat = {.messages = messages, .message_count = count}};
    struct assay_response answer;
    struct assay_error err = {0};
    struct assay_route_link *route =
        assay_route_open(ASSAY_STR("echo"), &options, &err);

    if (!route)
        fail_msg("%s", err.text);
    assert_true(assay_str_is(assay_route_model(route), "echo"));
    assert_null(assay_route_tokenizer(route));
    assert_true(
        assay_route_ask(route, &question, &nobody, arena, &answer, &err));
    assay_route_close(route);
    return answer;
}

static void the_last_text_of_the_user_s_comes_back(void **state)
{
    const struct assay_message_part parts[] = {
        {.kind = ASSAY_PART_TEXT, .text = ASSAY_STR("in parts")}};
    const struct assay_message messages[] = {
        {.role = ASSAY_ROLE_SYSTEM, .text = ASSAY_STR("be kind")},
        {.role = ASSAY_ROLE_USER, .text = ASSAY_STR("a \xc3\xa9\n\"b\"")},
        {.role = ASSAY_ROLE_MODEL, .text = ASSAY_STR("no")},
        {.role = ASSAY_ROLE_USER, .parts = parts, .part_count = 1},
    };
    struct assay_arena arena = {0};
    struct assay_response answer = ask(messages, 2, &arena);

    assert_int_equal(answer.of, ASSAY_CLASS_ANSWERED);
    assert_false(answer.sent);
    assert_true(assay_str_is(answer.reply.text, "a \xc3\xa9\n\"b\""));
    assert_true(
        assay_str_is(ask(messages, 3, &arena).reply.text, "a \xc3\xa9\n\"b\""));
    assert_true(assay_str_is(ask(messages, 4, &arena).reply.text, "in parts"));
    assert_int_equal(ask(messages, 1, &arena).reply.text.len, 0);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_text_of_the_user_s_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
