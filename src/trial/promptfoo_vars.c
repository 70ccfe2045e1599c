/*
 * The values of a test's vars: files read into them, names in them resolved.
 */
#include "trial/promptfoo_parts.h"

#include <openssl/evp.h>
#include <string.h>

enum { RESOLVE_ROUNDS = 5 };

struct assay_str assay_base64(struct assay_arena *arena, struct assay_str bytes)
{
    size_t len = (bytes.len + 2) / 3 * 4;
    char *text = assay_arena_alloc(arena, len + 1, 1);

    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.at,
                    (int)bytes.len);
    return (struct assay_str){text, len};
}

/* By what the bytes begin with, else by the name; NULL: no image. */
static const char *image_type(struct assay_str extension,
                              struct assay_str bytes)
{
    static const struct {
        const char *begin, *type;
    } magic[] = {
        {"\xff\xd8\xff", "image/jpeg"}, {"\x89PNG\r\n\x1a\n", "image/png"},
        {"GIF87a", "image/gif"},        {"GIF89a", "image/gif"},
        {"RIFF", "image/webp"},         {"BM", "image/bmp"},
    };
    static const struct {
        const char *extension, *type;
    } names[] = {
        {".jpg", "image/jpeg"},    {".jpeg", "image/jpeg"},
        {".png", "image/png"},     {".gif", "image/gif"},
        {".bmp", "image/bmp"},     {".webp", "image/webp"},
        {".svg", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!assay_str_is(extension, names[i].extension))
            continue;
        for (size_t k = 0; k < sizeof magic / sizeof magic[0]; k++)
            if (assay_str_starts(bytes, magic[k].begin))
                return magic[k].type;
        return names[i].type;
    }
    return NULL;
}

/* file://x in a var: text, an image's data: address, YAML as JSON. */
static bool load_var(struct assay_promptfoo *pf, const struct assay_json *from,
                     struct assay_str name, struct assay_str *text)
{
    struct assay_suite_reader *in = pf->in;
    struct assay_str extension = assay_suite_extension(in, name);
    static const char *const media[] = {".pdf", ".mp4", ".webm", ".mov", ".mp3",
                                        ".wav", ".m4a", ".ogg",  NULL};

    if (assay_suite_is_program(name))
        return assay_suite_fail(in, from,
                                "'%.*s' is a program; vars are data here",
                                ASSAY_STR_ARG(name));
    for (size_t i = 0; media[i]; i++)
        if (assay_str_is(extension, media[i]))
            return assay_suite_fail(in, from,
                                    "'%.*s': vars are texts and images",
                                    ASSAY_STR_ARG(name));
    struct assay_suite_file *file = assay_suite_open(in, name, from);
    if (!file)
        return false;
    const char *type = image_type(extension, file->bytes);
    if (type) {
        struct assay_str bytes = assay_base64(in->arena, file->bytes);
        char *uri = assay_arena_alloc(in->arena, bytes.len + 64, 1);
        struct assay_str head =
            assay_arena_printf(in->arena, "data:%s;base64,", type);
        memcpy(uri, head.at, head.len);
        memcpy(uri + head.len, bytes.at, bytes.len);
        *text = (struct assay_str){uri, head.len + bytes.len};
        return true;
    }
    if (!assay_utf8_valid(file->bytes))
        return assay_suite_fail(in, from, "'%.*s' is not UTF-8",
                                ASSAY_STR_ARG(name));
    if (!assay_str_is(extension, ".yaml") && !assay_str_is(extension, ".yml")) {
        *text = assay_str_trim(file->bytes);
        return true;
    }
    const struct assay_json *tree = assay_suite_document(in, file);
    struct assay_buf out;
    if (!tree)
        return false;
    assay_buf_init(&out, file->bytes.len * 8 + 64);
    assay_json_write(&out, tree, (struct assay_json_style){0});
    *text = assay_arena_copy(in->arena, assay_buf_str(&out));
    assay_buf_release(&out);
    return true;
}

/* {{ name }} at or after `at`; NULL: none. */
static const char *find_name(struct assay_str text, struct assay_str *name,
                             struct assay_str *mark)
{
    for (size_t i = 0; i + 4 < text.len; i++) {
        if (text.at[i] != '{' || text.at[i + 1] != '{')
            continue;
        size_t n = i + 2, from;
        while (n < text.len && strchr(" \t\r\n", text.at[n]))
            n++;
        for (from = n;
             n < text.len &&
             (text.at[n] == '_' || (text.at[n] >= '0' && text.at[n] <= '9') ||
              (text.at[n] >= 'A' && text.at[n] <= 'Z') ||
              (text.at[n] >= 'a' && text.at[n] <= 'z'));)
            n++;
        *name = (struct assay_str){text.at + from, n - from};
        while (n < text.len && strchr(" \t\r\n", text.at[n]))
            n++;
        if (name->len && n + 1 < text.len && text.at[n] == '}' &&
            text.at[n + 1] == '}') {
            *mark = (struct assay_str){text.at + i, n + 2 - i};
            return text.at + i;
        }
    }
    return NULL;
}

/* The first {{ name }} of one var replaced by the var of that name. */
static bool resolve_one(struct assay_promptfoo *pf, struct assay_json *vars,
                        struct assay_json *var)
{
    struct assay_str name, mark;
    const char *at = find_name(var->text, &name, &mark);
    const struct assay_json *other = at ? assay_json_get_str(vars, name) : NULL;

    if (!other || other == var)
        return false;
    struct assay_arena *arena = pf->in->arena;
    struct assay_str text = ASSAY_STR("");
    struct assay_template_scope scope = {.vars = vars};
    struct assay_error err = {0};
    /* as text, by the rules of templates: "{{ name }}" alone */
    if (!assay_template_fill(arena, mark, ASSAY_TEMPLATE_NUNJUCKS, &scope,
                             &text, &err))
        return false;
    size_t before = (size_t)(at - var->text.at);
    struct assay_str after = assay_str_skip(var->text, before + mark.len);
    char *whole =
        assay_arena_alloc(arena, before + text.len + after.len + 1, 1);
    memcpy(whole, var->text.at, before);
    memcpy(whole + before, text.at, text.len);
    memcpy(whole + before + text.len, after.at, after.len);
    var->text = (struct assay_str){whole, before + text.len + after.len};
    return true;
}

/* Vars may name vars: five rounds, as promptfoo has them. */
static void resolve(struct assay_promptfoo *pf, struct assay_json *vars)
{
    bool changed = true;

    for (int round = 0; changed && round < RESOLVE_ROUNDS; round++) {
        changed = false;
        for (struct assay_json *v = vars->first; v; v = v->next)
            if (v->type == ASSAY_JSON_STRING && resolve_one(pf, vars, v))
                changed = true;
    }
}

bool assay_promptfoo_settle(struct assay_promptfoo *pf, struct assay_json *vars,
                            const struct assay_json *from)
{
    struct assay_str name;

    for (struct assay_json *v = vars->first; v; v = v->next) {
        if (v->type != ASSAY_JSON_STRING)
            continue;
        if (assay_suite_file_name(v->text, &name) &&
            !load_var(pf, from, name, &v->text))
            return false;
        if (assay_str_ends(v->text, "\n"))
            v->text.len--;
    }
    resolve(pf, vars);
    return true;
}
