/*
 * Probes of sizes: how long a text is read whole, and how long an answer may
 * get. Both cost by the token, so both keep to what the budget holds.
 */
#include "trial/probe_parts.h"

enum {
    NEEDLES = 5,
    SMALLEST = 1024,
    MOST_SIZES = 24,
    DEFAULT_TOP = 131072, /* where nobody states a length */
    UNPRICED_TOP = 16384, /* where nobody knows what it costs */
    ANSWER_TOKENS = 256,
    QUESTION_TOKENS = 128, /* what stands around the text */
    CUT_BELOW = 80,        /* percent of what was sent */
};

/* ------------------------------------------------------- a text */

/* Short words that every tokenizer has; how many bytes each is, is measured. */
static struct assay_str filler_word(struct assay_probing *p)
{
    static const char *const words[] = {
        "the",  "river", "house", "green", "table", "walk",  "north", "bread",
        "wind", "stone", "light", "paper", "boat",  "early", "road",  "glass",
        "hill", "water", "seven", "long",  "quiet", "apple", "door",  "field",
    };

    return assay_str_c(
        words[assay_probe_draw(p, sizeof words / sizeof words[0])]);
}

/* Five codes among words: at the start, the quarters and the end. */
static struct assay_str haystack(struct assay_probing *p, size_t bytes,
                                 struct assay_str codes[NEEDLES])
{
    struct assay_buf text;
    size_t next = 0;

    assay_buf_init(&text, bytes + 4096);
    assay_buf_add_c(&text, "Five codes stand in this text.\n\n");
    size_t begin = text.len;
    while (next < NEEDLES || text.len - begin < bytes) {
        if (next < NEEDLES && (text.len - begin) * (NEEDLES - 1) >=
                                  next * (bytes > 64 ? bytes - 64 : 0)) {
            codes[next] = assay_probe_code(p);
            assay_buf_printf(&text, "\nCode %zu is %.*s.\n", next + 1,
                             ASSAY_STR_ARG(codes[next]));
            next++;
        }
        assay_buf_add(&text, filler_word(p));
        assay_buf_add_char(&text, ' ');
    }
    assay_buf_add_c(&text, "\n\nReply with the five codes of this text, in "
                           "order, and nothing else.");
    struct assay_str copy = assay_arena_copy(p->arena, assay_buf_str(&text));
    assay_buf_release(&text);
    return copy;
}

/* ------------------------------------------------------- one size */

enum reading {
    READ_WHOLE,
    READ_CUT,     /* the usage tells fewer tokens than were sent */
    READ_PARTLY,  /* codes are missing, the tokens are not */
    READ_REFUSED, /* by name of its length, or before it was sent */
    READ_UNKNOWN,
    READ_TOO_DEAR,
};

struct measuring {
    struct assay_probing *p;
    double bytes_per_token; /* as this route counts */
    size_t sizes[MOST_SIZES], count;
    uint64_t told;  /* tokens of the last text, by its usage; 0: none */
    uint64_t sent;  /* by our count */
    size_t missing; /* codes */
    struct assay_str why;
};

static enum reading judge_reading(struct measuring *m,
                                  const struct assay_response *answer,
                                  const struct assay_str codes[NEEDLES])
{
    m->told = answer->reply.usage_state == ASSAY_USAGE_RETURNED
                  ? answer->reply.usage.input_tokens
                  : 0;
    m->missing = 0;
    for (size_t i = 0; i < NEEDLES; i++)
        m->missing += !assay_str_contains(
            answer->reply.text, assay_arena_cstr(m->p->arena, codes[i]));
    if (m->told && m->told * 100 < m->sent * CUT_BELOW)
        return READ_CUT;
    return m->missing ? READ_PARTLY : READ_WHOLE;
}

