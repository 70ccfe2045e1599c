/*
 * From an address to its place: patterns are tried in the order of the
 * table, parts and parameters come out decoded.
 */
#include "serve/place.h"

#include <string.h>

/* ------------------------------------------------------- path */

static bool add_part(struct assay_visit *visit, struct assay_str segment,
                     struct assay_error *err)
{
    if (visit->part_count == ASSAY_PARTS_MAX)
        return assay_fail(err, ASSAY_NOT_FOUND,
                          "the address has more than %d parts",
                          ASSAY_PARTS_MAX);
    return assay_url_decode(visit->arena, segment, false,
                            &visit->parts[visit->part_count++], err);
}

/* The text up to the next slash, which is taken off too. */
static struct assay_str next_segment(struct assay_str *path)
{
    struct assay_str whole = *path, segment;

    if (assay_str_cut(whole, '/', &segment, path))
        return segment;
    *path = assay_str_skip(whole, whole.len);
    return whole;
}

/*
 * Does the path look like the pattern? Parts are still encoded. "{a...}" is
 * one segment or more.
 */
static bool matches(struct assay_visit *visit, const char *pattern,
                    struct assay_str path, bool *matched,
                    struct assay_error *err)
{
    struct assay_str want = assay_str_skip(assay_str_c(pattern), 1);
    struct assay_str have = assay_str_skip(path, 1);

    *matched = false;
    visit->part_count = 0;
    while (want.len && have.len) {
        struct assay_str name = next_segment(&want);
        bool rest = assay_str_ends(name, "...}");

        do {
            struct assay_str segment = next_segment(&have);

            if (!assay_str_starts(name, "{")) {
                if (!assay_str_equal(name, segment))
                    return true;
            } else if (segment.len == 0) {
                return true;
            } else if (!add_part(visit, segment, err)) {
                return false;
            }
        } while (rest && have.len);
    }
    *matched = want.len == 0 && have.len == 0;
    return true;
}

/* "/model/a/b.md" is the twin of "/model/a/b", "/index.md" that of "/". */
static bool is_twin(struct assay_str path, struct assay_str *page)
{
    if (!assay_str_ends(path, ".md"))
        return false;
    *page = assay_str_head(path, path.len - 3);
    if (assay_str_is(*page, "/index"))
        *page = ASSAY_STR("/");
    return true;
}

bool assay_visit_find_place(struct assay_visit *visit, struct assay_error *err)
{
    struct assay_str path = visit->request->path, page;
    bool twin = is_twin(path, &page), matched = false;

    visit->shape = ASSAY_AS_PAGE;
    if (assay_str_starts(path, "/api/"))
        visit->shape = ASSAY_AS_JSON;
    for (size_t i = 0; i < assay_place_count; i++) {
        const struct assay_place *place = &assay_places[i];

        visit->place = place;
        if (place->api && !matches(visit, place->api, path, &matched, err))
            return false;
        if (matched)
            return true;
        if (twin && place->page && place->make &&
            !matches(visit, place->page, page, &matched, err))
            return false;
        if (matched) {
            visit->shape = ASSAY_AS_MARKDOWN;
            return true;
        }
        if (place->page && !matches(visit, place->page, path, &matched, err))
            return false;
        if (matched)
            return true;
    }
    visit->place = NULL;
    visit->part_count = 0;
    return assay_fail(err, ASSAY_NOT_FOUND, "there is nothing at %.*s",
                      ASSAY_STR_ARG(assay_str_head(path, 200)));
}

/* ------------------------------------------------------- query */

/*
 * The row of a parameter: common ones first, then the place's own. -1: the
 * place has none of that name.
 */
static int row_of(const struct assay_place *place, struct assay_str name,
                  const struct assay_parameter **row)
{
    int at = 0;

    for (size_t i = 0; assay_common_parameters[i].name; i++, at++)
        if (assay_place_takes(place, i) &&
            assay_str_is(name, assay_common_parameters[i].name)) {
            *row = &assay_common_parameters[i];
            return at;
        }
    for (const struct assay_parameter *p = place->parameters; p && p->name;
         p++, at++)
        if (assay_str_is(name, p->name)) {
            *row = p;
            return at;
        }
    return -1;
}

struct assay_str assay_visit_value(const struct assay_visit *visit,
                                   const char *name)
{
    const struct assay_parameter *row;
    int at = row_of(visit->place, assay_str_c(name), &row);

    return at < 0 ? ASSAY_STR("") : visit->values[at];
}

bool assay_visit_number(const struct assay_visit *visit, const char *name,
                        uint64_t least, uint64_t most, uint64_t otherwise,
                        uint64_t *number, struct assay_error *err)
{
    struct assay_str text = assay_visit_value(visit, name);

    *number = otherwise;
    if (text.len == 0)
        return true;
    if (assay_str_to_u64(text, number) && *number >= least && *number <= most)
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "%s wants a number from %llu to %llu, not '%.*s'", name,
                      (unsigned long long)least, (unsigned long long)most,
                      ASSAY_STR_ARG(text));
}

