/*
 * What /v1 says without streaming: models, whole answers, errors.
 */
#include "serve/v1_parts.h"

#include "assay/file.h"
#include "serve/place.h"

#define MOST_PAGE_BYTES ASSAY_MIB(256)

bool assay_v1_owns(struct assay_str path)
{
    return assay_str_is(path, "/v1") || assay_str_starts(path, "/v1/");
}

static struct assay_reply json_reply(void)
{
    struct assay_reply reply = {
        .status = 200,
        .media = "application/json",
        .keep = ASSAY_KEEP_NOT,
    };

    assay_buf_init(&reply.body, MOST_PAGE_BYTES);
    return reply;
}

static struct assay_served *fault_page(const struct assay_mhd *mhd,
                                       const char *code, const char *param,
                                       struct assay_str about,
                                       const char *behind)
{
    struct assay_openai_fault fault;

    assay_openai_fail(&fault, code, param, "'%.*s'%s",
                      ASSAY_STR_ARG(assay_str_head(about, 200)), behind);
    return assay_served_fault(mhd, &fault);
}

/* ------------------------------------------------------- models */

static struct assay_served *models_page(const struct assay_v1 *v1,
                                        const struct assay_mhd *mhd)
{
    struct assay_reply reply = json_reply();

    assay_openai_write_models(&reply.body, assay_route_model(v1->route),
                              v1->created);
    return assay_served_new(mhd, &reply, ASSAY_PLAIN);
}

static struct assay_served *model_page(const struct assay_v1 *v1,
                                       const struct assay_mhd *mhd,
                                       struct assay_str coded)
{
    struct assay_arena arena = {0};
    struct assay_error err = {0};
    struct assay_str name, ours = assay_route_model(v1->route);
    struct assay_served *page;

    if (!assay_url_decode(&arena, coded, false, &name, &err) ||
        !assay_str_equal(name, ours)) {
        page = fault_page(mhd, "model_not_found", "model", coded,
                          " does not exist; /v1/models lists what is here");
    } else {
        struct assay_reply reply = json_reply();

        assay_openai_write_model(&reply.body, ours, v1->created);
        page = assay_served_new(mhd, &reply, ASSAY_PLAIN);
    }
    assay_arena_free(&arena);
    return page;
}

struct assay_served *assay_v1_page(const struct assay_v1 *v1,
                                   const struct assay_mhd *mhd,
                                   const struct assay_exchange *now)
{
    static const char one_model[] = "/v1/models/";
    bool asks = assay_str_is(now->path, "/v1/chat/completions") ||
                assay_str_is(now->path, "/v1/completions");
    bool lists = assay_str_is(now->path, "/v1/models") ||
                 assay_str_starts(now->path, one_model);

    if (!v1)
        return fault_page(mhd, "unknown_url", NULL, now->path,
                          " is there when a model is: start assay serve with "
                          "--model FILE, or --model nano-s");
    if (!asks && !lists)
        return fault_page(mhd, "unknown_url", NULL, now->path,
                          " is not here: /v1/models, /v1/chat/completions and "
                          "/v1/completions are");
    if (asks != now->is_post)
        return fault_page(mhd, "method_not_allowed", NULL, now->path,
                          asks ? " takes POST" : " takes GET");
    if (asks)
        return NULL;
    if (assay_str_is(now->path, "/v1/models"))
        return models_page(v1, mhd);
    return model_page(v1, mhd, assay_str_skip(now->path, sizeof one_model - 1));
}

/* ------------------------------------------------------- answers */

struct assay_served *assay_talk_page(struct assay_talk *talk)
{
    struct assay_reply reply = json_reply();
    struct assay_openai_part *parts;

    if (talk->failed) {
        assay_reply_release(&reply);
        return assay_served_fault(talk->v1->mhd, &talk->fault);
    }
    parts = ASSAY_NEW_ARRAY(&talk->arena, struct assay_openai_part,
                            talk->choice_count);
    for (size_t i = 0; i < talk->choice_count; i++) {
        const struct assay_talk_choice *choice = &talk->choices[i];

        parts[i] = (struct assay_openai_part){
            .index = i,
            .text = assay_buf_str(&choice->text),
            .logprobs = talk->ask.logprobs >= 0 ? &choice->logprobs : NULL,
            .finish = choice->finish,
        };
    }
    assay_openai_write_answer(&reply.body, &talk->head, parts,
                              talk->choice_count, &talk->usage);
    return assay_served_new(talk->v1->mhd, &reply, ASSAY_PLAIN);
}