static enum reading read_size(struct measuring *m, size_t tokens)
{
    size_t own = QUESTION_TOKENS + ANSWER_TOKENS;
    size_t room = tokens > 2 * own ? tokens - own : tokens / 2;
    size_t bytes = (size_t)((double)room * m->bytes_per_token);
    struct assay_probing *p = m->p;
    struct assay_str codes[NEEDLES];
    struct assay_probe_question q =
        assay_probe_plain(p, haystack(p, bytes, codes));
    struct assay_response answer;

    m->sent = room;
    q.chat.max_tokens = ANSWER_TOKENS;
    q.asked = assay_arena_printf(p->arena, "a text of %zu tokens", room);
    if (!assay_probe_affords(p, &q.chat))
        return READ_TOO_DEAR;
    if (assay_probe_ask(p, &q, &answer))
        return judge_reading(m, &answer, codes);
    m->why = p->finding->proof;
    return p->finding->verdict == ASSAY_PROBE_REFUSED || p->too_long
               ? READ_REFUSED
               : READ_UNKNOWN;
}

/* ------------------------------------------------------- the search */

/* Powers of two from the smallest one up, and the stated length itself. */
static void choose_sizes(struct measuring *m, uint64_t top)
{
    for (size_t size = SMALLEST; size < top && m->count + 1 < MOST_SIZES;
         size *= 2)
        m->sizes[m->count++] = size;
    m->sizes[m->count++] = (size_t)top;
}

/* The first text tells how this route counts. */
static enum reading calibrate(struct measuring *m)
{
    enum reading first = read_size(m, m->sizes[0]);

    if (m->told > 0 && first != READ_REFUSED && first != READ_UNKNOWN) {
        double ratio = m->bytes_per_token * (double)m->sent / (double)m->told;
        /* no tokenizer is outside of these on plain words */
        if (ratio >= 0.5 && ratio <= 12)
            m->bytes_per_token = ratio;
        if (first == READ_CUT)
            first = m->missing ? READ_PARTLY : READ_WHOLE;
    }
    return first;
}

static void find_length(struct measuring *m, size_t whole, size_t failed,
                        enum reading how)
{
    struct assay_probing *p = m->p;
    struct assay_finding *f = p->finding;
    size_t read = m->sizes[whole];

    f->tokens = read;
    if (how == READ_CUT) {
        f->tokens = m->told;
        f->tokens_are_exact = true;
        assay_probe_find(
            p, ASSAY_PROBE_IGNORED, "usage says %llu of %llu tokens sent",
            (unsigned long long)m->told, (unsigned long long)m->sent);
        f->word = "cut silently";
    } else if (how == READ_REFUSED) {
        assay_probe_find(p, ASSAY_PROBE_REFUSED, "%zu read whole, %zu: %.*s",
                         read, m->sizes[failed], ASSAY_STR_ARG(m->why));
    } else if (how == READ_PARTLY) {
        assay_probe_find(p, ASSAY_PROBE_IGNORED,
                         "%zu of %d codes lost at %zu, none at %zu", m->missing,
                         NEEDLES, m->sizes[failed], read);
        f->word = "loses text";
    } else if (how == READ_TOO_DEAR) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "%zu read whole; the budget holds no more", read);
        p->lacked = true;
    } else if (how == READ_UNKNOWN) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "%zu read whole, then %.*s",
                         read, ASSAY_STR_ARG(m->why));
    }
}

/*
 * From the stated length down: most routes keep their word, and that is the
 * fewest tokens. Then halves between what was read whole and what was not.
 */
