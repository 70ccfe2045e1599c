/* Whole answers of every dialect, with the traps that are met in practice. */
#include "wire/dialect_cases.h"

struct read_case {
    const char *name;
    const struct assay_dialect *dialect;
    const char *body;
    const char *expected; /* as cases_describe says it, or up to a "*" */
};

#define OPENAI(message, more)                                    \
    "{\"id\":\"c\",\"model\":\"m-1\",\"choices\":[{\"index\":0," \
    "\"message\":" message more "}]}"

static const struct read_case cases[] = {
    /* OpenAI and those who speak alike */
    {"plain", &assay_dialect_openai,
     "{\"model\":\"m-1\",\"service_tier\":\"flex\",\"choices\":[{\"message\":{"
     "\"role\":\"assistant\",\"content\":\"Hi\",\"annotations\":[]},"
     "\"finish_reason\":\"stop\",\"logprobs\":{\"content\":[{\"token\":\"H\","
     "\"logprob\":-0.5},{\"token\":\"i\",\"logprob\":-1.5e0}]}}],\"usage\":{"
     "\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}",
     "ok text=\"Hi\" finish=stop(stop) model=m-1 tier=flex usage=3/2 "
     "logprob=-1.0000"},
    {"content null with a call", &assay_dialect_openai,
     OPENAI("{\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":"
            "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{bad\"}"
            "}]}",
            ",\"finish_reason\":\"tool_calls\""),
     "ok text=\"\" finish=tool_calls(tool_calls) call[a,f,{bad] model=m-1"},
    {"a call that ends in stop, arguments as object", &assay_dialect_openai,
     OPENAI("{\"content\":\"\",\"tool_calls\":[{\"id\":\"a\",\"function\":{"
            "\"name\":\"f\",\"arguments\":{\"x\":1}}}]}",
            ",\"finish_reason\":\"stop\""),
     "ok text=\"\" finish=tool_calls(stop) call[a,f,{\"x\":1}] model=m-1"},
    {"the old function_call", &assay_dialect_openai,
     OPENAI("{\"content\":null,\"function_call\":{\"name\":\"f\","
            "\"arguments\":\"{}\"}}",
            ",\"finish_reason\":\"function_call\""),
     "ok text=\"\" finish=tool_calls(function_call) call[,f,{}] model=m-1"},
    {"tool_calls null and empty", &assay_dialect_openai,
     OPENAI("{\"content\":\"x\",\"tool_calls\":[],\"function_call\":null}",
            ",\"finish_reason\":\"stop\""),
     "ok text=\"x\" finish=stop(stop) model=m-1"},
    {"refusal", &assay_dialect_openai,
     OPENAI("{\"content\":null,\"refusal\":\"I cannot.\"}",
            ",\"finish_reason\":\"stop\""),
     "ok text=\"\" finish=refusal(stop) refusal=I cannot. model=m-1"},
    {"reasoning under either name, once", &assay_dialect_openai,
     OPENAI("{\"content\":\"x\",\"reasoning\":\"why\",\"reasoning_content\":"
            "\"why\"}",
            ",\"finish_reason\":\"stop\""),
     "ok text=\"x\" finish=stop(stop) thought=why model=m-1"},
    {"content as a list", &assay_dialect_openai,
     OPENAI("{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":"
            "\"text\",\"text\":\"hm\"}]},{\"type\":\"text\",\"text\":\"x\"}]}",
            ",\"finish_reason\":\"model_length\""),
     "ok text=\"x\" finish=length(model_length) thought=hm model=m-1"},
    {"finish_reason null at the end", &assay_dialect_openai,
     OPENAI("{\"content\":\"x\"}", ",\"finish_reason\":null"),
     "ok text=\"x\" finish=other() model=m-1"},
    {"numbers as strings", &assay_dialect_openai,
     "{\"model\":\"m-1\",\"choices\":[{\"index\":\"0\",\"message\":{"
     "\"content\":\"x\"},\"finish_reason\":\"stop\"}],\"usage\":{"
     "\"prompt_tokens\":\"007\",\"completion_tokens\":\"2\","
     "\"prompt_tokens_details\":{\"cached_tokens\":\"5\"}}}",
     "ok text=\"x\" finish=stop(stop) model=m-1 usage=7/2 cache=5/0"},
    {"another choice is not ours", &assay_dialect_openai,
     "{\"model\":\"m-1\",\"choices\":[{\"index\":1,\"message\":{\"content\":"
     "\"two\"}},{\"index\":0,\"message\":{\"content\":\"one\"},"
     "\"finish_reason\":\"eos\"}]}",
     "ok text=\"one\" finish=stop(eos) model=m-1"},
    {"usage negative", &assay_dialect_openai,
     OPENAI("{\"content\":\"x\"}",
            ",\"finish_reason\":\"stop\"}],\"usage\":{"
            "\"prompt_tokens\":-1,\"completion_tokens\":2},\"x\":[{"),
     "ok text=\"x\" finish=stop(stop) model=m-1"},
    {"usage fractional", &assay_dialect_openai,
     OPENAI("{\"content\":\"x\"}",
            ",\"finish_reason\":\"stop\"}],\"usage\":{"
            "\"prompt_tokens\":1.5,\"completion_tokens\":2},\"x\":[{"),
     "ok text=\"x\" finish=stop(stop) model=m-1"},
    {"usage of nothing", &assay_dialect_openai,
     OPENAI("{\"content\":\"x\"}",
            ",\"finish_reason\":\"stop\"}],\"usage\":{"
            "\"prompt_tokens\":0,\"completion_tokens\":0},\"x\":[{"),
     "ok text=\"x\" finish=stop(stop) model=m-1"},
    {"choices empty", &assay_dialect_openai,
     "{\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,"
     "\"completion_tokens\":0}}",
     "malformed text=\"\" finish=other() model=m-1 usage=3/0 [] the reply has "
     "no choices"},
    {"no message", &assay_dialect_openai,
     "{\"choices\":[{\"finish_reason\":\"stop\"}]}",
     "malformed text=\"\" finish=stop(stop) model= [] choices[0] has no "
     "message"},
    {"an error under 200", &assay_dialect_openai,
     "{\"error\":{\"code\":429,\"message\":\"slow down\"}}",
     "rate_limited text=\"\" finish=other() model= [429] slow down"},
    {"an error of words under 200", &assay_dialect_openai,
     "{\"error\":{\"type\":\"server_error\",\"message\":\"oops\"}}",
     "server_error text=\"\" finish=other() model= [server_error] oops"},
    {"no quota under 200", &assay_dialect_openai,
     "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"}}",
     "quota text=\"\" finish=other() model= [insufficient_quota] x"},
    {"an error that is a text", &assay_dialect_openai,
     "{\"error\":\"model is loading\"}",
     "server_error text=\"\" finish=other() model= [] model is loading"},
    {"error null is none", &assay_dialect_openai,
     "{\"error\":null,\"choices\":[{\"message\":{\"content\":\"x\"},"
     "\"finish_reason\":\"stop\"}]}",
     "ok text=\"x\" finish=stop(stop) model="},
    {"detail", &assay_dialect_openai, "{\"detail\":\"Not Found\"}",
     "server_error text=\"\" finish=other() model= [] Not Found"},
    {"vLLM's old error", &assay_dialect_openai,
     "{\"object\":\"error\",\"message\":\"too long\",\"code\":400}",
     "bad_request text=\"\" finish=other() model= [400] too long"},
    {"finish_reason error", &assay_dialect_openai,
     OPENAI("{\"content\":\"part\"}", ",\"finish_reason\":\"error\""),
     "server_error text=\"part\" finish=other(error) model=m-1 [] "
     "finish_reason is error"},
    {"HTML", &assay_dialect_openai, " <!DOCTYPE html><p>Log in",
     "malformed text=\"\" finish=other() model= [] the reply is HTML or XML, "
     "no JSON (*"},
    {"nothing", &assay_dialect_openai, "",
     "malformed text=\"\" finish=other() model= [] the reply is empty (*"},
    {"an array", &assay_dialect_openai, "[1]",
     "malformed text=\"\" finish=other() model= [] the reply has no choices"},
    {"NUL escaped is a character", &assay_dialect_openai,
     OPENAI("{\"content\":\"a\\u0000b\"}", ",\"finish_reason\":\"stop\""),
     "ok text=\"a\\u0000b\" finish=stop(stop) model=m-1"},

    /* Azure */
    {"filters beside the answer", &assay_dialect_azure,
     "{\"model\":\"gpt-4\",\"prompt_filter_results\":[{\"prompt_index\":0,"
     "\"content_filter_results\":{\"hate\":{\"filtered\":false}}}],"
     "\"choices\":[{\"content_filter_results\":{\"error\":{\"code\":"
     "\"content_filter_error\",\"message\":\"did not run\"}},"
     "\"finish_reason\":\"stop\",\"message\":{\"content\":\"x\"}}]}",
     "ok text=\"x\" finish=stop(stop) model=gpt-4"},
    {"answer filtered, with a part of it", &assay_dialect_azure,
     OPENAI("{\"content\":\"part\"}", ",\"finish_reason\":\"content_filter\""),
     "filtered text=\"part\" finish=content_filter(content_filter) model=m-1 "
     "[] the provider's filter stopped it: content_filter"},
    {"answer filtered, no message", &assay_dialect_azure,
     "{\"choices\":[{\"finish_reason\":\"content_filter\"}]}",
     "filtered text=\"\" finish=content_filter(content_filter) model= [] the "
     "provider's filter stopped it: content_filter"},
    {"finish_details of the vision preview", &assay_dialect_azure,
     "{\"model\":\"gpt-4\",\"choices\":[{\"finish_details\":{\"type\":"
     "\"max_tokens\"},\"message\":{\"content\":\"a cat on a\"}}]}",
     "ok text=\"a cat on a\" finish=length(max_tokens) model=gpt-4"},
    {"finish_details with a stop text", &assay_dialect_azure,
     "{\"choices\":[{\"finish_details\":{\"type\":\"stop\",\"stop\":"
     "\"<|fim_suffix|>\"},\"message\":{\"content\":\"x\"}}]}",
     "ok text=\"x\" finish=stop(stop) model="},

    /* Anthropic */
    {"blocks", &assay_dialect_anthropic,
     "{\"type\":\"message\",\"id\":\"m\",\"model\":\"claude-x\",\"content\":[{"
     "\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"s\"},{"
     "\"type\":\"redacted_thinking\",\"data\":\"d\"},{\"type\":\"text\","
     "\"text\":\"A\"},{\"type\":\"text\",\"text\":\"B\"},{\"type\":"
     "\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}},{"
     "\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"a\":[1]}}"
     "],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":10,"
     "\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":30,"
     "\"output_tokens\":5,\"service_tier\":\"standard\"}}",
     "ok text=\"AB\" finish=tool_calls(tool_use) thought=hm "
     "call[t,f,{\"a\":[1]}] model=claude-x tier=standard usage=60/5 "
     "cache=30/20"},
    {"a call without input", &assay_dialect_anthropic,
     "{\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\","
     "\"input\":{}}],\"stop_reason\":\"tool_use\"}",
     "ok text=\"\" finish=tool_calls(tool_use) call[t,f,{}] model="},
    {"refusal", &assay_dialect_anthropic,
     "{\"content\":[],\"stop_reason\":\"refusal\"}",
     "ok text=\"\" finish=refusal(refusal) model="},
    {"the context is full", &assay_dialect_anthropic,
     "{\"content\":[],\"stop_reason\":\"model_context_window_exceeded\"}",
     "ok text=\"\" finish=length(model_context_window_exceeded) model="},
    {"pause_turn", &assay_dialect_anthropic,
     "{\"content\":[],\"stop_reason\":\"pause_turn\"}",
     "ok text=\"\" finish=other(pause_turn) model="},
    {"an error under 200", &assay_dialect_anthropic,
     "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
     "\"message\":\"Overloaded\"}}",
     "overloaded text=\"\" finish=other() model= [overloaded_error] "
     "Overloaded"},
    {"no content", &assay_dialect_anthropic, "{\"type\":\"message\"}",
     "malformed text=\"\" finish=other() model= [] the reply has no list of "
     "content"},

    /* Gemini */
    {"text, thoughts and a call that ends in STOP", &assay_dialect_gemini,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":"
     "true},{\"text\":\"A\"},{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\""
     ":1}},\"thoughtSignature\":\"s\"}]},\"finishReason\":\"STOP\","
     "\"avgLogprobs\":-1,\"logprobsResult\":{\"chosenCandidates\":[{"
     "\"logProbability\":-0.25},{\"logProbability\":-0.75}]}}],"
     "\"usageMetadata\":{\"promptTokenCount\":4,\"candidatesTokenCount\":5,"
     "\"thoughtsTokenCount\":6,\"totalTokenCount\":15},\"modelVersion\":"
     "\"gemini-x\"}",
     "ok text=\"A\" finish=tool_calls(STOP) thought=hm call[,f,{\"a\":1}] "
     "signed=s model=gemini-x usage=4/11 thinking=6 logprob=-0.5000"},
    {"prompt blocked", &assay_dialect_gemini,
     "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{"
     "\"promptTokenCount\":4,\"totalTokenCount\":4},\"modelVersion\":\"g\"}",
     "filtered text=\"\" finish=content_filter(SAFETY) model=g usage=4/0 [] "
     "the provider's filter stopped it: SAFETY"},
    {"no parts: thoughts ate the tokens", &assay_dialect_gemini,
     "{\"candidates\":[{\"content\":{\"role\":\"model\"},\"finishReason\":"
     "\"MAX_TOKENS\"}],\"usageMetadata\":{\"promptTokenCount\":4,"
     "\"thoughtsTokenCount\":64,\"totalTokenCount\":68}}",
     "ok text=\"\" finish=length(MAX_TOKENS) model= usage=4/64 thinking=64"},
    {"recitation", &assay_dialect_gemini,
     "{\"candidates\":[{\"finishReason\":\"RECITATION\"}]}",
     "filtered text=\"\" finish=content_filter(RECITATION) model= [] the "
     "provider's filter stopped it: RECITATION"},
    {"malformed call", &assay_dialect_gemini,
     "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}",
     "ok text=\"\" finish=other(MALFORMED_FUNCTION_CALL) model="},
    {"code that it ran is no text", &assay_dialect_gemini,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"executableCode\":{"
     "\"language\":\"PYTHON\",\"code\":\"1+1\"}},{\"codeExecutionResult\":{"
     "\"outcome\":\"OUTCOME_OK\",\"output\":\"2\"}},{\"text\":\"two\"}]},"
     "\"finishReason\":\"STOP\"}]}",
     "ok text=\"two\" finish=stop(STOP) model="},
    {"no candidates and no reason", &assay_dialect_gemini,
     "{\"modelVersion\":\"g\"}",
     "malformed text=\"\" finish=other() model=g [] the reply has no "
     "candidates and no blockReason"},
    {"candidates empty", &assay_dialect_gemini, "{\"candidates\":[]}",
     "malformed text=\"\" finish=other() model= [] the reply has no "
     "candidates and no blockReason"},
    {"an error in a list", &assay_dialect_gemini,
     "[{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":"
     "\"UNAVAILABLE\"}}]",
     "overloaded text=\"\" finish=other() model= [503] busy"},
};

