/*
 * Questions that claims answer; a question nothing answers is not asked.
 */
#include "compare/comparison.h"

struct faq {
    struct assay_comparison *c;
    struct assay_section *section;
    struct assay_json *list;
};

struct answer {
    struct assay_str question, text;
    size_t winner;
    struct assay_refs refs;
};

static void ask(struct faq *f, const struct answer *a)
{
    struct assay_comparison *c = f->c;
    struct assay_json *one =
        assay_json_add(f->list, assay_json_object(c->arena));
    struct assay_block *block = assay_section_say(
        c->doc, f->section, ASSAY_BLOCK_ITEM,
        assay_arena_printf(c->arena, "%.*s %.*s", ASSAY_STR_ARG(a->question),
                           ASSAY_STR_ARG(a->text)));

    block->refs = a->refs;
    assay_json_set_text(c->arena, one, "question", a->question);
    assay_json_set_text(c->arena, one, "answer", a->text);
    assay_set_side(c, one, "winner", a->winner);
    assay_json_set(one, "because", assay_refs_json(c, &a->refs));
}

static struct assay_str append(struct assay_comparison *c,
                               struct assay_str list, struct assay_str name,
                               struct assay_str words)
{
    return assay_arena_printf(c->arena, "%.*s%s%.*s: %.*s", ASSAY_STR_ARG(list),
                              list.len ? "; " : "", ASSAY_STR_ARG(name),
                              ASSAY_STR_ARG(words));
}

static void ask_context(struct faq *f)
{
    struct answer a = {.question = ASSAY_STR("Which has the larger context?"),
                       .winner = ASSAY_NOBODY};
    uint64_t best = 0, n;
    bool tie = false;

    for (size_t i = 0; i < f->c->count; i++) {
        const struct assay_claim *claim;
        struct assay_str words;

        if (!assay_side_count(&f->c->sides[i], "context_tokens", &n, &claim))
            return;
        assay_compare_ref(f->c, &a.refs, claim);
        words = assay_arena_printf(f->c->arena, "%.*s tokens",
                                   ASSAY_STR_ARG(assay_decimal_fixed(
                                       f->c->arena, assay_decimal_uint(n), 0)));
        a.text = append(f->c, a.text, f->c->sides[i].model->name, words);
        tie = n == best || (tie && n < best);
        if (n > best) {
            best = n;
            a.winner = i;
        }
    }
    if (tie)
        a.winner = ASSAY_NOBODY;
    a.text = assay_arena_printf(f->c->arena, "%.*s.", ASSAY_STR_ARG(a.text));
    ask(f, &a);
}

/* What the licence's class lets its holder do. */
static const char *allowed(const struct assay_model *model,
                           struct assay_str class)
{
    if (model->closed)
        return "weights closed, use through a provider only";
    if (assay_str_is(class, "osi"))
        return "weights open, you may use, change and pass them on";
    if (assay_str_is(class, "open-weights-with-terms"))
        return "weights open, you may host them under its terms";
    return "weights open, what you may do with them is not known";
}

static void ask_license(struct faq *f)
{
    struct answer a = {
        .question = ASSAY_STR("Open or proprietary, and what does the licence "
                              "let you do?"),
        .winner = ASSAY_NOBODY};
    struct assay_comparison *c = f->c;
    static const char *const facts[] = {"open_weights", "license",
                                        "license_class"};

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        struct assay_str text[3] = {{"", 0}, {"", 0}, {"", 0}};

        if (!model->open_weights && !model->closed)
            return;
        for (size_t k = 0; k < 3; k++) {
            const struct assay_choice *choice =
                assay_subject_choice(&model->subject, facts[k]);

            if (choice)
                assay_compare_ref(c, &a.refs, choice->claims[0]);
            (void)assay_choice_text(choice, &text[k]);
        }
        a.text = append(c, a.text, model->name,
                        assay_arena_printf(
                            c->arena, "%.*s%s%s", ASSAY_STR_ARG(text[1]),
                            text[1].len ? ", " : "", allowed(model, text[2])));
    }
    a.text = assay_arena_printf(c->arena, "%.*s.", ASSAY_STR_ARG(a.text));
    ask(f, &a);
}

static void ask_cost(struct faq *f)
{
    struct answer a = {.question =
                           ASSAY_STR("Which costs less at this traffic?"),
                       .winner = f->c->lower};
    struct assay_comparison *c = f->c;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model_cost *cost = &c->sides[i].cost;
        struct assay_str words =
            assay_cost_text(c->arena, cost->best.state, cost->best.usd);

        if (cost->best.state == ASSAY_UNKNOWN)
            return;
        if (cost->retired)
            words = assay_arena_printf(c->arena, "%.*s on a retired route",
                                       ASSAY_STR_ARG(words));
        assay_compare_add_refs(c, &a.refs, &c->sides[i].cost_refs);
        a.text = append(c, a.text, c->sides[i].model->name, words);
    }
    a.text = assay_arena_printf(
        c->arena, "%.*s (%.*s).", ASSAY_STR_ARG(a.text),
        ASSAY_STR_ARG(assay_traffic_words(c->arena, &c->options->traffic)));
    ask(f, &a);
}

