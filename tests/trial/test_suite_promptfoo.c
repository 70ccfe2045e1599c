/*
 * promptfoo configurations: what is read of them, and what is refused by its
 * name and place.
 */
#include "trial/suite_dump.h"

#include <sys/stat.h>
#include <unistd.h>

#define FIXTURES "tests/trial/fixtures/suites/"

static void a_configuration_reads_as_promptfoo_reads_it(void **state)
{
    assert_suite_reads(FIXTURES "full.yaml");
}

static void image_files_become_parts_of_messages(void **state)
{
    assert_suite_reads(FIXTURES "images.yaml");
}

/* A suite of these bytes in a folder of its own. */
static struct assay_suite *read_text(const char *name, const char *text,
                                     struct assay_error *err)
{
    char folder[] = "/tmp/assay-suite-XXXXXX", path[100];
    static const struct assay_suite_options options = {.env = test_env};

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(assay_file_write(path, assay_str_c(text), err));
    struct assay_suite *suite = assay_suite_read(path, &options, err);
    unlink(path);
    rmdir(folder);
    return suite;
}

static void assert_refused(const char *text, const char *why)
{
    struct assay_error err = {0};
    struct assay_suite *suite = read_text("s.yaml", text, &err);

    if (suite)
        fail_msg("read: %s", text);
    assert_string_equal(err.text, why);
    assert_true(err.code == ASSAY_BAD_INPUT || err.code == ASSAY_NOT_FOUND);
}

static void a_judge_is_asked_by_the_api_that_it_names(void **state)
{
    static const char *const cases[][2] = {
        {"openai:chat:m", "openai/m"},
        {"openai:responses:m", "responses:https://api.openai.com/v1#m"},
        {"{id: openai:responses:m, config: {apiBaseUrl: 'http://[::1]:1/v1'}}",
         "responses:http://[::1]:1/v1#m"},
        {"{id: openai:chat:m, config: {apiBaseUrl: 'http://[::1]:1/v1'}}",
         "openai:http://[::1]:1/v1#m"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};
        char text[400];

        snprintf(text, sizeof text,
                 "prompts: [a]\ntests:\n- assert:\n  - type: llm-rubric\n"
                 "    value: is polite\n    provider: %s\n",
                 cases[i][0]);
        struct assay_suite *suite = read_text("s.yaml", text, &err);
        if (!suite)
            fail_msg("%s: %s", cases[i][0], err.text);
        assert_int_equal(suite->judge_count, 1);
        if (!assay_str_is(suite->judges[0], cases[i][1]))
            fail_msg("%s: '%.*s'", cases[i][0],
                     ASSAY_STR_ARG(suite->judges[0]));
        assay_suite_free(suite);
    }
}

/* The file still runs on routes that are named elsewhere. */
static void a_provider_with_a_gap_in_it_is_not_asked(void **state)
{
    static const char *const cases[][2] = {
        {"- id: openai:chat:m\n  config: {apiBaseUrl: '{{env.NOWHERE}}'}\n",
         "s.yaml:4: provider 'openai:chat:m': {{ env.NOWHERE }} is not set"},
        {"- id: openai:chat:m\n  config:\n"
         "    apiBaseUrl: 'https://{{ env.NOWHERE }}.test/v1'\n",
         "s.yaml:5: provider 'openai:chat:m': {{ env.NOWHERE }} is not set"},
        {"- id: openai:chat:m\n"
         "  config: {apiBaseUrl: '{{ env[\"NOWHERE\"] }}'}\n",
         "s.yaml:4: provider 'openai:chat:m': {{ env.NOWHERE }} is not set"},
        {"- id: openai:chat:m\n  config: {apiBaseUrl: ''}\n",
         "s.yaml:4: provider 'openai:chat:m': apiBaseUrl is empty"},
        {"- id: openai:chat:m\n"
         "  config: {apiBaseUrl: '{{ env.NOWHERE | trim }}'}\n",
         "s.yaml:4: provider 'openai:chat:m': apiBaseUrl is empty"},
        {"- id: azure:chat:m\n  config: {apiHost: '{{env.NOWHERE}}'}\n",
         "s.yaml:4: provider 'azure:chat:m': {{ env.NOWHERE }} is not set"},
        {"- id: azure:chat:m\n  config: {apiVersion: '{{env.NOWHERE}}'}\n",
         "s.yaml:4: provider 'azure:chat:m': {{ env.NOWHERE }} is not set"},
        {"- id: openai:chat:m\n  config: {apiKeyEnvar: '{{env.NOWHERE}}'}\n",
         "s.yaml:4: provider 'openai:chat:m': {{ env.NOWHERE }} is not set"},
        {"- id: openai:chat:m\n  config: {headers: {x-a: '{{env.NOWHERE}}'}}\n",
         "s.yaml:4: provider 'openai:chat:m': {{ env.NOWHERE }} is not set"},
        {"- openai:chat:{{env.NOWHERE}}\n",
         "s.yaml:3: provider 'openai:chat:{{env.NOWHERE}}': {{ env.NOWHERE }} "
         "is not set"},
        {"- id: openai:chat:m\n"
         "  config: {apiBaseUrl: 'https://{{ env.TEAM }}.test/v1',\n"
         "           headers: {x-a: '{{ env.NOWHERE | default(\"b\") }}',\n"
         "                     x-b: ''}}\n",
         ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};
        char text[400];

        snprintf(text, sizeof text, "prompts: [a]\nproviders:\n%s",
                 cases[i][0]);
        struct assay_suite *suite = read_text("s.yaml", text, &err);
        if (!suite)
            fail_msg("%s: %s", text, err.text);
        if (!assay_str_is(suite->providers[0].refused, cases[i][1]))
            fail_msg("%s: '%.*s'", text,
                     ASSAY_STR_ARG(suite->providers[0].refused));
        assert_int_equal(suite->providers[0].route.len == 0,
                         cases[i][1][0] != '\0');
        assay_suite_free(suite);
    }
}

