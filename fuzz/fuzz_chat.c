/*
 * Conversations: records of a role, a length and a text. Whatever they say,
 * the only control tokens are those of the form, in their order.
 */
#include "fuzz_vocabulary.h"

enum { MOST_MESSAGES = 64 };
enum { BOS = 2, START = 4, END = 5 }; /* of fuzz_add_usual() */

static size_t read_messages(struct assay_str data,
                            struct assay_message *messages)
{
    size_t count = 0;

    while (data.len >= 2 && count < MOST_MESSAGES) {
        size_t len = (unsigned char)data.at[1];
        enum assay_role role = (enum assay_role)((unsigned char)data.at[0] % 3);

        data = assay_str_skip(data, 2);
        messages[count++] = (struct assay_message){
            .role = role, .text = assay_str_head(data, len)};
        data = assay_str_skip(data, len);
    }
    return count;
}

/* BOS, then start and end in turns, at last a start. */
static void check_form(const struct assay_tokenizer *t,
                       const struct assay_tokens *tokens, size_t turns)
{
    size_t controls = 0;

    for (size_t i = 0; i < tokens->count; i++) {
        uint32_t expected = controls == 0       ? BOS
                            : controls % 2 == 1 ? START
                                                : END;

        if (!assay_tokenizer_is_control(t, tokens->at[i]))
            continue;
        if (tokens->at[i] != expected)
            fuzz_stop("a control token where none stands");
        controls++;
    }
    if (controls != 2 + 2 * turns)
        fuzz_stop("another number of control tokens");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const pieces[] = {
        "\n",    "\n\n", "<",   ">",    "a", "us", "er",           "user",
        "model", "<s",   "<st", "<sta", "t", "s",  "\xe2\x96\x81", "\xc3\xa9"};
    struct assay_vocabulary v = {.what = "fuzz", .pad = 0};
    struct assay_message messages[MOST_MESSAGES];
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_tokens tokens;
    size_t count =
        read_messages((struct assay_str){(const char *)data, len}, messages);
    size_t turns = 0;

    v.entries = ASSAY_NEW_ARRAY(&arena, struct assay_vocabulary_entry,
                                FUZZ_MOST_TOKENS);
    fuzz_add_usual(&v, ASSAY_NEW_ARRAY(&arena, char, 256 * 8));
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        fuzz_add(&v, pieces[i], strlen(pieces[i]),
                 i < 2 ? ASSAY_TOKEN_DEFINED - 1 : (unsigned)i * 8);
    struct assay_tokenizer *t = assay_tokenizer_build(&v, &err);
    if (!t)
        fuzz_stop(err.text);
    for (size_t i = 0; i < count; i++)
        turns += messages[i].role != ASSAY_ROLE_SYSTEM;
    if (assay_chat_tokens(t, &arena, messages, count, &tokens, &err))
        check_form(t, &tokens, turns);
    else if (err.code != ASSAY_BAD_INPUT || !err.text[0])
        fuzz_stop("refused without words");
    assay_tokenizer_free(t);
    assay_arena_free(&arena);
    return 0;
}
