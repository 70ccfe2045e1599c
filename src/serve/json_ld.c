/*
 * Descriptions and JSON-LD. Nothing here is made up: no ratings, no offers
 * but those of live routes whose prices a source states.
 */
#include "serve/json_ld.h"

#include "assay/render.h"
#include "serve/places.h"
#include "serve/site_parts.h"

enum {
    DESCRIPTION = 300, /* bytes, about */
    LONG_TITLE = 1500,
    OFFERS = 5,
    /* Bytes of questions and answers, about. */
    FEW_MODELS = 4,
    ANSWERS = 2500,
    ANSWERS_OF_FEW = 16 << 10,
};

/* ------------------------------------------------------- descriptions */

struct assay_str assay_shortened(struct assay_arena *arena,
                                 struct assay_str text, size_t most)
{
    size_t end = most;

    if (text.len <= most)
        return text;
    while (end > 0 && text.at[end] != ' ')
        end--;
    if (end == 0) { /* one word: not inside a character */
        end = most;
        while (end > 0 && ((unsigned char)text.at[end] & 0xC0) == 0x80)
            end--;
    }
    return assay_arena_printf(arena, "%.*s …", (int)end, text.at);
}

struct assay_str assay_describe(struct assay_visit *visit,
                                const struct assay_document *doc)
{
    for (const struct assay_section *s = doc->first; s; s = s->next)
        for (const struct assay_block *b = s->first; b; b = b->next)
            if (b->kind == ASSAY_BLOCK_HEADLINE)
                return assay_shortened(visit->arena, b->text, DESCRIPTION);
    return ASSAY_STR("");
}

struct assay_str assay_describe_model(struct assay_visit *visit,
                                      const struct assay_model *model,
                                      const struct assay_document *doc)
{
    struct assay_str words = assay_describe(visit, doc);

    return assay_shortened(
        visit->arena,
        assay_arena_printf(visit->arena, "%.*s (%.*s)%s%.*s",
                           ASSAY_STR_ARG(model->name), ASSAY_STR_ARG(model->id),
                           words.len ? ": " : "", ASSAY_STR_ARG(words)),
        DESCRIPTION);
}

/* ------------------------------------------------------- pieces */

static struct assay_json *thing(struct assay_visit *visit, const char *type)
{
    struct assay_json *object = assay_json_object(visit->arena);

    assay_json_set_c(visit->arena, object, "@type", type);
    return object;
}

static void set(struct assay_visit *visit, struct assay_json *object,
                const char *key, struct assay_str text)
{
    if (text.len)
        assay_json_set_text(visit->arena, object, key, text);
}

static void set_address(struct assay_visit *visit, struct assay_json *object,
                        const char *key, struct assay_str path)
{
    set(visit, object, key,
        assay_arena_printf(visit->arena, "%.*s%.*s",
                           ASSAY_STR_ARG(assay_site_public_url(visit->site)),
                           ASSAY_STR_ARG(path)));
}

static void set_web(struct assay_visit *visit, struct assay_json *object,
                    const char *key, struct assay_str url)
{
    if (assay_url_is_web(url))
        set(visit, object, key, url);
}

static void set_named(struct assay_visit *visit, struct assay_json *object,
                      const char *key, struct assay_str name)
{
    struct assay_json *who;

    if (name.len == 0)
        return;
    who = assay_json_set(object, key, thing(visit, "Organization"));
    set(visit, who, "name", name);
}

struct trail {
    struct assay_json *object, *items;
    uint64_t count;
};

static void add_crumb(struct assay_visit *visit, struct trail *trail,
                      struct assay_str name, struct assay_str path)
{
    struct assay_json *item =
        assay_json_add(trail->items, thing(visit, "ListItem"));

    assay_json_set_uint(visit->arena, item, "position", ++trail->count);
    set(visit, item, "name", name);
    set_address(visit, item, "item", path);
}

static struct trail start_trail(struct assay_visit *visit)
{
    struct trail trail = {
        .object = thing(visit, "BreadcrumbList"),
        .items = assay_json_array(visit->arena),
    };

    assay_json_set(trail.object, "itemListElement", trail.items);
    add_crumb(visit, &trail, ASSAY_STR("assay"), ASSAY_STR("/"));
    return trail;
}

static struct assay_json *graph(struct assay_visit *visit,
                                struct assay_json *first,
                                struct assay_json *second)
{
    struct assay_json *object = assay_json_object(visit->arena);
    struct assay_json *list = assay_json_array(visit->arena);

    assay_json_set_c(visit->arena, object, "@context", "https://schema.org");
    assay_json_set(object, "@graph", list);
    assay_json_add(list, first);
    if (second)
        assay_json_add(list, second);
    return object;
}

const struct assay_json *assay_json_ld_crumbs(struct assay_visit *visit,
                                              const char *name,
                                              const char *path,
                                              const struct assay_crumb *above)
{
    struct trail trail = start_trail(visit);

    if (above)
        add_crumb(visit, &trail, assay_str_c(above->name),
                  assay_str_c(above->path));
    add_crumb(visit, &trail, assay_str_c(name), assay_str_c(path));
    return graph(visit, trail.object, NULL);
}

/* ------------------------------------------------------- comparisons */

static struct assay_json *questions(struct assay_visit *visit,
                                    const struct assay_document *doc,
                                    size_t most)
{
    const struct assay_json *faq = assay_json_get(doc->data, "faq");
    struct assay_json *page, *list;
    size_t bytes = 0;

    if (!faq || faq->count == 0)
        return NULL;
    page = thing(visit, "FAQPage");
    list = assay_json_array(visit->arena);
    for (const struct assay_json *q = faq->first; q; q = q->next) {
        struct assay_str question = assay_json_text(q, "question");
        struct assay_str text = assay_json_text(q, "answer");
        struct assay_json *one, *answer;

        if (bytes + question.len + text.len > most)
            continue; /* a shorter one may follow */
        bytes += question.len + text.len;
        one = assay_json_add(list, thing(visit, "Question"));
        set(visit, one, "name", question);
        answer = assay_json_set(one, "acceptedAnswer", thing(visit, "Answer"));
        set(visit, answer, "text", text);
    }
    assay_json_set(page, "mainEntity", list);
    return page;
}

