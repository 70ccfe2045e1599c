/*
 * The option parser, on tables of its own.
 */
#include "support/support.h"

#include "cli/options.h"

#include <string.h>

static const struct assay_option bake_options[] = {
    {"crust", 'c', NULL, "with a crust", NULL},
    {"minutes", 'm', "N", "how long", NULL},
    {0},
};
static const struct assay_command bake = {.name = "bake",
                                          .options = bake_options};
static const struct assay_command boil = {.name = "boil"};
static const struct assay_command secret = {.name = "secret", .hidden = true};

const struct assay_command *const assay_commands[] = {&bake, &boil, &secret,
                                                      NULL};
const struct assay_option assay_global_options[] = {
    {"store", 0, "PATH", "where", NULL},
    {"quiet", 0, NULL, "silently", NULL},
    {"help", 'h', NULL, "what", NULL},
    {0},
};

const struct assay_command *assay_command_named(const char *name)
{
    for (size_t i = 0; assay_commands[i]; i++)
        if (strcmp(assay_commands[i]->name, name) == 0)
            return assay_commands[i];
    return NULL;
}

enum { MOST_WORDS = 12 };

struct parsed {
    struct assay_arena arena;
    struct assay_options options;
    struct assay_error err;
    bool ok;
};

/* Words by spaces; "_" is an empty word. */
static struct parsed parse(const char *line)
{
    struct parsed p = {0};
    char *words[MOST_WORDS];
    int count = 0;
    struct assay_str rest = assay_str_c(line), word;

    words[count++] = assay_arena_cstr(&p.arena, ASSAY_STR("assay"));
    while (rest.len > 0) {
        word = rest;
        if (!assay_str_cut(rest, ' ', &word, &rest))
            rest = ASSAY_STR("");
        if (assay_str_is(word, "_"))
            word = ASSAY_STR("");
        words[count++] = assay_arena_cstr(&p.arena, word);
    }
    p.ok = assay_options_parse(&p.arena, count, words, &p.options, &p.err);
    return p;
}

static void release(struct parsed *p)
{
    assay_arena_free(&p->arena);
}

static void global_options_stand_anywhere(void **state)
{
    static const char *const lines[] = {
        "--store x bake a",         "bake --store x a",
        "bake a --store x",         "--store=x bake a",
        "bake a --store=x",         "--store y --store x bake a",
        "--quiet bake a --store x",
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct parsed p = parse(lines[i]);

        assert_true(p.ok);
        assert_ptr_equal(p.options.command, &bake);
        assert_string_equal(assay_options_value(&p.options, "store"), "x");
        assert_int_equal(p.options.operand_count, 1);
        assert_string_equal(p.options.operands[0], "a");
        release(&p);
    }
}

static void short_and_long_forms_say_the_same(void **state)
{
    static const char *const lines[] = {
        "bake -c -m 5",
        "bake -c -m5",
        "bake --crust --minutes 5",
        "bake --crust --minutes=5",
        "bake --minutes 7 -c -m 5",
    };

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct parsed p = parse(lines[i]);

        assert_true(p.ok);
        assert_string_equal(assay_options_value(&p.options, "minutes"), "5");
        assert_string_equal(assay_options_value(&p.options, "crust"), "");
        assert_int_equal(p.options.operand_count, 0);
        release(&p);
    }
}

static void what_is_no_option_is_an_operand(void **state)
{
    static const struct {
        const char *line, *operand;
    } cases[] = {
        {"bake -", "-"},
        {"bake -- --crust", "--crust"},
        {"bake -- -x", "-x"},
        {"bake !vision", "!vision"},
        {"bake _", ""},
        {"bake -- bake", "bake"},
        {"bake --store x -- --", "--"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parsed p = parse(cases[i].line);

        assert_true(p.ok);
        assert_int_equal(p.options.operand_count, 1);
        assert_string_equal(p.options.operands[0], cases[i].operand);
        release(&p);
    }
}

static void a_value_may_be_empty_or_look_like_an_option(void **state)
{
    struct parsed p = parse("bake --store= --minutes --crust");

    assert_true(p.ok);
    assert_string_equal(assay_options_value(&p.options, "store"), "");
    assert_string_equal(assay_options_value(&p.options, "minutes"), "--crust");
    assert_null(assay_options_value(&p.options, "crust"));
    release(&p);
}

static void what_is_not_understood_is_named_with_the_nearest(void **state)
{
    static const struct {
        const char *line, *text;
    } cases[] = {
        {"bkae", "there is no command 'bkae'; did you mean 'bake'?"},
        {"bak", "there is no command 'bak'; did you mean 'bake'?"},
        {"fry", "there is no command 'fry'; assay --help lists them"},
        {"secre", "there is no command 'secre'; assay --help lists them"},
        {"_", "there is no command ''; assay --help lists them"},
        {"bake --crsut", "there is no option --crsut; did you mean --crust?"},
        {"bake --sto x", "there is no option --sto; did you mean --store?"},
        {"bake --nothing",
         "there is no option --nothing; see assay bake --help"},
        {"--nothing bake", "there is no option --nothing; see assay --help"},
        {"--minutes 5 bake",
         "--minutes stands behind the command: assay bake --minutes"},
        {"boil --crust", "there is no option --crust; see assay boil --help"},
        {"bake --quiet=yes", "--quiet takes no value"},
        {"bake --store", "--store wants PATH behind it"},
        {"bake -m", "-m wants N behind it"},
        {"bake -cx", "-c takes no value"},
        {"bake -z", "there is no option -z; long ones begin with --"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct parsed p = parse(cases[i].line);

        assert_false(p.ok);
        assert_int_equal(p.err.code, ASSAY_BAD_INPUT);
        assert_string_equal(p.err.text, cases[i].text);
        release(&p);
    }
}

static void a_long_wrong_word_is_answered_all_the_same(void **state)
{
    char line[4200];
    struct parsed p;

    memset(line, 'x', sizeof line);
    memcpy(line, "bake --", 7);
    line[sizeof line - 1] = '\0';
    p = parse(line);
    assert_false(p.ok);
    release(&p);
}

static void the_nearest_word_is_no_further_than_a_slip_or_two(void **state)
{
    static const char *const words[] = {"compare", "cost", "completion",
                                        "show"};
    static const struct {
        const char *text, *nearest;
    } cases[] = {
        {"compare", "compare"},
        {"comapre", "compare"},
        {"cmopare", "compare"},
        {"compar", "compare"},
        {"comp", "compare"},
        {"cots", "cost"},
        {"shwo", "show"},
        {"completio", "completion"},
        {"x", NULL},
        {"zzzzzzz", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *found = assay_nearest_word(cases[i].text, words, 4);

        if (cases[i].nearest)
            assert_string_equal(found, cases[i].nearest);
        else
            assert_null(found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(global_options_stand_anywhere),
        cmocka_unit_test(short_and_long_forms_say_the_same),
        cmocka_unit_test(what_is_no_option_is_an_operand),
        cmocka_unit_test(a_value_may_be_empty_or_look_like_an_option),
        cmocka_unit_test(what_is_not_understood_is_named_with_the_nearest),
        cmocka_unit_test(a_long_wrong_word_is_answered_all_the_same),
        cmocka_unit_test(the_nearest_word_is_no_further_than_a_slip_or_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
