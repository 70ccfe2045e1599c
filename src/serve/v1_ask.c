/*
 * From a body of OpenAI's to what a route is asked.
 */
#include "serve/v1_parts.h"

#include <openssl/rand.h>
#include <string.h>
#include <time.h>

/* ------------------------------------------------------- what went wrong */

/* `param`: what the route had to read when it failed. */
static bool fail_as(struct assay_openai_fault *fault, const char *param,
                    const struct assay_error *err)
{
    switch (err->code) {
    case ASSAY_LIMIT:
        return assay_openai_fail(fault, "context_length_exceeded", param, "%s",
                                 err->text);
    case ASSAY_BAD_INPUT:
    case ASSAY_NOT_FOUND:
        return assay_openai_fail(fault, "invalid_value", param, "%s",
                                 err->text);
    default:
        return assay_openai_fail(fault, "server_error", NULL, "%s", err->text);
    }
}

static const char *param_of(const struct assay_talk *talk)
{
    return talk->ask.body == ASSAY_OPENAI_CHAT ? "messages" : "prompt";
}

/* ------------------------------------------------------- prompts */

static bool read_chat(struct assay_talk *talk, struct assay_error *err)
{
    static const enum assay_role roles[] = {
        [ASSAY_OPENAI_SYSTEM] = ASSAY_ROLE_SYSTEM,
        [ASSAY_OPENAI_USER] = ASSAY_ROLE_USER,
        [ASSAY_OPENAI_ASSISTANT] = ASSAY_ROLE_MODEL,
    };
    const struct assay_openai_ask *ask = &talk->ask;
    struct assay_message *messages =
        ASSAY_NEW_ARRAY(&talk->arena, struct assay_message, ask->turn_count);

    for (size_t i = 0; i < ask->turn_count; i++)
        messages[i] = (struct assay_message){.role = roles[ask->turns[i].role],
                                             .text = ask->turns[i].text};
    return assay_chat_tokens(assay_route_tokenizer(talk->v1->route),
                             &talk->arena, messages, ask->turn_count,
                             talk->prompts, err);
}

/* A text with BOS before it; tokens stay what they are. */
static bool read_prompt(struct assay_talk *talk,
                        const struct assay_openai_prompt *prompt,
                        struct assay_tokens *tokens, struct assay_error *err)
{
    const struct assay_tokenizer *tokenizer =
        assay_route_tokenizer(talk->v1->route);
    uint32_t bos = assay_tokenizer_bos(tokenizer);
    struct assay_tokens text;

    *tokens = (struct assay_tokens){prompt->tokens, prompt->token_count};
    if (prompt->tokens)
        return true;
    if (!assay_tokenize(tokenizer, &talk->arena, prompt->text, false, &text,
                        err))
        return false;
    tokens->at = ASSAY_NEW_ARRAY(&talk->arena, uint32_t, text.count + 1);
    if (bos != ASSAY_NO_TOKEN)
        tokens->at[tokens->count++] = bos;
    if (text.count)
        memcpy(tokens->at + tokens->count, text.at,
               text.count * sizeof *text.at);
    tokens->count += text.count;
    return tokens->count > 0 ||
           assay_fail(err, ASSAY_BAD_INPUT, "the prompt is empty");
}

static bool read_prompts(struct assay_talk *talk,
                         struct assay_openai_fault *fault)
{
    const struct assay_openai_ask *ask = &talk->ask;
    struct assay_error err = {0};
    bool ok = true;

    talk->prompts =
        ASSAY_NEW_ARRAY(&talk->arena, struct assay_tokens, ask->prompt_count);
    if (ask->body == ASSAY_OPENAI_CHAT)
        ok = read_chat(talk, &err);
    else
        for (size_t i = 0; ok && i < ask->prompt_count; i++)
            ok = read_prompt(talk, &ask->prompts[i], &talk->prompts[i], &err);
    return ok || fail_as(fault, param_of(talk), &err);
}

/* The text of a prompt, for those who want it before the answer. */
static void add_echo(struct assay_talk *talk, struct assay_talk_choice *choice,
                     const struct assay_openai_prompt *prompt)
{
    struct assay_detokenizer state = {
        .tokenizer = assay_route_tokenizer(talk->v1->route)};

    if (!prompt->tokens)
        assay_buf_add(&choice->text, prompt->text);
    for (size_t i = 0; i < prompt->token_count; i++)
        if (prompt->tokens[i] < assay_tokenizer_size(state.tokenizer))
            assay_detokenize(&state, prompt->tokens[i], &choice->text);
    assay_detokenize_end(&state, &choice->text);
}

/* ------------------------------------------------------- the rest */