static void search(struct measuring *m)
{
    struct assay_probing *p = m->p;
    struct assay_finding *f = p->finding;
    size_t whole = 0, failed = m->count, next = m->count - 1;
    enum reading how = READ_WHOLE, now;

    while (failed - whole > 1) {
        now = read_size(m, m->sizes[next]);
        if (now == READ_WHOLE) {
            whole = next;
        } else {
            failed = next;
            how = now;
        }
        if (now == READ_CUT || now == READ_UNKNOWN)
            break;
        next = now == READ_TOO_DEAR ? next - 1 : (whole + failed) / 2;
        if (next == whole)
            break;
    }
    if (how != READ_WHOLE) {
        find_length(m, whole, failed, how);
        return;
    }
    bool reached = f->declared_tokens == m->sizes[whole];
    f->tokens = m->sizes[whole];
    f->tokens_are_exact = reached;
    assay_probe_find(p,
                     reached || !f->declared_tokens ? ASSAY_PROBE_SUPPORTED
                                                    : ASSAY_PROBE_UNKNOWN,
                     "%d of %d codes found in %llu tokens%s", NEEDLES, NEEDLES,
                     (unsigned long long)m->sent,
                     reached ? "" : "; no longer text was tried");
}

void assay_probe_context(struct assay_probing *p)
{
    uint64_t top = p->finding->declared_tokens;
    struct measuring m = {.p = p, .bytes_per_token = 4};

    if (!top)
        top = DEFAULT_TOP;
    if (!p->tariff.free && !p->tariff.known && top > UNPRICED_TOP)
        top = UNPRICED_TOP;
    if (top < SMALLEST) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "not asked: %llu tokens hardly hold five codes",
                         (unsigned long long)top);
        return;
    }
    choose_sizes(&m, top);
    switch (calibrate(&m)) {
    case READ_WHOLE:
        search(&m);
        break;
    case READ_CUT:
    case READ_PARTLY:
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "%zu of %d codes are missing even in %llu tokens",
                         m.missing, NEEDLES, (unsigned long long)m.sent);
        break;
    case READ_TOO_DEAR:
        p->lacked = true;
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "not asked: the budget does not hold %zu tokens",
                         m.sizes[0]);
        break;
    case READ_REFUSED:
    case READ_UNKNOWN:
        break; /* the finding says why */
    }
}

/* ------------------------------------------------------- answers */

static void judge_length(struct assay_probing *p,
                         const struct assay_response *answer, uint64_t claim)
{
    uint64_t came = answer->reply.usage.output_tokens;
    struct assay_finding *f = p->finding;

    if (answer->reply.usage_state != ASSAY_USAGE_RETURNED) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN, "no usage is told");
    } else if (answer->reply.finish != ASSAY_FINISH_LENGTH) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "accepted; it ended by itself after %llu tokens",
                         (unsigned long long)came);
    } else if (came * 100 < claim * 95) {
        f->tokens = came;
        f->tokens_are_exact = true;
        assay_probe_find(p, ASSAY_PROBE_IGNORED,
                         "cut at %llu tokens, %llu were asked for",
                         (unsigned long long)came, (unsigned long long)claim);
        f->word = "cut silently";
    } else {
        f->tokens = claim;
        f->tokens_are_exact = true;
        assay_probe_find(p, ASSAY_PROBE_SUPPORTED,
                         "%llu tokens came, and were cut there",
                         (unsigned long long)came);
    }
}

void assay_probe_max_output(struct assay_probing *p)
{
    uint64_t claim = p->finding->declared_tokens;
    struct assay_probe_question q = assay_probe_plain(
        p, assay_arena_printf(p->arena,
                              "Count from 1 to %llu in digits, one number a "
                              "line. Do not stop early, leave nothing out.",
                              (unsigned long long)claim));
    struct assay_response answer;

    if (claim == 0 || claim > UINT32_MAX) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "not asked: no source states a limit");
        return;
    }
    if (!p->tariff.free && !p->tariff.known && claim > UNPRICED_TOP) {
        assay_probe_find(p, ASSAY_PROBE_UNKNOWN,
                         "not asked: what it costs is not known");
        return;
    }
    q.chat.max_tokens = (uint32_t)claim;
    q.chat.stream = true; /* so long an answer must not look idle */
    q.asked = assay_arena_printf(p->arena, "an answer of %llu tokens",
                                 (unsigned long long)claim);
    if (assay_probe_ask(p, &q, &answer))
        judge_length(p, &answer, claim);
}
