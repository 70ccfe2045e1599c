/*
 * YAML in: libyaml finds the events, this makes the tree of them. Anchors
 * are few (a dozen in real files), so they are a list; members of a mapping
 * are compared one by one, so a mapping has at most 10,000.
 */
#include "trial/yaml.h"

#include "trial/yaml_scalar.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum {
    MAX_BYTES = 16 << 20,
    MAX_DEPTH = 64,
    MAX_MEMBERS = 10000,
    MAX_VALUES = 4 << 20,
    MAX_ALIASED = 1 << 20, /* values that aliases make */
};

struct anchor {
    struct assay_str name;
    const struct assay_json *value;
    struct anchor *before;
};

/* An open sequence or mapping. */
struct level {
    struct assay_json *node;
    struct assay_json *merge; /* the member `<<`, taken apart at the end */
    struct assay_str key;
    bool has_key;    /* a mapping whose next value is due */
    bool key_merges; /* that key is a plain `<<` */
};

struct reader {
    struct assay_arena *arena;
    yaml_parser_t parser;
    yaml_event_t event;
    struct level levels[MAX_DEPTH];
    size_t depth;
    struct assay_json *root;
    struct anchor *anchors;
    size_t values, aliased;
    uint32_t first_date;
    struct assay_error *err;
};

/* ---- Errors ---- */

static bool fail(struct reader *in, enum assay_code code, const char *what)
{
    return assay_fail(in->err, code, "line %zu, column %zu: %s",
                      in->event.start_mark.line + 1,
                      in->event.start_mark.column + 1, what);
}

static bool fail_name(struct reader *in, const char *what,
                      struct assay_str name)
{
    char text[200];

    name = assay_str_head(name, 80);
    snprintf(text, sizeof text, "%s '%.*s'", what, ASSAY_STR_ARG(name));
    return fail(in, ASSAY_BAD_INPUT, text);
}

/* What libyaml itself found. */
static bool fail_parser(struct reader *in)
{
    const yaml_parser_t *p = &in->parser;

    if (p->error == YAML_MEMORY_ERROR)
        return assay_fail(in->err, ASSAY_SYSTEM, "no memory for the document");
    if (p->error == YAML_READER_ERROR)
        return assay_fail(in->err, ASSAY_BAD_INPUT, "byte %zu: %s",
                          p->problem_offset + 1, p->problem);
    return assay_fail(in->err, ASSAY_BAD_INPUT, "line %zu, column %zu: %s",
                      p->problem_mark.line + 1, p->problem_mark.column + 1,
                      p->problem ? p->problem : "not YAML");
}

static struct assay_str text_of(const yaml_char_t *text)
{
    return assay_str_c((const char *)text);
}

/* ---- Merging ---- */

/* A mapping while `<<` is taken apart: its members in order. */
struct merging {
    struct assay_json **members;
    size_t count;
};

static size_t place_of(const struct merging *of, struct assay_str key)
{
    size_t i = 0;
    while (i < of->count && !assay_str_equal(of->members[i]->key, key))
        i++;
    return i;
}

static void merge_one(struct assay_arena *arena, struct merging *to,
                      const struct assay_json *from)
{
    for (const struct assay_json *m = from->first; m; m = m->next) {
        if (place_of(to, m->key) < to->count)
            continue;
        struct assay_json *copy = assay_json_copy(arena, m);
        copy->key = m->key;
        to->members[to->count++] = copy;
    }
}

static void relink(struct assay_json *mapping, const struct merging *from)
{
    mapping->first = mapping->last = NULL;
    mapping->count = (uint32_t)from->count;
    for (size_t i = 0; i < from->count; i++) {
        struct assay_json *member = from->members[i];
        member->parent = mapping;
        member->index = (uint32_t)i;
        member->next = NULL;
        if (mapping->last)
            mapping->last->next = member;
        else
            mapping->first = member;
        mapping->last = member;
    }
}

/*
 * Members of the mapping (or mappings) under `<<` join, as far as the
 * mapping has none of their name; the first mapping wins.
 * Source: yaml.org/type/merge.html.
 */