static bool is_asked_by_program(const struct assay_visit *visit)
{
    return visit->shape == ASSAY_AS_JSON;
}

static bool unknown_name(const struct assay_visit *visit, struct assay_str name,
                         struct assay_error *err)
{
    struct assay_str names = {"", 0};

    for (size_t i = 0; assay_common_parameters[i].name; i++)
        if (assay_place_takes(visit->place, i))
            names = assay_arena_printf(
                visit->arena, "%.*s%s%s", ASSAY_STR_ARG(names),
                names.len ? ", " : "", assay_common_parameters[i].name);
    for (const struct assay_parameter *p = visit->place->parameters;
         p && p->name; p++)
        if (p->type)
            names = assay_arena_printf(visit->arena, "%.*s%s%s",
                                       ASSAY_STR_ARG(names),
                                       names.len ? ", " : "", p->name);
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "there is no parameter '%.*s' here; there is: %.*s",
                      ASSAY_STR_ARG(name),
                      ASSAY_STR_ARG(names.len ? names : ASSAY_STR("none")));
}

/* Forms send the parts of a traffic one by one. -1: it is none. */
static int traffic_part(struct assay_str name)
{
    for (int i = 0; i < ASSAY_TRAFFIC_PARTS; i++)
        if (assay_str_is(name, assay_traffic_parts[i]))
            return i;
    return -1;
}

/* "1,000,000": commas before three digits each. */
static bool has_thousands(struct assay_str value)
{
    size_t digits = 0, commas = 0;

    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];

        if (c == ',' && digits >= 1 && (commas == 0 || digits == 3) &&
            digits <= 3) {
            commas++;
            digits = 0;
        } else if (c >= '0' && c <= '9') {
            digits++;
        } else {
            return false;
        }
    }
    return commas && digits == 3;
}

/*
 * What people type into a field, as the traffic's grammar has it: commas
 * between thousands are dropped, and the fields of shares say "%", so that
 * 40 there means 40%.
 */
static struct assay_str field_value(struct assay_arena *arena, int part,
                                    struct assay_str value)
{
    bool share = strcmp(assay_traffic_parts[part], "cached") == 0 ||
                 strcmp(assay_traffic_parts[part], "batch") == 0 ||
                 strcmp(assay_traffic_parts[part], "retries") == 0;
    struct assay_decimal number;
    size_t len = 0;

    if (has_thousands(value)) {
        char *digits = assay_arena_cstr(arena, value);

        for (size_t i = 0; i < value.len; i++)
            if (value.at[i] != ',')
                digits[len++] = value.at[i];
        value = (struct assay_str){digits, len};
    }
    if (share && assay_decimal_parse(value, &number) &&
        assay_decimal_compare(number, ASSAY_DECIMAL(1, 0)) >= 0)
        value = assay_arena_printf(arena, "%.*s%%", ASSAY_STR_ARG(value));
    return value;
}

static void read_field(struct assay_visit *visit, int part,
                       struct assay_str value, struct assay_str *fields)
{
    visit->folded = true;
    value = assay_str_trim(value);
    if (value.len == 0)
        return;
    visit->typed[part] = value;
    value = field_value(visit->arena, part, value);
    *fields =
        assay_arena_printf(visit->arena, "%.*s%s%s=%.*s",
                           ASSAY_STR_ARG(*fields), fields->len ? "," : "",
                           assay_traffic_parts[part], ASSAY_STR_ARG(value));
}

static bool has_part(struct assay_str parts, struct assay_str name)
{
    struct assay_str part, key, value;

    while (parts.len) {
        if (!assay_str_cut(parts, ',', &part, &parts)) {
            part = parts;
            parts = ASSAY_STR("");
        }
        if (assay_str_cut(part, '=', &key, &value) &&
            assay_str_equal(assay_str_trim(key), name))
            return true;
    }
    return false;
}

/* `fields` and those parts of `traffic` that no field names. */
static struct assay_str fold(struct assay_arena *arena,
                             struct assay_str traffic, struct assay_str fields)
{
    struct assay_str part, key, value;

    while (traffic.len) {
        if (!assay_str_cut(traffic, ',', &part, &traffic)) {
            part = traffic;
            traffic = ASSAY_STR("");
        }
        if (assay_str_cut(part, '=', &key, &value) &&
            has_part(fields, assay_str_trim(key)))
            continue;
        fields = assay_arena_printf(arena, "%.*s,%.*s", ASSAY_STR_ARG(fields),
                                    ASSAY_STR_ARG(part));
    }
    return fields;
}

static bool read_pair(struct assay_visit *visit, struct assay_str pair,
                      struct assay_str *fields, struct assay_error *err)
{
    struct assay_str name = pair, value = {"", 0};
    const struct assay_parameter *row;