static void ask_capability(struct faq *f, size_t row)
{
    struct assay_comparison *c = f->c;
    struct answer a = {.winner = ASSAY_NOBODY};
    size_t with = 0;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_capability *can = &c->sides[i].capabilities[row];

        if (can->state != ASSAY_KNOWN || can->on_routes)
            return;
        assay_compare_ref(c, &a.refs, can->claim);
        if (!can->has)
            continue;
        with++;
        a.winner = i;
        a.text = assay_arena_printf(
            c->arena, "%.*s%s%.*s", ASSAY_STR_ARG(a.text),
            a.text.len ? ", " : "", ASSAY_STR_ARG(c->sides[i].model->name));
    }
    if (with == 0 || with == c->count)
        return;
    if (with > 1)
        a.winner = ASSAY_NOBODY;
    a.question = assay_arena_printf(c->arena, "Which %s?",
                                    assay_capability_rows[row].does);
    a.text = assay_arena_printf(c->arena, "%.*s%s.", ASSAY_STR_ARG(a.text),
                                c->count == 2 ? "; the other does not" : "");
    ask(f, &a);
}

static void ask_benchmarks(struct faq *f)
{
    struct assay_comparison *c = f->c;

    for (const struct assay_bench_row *row = c->benchmarks; row;
         row = row->next) {
        struct answer a = {.winner = row->leader};

        if (row->leader == ASSAY_NOBODY)
            continue;
        for (size_t i = 0; i < c->count; i++)
            assay_compare_ref(c, &a.refs, row->cells[i]);
        a.question =
            assay_arena_printf(c->arena, "Which is better on %.*s (%.*s)?",
                               ASSAY_STR_ARG(row->name),
                               ASSAY_STR_ARG(assay_json_text(
                                   row->cells[row->leader]->value, "setting")));
        a.text =
            assay_arena_printf(c->arena, "%.*s, by %.*s.",
                               ASSAY_STR_ARG(c->sides[row->leader].model->name),
                               ASSAY_STR_ARG(row->difference_text));
        ask(f, &a);
    }
}

static void ask_where(struct faq *f)
{
    struct assay_comparison *c = f->c;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        struct answer a = {.winner = ASSAY_NOBODY};
        struct assay_str list = {"", 0};
        size_t named = 0;

        for (size_t k = 0; k < model->live_count && named < 6; k++) {
            const struct assay_route *route = model->routes[k];
            struct assay_str provider;
            bool seen = false;

            for (size_t j = 0; j < k && !seen; j++)
                seen = assay_str_equal(model->routes[j]->provider,
                                       route->provider);
            if (seen)
                continue;
            named++;
            provider = assay_compare_provider(c, route);
            assay_compare_route_ref(c, &a.refs, route);
            list = assay_arena_printf(c->arena, "%.*s%s%.*s",
                                      ASSAY_STR_ARG(list), list.len ? ", " : "",
                                      ASSAY_STR_ARG(provider));
        }
        if (!named && !c->sides[i].unreachable)
            continue;
        if (!named) {
            list = ASSAY_STR("Nowhere: every known route is retired");
            a.refs = c->sides[i].status_refs;
        } else if (c->sides[i].providers > named) {
            list = assay_arena_printf(c->arena, "%.*s and %zu more",
                                      ASSAY_STR_ARG(list),
                                      c->sides[i].providers - named);
        }
        a.question = assay_arena_printf(c->arena, "Where does %.*s run?",
                                        ASSAY_STR_ARG(model->name));
        a.text = assay_arena_printf(
            c->arena, "%.*s%s.", ASSAY_STR_ARG(list),
            model->open_weights ? ", or on your own machines" : "");
        ask(f, &a);
    }
}

static void ask_until(struct faq *f)
{
    struct assay_comparison *c = f->c;

    for (size_t i = 0; i < c->count; i++) {
        const struct assay_model *model = c->sides[i].model;
        struct answer a = {.winner = ASSAY_NOBODY,
                           .refs = c->sides[i].status_refs};
        struct assay_str day = assay_date_text(c->arena, model->retired_on);

        if (!day.len)
            continue;
        a.question =
            assay_arena_printf(c->arena, "Until when can %.*s be called?",
                               ASSAY_STR_ARG(model->name));
        a.text = assay_arena_printf(
            c->arena, "%.*s%s.", ASSAY_STR_ARG(day),
            model->status == ASSAY_STATUS_RETIRED ? "; it is retired"
            : c->sides[i].overdue ? ", so it was said; live routes are still "
                                    "listed"
                                  : "");
        ask(f, &a);
    }
}

void assay_compare_faq(struct assay_comparison *c)
{
    struct faq f = {
        .c = c,
        .section = assay_document_section(c->doc, "faq", "Questions"),
        .list = assay_json_array(c->arena),
    };

    ask_context(&f);
    ask_license(&f);
    ask_cost(&f);
    for (size_t i = 0; i < assay_capability_row_count; i++)
        ask_capability(&f, i);
    ask_benchmarks(&f);
    ask_where(&f);
    ask_until(&f);
    assay_json_set(c->data, "faq", f.list);
}