static bool take_merge(struct reader *in, struct level *level)
{
    struct assay_json *merge = level->merge, *next;
    bool many = assay_json_is(merge, ASSAY_JSON_ARRAY);
    size_t room = level->node->count;

    for (const struct assay_json *m = many ? merge->first : merge; m;
         m = many ? m->next : NULL) {
        if (!assay_json_is(m, ASSAY_JSON_OBJECT))
            return fail(in, ASSAY_BAD_INPUT,
                        "'<<' takes a mapping or a list of mappings");
        room += m->count;
    }
    if (room > MAX_MEMBERS)
        return fail(in, ASSAY_LIMIT, "a mapping of more than 10000 members");
    struct merging to = {ASSAY_NEW_ARRAY(in->arena, struct assay_json *, room),
                         0};
    for (struct assay_json *m = level->node->first; m; m = next) {
        next = m->next;
        if (m == merge) {
            for (const struct assay_json *from = many ? merge->first : merge;
                 from; from = many ? from->next : NULL)
                merge_one(in->arena, &to, from);
            continue;
        }
        size_t place = place_of(&to, m->key);
        if (place == to.count)
            to.count++;
        to.members[place] = m;
    }
    relink(level->node, &to);
    return true;
}

/* ---- Values ---- */

static struct anchor *anchor_find(struct reader *in, struct assay_str name)
{
    struct anchor *a = in->anchors;
    while (a && !assay_str_equal(a->name, name))
        a = a->before;
    return a;
}

static void keep_anchor(struct reader *in, const yaml_char_t *name,
                        const struct assay_json *value)
{
    if (!name)
        return;
    struct anchor *a = ASSAY_NEW(in->arena, struct anchor);
    *a = (struct anchor){assay_arena_copy(in->arena, text_of(name)), value,
                         in->anchors};
    in->anchors = a;
}

static struct assay_json *new_value(struct reader *in,
                                    enum assay_json_type type)
{
    if (++in->values > MAX_VALUES) {
        fail(in, ASSAY_LIMIT, "more than 4194304 values");
        return NULL;
    }
    struct assay_json *value = ASSAY_NEW(in->arena, struct assay_json);
    value->type = type;
    value->line = (uint32_t)in->event.start_mark.line + 1;
    value->text = ASSAY_STR("");
    return value;
}

/* Puts a value where one is due. */
static bool place(struct reader *in, struct assay_json *value)
{
    if (!value)
        return false;
    if (in->depth == 0) {
        in->root = value;
        return true;
    }
    struct level *level = &in->levels[in->depth - 1];
    if (level->node->type == ASSAY_JSON_ARRAY) {
        assay_json_add(level->node, value);
        return true;
    }
    if (!level->has_key)
        return fail(in, ASSAY_BAD_INPUT, "a key that is no scalar");
    assay_json_set_key(level->node, level->key, value);
    if (level->key_merges)
        level->merge = value;
    level->has_key = level->key_merges = false;
    return true;
}

static bool key_is_due(const struct reader *in)
{
    const struct level *level = in->depth ? &in->levels[in->depth - 1] : NULL;
    return level && level->node->type == ASSAY_JSON_OBJECT && !level->has_key;
}

static bool take_key(struct reader *in, struct assay_str key, bool plain)
{
    struct level *level = &in->levels[in->depth - 1];

    if (level->node->count >= MAX_MEMBERS)
        return fail(in, ASSAY_LIMIT, "a mapping of more than 10000 members");
    for (const struct assay_json *m = level->node->first; m; m = m->next)
        if (assay_str_equal(m->key, key))
            return fail_name(in, "twice in one mapping:", key);
    level->key = assay_arena_copy(in->arena, key);
    level->key_merges = plain && assay_str_is(key, "<<");
    level->has_key = true;
    return true;
}