static void every_trap_is_read_as_documented(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct read_case *c = &cases[i];
        struct assay_arena arena = {0};
        struct assay_completion reply;
        struct assay_trouble trouble;
        bool ok =
            c->dialect->read(&arena, assay_str_c(c->body), &reply, &trouble);
        struct assay_str got = cases_describe(&arena, ok, &reply, &trouble);

        if (!cases_match(got, c->expected))
            fail_msg("%s, %s:\n%.*s\nexpected\n%s", c->dialect->name, c->name,
                     ASSAY_STR_ARG(got), c->expected);
        assay_arena_free(&arena);
    }
}

static void bytes_that_are_no_json_are_malformed(void **state)
{
    const struct assay_str bodies[] = {
        ASSAY_STR("{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}"),
        ASSAY_STR("{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}"),
        ASSAY_STR("{\"choices\":[{\"message\":{\"content\":\"a\0b\"}}]}"),
        ASSAY_STR("{\"choices\":[{\"message\":{\"content\":\"cut"),
        ASSAY_STR("{\"choices\":[]} {}"),
        ASSAY_STR("{\"choices\":[],\"choices\":[]}"),
        ASSAY_STR("data: {}\n\n"),
    };
    const struct assay_dialect *dialects[] = {
        &assay_dialect_openai,    &assay_dialect_azure,
        &assay_dialect_anthropic, &assay_dialect_gemini,
        &assay_dialect_responses,
    };

    for (size_t d = 0; d < 5; d++)
        for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
            struct assay_arena arena = {0};
            struct assay_completion reply;
            struct assay_trouble trouble;

            assert_false(
                dialects[d]->read(&arena, bodies[i], &reply, &trouble));
            assert_int_equal(trouble.of, ASSAY_CLASS_MALFORMED);
            assert_int_equal(reply.usage_state, ASSAY_USAGE_MISSING);
            assert_true(trouble.message.len > 0);
            assay_arena_free(&arena);
        }
}

static void a_reply_beyond_the_limit_is_not_read(void **state)
{
    const size_t size = (16 << 20) + 1;
    struct assay_arena arena = {0};
    char *bytes = assay_arena_alloc(&arena, size, 1);
    struct assay_completion reply;
    struct assay_trouble trouble;

    memset(bytes, ' ', size);
    assert_false(assay_dialect_openai.read(
        &arena, (struct assay_str){bytes, size}, &reply, &trouble));
    assert_int_equal(trouble.of, ASSAY_CLASS_TOO_LARGE);
    assay_arena_free(&arena);
}

static void dialects_are_found_by_the_kind_of_the_catalog(void **state)
{
    static const char *const names[] = {"openai", "azure", "anthropic",
                                        "gemini", "responses"};

    for (size_t i = 0; i < 5; i++)
        assert_string_equal(assay_dialect_find(assay_str_c(names[i]))->name,
                            names[i]);
    assert_null(assay_dialect_find(ASSAY_STR("local")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_trap_is_read_as_documented),
        cmocka_unit_test(bytes_that_are_no_json_are_malformed),
        cmocka_unit_test(a_reply_beyond_the_limit_is_not_read),
        cmocka_unit_test(dialects_are_found_by_the_kind_of_the_catalog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
