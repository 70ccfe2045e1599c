/*
 * Vocabularies of every container (GGUF, tokenizer.model, tokenizer.json, or
 * a notation of ours with a text behind it), and texts with what came out:
 * a text is its tokens' bytes, and no part of it becomes a control token.
 */
#include "fuzz_vocabulary.h"

enum { TAIL = 64 }; /* bytes of a file that serve as a text too */

static void check_text(const struct assay_tokenizer *t, struct assay_str text)
{
    struct assay_detokenizer d = {.tokenizer = t};
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_tokens tokens;
    struct assay_buf out;

    text = fuzz_text(text);
    if (!assay_tokenize(t, &arena, text, false, &tokens, &err))
        fuzz_stop(err.text);
    fuzz_check_tokens(t, text, &tokens);
    if (!assay_tokenize(t, &arena, text, true, &tokens, &err))
        fuzz_stop(err.text);
    assay_buf_init(&out, (size_t)1 << 26);
    for (size_t i = 0; i < tokens.count; i++) {
        assay_detokenize(&d, tokens.at[i], &out);
        if (!assay_utf8_valid(assay_buf_str(&out)))
            fuzz_stop("half a character was written");
    }
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

static void check(struct assay_tokenizer *t, struct assay_str data,
                  const struct assay_error *err)
{
    if (!t && (err->code == ASSAY_OK || !err->text[0]))
        fuzz_stop("refused without words");
    if (t) {
        check_text(t, data);
        check_text(t, ASSAY_STR("a  b\n\n<bos>\xc3\xa9\xe6\x97\xa5\xe2\x96\x81"
                                "aaaa\x01 "));
    }
    assay_tokenizer_free(t);
}

static struct assay_vocabulary empty(const char *what)
{
    return (struct assay_vocabulary){.what = what,
                                     .bos = ASSAY_NO_TOKEN,
                                     .unknown = ASSAY_NO_TOKEN,
                                     .pad = ASSAY_NO_TOKEN};
}

static void read_gguf(struct assay_str data)
{
    struct assay_error err = {0};
    struct assay_weights *weights =
        assay_weights_open_bytes("fuzz", data, &err);

    if (weights)
        check(assay_tokenizer_new(weights, &err),
              assay_str_skip(data, data.len > TAIL ? data.len - TAIL : 0),
              &err);
    assay_weights_close(weights);
}

static void read_part(struct assay_str data)
{
    bool json = data.at[0] == '{';
    struct assay_vocabulary v = empty("fuzz");
    struct assay_tokenizer *t = NULL;
    struct assay_arena arena = {0};
    struct assay_error err = {0};

    if (json ? assay_vocabulary_read_json(&v, &arena, data, &err)
             : assay_vocabulary_read_model(&v, &arena, data, &err))
        t = assay_tokenizer_build(&v, &err);
    check(t, assay_str_skip(data, data.len > TAIL ? data.len - TAIL : 0), &err);
    assay_arena_free(&arena);
}

static void read_notation(struct assay_str data)
{
    struct assay_vocabulary v = empty("fuzz");
    struct assay_arena arena = {0};
    struct assay_error err = {0};

    v.entries = ASSAY_NEW_ARRAY(&arena, struct assay_vocabulary_entry,
                                FUZZ_MOST_TOKENS);
    if (data.at[0] != 'x')
        fuzz_add_usual(&v, ASSAY_NEW_ARRAY(&arena, char, 256 * 8));
    data = fuzz_add_records(&v, assay_str_skip(data, 1));
    check(assay_tokenizer_build(&v, &err), data, &err);
    assay_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct assay_str text = {(const char *)data, len};

    if (len == 0)
        return 0;
    if (assay_str_starts(text, "GGUF"))
        read_gguf(text);
    else if (data[0] == '{' || data[0] == '\n')
        read_part(text);
    else
        read_notation(text);
    return 0;
}