static bool is_core_tag(const yaml_char_t *tag, const char *name)
{
    static const char core[] = "tag:yaml.org,2002:";
    struct assay_str text = text_of(tag);

    return assay_str_starts(text, core) &&
           assay_str_is(assay_str_skip(text, sizeof core - 1), name);
}

static bool fail_tag(struct reader *in, const yaml_char_t *tag,
                     struct assay_str value)
{
    char text[200];
    struct assay_str name = assay_str_head(text_of(tag), 80);

    value = assay_str_head(value, 60);
    snprintf(text, sizeof text, "the tag '%.*s'%s%.*s: a file is data here",
             ASSAY_STR_ARG(name), value.len ? " of " : "",
             ASSAY_STR_ARG(value));
    return fail(in, ASSAY_BAD_INPUT, text);
}

/* A plain scalar, or one whose tag says of what kind it is. */
static struct assay_json *read_plain(struct reader *in, struct assay_str text)
{
    struct assay_str json = ASSAY_STR("");

    switch (assay_yaml_resolve(in->arena, text, &json)) {
    case ASSAY_YAML_NULL:
        return new_value(in, ASSAY_JSON_NULL);
    case ASSAY_YAML_FALSE:
        return new_value(in, ASSAY_JSON_FALSE);
    case ASSAY_YAML_TRUE:
        return new_value(in, ASSAY_JSON_TRUE);
    case ASSAY_YAML_INFINITE:
        fail_name(in, "no number that can be sent:", text);
        return NULL;
    case ASSAY_YAML_NUMBER: {
        struct assay_json *value = new_value(in, ASSAY_JSON_NUMBER);
        if (value)
            value->text = json;
        return value;
    }
    case ASSAY_YAML_TEXT:
        break;
    }
    struct assay_json *value = new_value(in, ASSAY_JSON_STRING);
    if (value)
        value->text = assay_arena_copy(in->arena, text);
    if (!in->first_date && assay_yaml_is_date(text))
        in->first_date = (uint32_t)in->event.start_mark.line + 1;
    return value;
}

/* What a core tag asks for, and nothing else. */
static bool tag_fits(const yaml_char_t *tag, const struct assay_json *value)
{
    switch (value->type) {
    case ASSAY_JSON_NULL:
        return is_core_tag(tag, "null");
    case ASSAY_JSON_FALSE:
    case ASSAY_JSON_TRUE:
        return is_core_tag(tag, "bool");
    case ASSAY_JSON_NUMBER:
        return is_core_tag(tag, "int") || is_core_tag(tag, "float");
    default:
        return false;
    }
}

static bool take_scalar(struct reader *in)
{
    struct assay_str text = {(const char *)in->event.data.scalar.value,
                             in->event.data.scalar.length};
    const yaml_char_t *tag = in->event.data.scalar.tag;
    bool plain = in->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    struct assay_json *value;

    if (!text.at)
        text = ASSAY_STR("");
    if (key_is_due(in))
        return take_key(in, text, plain && !tag);
    if (tag ? is_core_tag(tag, "str") || assay_str_is(text_of(tag), "!")
            : !plain) {
        value = new_value(in, ASSAY_JSON_STRING);
        if (value)
            value->text = assay_arena_copy(in->arena, text);
    } else {
        if (tag && !is_core_tag(tag, "null") && !is_core_tag(tag, "bool") &&
            !is_core_tag(tag, "int") && !is_core_tag(tag, "float"))
            return fail_tag(in, tag, text);
        value = read_plain(in, text);
        if (value && tag && !tag_fits(tag, value))
            return fail_tag(in, tag, text);
    }
    if (value)
        keep_anchor(in, in->event.data.scalar.anchor, value);
    return place(in, value);
}

static bool open_level(struct reader *in, enum assay_json_type type,
                       const yaml_char_t *anchor, const yaml_char_t *tag)
{
    const char *name = type == ASSAY_JSON_ARRAY ? "seq" : "map";

    if (tag && !is_core_tag(tag, name))
        return fail_tag(in, tag, ASSAY_STR(""));
    if (in->depth == MAX_DEPTH)
        return fail(in, ASSAY_LIMIT, "more than 64 levels");
    if (key_is_due(in))
        return fail(in, ASSAY_BAD_INPUT, "a key that is no scalar");
    struct assay_json *value = new_value(in, type);
    if (!place(in, value))
        return false;
    keep_anchor(in, anchor, value);
    in->levels[in->depth++] = (struct level){.node = value};
    return true;
}

