/*
 * Templates. What nunjucks 3.2.4 and Jinja2 3.1 make of each was checked
 * with the originals.
 */
#include "support/support.h"

#include "trial/template.h"

#include <string.h>

static const char vars[] =
    "{\"name\":\"Ada\",\"empty\":\"\",\"n\":5,\"f\":1.0,\"big\":1e21,"
    "\"tiny\":1.5e-7,\"yes\":true,\"no\":false,\"nil\":null,"
    "\"list\":[\"a\",\"b\",\"c\"],\"hollow\":[],"
    "\"map\":{\"k\":\"v\",\"two words\":2},"
    "\"people\":[{\"n\":\"X\",\"a\":1},{\"n\":\"Y\",\"a\":2}],"
    "\"html\":\"<b>&\",\"json\":\"{\\\"a\\\": [1, 2]}\",\"accent\":\"éàß\","
    "\"spaced\":\"  x \\n\",\"choices\":{\"text\":[\"red\",\"it's\"],"
    "\"label\":[\"A\",\"B\"]},\"answerKey\":\"B\"}";

static const struct assay_json *no_env(void *context, struct assay_str name)
{
    return assay_str_is(name, "HOME") ? context : NULL;
}

static bool fill(struct assay_arena *arena, const char *text,
                 enum assay_template_rules rules, struct assay_str *filled,
                 struct assay_str *undefined, struct assay_error *err)
{
    struct assay_template_scope scope = {
        .vars = assay_json_parse(arena, assay_str_c(vars), NULL, err),
        .env = no_env,
        .context = assay_json_string(arena, ASSAY_STR("/home/ada"))};
    bool ok = assay_template_fill(arena, assay_str_c(text), rules, &scope,
                                  filled, err);
    if (undefined)
        *undefined = scope.undefined;
    return ok;
}

static void assert_fills(const char *text, enum assay_template_rules rules,
                         const char *expected)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str filled;

    if (!fill(&arena, text, rules, &filled, NULL, &err))
        fail_msg("%s: %s", text, err.text);
    if (!assay_str_is(filled, expected))
        fail_msg("%s: expected \"%s\", found \"%.*s\"", text, expected,
                 ASSAY_STR_ARG(filled));
    assay_arena_free(&arena);
}

static void assert_refused(const char *text, enum assay_template_rules rules,
                           const char *why)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str filled;

    if (fill(&arena, text, rules, &filled, NULL, &err))
        fail_msg("%s: filled with \"%.*s\"", text, ASSAY_STR_ARG(filled));
    assert_string_equal(err.text, why);
    assay_arena_free(&arena);
}