static void set_head(struct assay_talk *talk)
{
    bool chat = talk->ask.body == ASSAY_OPENAI_CHAT;
    unsigned char bytes[12] = {0};
    char id[2 * sizeof bytes + 1];

    (void)RAND_bytes(bytes, sizeof bytes); /* zeros are a name too */
    for (size_t i = 0; i < sizeof bytes; i++) {
        id[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        id[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    id[2 * sizeof bytes] = '\0';
    talk->head = (struct assay_openai_head){
        .body = talk->ask.body,
        .id = assay_arena_printf(&talk->arena, "%s-%s",
                                 chat ? "chatcmpl" : "cmpl", id),
        .model = assay_route_model(talk->v1->route),
        .fingerprint = ASSAY_STR("assay-" ASSAY_VERSION),
        .created = (int64_t)time(NULL),
        .include_usage = talk->ask.include_usage,
    };
}

static uint64_t seed_of(const struct assay_openai_value *given)
{
    uint64_t seed = (uint64_t)given->whole;

    if (!given->given)
        (void)RAND_bytes((unsigned char *)&seed, sizeof seed);
    return seed;
}

static bool set_sampling(struct assay_talk *talk,
                         struct assay_openai_fault *fault)
{
    const struct assay_openai_ask *ask = &talk->ask;
    const struct assay_openai_value *v = ask->values;
    uint32_t most =
        assay_tokenizer_size(assay_route_tokenizer(talk->v1->route));
    struct assay_bias *bias =
        ASSAY_NEW_ARRAY(&talk->arena, struct assay_bias, ask->bias_count + 1);

    for (size_t i = 0; i < ask->bias_count; i++) {
        if (ask->bias[i].token >= most)
            return assay_openai_fail(
                fault, "invalid_value", "logit_bias",
                "logit_bias names token %u, the vocabulary has %u",
                ask->bias[i].token, most);
        bias[i] = (struct assay_bias){ask->bias[i].token, ask->bias[i].add};
    }
    talk->sampling = (struct assay_sampling){
        .temperature = (float)v[ASSAY_OPENAI_TEMPERATURE].number,
        .top_k = (uint32_t)v[ASSAY_OPENAI_TOP_K].whole,
        .top_p = (float)v[ASSAY_OPENAI_TOP_P].number,
        .min_p = (float)v[ASSAY_OPENAI_MIN_P].number,
        .repetition_penalty = (float)v[ASSAY_OPENAI_REPETITION_PENALTY].number,
        .seed = seed_of(&v[ASSAY_OPENAI_SEED]),
        .bias = bias,
        .bias_count = ask->bias_count,
    };
    return true;
}

bool assay_talk_read(struct assay_talk *talk, struct assay_openai_fault *fault)
{
    struct assay_openai_ask *ask = &talk->ask;
    struct assay_str model = assay_route_model(talk->v1->route);
    size_t n;

    if (!assay_openai_read(&talk->arena, assay_buf_str(&talk->body), ask->body,
                           ask, fault))
        return false;
    if (!assay_str_equal(ask->model, model))
        return assay_openai_fail(
            fault, "model_not_found", "model",
            "the model '%.*s' does not exist; here is %.*s",
            ASSAY_STR_ARG(assay_str_head(ask->model, 100)),
            ASSAY_STR_ARG(model));
    if (!set_sampling(talk, fault) || !read_prompts(talk, fault))
        return false;
    set_head(talk);
    n = (size_t)ask->values[ASSAY_OPENAI_N].whole;
    assay_talk_open(talk, n * ask->prompt_count);
    for (size_t i = 0; ask->echo && i < talk->choice_count; i++)
        add_echo(talk, &talk->choices[i], &ask->prompts[i / n]);
    return true;
}

/* ------------------------------------------------------- asking */

bool assay_talk_ask(struct assay_talk_choice *choice)
{
    struct assay_talk *talk = choice->talk;
    struct assay_v1 *v1 = talk->v1;
    const struct assay_openai_ask *ask = &talk->ask;
    size_t n = (size_t)ask->values[ASSAY_OPENAI_N].whole;
    struct assay_sampling sampling = talk->sampling;
    const struct assay_ask question = {
        .tokens = talk->prompts[choice->index / n],
        .sampling = &sampling,
        .chat = {.max_tokens =
                     (uint32_t)ask->values[ASSAY_OPENAI_MAX_TOKENS].whole,
                 .stops = ask->stops,
                 .stop_count = ask->stop_count,
                 .schema = ask->schema,
                 .json_object = ask->json_object,
                 .logprobs = ask->logprobs},
    };
    const struct assay_listener listener = {
        .piece = assay_talk_piece, .context = choice, .cancel = &talk->cancel};
    struct assay_arena arena = {0};
    struct assay_response answer;
    struct assay_openai_fault fault;
    struct assay_error err = {0};
    bool last;

    sampling.seed += choice->index % n;
    atomic_fetch_add(&v1->answering, 1);
    if (assay_route_ask(v1->route, &question, &listener, &arena, &answer,
                        &err)) {
        atomic_fetch_add(&v1->input, answer.reply.usage.input_tokens);
        atomic_fetch_add(&v1->cached, answer.reply.usage.cache_read_tokens);
        atomic_fetch_add(&v1->output, answer.reply.usage.output_tokens);
        last = assay_talk_finish(choice, &answer);
    } else {
        /* the prompt and the numbers were checked: it is the schema */
        fail_as(&fault,
                err.code == ASSAY_LIMIT || !ask->schema ? param_of(talk)
                                                        : "response_format",
                &err);
        last = assay_talk_fail(choice, &fault);
    }
    atomic_fetch_sub(&v1->answering, 1);
    assay_arena_free(&arena);
    return last;
}