    (void)assay_str_cut(pair, '=', &name, &value);
    if (name.len == 0 && value.len == 0)
        return true;
    if (!assay_url_decode(visit->arena, name, true, &name, err) ||
        !assay_url_decode(visit->arena, value, true, &value, err))
        return false;
    int at = row_of(visit->place, name, &row);
    if (at >= 0 && !row->type && is_asked_by_program(visit))
        at = -1;
    if (at < 0 && visit->shape == ASSAY_AS_PAGE &&
        (visit->place->takes & ASSAY_TAKES_TRAFFIC) &&
        traffic_part(name) >= 0) {
        read_field(visit, traffic_part(name), value, fields);
        return true;
    }
    if (at < 0)
        return is_asked_by_program(visit) ? unknown_name(visit, name, err)
                                          : true;
    if (visit->given[at])
        return assay_fail(err, ASSAY_BAD_INPUT, "%s is given twice", row->name);
    visit->given[at] = true;
    visit->values[at] = assay_str_trim(value);
    return true;
}

static bool read_common(struct assay_visit *visit, struct assay_str fields,
                        struct assay_error *err)
{
    struct assay_str traffic = assay_visit_value(visit, "traffic");
    struct assay_str need = assay_visit_value(visit, "need");
    struct assay_str day = assay_visit_value(visit, "as_of");
    struct assay_str allow = assay_visit_value(visit, "allow_free");

    if (visit->folded)
        traffic = fold(visit->arena, traffic, fields);
    visit->traffic = assay_traffic_default();
    if (traffic.len && !assay_traffic_parse(traffic, &visit->traffic, err))
        return assay_fail_in(err, "traffic");
    if (visit->folded)
        visit->values[0] = assay_traffic_text(visit->arena, &visit->traffic);
    if (need.len && !assay_need_parse(visit->arena, need, &visit->need, err))
        return assay_fail_in(err, "need");
    if (day.len && !assay_date_parse_day(day, &visit->as_of))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "as_of wants a day such as 2026-11-22, not '%.*s'",
                          ASSAY_STR_ARG(day));
    visit->dated = day.len > 0;
    if (allow.len && !assay_str_is(allow, "1") && !assay_str_is(allow, "0"))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "allow_free wants 1 or 0, not '%.*s'",
                          ASSAY_STR_ARG(allow));
    visit->allow_free = assay_str_is(allow, "1");
    return true;
}

bool assay_visit_read_query(struct assay_visit *visit, struct assay_error *err)
{
    struct assay_str rest = visit->request->query, pair;
    struct assay_str fields = ASSAY_STR("");

    for (size_t i = 0; i < ASSAY_PARAMETERS_MAX; i++)
        visit->values[i] = ASSAY_STR("");
    while (rest.len) {
        if (!assay_str_cut(rest, '&', &pair, &rest)) {
            pair = rest;
            rest = ASSAY_STR("");
        }
        if (!read_pair(visit, pair, &fields, err))
            return false;
    }
    for (const struct assay_parameter *p = visit->place->parameters;
         is_asked_by_program(visit) && p && p->name; p++)
        if (p->required && assay_visit_value(visit, p->name).len == 0)
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "%s is missing: %s Such as %s=%s", p->name,
                              p->what, p->name, p->example);
    if (read_common(visit, fields, err))
        return true;
    if (visit->shape != ASSAY_AS_PAGE || !(visit->place->takes & ASSAY_TELLS))
        return false;
    visit->complaint = *err;
    visit->folded = false;
    *err = (struct assay_error){0};
    return true;
}

/* ------------------------------------------------------- and back */

static void add_pair(struct assay_buf *out, const char *name,
                     struct assay_str value)
{
    if (value.len == 0)
        return;
    if (out->len)
        assay_buf_add_char(out, '&');
    assay_buf_add_c(out, name);
    assay_buf_add_char(out, '=');
    assay_url_encode(out, value);
}

struct assay_str assay_visit_query_with(const struct assay_visit *visit,
                                        const char *name,
                                        struct assay_str value)
{
    struct assay_buf out;
    size_t at = 0;

    assay_buf_init(&out, 4 * ASSAY_SITE_MAX_URL);
    for (size_t i = 0; assay_common_parameters[i].name; i++, at++) {
        const char *own = assay_common_parameters[i].name;

        if (assay_place_takes(visit->place, i))
            add_pair(&out, own,
                     name && strcmp(own, name) == 0 ? value
                                                    : visit->values[at]);
    }
    for (const struct assay_parameter *p = visit->place->parameters;
         p && p->name; p++, at++)
        add_pair(&out, p->name,
                 name && strcmp(p->name, name) == 0 ? value
                                                    : visit->values[at]);
    struct assay_str query =
        assay_arena_copy(visit->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return query;
}

struct assay_str assay_visit_query(const struct assay_visit *visit)
{
    return assay_visit_query_with(visit, NULL, ASSAY_STR(""));
}

struct assay_page_options assay_visit_options(const struct assay_visit *visit)
{
    return (struct assay_page_options){
        .traffic = visit->traffic,
        .as_of = visit->as_of,
        .allow_free = visit->allow_free,
    };
}
