/*
 * From the names in an address to models, and from models to addresses.
 */
#include "serve/places.h"

#include <stdlib.h>

static bool load(struct assay_visit *visit, struct assay_str name,
                 struct assay_model **models, size_t most, size_t *count,
                 bool *exact, struct assay_error *err)
{
    struct assay_str id;

    if (*count == most)
        return assay_fail(err, ASSAY_BAD_INPUT, "at most %zu models, not more",
                          most);
    if (!assay_catalog_resolve(visit->catalog, visit->arena, name, &id, err))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (assay_str_equal(models[i]->id, id))
            return assay_fail(err, ASSAY_BAD_INPUT, "%.*s is named twice",
                              ASSAY_STR_ARG(id));
    if (!assay_str_equal(id, name))
        *exact = false;
    models[*count] = assay_catalog_model(visit->catalog, visit->arena, id, err);
    return models[*count] && ++*count;
}

static bool load_parts(struct assay_visit *visit, struct assay_model **models,
                       size_t most, size_t *count, bool *exact,
                       struct assay_error *err)
{
    if (visit->part_count % 2)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "models stand in the address as CREATOR/NAME pairs; "
                          "'%.*s' has no name behind it",
                          ASSAY_STR_ARG(visit->parts[visit->part_count - 1]));
    for (size_t i = 0; i < visit->part_count; i += 2) {
        struct assay_str id = assay_arena_printf(
            visit->arena, "%.*s/%.*s", ASSAY_STR_ARG(visit->parts[i]),
            ASSAY_STR_ARG(visit->parts[i + 1]));

        if (!load(visit, id, models, most, count, exact, err))
            return false;
    }
    return true;
}

bool assay_visit_models(struct assay_visit *visit, struct assay_str names,
                        struct assay_model **models, size_t most, size_t *count,
                        bool *exact, struct assay_error *err)
{
    struct assay_str name;

    *count = 0;
    *exact = true;
    if (visit->part_count)
        return load_parts(visit, models, most, count, exact, err);
    while (names.len) {
        if (!assay_str_cut(names, ',', &name, &names)) {
            name = names;
            names = ASSAY_STR("");
        }
        name = assay_str_trim(name);
        if (name.len && !load(visit, name, models, most, count, exact, err))
            return false;
    }
    return true;
}

static void add_path(struct assay_buf *out, struct assay_str id)
{
    struct assay_str creator = id, name = {"", 0};

    (void)assay_str_cut(id, '/', &creator, &name);
    assay_buf_add_char(out, '/');
    assay_url_encode(out, creator);
    assay_buf_add_char(out, '/');
    assay_url_encode(out, name);
}

struct assay_str assay_model_path(struct assay_arena *arena,
                                  struct assay_str model_id)
{
    struct assay_buf out;

    assay_buf_init(&out, ASSAY_SITE_MAX_URL);
    assay_buf_add_c(&out, "/model");
    add_path(&out, model_id);
    struct assay_str path = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return path;
}

struct assay_str assay_compare_path(struct assay_arena *arena,
                                    struct assay_model *const *models,
                                    size_t count)
{
    struct assay_buf out;

    assay_buf_init(&out, ASSAY_SITE_MAX_URL);
    assay_buf_add_c(&out, "/compare");
    for (size_t i = 0; i < count; i++)
        add_path(&out, models[i]->id);
    struct assay_str path = assay_arena_copy(arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return path;
}