static bool close_level(struct reader *in)
{
    struct level *level = &in->levels[--in->depth];
    return !level->merge || take_merge(in, level);
}

/* How many values a tree has; stops counting past the limit. */
static size_t count_values(const struct assay_json *of, size_t limit)
{
    const struct assay_json *at = of;
    size_t count = 0;

    while (at && count <= limit) {
        count++;
        if (at->first) {
            at = at->first;
            continue;
        }
        while (at != of && !at->next)
            at = at->parent;
        at = at == of ? NULL : at->next;
    }
    return count;
}

static bool take_alias(struct reader *in)
{
    struct assay_str name = text_of(in->event.data.alias.anchor);
    const struct anchor *anchor = anchor_find(in, name);

    if (!anchor)
        return fail_name(in, "no anchor", name);
    for (size_t i = 0; i < in->depth; i++)
        if (in->levels[i].node == anchor->value)
            return fail_name(in, "inside itself: the anchor", name);
    in->aliased += count_values(anchor->value, MAX_ALIASED);
    if (in->aliased > MAX_ALIASED)
        return fail(in, ASSAY_LIMIT, "aliases make more than 1048576 values");
    if (key_is_due(in)) {
        if (!assay_json_is(anchor->value, ASSAY_JSON_STRING))
            return fail(in, ASSAY_BAD_INPUT, "a key that is no text");
        return take_key(in, anchor->value->text, false);
    }
    struct assay_json *copy = assay_json_copy(in->arena, anchor->value);
    copy->key = ASSAY_STR("");
    return place(in, copy);
}

/* ---- Events ---- */

static bool take_event(struct reader *in, size_t *documents)
{
    switch (in->event.type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++*documents > 1)
            return fail(in, ASSAY_BAD_INPUT, "a second document");
        return true;
    case YAML_ALIAS_EVENT:
        return take_alias(in);
    case YAML_SCALAR_EVENT:
        return take_scalar(in);
    case YAML_SEQUENCE_START_EVENT:
        return open_level(in, ASSAY_JSON_ARRAY,
                          in->event.data.sequence_start.anchor,
                          in->event.data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_level(in, ASSAY_JSON_OBJECT,
                          in->event.data.mapping_start.anchor,
                          in->event.data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_level(in);
    default:
        return true;
    }
}

static bool read_events(struct reader *in)
{
    size_t documents = 0;

    for (bool more = true; more;) {
        if (!yaml_parser_parse(&in->parser, &in->event))
            return fail_parser(in);
        bool ok = take_event(in, &documents);
        more = in->event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&in->event);
        if (!ok)
            return false;
    }
    return true;
}

struct assay_json *assay_yaml_parse(struct assay_arena *arena,
                                    struct assay_str text, uint32_t *first_date,
                                    struct assay_error *err)
{
    struct reader in = {.arena = arena, .err = err};
    bool ok;

    if (text.len > MAX_BYTES) {
        assay_fail(err, ASSAY_LIMIT, "YAML of more than 16 MiB");
        return NULL;
    }
    if (!yaml_parser_initialize(&in.parser)) {
        assay_fail(err, ASSAY_SYSTEM, "no memory to read YAML");
        return NULL;
    }
    yaml_parser_set_input_string(&in.parser, (const unsigned char *)text.at,
                                 text.len);
    yaml_parser_set_encoding(&in.parser, YAML_UTF8_ENCODING);
    ok = read_events(&in);
    yaml_parser_delete(&in.parser);
    if (first_date)
        *first_date = in.first_date;
    if (!ok)
        return NULL;
    return in.root ? in.root : assay_json_null(arena);
}
