/*
 * Texts of a configuration: {{ env.NAME }}, and what is a key and therefore
 * never put into one.
 */
#include "trial/suite_parts.h"

#include "trial/template_parts.h"

#include <stdlib.h>
#include <string.h>

bool assay_suite_is_key_name(struct assay_str name)
{
    static const char *const words[] = {"KEY",      "TOKEN",      "SECRET",
                                        "PASSWORD", "CREDENTIAL", NULL};
    char upper[128];
    size_t len = name.len < sizeof upper - 1 ? name.len : sizeof upper - 1;

    for (size_t i = 0; i < len; i++)
        upper[i] = name.at[i] >= 'a' && name.at[i] <= 'z'
                       ? (char)(name.at[i] - 'a' + 'A')
                       : name.at[i];
    upper[len] = '\0';
    for (size_t i = 0; words[i]; i++)
        if (strstr(upper, words[i]))
            return true;
    return false;
}

const char *assay_suite_variable(struct assay_suite_reader *in,
                                 const char *name)
{
    struct assay_suite_base *base = in->base;
    struct assay_json **seen = &in->suite->variables;
    const char *value =
        base->options.env ? base->options.env(name) : getenv(name);
    struct assay_str key = assay_str_c(name);

    /* once it is whole, nothing is asked that was not asked before */
    if (base->whole || assay_json_get_str(*seen, key))
        return value;
    if (!*seen)
        *seen = assay_json_object(base->arena);
    key = assay_arena_copy(base->arena, key);
    assay_json_set_key(
        *seen, key,
        value ? assay_json_string(
                    base->arena,
                    assay_arena_copy(base->arena, assay_str_c(value)))
              : assay_json_null(base->arena));
    return value;
}

const struct assay_json *assay_suite_env(void *context, struct assay_str name)
{
    struct assay_suite_reader *in = context;
    const struct assay_json *own = assay_json_get_str(in->env, name);

    if (assay_suite_is_key_name(name)) {
        in->env_refused = name;
        return NULL;
    }
    if (own)
        return own;
    const char *value =
        assay_suite_variable(in, assay_arena_cstr(in->arena, name));
    return value
               ? assay_json_string(
                     in->arena, assay_arena_copy(in->arena, assay_str_c(value)))
               : NULL;
}

bool assay_suite_env_ok(struct assay_suite_reader *in,
                        const struct assay_json *from)
{
    if (in->env_refused.len == 0)
        return true;
    return assay_suite_fail(in, from,
                            "env.%.*s is a key by its name: keys are not put "
                            "into texts",
                            ASSAY_STR_ARG(in->env_refused));
}

bool assay_suite_text(struct assay_suite_reader *in,
                      const struct assay_json *value, struct assay_str *text)
{
    struct assay_template_scope scope = {.env = assay_suite_env, .context = in};

    if (!assay_json_is(value, ASSAY_JSON_STRING))
        return assay_suite_fail(in, value, "expected a text, found %s",
                                assay_json_type_name(value));
    if (!assay_template_fill(in->arena, value->text, ASSAY_TEMPLATE_NUNJUCKS,
                             &scope, text, in->err))
        return assay_fail_in(in->err, "%.*s",
                             ASSAY_STR_ARG(assay_suite_where(in, value)));
    if (scope.undefined.len)
        return assay_suite_fail(
            in, value, "'%.*s' is not known here: only {{ env.NAME }} is",
            ASSAY_STR_ARG(scope.undefined));
    if (!assay_suite_env_ok(in, value))
        return false;
    in->env_unset = scope.unset;
    return !scope.unset.len ||
           assay_suite_fail(in, value, "{{ env.%.*s }} is not set",
                            ASSAY_STR_ARG(scope.unset));
}

bool assay_suite_number(struct assay_suite_reader *in,
                        const struct assay_json *value, struct assay_stated *to)
{
    double number;

    if (!value || value->type == ASSAY_JSON_NULL)
        return true;
    if (value->type != ASSAY_JSON_NUMBER ||
        !assay_value_number(ASSAY_TEMPLATE_NUNJUCKS, value, &number))
        return assay_suite_fail(in, value, "'%.*s' is a number, not %s",
                                ASSAY_STR_ARG(value->key),
                                assay_json_type_name(value));
    *to = (struct assay_stated){true, number};
    return true;
}