static void what_would_run_code_or_is_not_known_is_refused(void **state)
{
    static const char *const cases[][2] = {
        {"prompts: [a]\nextensions: [file://x.js]\n",
         "s.yaml:2: 'extensions' is not supported"},
        {"prompts: [a]\nnunjucksFilters: {x: y.js}\n",
         "s.yaml:2: 'nunjucksFilters' is not supported"},
        {"prompts: [a]\nredteam: {}\n", "s.yaml:2: 'redteam' is not supported"},
        {"prompts:\n- file://p.py:fn\n",
         "s.yaml:2: 'p.py:fn' is a program; prompts are data here"},
        {"prompts: ['exec:ls']\n",
         "s.yaml:1: prompts from 'exec:' are not supported"},
        {"prompts: [file://p.docx]\n", "s.yaml:1: no file 'p.docx'"},
        {"prompts: [file://../p.txt]\n", "s.yaml:1: no file '../p.txt'"},
        {"prompts: ['file://*.txt']\n", "s.yaml:1: no file fits '*.txt'"},
        {"tests: []\n", "s.yaml:1: expected 'prompts'"},
        {"prompts: ['{{ x | nope }}']\n",
         "s.yaml:1: line 1, column 8 of the template: no such filter here: "
         "nope"},
        {"prompts: ['{{ _conversation }}']\n",
         "s.yaml:1: _conversation (answers in later prompts) is not "
         "supported"},
        {"prompts: ['{{ env.OPENAI_API_KEY }}']\n",
         "s.yaml:1: env.OPENAI_API_KEY is a key by its name: keys are not put "
         "into texts"},
        {"prompts: [a]\nenv: {MY_TOKEN: x}\n",
         "s.yaml:2: env.MY_TOKEN is a key by its name: keys stay in the "
         "environment"},
        {"prompts: [a]\nproviders:\n- id: openai:chat:m\n  config:\n    "
         "apiKey: sk-123\n",
         "s.yaml:5: a key in a file is not read: name its variable with "
         "apiKeyEnvar"},
        {"prompts: [a]\nproviders:\n- id: openai:chat:m\n  config: {headers: "
         "{Authorization: x}}\n",
         "s.yaml:4: header 'Authorization' bears a key: name its variable with "
         "apiKeyEnvar"},
        {"prompts: [a]\nproviders:\n- id: openai:chat:m\n  config: {mcp: "
         "{}}\n",
         "s.yaml:4: 'mcp' of a provider's config is not supported"},
        {"prompts: [a]\nproviders:\n- id: openai:chat:m\n  config: "
         "{temperature: hot}\n",
         "s.yaml:4: 'temperature' is a number, not string"},
        {"prompts: [a]\ntests: file://t.xlsx\n",
         "s.yaml:2: 't.xlsx': tests are read from .yaml, .json, .jsonl and "
         ".csv"},
        {"prompts: [a]\ntests: [file://t.py]\n",
         "s.yaml:2: 't.py' is a program; tests are data here"},
        {"prompts: [a]\ntests: huggingface://datasets/x\n",
         "s.yaml:2: tests from 'huggingface://' are not supported: save them "
         "as CSV or JSONL"},
        {"prompts: [a]\ntests:\n- provider: openai:chat:m\n",
         "s.yaml:3: 'provider' of a test is not supported"},
        {"prompts: [a]\ntests:\n- options: {transform: output.trim()}\n",
         "s.yaml:3: option 'transform' is not supported"},
        {"prompts: [a]\ntests:\n- assert:\n  - type: javascript\n    value: "
         "output.length\n",
         "s.yaml:4: assertion 'javascript' runs code: not supported, a suite "
         "is data"},
        {"prompts: [a]\ntests:\n- assert:\n  - type: equals\n    transform: "
         "x\n",
         "s.yaml:5: 'transform' of an assertion is not supported"},
        {"prompts: [a]\ntests:\n- assert:\n  - type: llm-rubric\n    value: x\n"
         "    provider: {id: anthropic:messages:m, config: {apiBaseUrl: "
         "'https://a.test'}}\n",
         "s.yaml:6: an address is taken for judges of openai: alone, not of "
         "'anthropic:messages:m'"},
        {"prompts: [a]\ntests:\n- assert:\n  - {type: is-json, value: "
         "file://v.js}\n",
         "s.yaml:4: 'v.js' is a program; assertions are data here"},
        {"prompts: [a]\ntests:\n- assert:\n  - $ref: '#/nowhere'\n",
         "s.yaml:4: $ref: nothing is at '#/nowhere'"},
        {"prompts: [a]\ntests:\n- assert:\n  - {type: equals, weight: -1}\n",
         "s.yaml:4: a weight is at least 0"},
        {"prompts: ['{{v}}']\ntests:\n- vars: {v: file://x.pdf}\n",
         "s.yaml:3: 'x.pdf': vars are texts and images"},
        {"prompts: ['{{v}}']\ntests:\n- vars: {v: 'a{% x %}'}\n",
         "s.yaml:3: var 'v': line 1, column 2 of the template: '{% x %}' is "
         "not supported: expected if, for, set or raw"},
        {"prompts: ['[{\"role\": \"pope\", \"content\": \"x\"}]']\n",
         "s.yaml:1: a role is system, developer, user, assistant or tool, not "
         "pope"},
        {"prompts: ['[{\"role\": \"user\", \"content\": [{\"type\": "
         "\"input_audio\", \"text\": \"\"}]}]']\n",
         "s.yaml:1: a part of this type is not supported: input_audio"},
        {"prompts: ['[{\"role\": \"user\", \"content\": {{x}}}]']\ntests: "
         "[{vars: {x: 'a\"b'}}]\n",
         "s.yaml:1: this prompt is to be messages, but is not well-formed when "
         "filled in: line 1, column 30, at [0].content: expected a value, "
         "found 'a'"},
        {"prompts: [a]\nevaluateOptions: {repeat: 0}\n",
         "s.yaml:2: 'repeat' is a whole number from 1 to 10000"},
        {"prompts: [a]\nproviders: [echo]\ntargets: [echo]\n",
         "s.yaml:1: 'providers' and 'targets' are the same: one of them, "
         "please"},
        {"x: 1\n", "s.yaml:1: neither a promptfoo configuration (prompts, "
                   "tests) nor an lm-eval task (task, doc_to_text)"},
        {"- a\n", "s.yaml:1: expected a mapping (prompts, tests …), found "
                  "array"},
        {"prompts: [a]\nprompts: [b]\n",
         "s.yaml: line 2, column 1: twice in one mapping: 'prompts'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(cases[i][0], cases[i][1]);
}

/* Spellings of providers, and those that cannot be asked. */
static void providers_become_routes_or_say_why_not(void **state)
{
    static const char *const cases[][3] = {
        {"openai:gpt-4o", "openai/gpt-4o", ""},
        {"openai:chat:ft:gpt-4o:x", "openai/ft:gpt-4o:x", ""},
        {"google:gemini-2.0-flash", "google/gemini-2.0-flash", ""},
        {"openrouter:meta/llama-3", "openrouter/meta/llama-3", ""},
        {"ollama:chat:gemma3:4b", "openai:http://localhost:11434/v1#gemma3:4b",
         ""},
        {"azureopenai:chat:d", "azure/d", ""},
        {"openai:responses:gpt-4o", "openai/gpt-4o", ""},
        {"azure:responses:d", "",
         "provider 'azure:responses:d': only its chat API is asked: write "
         "PROVIDER:chat:MODEL"},
        {"openai:chat", "", "provider 'openai:chat': it names no model"},
        {"vertex:gemini-pro", "",
         "provider 'vertex:gemini-pro': not known; name a route with --on"},
        {"https://example.com/api", "",
         "provider 'https://example.com/api': an HTTP provider needs a "
         "transform in code; an OpenAI-compatible server is openai:chat:MODEL "
         "with apiBaseUrl"},
        {"file://custom.py", "",
         "provider 'file://custom.py': a program; a suite is data"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct assay_error err = {0};
        char text[200];
        snprintf(text, sizeof text, "prompts: [a]\nproviders: ['%s']\n",
                 cases[i][0]);
        struct assay_suite *suite = read_text("s.yaml", text, &err);
        if (!suite)
            fail_msg("%s: %s", cases[i][0], err.text);
        assert_int_equal(suite->provider_count, 1);
        if (!assay_str_is(suite->providers[0].route, cases[i][1]) ||
            !assay_str_is(suite->providers[0].refused, cases[i][2]))
            fail_msg("%s: route \"%.*s\", \"%.*s\"", cases[i][0],
                     ASSAY_STR_ARG(suite->providers[0].route),
                     ASSAY_STR_ARG(suite->providers[0].refused));
        assay_suite_free(suite);
    }
}

static void a_link_out_of_the_folder_is_not_followed(void **state)
{
    char folder[] = "/tmp/assay-suite-XXXXXX", path[100], link[100];
    struct assay_error err = {0};

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/s.yaml", folder);
    snprintf(link, sizeof link, "%s/p.txt", folder);
    assert_true(
        assay_file_write(path, ASSAY_STR("prompts: [file://p.txt]\n"), &err));
    assert_int_equal(symlink("/etc/hostname", link), 0);
    assert_null(assay_suite_read(path, NULL, &err));
    assert_string_equal(err.text, "s.yaml:1: 'p.txt' leads out of the suite's "
                                  "folder: name such a file by its absolute "
                                  "path");
    unlink(link);
    assert_null(assay_suite_read(path, NULL, &err));
    assert_string_equal(err.text, "s.yaml:1: no file 'p.txt'");
    unlink(path);
    rmdir(folder);
}

static void the_number_of_cases_is_bounded(void **state)
{
    const struct assay_suite_options options = {.most_cases = 3};
    struct assay_error err = {0};

    assert_null(assay_suite_read(FIXTURES "full.yaml", &options, &err));
    assert_int_equal(err.code, ASSAY_LIMIT);
    assert_string_equal(err.text, "more than 3 prompts");
}

static void options_of_a_case_lie_over_a_chat(void **state)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_chat chat = {.max_tokens = 9, .temperature = {true, 1}};
    const struct assay_json *options = assay_json_parse(
        &arena,
        ASSAY_STR("{\"temperature\":0,\"stop\":[\"a\",\"b\"],"
                  "\"response_format\":{\"type\":\"json_object\"}}"),
        NULL, &err);

    assert_true(assay_suite_apply(options, &arena, &chat, &err));
    assert_int_equal(chat.max_tokens, 9);
    assert_true(chat.temperature.given && chat.temperature.value == 0);
    assert_int_equal(chat.stop_count, 2);
    assert_true(chat.json_object);
    options =
        assay_json_parse(&arena, ASSAY_STR("{\"max_tokens\":-1}"), NULL, &err);
    assert_false(assay_suite_apply(options, &arena, &chat, &err));
    assert_string_equal(err.text,
                        "suite:1: 'max_tokens' is a whole number from 1");
    assay_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_configuration_reads_as_promptfoo_reads_it),
        cmocka_unit_test(image_files_become_parts_of_messages),
        cmocka_unit_test(a_provider_with_a_gap_in_it_is_not_asked),
        cmocka_unit_test(a_judge_is_asked_by_the_api_that_it_names),
        cmocka_unit_test(what_would_run_code_or_is_not_known_is_refused),
        cmocka_unit_test(providers_become_routes_or_say_why_not),
        cmocka_unit_test(a_link_out_of_the_folder_is_not_followed),
        cmocka_unit_test(the_number_of_cases_is_bounded),
        cmocka_unit_test(options_of_a_case_lie_over_a_chat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