const struct assay_json *assay_json_ld_compare(
    struct assay_visit *visit, struct assay_model *const *models, size_t count,
    const struct assay_document *doc)
{
    struct trail trail = start_trail(visit);

    add_crumb(visit, &trail, ASSAY_STR("Compare"), ASSAY_STR("/compare"));
    add_crumb(visit, &trail,
              assay_shortened(visit->arena, doc->title, LONG_TITLE),
              assay_compare_path(visit->arena, models, count));
    return graph(
        visit, trail.object,
        questions(visit, doc, count > FEW_MODELS ? ANSWERS : ANSWERS_OF_FEW));
}

/* ------------------------------------------------------- models */

static void add_price(struct assay_visit *visit, struct assay_json *list,
                      const struct assay_price_component *price,
                      const char *unit)
{
    struct assay_json *one =
        assay_json_add(list, thing(visit, "UnitPriceSpecification"));

    set(visit, one, "price", assay_decimal_text(visit->arena, price->usd));
    assay_json_set_c(visit->arena, one, "priceCurrency", "USD");
    assay_json_set_c(visit->arena, one, "unitText", unit);
}

/* Of a route that can be called, both prices stated. */
static bool add_offer(struct assay_visit *visit, struct assay_json *list,
                      const struct assay_route *route)
{
    const struct assay_price_component *in =
        assay_price_find(&route->prices, ASSAY_STR("input_tokens"),
                         visit->traffic.input_tokens, visit->as_of);
    const struct assay_price_component *out =
        assay_price_find(&route->prices, ASSAY_STR("output_tokens"),
                         visit->traffic.input_tokens, visit->as_of);
    struct assay_json *offer, *prices;

    if (!route->live || !in || !out || in->state == ASSAY_UNKNOWN ||
        out->state == ASSAY_UNKNOWN || in->unit != ASSAY_PER_MILLION ||
        out->unit != ASSAY_PER_MILLION)
        return false;
    offer = assay_json_add(list, thing(visit, "Offer"));
    set_named(visit, offer, "seller", route->provider_name);
    prices = assay_json_array(visit->arena);
    assay_json_set(offer, "priceSpecification", prices);
    add_price(visit, prices, in, "1,000,000 input tokens");
    add_price(visit, prices, out, "1,000,000 output tokens");
    return true;
}

static void set_offers(struct assay_visit *visit, struct assay_json *object,
                       const struct assay_model *model)
{
    struct assay_json *list = assay_json_array(visit->arena);
    size_t count = 0;

    for (size_t i = 0; i < model->route_count && count < OFFERS; i++)
        count += add_offer(visit, list, model->routes[i]);
    if (count)
        assay_json_set(object, "offers", list);
}

const struct assay_json *assay_json_ld_model(struct assay_visit *visit,
                                             const struct assay_model *model,
                                             struct assay_str description)
{
    struct trail trail = start_trail(visit);
    struct assay_str path = assay_model_path(visit->arena, model->id);
    struct assay_json *object = thing(visit, "SoftwareApplication");
    struct assay_str license;
    struct assay_date released = {0};

    add_crumb(visit, &trail, ASSAY_STR("Models"), ASSAY_STR("/models"));
    add_crumb(visit, &trail, model->name, path);
    set(visit, object, "name", model->name);
    set(visit, object, "identifier", model->id);
    set_address(visit, object, "url", path);
    set(visit, object, "description", description);
    set_named(visit, object, "author", model->creator);
    (void)assay_choice_date(assay_subject_choice(&model->subject, "released"),
                            &released);
    set(visit, object, "datePublished",
        assay_date_text(visit->arena, released));
    if (assay_choice_text(assay_subject_choice(&model->subject, "license"),
                          &license) == ASSAY_KNOWN)
        set(visit,
            assay_json_set(object, "license", thing(visit, "CreativeWork")),
            "name", license);
    set_offers(visit, object, model);
    return graph(visit, trail.object, object);
}

/* ------------------------------------------------------- sources */

const struct assay_json *assay_json_ld_source(struct assay_visit *visit,
                                              const struct assay_source *source)
{
    struct trail trail = start_trail(visit);
    struct assay_str name = source->title.len ? source->title : source->id;
    struct assay_str path = assay_arena_printf(
        visit->arena, "/source/%.*s",
        ASSAY_STR_ARG(assay_url_encoded(visit->arena, source->id)));
    struct assay_json *object = thing(visit, "Dataset");

    add_crumb(visit, &trail, ASSAY_STR("Sources"), ASSAY_STR("/sources"));
    add_crumb(visit, &trail, name, path);
    set(visit, object, "name", name);
    set(visit, object, "identifier", source->id);
    set(visit, object, "description",
        assay_arena_printf(
            visit->arena,
            "Statements of %.*s about %u language models and %u routes to "
            "them, as read on %.*s.",
            ASSAY_STR_ARG(name), source->models, source->routes,
            ASSAY_STR_ARG(assay_date_text(visit->arena, source->read))));
    set_address(visit, object, "url", path);
    set_web(visit, object, "isBasedOn", source->url);
    set(visit, object, "dateModified",
        assay_date_text(visit->arena, source->read));
    if (assay_url_is_web(source->license))
        set(visit, object, "license", source->license);
    return graph(visit, trail.object, object);
}
