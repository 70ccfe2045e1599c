/*
 * What a probe proved, as claims of a source of its own: they stand beside
 * what catalogs say of the route, and outrank them.
 */
#include "trial/probe_parts.h"

#include <string.h>

/* ------------------------------------------------------- names */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

/* In small letters; '-' for what a name does not hold. */
static struct assay_str safe(struct assay_arena *arena, struct assay_str text)
{
    char *to = assay_arena_alloc(arena, text.len + 1, 1);

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        to[i] = is_plain(c) ? c : '-';
    }
    return (struct assay_str){to, text.len};
}

static struct assay_str behind_last_slash(struct assay_str text)
{
    struct assay_str before, after;

    return assay_str_cut_last(text, '/', &before, &after) ? after : text;
}

/* "127.0.0.1:8080" of "http://127.0.0.1:8080/v1". */
static struct assay_str host_of(struct assay_str url)
{
    for (size_t i = 0; i + 3 <= url.len; i++)
        if (memcmp(url.at + i, "://", 3) == 0) {
            url = assay_str_skip(url, i + 3);
            break;
        }
    return assay_str_head(url, assay_str_find(url, '/'));
}

struct assay_str assay_probe_route_id(struct assay_arena *arena,
                                      struct assay_str name)
{
    struct assay_str scheme, rest;

    if (!assay_str_cut(name, ':', &scheme, &rest))
        return name;
    if (assay_str_is(scheme, "local"))
        return assay_arena_printf(arena, "local/%.*s",
                                  ASSAY_STR_ARG(behind_last_slash(rest)));
    if (!assay_str_is(scheme, "openai"))
        return name;
    size_t hash = assay_str_find(rest, '#');
    struct assay_str host = safe(arena, host_of(assay_str_head(rest, hash)));
    return assay_arena_printf(arena, "%.*s/%.*s", ASSAY_STR_ARG(host),
                              ASSAY_STR_ARG(assay_str_skip(rest, hash + 1)));
}

/* ------------------------------------------------------- what is claimed */

/* Whether this finding proves anything. */
static bool is_claim(const struct assay_finding *f)
{
    const char *fact = f->probe->fact;

    if (!f->wanted || !fact)
        return false;
    if (strncmp(fact, "capabilities.", 13) != 0)
        return f->tokens && f->tokens_are_exact;
    return f->verdict == ASSAY_PROBE_SUPPORTED ||
           (!f->probe->only_true && (f->verdict == ASSAY_PROBE_IGNORED ||
                                     f->verdict == ASSAY_PROBE_REFUSED));
}

static void add_claim(struct assay_arena *arena, struct assay_json *route,
                      const struct assay_finding *f)
{
    static const char prefix[] = "capabilities.";
    const char *fact = f->probe->fact;
    struct assay_json *flags = assay_json_get(route, "capabilities");

    if (strncmp(fact, prefix, strlen(prefix)) != 0) {
        assay_json_set_uint(arena, route, fact, f->tokens);
        return;
    }
    if (!flags)
        flags = assay_json_set(route, "capabilities", assay_json_object(arena));
    assay_json_set_bool(arena, flags, fact + strlen(prefix),
                        f->verdict == ASSAY_PROBE_SUPPORTED);
}

/* The route's own statement of the last probe, or NULL. */
static const struct assay_json *said_before(struct assay_catalog *catalog,
                                            struct assay_arena *arena,
                                            struct assay_str source,
                                            struct assay_str route)
{
    struct assay_error ignored = {0};
    struct assay_batch before;

    assay_batch_init(&before, arena);
    if (!assay_catalog_export(catalog, source, &before, &ignored))
        return NULL;
    for (const struct assay_statement *s = before.first; s; s = s->next)
        if (s->kind == ASSAY_SUBJECT_ROUTE && assay_str_equal(s->id, route))
            return assay_json_parse(arena, s->body, NULL, &ignored);
    return NULL;
}

/* Of what was not asked for now, what was proven before stands. */
static void keep_before(struct assay_arena *arena, struct assay_json *route,
                        const struct assay_probe_report *r,
                        const struct assay_json *before)
{
    for (size_t i = 0; before && i < ASSAY_PROBES; i++) {
        const struct assay_finding *f = &r->findings[i];
        const struct assay_json *value =
            f->probe->fact ? assay_json_at(before, f->probe->fact) : NULL;
        struct assay_finding old = {.probe = f->probe, .wanted = true};

        if (f->wanted || !value)
            continue;
        old.verdict = value->type == ASSAY_JSON_TRUE ? ASSAY_PROBE_SUPPORTED
                                                     : ASSAY_PROBE_IGNORED;
        if (assay_json_to_u64(value, &old.tokens))
            old.tokens_are_exact = true;
        add_claim(arena, route, &old);
    }
}

static struct assay_json *statement(struct assay_catalog *catalog,
                                    struct assay_arena *arena,
                                    const struct assay_probe_report *r,
                                    struct assay_str source, bool *proves)
{
    struct assay_json *route = assay_json_object(arena);
    struct assay_str id = assay_probe_route_id(arena, r->route);

    assay_json_set_text(arena, route, "id", id);
    if (r->model.len)
        assay_json_set_text(arena, route, "model", r->model);
    *proves = r->end == ASSAY_PROBE_GONE;
    if (*proves)
        assay_json_set_c(arena, route, "status", "retired");
    for (size_t i = 0; i < ASSAY_PROBES; i++)
        if (is_claim(&r->findings[i])) {
            add_claim(arena, route, &r->findings[i]);
            *proves = true;
        }
    keep_before(arena, route, r, said_before(catalog, arena, source, id));
    return route;
}

bool assay_probe_record(struct assay_catalog *catalog,
                        struct assay_arena *arena,
                        struct assay_probe_report *report,
                        struct assay_error *err)
{
    struct assay_str id = assay_probe_route_id(arena, report->route);
    struct assay_str source =
        safe(arena, assay_arena_printf(arena, "probe-%.*s", ASSAY_STR_ARG(id)));
    struct assay_apply_report applied = {0};
    struct assay_batch batch;
    bool proves;
    const struct assay_json *route =
        statement(catalog, arena, report, source, &proves);

    if (!proves)
        return true;
    assay_batch_init(&batch, arena);
    batch.source_id = source;
    batch.title = assay_arena_printf(arena, "Probe of %.*s", ASSAY_STR_ARG(id));
    batch.source_kind = ASSAY_SOURCE_MEASURED;
    batch.retrieved = report->day;
    batch.format = ASSAY_STR("probe");
    batch.origin = report->route;
    batch.rows = 1;
    if (!assay_batch_add(&batch, ASSAY_SUBJECT_ROUTE, route, err) ||
        !assay_catalog_apply(catalog, &batch, &applied, err))
        return assay_fail_in(err, "claims of the probe");
    report->source = source;
    return true;
}