static void nunjucks_templates_give_what_nunjucks_gives(void **state)
{
    static const char *const cases[][2] = {
        {"Hi {{name}}!", "Hi Ada!"},
        {"{{ missing }}|{{ map.missing.deeper }}|{{nil}}", "||"},
        {"{{n}} {{f}} {{big}} {{tiny}} {{yes}} {{no}}",
         "5 1 1e+21 1.5e-7 true false"},
        {"{{list}} {{map}} {{hollow}}", "a,b,c [object Object] "},
        {"{{list[1]}} {{map.k}} {{map['two words']}} {{people[1].n}} "
         "{{list.length}} {{name[0]}}",
         "b v 2 Y 3 A"},
        {"{{list[-1]}}", ""},
        {"{{html}}", "<b>&"},
        {"{{name|upper}} {{name | lower}} {{accent|upper}} [{{spaced|trim}}]",
         "ADA ada ÉÀSS [x]"},
        {"{{list|join}} {{list|join(', ')}} {{people|join(',', 'n')}}",
         "abc a, b, c X,Y"},
        {"{{map|dump}} {{name|dump}} {{list|dump}}",
         "{\"k\":\"v\",\"two words\":2} \"Ada\" [\"a\",\"b\",\"c\"]"},
        {"{{people[0]|dump(2)}}", "{\n  \"n\": \"X\",\n  \"a\": 1\n}"},
        {"{{people[0]|dump(4)}}", "{\n    \"n\": \"X\",\n    \"a\": 1\n}"},
        {"{{(json|load).a[1]}}", "2"},
        {"{{missing|default('d')}} {{empty|default('d')}} "
         "{{empty|default('d', true)}} {{nil|default('d')}}",
         "d  d "},
        {"{{list|length}} {{name|length}} {{map|length}} {{missing|length}}",
         "3 3 2 0"},
        {"{{name|replace('a', 'o')}} {{'aaa'|replace('a','b',2)}}", "Ado bba"},
        {"{{list|first}}{{list|last}}", "ac"},
        {"{% if n > 3 and not no %}A{% elif n %}B{% else %}C{% endif %}", "A"},
        {"{% if hollow %}list{% endif %}{% if empty %}text{% endif %}", "list"},
        {"{% if n == '5' %}loose{% endif %}{% if n === '5' %}strict{% endif %}",
         "loose"},
        {"{% if 'b' in list %}in{% endif %}{% if 'z' not in list %}out"
         "{% endif %}{% if 'k' in map %}key{% endif %}",
         "inoutkey"},
        {"{% for x in list %}{{loop.index}}{{x}}{% if not loop.last %},"
         "{% endif %}{% endfor %}",
         "1a,2b,3c"},
        {"{% for k, v in map %}{{k}}={{v}};{% endfor %}", "k=v;two words=2;"},
        {"{% for x in hollow %}x{% else %}nothing{% endfor %}", "nothing"},
        {"{% for x in missing %}x{% endfor %}.", "."},
        {"{% set a = 1 %}{% for x in list %}{% set a = a + 1 %}{% endfor %}"
         "{{a}}",
         "4"},
        {"{% set t = name + '!' %}{{t}} {{ t ~ 1 }}", "Ada! Ada!1"},
        {"a \n {%- if yes -%} \n b \n {%- endif -%} \n c", "abc"},
        {"a {{- name -}} b {#- note -#} c", "aAdabc"},
        {"a{# {{ name }} #}b", "ab"},
        {"{% raw %}{{ name }} {% if %}{% endraw %}", "{{ name }} {% if %}"},
        {"{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ 2 ** 3 }} {{ -n }} "
         "{{ 7 / 2 }}",
         "7 3 3 8 -5 3.5"},
        {"{{ 'a' if n > 9 else 'b' }} {{ 'x' if no }}", "b "},
        {"{{ ['x', n][1] }}", "5"},
        {"{{ missing is defined }} {{ name is defined }}", "false true"},
        {"{{ env.HOME }} [{{ env.NOTHING }}]", "/home/ada []"},
        {"{ not a tag } {{ '}}' }} {{ \"a\\nb\" }}", "{ not a tag } }} a\nb"},
        {"line\n", "line\n"},
        {"{% if yes %}\nx\n{% endif %}\n", "\nx\n\n"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_fills(cases[i][0], ASSAY_TEMPLATE_NUNJUCKS, cases[i][1]);
}

static void jinja_templates_give_what_jinja_gives(void **state)
{
    static const char *const cases[][2] = {
        {"{{name.strip()}} {{spaced.strip()}} [{{spaced.rstrip()}}]",
         "Ada x [  x]"},
        {"{{yes}} {{nil}} {{f}} {{n}}", "True None 1.0 5"},
        {"{{choices.text}}", "['red', \"it's\"]"},
        {"{{map}}", "{'k': 'v', 'two words': 2}"},
        {"{{choices.label.index(answerKey)}}", "1"},
        {"{{list[-1]}} {{'a b c'.split(' ')[:-1]|join(' ')}} "
         "{{'a  b'.split()}} {{name[1:]}}",
         "c a b ['a', 'b'] da"},
        {"{{name.lower()}} {{'ADA X'.capitalize()}} {{', '.join(list)}}",
         "ada Ada x a, b, c"},
        {"{{name.startswith('A')}} {{name.endswith('A')}}", "True False"},
        {"{% if hollow %}x{% else %}empty{% endif %}", "empty"},
        {"{{ missing is defined }} {{ missing|default('d') }}", "False d"},
        {"{{ 7 // 2 }} {{ 7 / 2 }} {{ -7 % 4 }}", "3 3.5 1"},
        {"{% set a = 1 %}{% for x in list %}{% set a = 2 %}{% endfor %}{{a}}",
         "1"},
        {"{% for k in map %}{{k}},{% endfor %}", "k,two words,"},
        {"{{ 5 == '5' }} {{ 6 / 2 }}", "False 3.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_fills(cases[i][0], ASSAY_TEMPLATE_JINJA, cases[i][1]);
}

static void what_is_not_known_is_refused_by_name_and_place(void **state)
{
    static const char *const cases[][2] = {
        {"a\n {{ name|sha256 }}",
         "line 2, column 10 of the template: no such filter here: sha256"},
        {"{% include 'x' %}",
         "line 1, column 1 of the template: '{% include %}' is not supported: "
         "expected if, for, set or raw"},
        {"{{ range(3) }}",
         "line 1, column 9 of the template: a call is not supported"},
        {"{{ name.trim() }}",
         "line 1, column 8 of the template: a call is not supported: trim"},
        {"{{ name is odd }}",
         "line 1, column 9 of the template: no such test here: odd"},
        {"{{ name|default(value='x') }}",
         "line 1, column 17 of the template: arguments by name are not "
         "supported"},
        {"{{ {'a': 1} }}",
         "line 1, column 4 of the template: a mapping in an expression is not "
         "supported"},
        {"é{{ name",
         "line 1, column 9 of the template: expected '}}', the text ends"},
        {"{{ name name }}",
         "line 1, column 9 of the template: expected '}}', found 'n'"},
        {"{{ }}",
         "line 1, column 4 of the template: expected a value, found }"},
        {"{% if name %}x",
         "line 1, column 1 of the template: a block without its '{% endif %}'"},
        {"{% endfor %}",
         "line 1, column 1 of the template: 'endfor' without its beginning"},
        {"{% for x in list %}{% endif %}",
         "line 1, column 20 of the template: 'endif' where 'endfor' was "
         "expected"},
        {"{# x",
         "line 1, column 1 of the template: a comment without its '#}'"},
        {"{% raw %} x",
         "line 1, column 10 of the template: expected '{% endraw %}'"},
        {"{{ 'x }}",
         "line 1, column 4 of the template: a text without its closing quote"},
        {"{{ 1 < 2 < 3 }}",
         "line 1, column 10 of the template: comparisons in a row: put them in "
         "brackets"},
        {"{{ name|join(',') }}",
         "line 1, column 9 of the template: join takes a list"},
        {"{{ name|load }}",
         "line 1, column 9 of the template: load takes a text that is JSON"},
        {"{{ 1 / 0 }}",
         "line 1, column 6 of the template: the result is no number"},
        {"{{ name|upper(1) }}",
         "line 1, column 9 of the template: too many arguments for upper"},
        {"{% for x in n %}{% endfor %}",
         "line 1, column 1 of the template: for takes a list or a map"},
        {"{% set x %}y{% endset %}",
         "line 1, column 10 of the template: expected 'set NAME = …'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(cases[i][0], ASSAY_TEMPLATE_NUNJUCKS, cases[i][1]);
    assert_refused("{{ missing }}", ASSAY_TEMPLATE_JINJA,
                   "line 1, column 4 of the template: undefined: missing");
    assert_refused("{{ map.missing }}", ASSAY_TEMPLATE_JINJA,
                   "line 1, column 7 of the template: undefined: missing");
    assert_refused("{{ choices.label.index('Z') }}", ASSAY_TEMPLATE_JINJA,
                   "line 1, column 17 of the template: index: it is not in "
                   "the list");
}

static void an_undefined_name_is_told(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str filled, undefined;

    assert_true(fill(&arena, "{{name}} {{ who }} {{ what }}",
                     ASSAY_TEMPLATE_NUNJUCKS, &filled, &undefined, &err));
    assert_true(assay_str_is(undefined, "who"));
    assert_true(fill(&arena, "{{name}}", ASSAY_TEMPLATE_NUNJUCKS, &filled,
                     &undefined, &err));
    assert_int_equal(undefined.len, 0);
    assay_arena_free(&arena);
}

static void one_expression_gives_its_value(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    const struct assay_json *value;
    struct assay_template_scope scope = {
        .vars = assay_json_parse(&arena, assay_str_c(vars), NULL, &err)};
    struct assay_template *of = assay_template_read(
        &arena, ASSAY_STR("{{choices.text}}"), ASSAY_TEMPLATE_JINJA, &err);

    assert_non_null(of);
    assert_true(assay_template_value(of, &arena, &scope, &value, &err));
    assert_true(assay_json_is(value, ASSAY_JSON_ARRAY));
    assert_int_equal(value->count, 2);
    assay_arena_free(&arena);
}

static void work_is_bounded(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str filled;
    struct assay_buf text;

    assay_buf_init(&text, 1 << 20);
    for (int i = 0; i < 14; i++)
        assay_buf_add_c(&text, "{% for a in list %}");
    assay_buf_add_c(&text, "x");
    for (int i = 0; i < 14; i++)
        assay_buf_add_c(&text, "{% endfor %}");
    assay_buf_add_char(&text, '\0');
    assert_false(
        fill(&arena, text.at, ASSAY_TEMPLATE_NUNJUCKS, &filled, NULL, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_non_null(strstr(err.text, "more than 1048576 steps"));

    assay_buf_clear(&text);
    assay_buf_add_c(&text, "{{ ");
    assay_buf_fill(&text, '(', 100);
    assay_buf_add_char(&text, '\0');
    assert_false(
        fill(&arena, text.at, ASSAY_TEMPLATE_NUNJUCKS, &filled, NULL, &err));
    assert_non_null(strstr(err.text, "brackets more than 64 deep"));

    assay_buf_clear(&text);
    assay_buf_add_c(&text, "{{ 1");
    for (int i = 0; i < 1000; i++)
        assay_buf_add_c(&text, "+1");
    assay_buf_add_c(&text, " }}");
    assay_buf_add_char(&text, '\0');
    assert_false(
        fill(&arena, text.at, ASSAY_TEMPLATE_NUNJUCKS, &filled, NULL, &err));
    assert_non_null(strstr(err.text, "an expression of more than 500 parts"));

    assay_buf_clear(&text);
    for (int i = 0; i < 40; i++)
        assay_buf_add_c(&text, "{% if n %}");
    assay_buf_add_char(&text, '\0');
    assert_false(
        fill(&arena, text.at, ASSAY_TEMPLATE_NUNJUCKS, &filled, NULL, &err));
    assert_non_null(strstr(err.text, "more than 32 blocks in each other"));
    assay_buf_release(&text);
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nunjucks_templates_give_what_nunjucks_gives),
        cmocka_unit_test(jinja_templates_give_what_jinja_gives),
        cmocka_unit_test(what_is_not_known_is_refused_by_name_and_place),
        cmocka_unit_test(an_undefined_name_is_told),
        cmocka_unit_test(one_expression_gives_its_value),
        cmocka_unit_test(work_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
