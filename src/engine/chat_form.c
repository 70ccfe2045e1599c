/*
 * The form in which Gemma was taught conversations: BOS, then each turn as
 * <start_of_turn>ROLE, newline, the trimmed text, <end_of_turn>, newline;
 * then <start_of_turn>model and a newline, where the model speaks. The
 * template in the file is not run: it is data of others (engine notes 1.6
 * and 2.5).
 *
 * Its template knows no system text; one is put before the first user's,
 * with an empty line between, as most engines do. Texts are tokenized
 * without control tokens: nothing that a user writes ends his turn.
 */
#include "assay/tokenizer.h"

#include "engine/tokenizer_parts.h"

#include <stdlib.h>

/* ------------------------------------------------------- trimming */

/*
 * What the template's `trim` takes off: white space by Python's str.strip(),
 * that is Unicode's, and the separators 1C to 1F.
 */
static bool is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 ||
           c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

/* Bytes of the white space that stands at `at`, of well-formed UTF-8. */
static size_t space_at(struct assay_str text, size_t at)
{
    const unsigned char *b = (const unsigned char *)text.at + at;

    if (b[0] < 0x80)
        return is_space(b[0]);
    if ((b[0] & 0xe0) == 0xc0)
        return is_space((b[0] & 0x1fU) << 6 | (b[1] & 0x3fU)) ? 2 : 0;
    if ((b[0] & 0xf0) == 0xe0)
        return is_space((b[0] & 0x0fU) << 12 | (b[1] & 0x3fU) << 6 |
                        (b[2] & 0x3fU))
                   ? 3
                   : 0;
    return 0;
}

static struct assay_str trim(struct assay_str text)
{
    size_t space;

    while (text.len > 0 && (space = space_at(text, 0)) > 0)
        text = assay_str_skip(text, space);
    while (text.len > 0) {
        size_t last = text.len - 1;

        while (last > 0 && ((unsigned char)text.at[last] & 0xc0) == 0x80)
            last--;
        if (space_at(text, last) == 0)
            break;
        text.len = last;
    }
    return text;
}

/* ------------------------------------------------------- checks */

static const char *const who[] = {"system", "user", "model", "tool"};

/* Messages of parts as messages of one text. */
static bool join_parts(struct assay_arena *arena,
                       const struct assay_message **messages, size_t count,
                       struct assay_error *err)
{
    struct assay_message *joined =
        ASSAY_NEW_ARRAY(arena, struct assay_message, count ? count : 1);

    for (size_t i = 0; i < count; i++) {
        const struct assay_message *from = &(*messages)[i];

        joined[i] =
            (struct assay_message){.role = from->role, .text = from->text};
        for (size_t k = 0; k < from->part_count; k++) {
            if (from->parts[k].kind != ASSAY_PART_TEXT)
                return assay_fail(err, ASSAY_BAD_INPUT,
                                  "message %zu: part %zu is a picture, these "
                                  "weights read text",
                                  i + 1, k + 1);
            joined[i].text =
                k == 0 ? from->parts[k].text
                       : assay_arena_printf(arena, "%.*s%.*s",
                                            ASSAY_STR_ARG(joined[i].text),
                                            ASSAY_STR_ARG(from->parts[k].text));
        }
    }
    *messages = joined;
    return true;
}

static bool check_messages(const struct assay_message *messages, size_t count,
                           struct assay_error *err)
{
    enum assay_role wanted = ASSAY_ROLE_USER;
    size_t i = 0;

    while (i < count && messages[i].role == ASSAY_ROLE_SYSTEM)
        i++;
    for (; i < count; i++) {
        if (messages[i].role == ASSAY_ROLE_SYSTEM)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "message %zu: a system text stands before the "
                              "first user's, nowhere else",
                              i + 1);
        if (messages[i].role != wanted)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "message %zu is the %s's, expected the %s's: "
                              "the two take turns, and the user begins",
                              i + 1, who[messages[i].role], who[wanted]);
        wanted = wanted == ASSAY_ROLE_USER ? ASSAY_ROLE_MODEL : ASSAY_ROLE_USER;
    }
    if (count == 0 || messages[count - 1].role != ASSAY_ROLE_USER)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "the last message is not the user's: there is "
                          "nothing to answer");
    for (i = 0; i < count; i++) {
        size_t bad = assay_utf8_bad_at(messages[i].text);

        if (bad < messages[i].text.len)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "message %zu: byte %zu is not UTF-8", i + 1,
                              bad + 1);
    }
    return true;
}

/* ------------------------------------------------------- the two forms */

struct form {
    const struct assay_tokenizer *tokenizer;
    struct assay_ids ids;
    struct assay_buf text; /* that is tokenized as one */
};

/* What the buffer holds becomes tokens. */
static bool flush(struct form *form, struct assay_error *err)
{
    bool ok = assay_buf_ok(&form->text, err) &&
              assay_tokenize_into(form->tokenizer, assay_buf_str(&form->text),
                                  false, &form->ids, err);

    assay_buf_clear(&form->text);
    return ok;
}

static bool add_turns(struct form *form, const struct assay_message *messages,
                      size_t count, struct assay_error *err)
{
    const struct assay_tokenizer *t = form->tokenizer;
    size_t first = 0; /* of the messages of this turn */

    for (size_t i = 0; i < count; i++) {
        if (messages[i].role == ASSAY_ROLE_SYSTEM)
            continue;
        assay_ids_add(&form->ids, t->turn_start);
        assay_buf_printf(&form->text, "%s\n", who[messages[i].role]);
        for (; first < i; first++) {
            struct assay_str system = trim(messages[first].text);

            if (system.len == 0)
                continue;
            assay_buf_add(&form->text, system);
            assay_buf_add_c(&form->text, "\n\n");
        }
        first = i + 1;
        assay_buf_add(&form->text, trim(messages[i].text));
        if (!flush(form, err))
            return assay_fail_in(err, "message %zu", i + 1);
        assay_ids_add(&form->ids, t->turn_end);
        assay_buf_add_c(&form->text, "\n");
        if (!flush(form, err))
            return false;
    }
    assay_ids_add(&form->ids, t->turn_start);
    assay_buf_add_c(&form->text, "model\n");
    return flush(form, err);
}

static bool add_plain(struct form *form, const struct assay_message *messages,
                      size_t count, struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            assay_buf_add_char(&form->text, '\n');
        assay_buf_add(&form->text, messages[i].text);
    }
    return flush(form, err);
}

bool assay_chat_tokens(const struct assay_tokenizer *tokenizer,
                       struct assay_arena *arena,
                       const struct assay_message *messages, size_t count,
                       struct assay_tokens *tokens, struct assay_error *err)
{
    struct form form = {.tokenizer = tokenizer};
    bool ok;

    *tokens = (struct assay_tokens){0};
    if (!join_parts(arena, &messages, count, err) ||
        !check_messages(messages, count, err))
        return false;
    assay_buf_init(&form.text, ASSAY_MOST_TEXT_BYTES);
    if (tokenizer->bos != ASSAY_NO_TOKEN)
        assay_ids_add(&form.ids, tokenizer->bos);
    ok = tokenizer->turn_start != ASSAY_NO_TOKEN
             ? add_turns(&form, messages, count, err)
             : add_plain(&form, messages, count, err);
    assay_buf_release(&form.text);
    if (!ok) {
        free(form.ids.at);
        return false;
    }
    return assay_ids_take(&form.ids, arena, tokens, err);
}
