/*
 * Probes that ask the same again: seeds, temperature 0, caches; and whether
 * probabilities are told.
 */
#include "trial/probe_parts.h"

#include <math.h>

enum {
    SAME_SEED = 5,
    OTHER_SEEDS = 2,
    SAME_QUESTIONS = 10,
    CACHED_TURNS = 3,
    PREFIX_WORDS = 1500, /* some 2,000 tokens */
    SHORT_ANSWER = 128,
};

static struct assay_probe_question invent(struct assay_probing *p,
                                          double temperature)
{
    struct assay_probe_question q = assay_probe_plain(
        p, ASSAY_STR("Invent a sentence of eight made-up words that nobody "
                     "has ever written, at random."));

    q.chat.temperature = (struct assay_stated){true, temperature};
    return q;
}

/* ------------------------------------------------------- seeds */

static bool ask_with_seed(struct assay_probing *p, uint32_t seed, size_t turn,
                          struct assay_str *said)
{
    struct assay_probe_question q = invent(p, 1);
    struct assay_response answer;

    q.chat.seed = (struct assay_stated){true, seed};
    q.asked = assay_arena_printf(p->arena, "seed %u, %zu of %d", seed, turn + 1,
                                 SAME_SEED + OTHER_SEEDS);
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return false;
    *said = answer.reply.text;
    return true;
}

void assay_probe_seed(struct assay_probing *p)
{
    uint32_t seed = (uint32_t)assay_probe_draw(p, 1 << 20);
    struct assay_str first, said;
    size_t turn = 1;

    if (!ask_with_seed(p, seed, 0, &first))
        return;
    for (; turn < SAME_SEED; turn++) {
        if (!ask_with_seed(p, seed, turn, &said))
            return;
        if (!assay_str_equal(said, first)) {
            assay_probe_find(p, ASSAY_PROBE_IGNORED,
                             "answers 1 and %zu differ under one seed",
                             turn + 1);
            return;
        }
    }
    for (; turn < SAME_SEED + OTHER_SEEDS; turn++) {
        if (!ask_with_seed(p, seed + (uint32_t)turn, turn, &said))
            return;
        if (!assay_str_equal(said, first)) {
            assay_probe_find(p, ASSAY_PROBE_SUPPORTED,
                             "%d answers alike, another seed says another",
                             SAME_SEED);
            return;
        }
    }
    assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                     "%d answers alike at temperature 1, whatever the seed",
                     SAME_SEED + OTHER_SEEDS);
}

/* ------------------------------------------------------- temperature 0 */

void assay_probe_determinism(struct assay_probing *p)
{
    struct assay_str said[SAME_QUESTIONS];
    size_t different = 0;

    for (size_t i = 0; i < SAME_QUESTIONS; i++) {
        struct assay_probe_question q = invent(p, 0);
        struct assay_response answer;
        size_t k = 0;

        q.asked = assay_arena_printf(p->arena, "turn %zu of %d", i + 1,
                                     SAME_QUESTIONS);
        if (!assay_probe_ask(p, &q, &answer) ||
            assay_probe_says_nothing(p, &answer))
            return;
        while (k < different && !assay_str_equal(said[k], answer.reply.text))
            k++;
        if (k == different)
            said[different++] = answer.reply.text;
    }
    if (different == 1)
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "%d answers, all alike",
                         SAME_QUESTIONS);
    else
        assay_probe_find(p, ASSAY_PROBE_IGNORED, "%zu different answers in %d",
                         different, SAME_QUESTIONS);
}

/* ------------------------------------------------------- caches */

/* Begins with what nobody sent before. */
static struct assay_str long_text(struct assay_probing *p)
{
    struct assay_buf text;

    assay_buf_init(&text, 1 << 20);
    for (size_t i = 0; i < PREFIX_WORDS; i++)
        assay_buf_printf(&text, "%s ", assay_probe_word(p));
    assay_buf_add_c(&text, "\n\nReply with the word ready.");
    struct assay_str copy = assay_arena_copy(p->arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return copy;
}

void assay_probe_caching(struct assay_probing *p)
{
    struct assay_probe_question q = assay_probe_plain(p, long_text(p));

    q.chat.max_tokens = SHORT_ANSWER;
    for (int i = 0; i < CACHED_TURNS; i++) {
        struct assay_response answer;

        q.asked =
            assay_arena_printf(p->arena, "turn %d of %d", i + 1, CACHED_TURNS);
        if (!assay_probe_ask(p, &q, &answer))
            return;
        if (answer.reply.usage_state != ASSAY_USAGE_RETURNED) {
            assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "no usage is told");
            return;
        }
        if (i > 0 && answer.reply.usage.cache_read_tokens > 0) {
            assay_probe_find(
                p, ASSAY_PROBE_SUPPORTED, "%llu of %llu tokens cached, turn %d",
                (unsigned long long)answer.reply.usage.cache_read_tokens,
                (unsigned long long)answer.reply.usage.input_tokens, i + 1);
            return;
        }
    }
    assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                     "none cached in %d turns; what must be marked was not",
                     CACHED_TURNS);
}

/* ------------------------------------------------------- probabilities */

static bool on_piece(void *context, const struct assay_piece *piece)
{
    size_t *told = context;

    *told += piece->logprob != NULL;
    return true;
}

void assay_probe_logprobs(struct assay_probing *p)
{
    struct assay_probe_question q =
        assay_probe_plain(p, ASSAY_STR("Name a colour."));
    struct assay_response answer;
    size_t told = 0;

    q.chat.logprobs = 2;
    q.asked = ASSAY_STR("two best ones besides");
    q.piece = on_piece;
    q.context = &told;
    if (!assay_probe_ask(p, &q, &answer) ||
        assay_probe_says_nothing(p, &answer))
        return;
    if (p->options->route->in_process && told)
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "told for %zu tokens", told);
    else if (!p->options->route->in_process &&
             !isnan(answer.reply.mean_logprob))
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED, "mean %.3g a token",
                         answer.reply.mean_logprob);
    else
        assay_probe_find(p, ASSAY_PROBE_IGNORED, "none in the answer");
}
