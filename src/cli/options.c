/*
 * Command line options, by the tables of the commands. A line has some ten
 * words and a table some ten options, so everything is searched linearly.
 */
#include "cli/options.h"

#include <assert.h>
#include <string.h>

enum { MAX_WORD = 32, MAX_WORDS = 64 };

/* ------------------------------------------------------- near misses */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters left out, added, changed, or two neighbours swapped. */
static size_t slips(const char *a, const char *b)
{
    size_t rows[3][MAX_WORD + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    size_t a_len = strlen(a), b_len = strlen(b);

    if (a_len > MAX_WORD || b_len > MAX_WORD)
        return MAX_WORD;
    for (size_t k = 0; k <= b_len; k++)
        last[k] = k;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t k = 1; k <= b_len; k++) {
            row[k] = smaller(last[k - 1] + (a[i - 1] != b[k - 1]),
                             smaller(last[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = smaller(row[k], before[k - 2] + 1);
        }
        size_t *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[b_len];
}

const char *assay_nearest_word(const char *text, const char *const *words,
                               size_t count)
{
    size_t len = strlen(text);
    size_t best_slips = len <= 3 ? 2 : len <= 6 ? 3 : 4;
    const char *best = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t s = slips(text, words[i]);

        /* a word broken off is near, however much is missing */
        if (len >= 3 && strncmp(text, words[i], len) == 0)
            s = 1;
        if (s < best_slips) {
            best_slips = s;
            best = words[i];
        }
    }
    return best;
}

/* ------------------------------------------------------- tables */

static const struct assay_option *find_in(const struct assay_option *table,
                                          const char *name, size_t len)
{
    for (; table && table->name; table++)
        if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
            return table;
    return NULL;
}

static const struct assay_option *find_letter(const struct assay_option *table,
                                              char letter)
{
    for (; table && table->name; table++)
        if (table->letter == letter)
            return table;
    return NULL;
}

static const struct assay_option *own_options(const struct assay_options *out)
{
    return out->command ? out->command->options : NULL;
}

static size_t add_names(const struct assay_option *table, const char **names,
                        size_t count)
{
    for (; table && table->name && count < MAX_WORDS; table++)
        names[count++] = table->name;
    return count;
}

static bool no_such_option(const struct assay_options *out, const char *name,
                           size_t len, struct assay_error *err)
{
    const char *names[MAX_WORDS];
    size_t count = add_names(own_options(out), names, 0);
    char word[MAX_WORD + 1] = "";
    const char *near;

    count = add_names(assay_global_options, names, count);
    memcpy(word, name, smaller(len, MAX_WORD));
    near = assay_nearest_word(word, names, count);
    if (near)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "there is no option --%.*s; did you mean --%s?",
                          (int)len, name, near);
    for (size_t i = 0; !out->command && assay_commands[i]; i++)
        if (find_in(assay_commands[i]->options, name, len))
            return assay_fail(err, ASSAY_BAD_INPUT,
                              "--%.*s stands behind the command: assay %s "
                              "--%.*s",
                              (int)len, name, assay_commands[i]->name, (int)len,
                              name);
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "there is no option --%.*s; see assay %s%s--help",
                      (int)len, name, out->command ? out->command->name : "",
                      out->command ? " " : "");
}

static bool no_such_command(const char *name, struct assay_error *err)
{
    const char *names[MAX_WORDS];
    size_t count = 0;
    const char *near;

    for (size_t i = 0; assay_commands[i] && count < MAX_WORDS; i++)
        if (!assay_commands[i]->hidden)
            names[count++] = assay_commands[i]->name;
    near = assay_nearest_word(name, names, count);
    if (near)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "there is no command '%s'; did you mean '%s'?", name,
                          near);
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "there is no command '%s'; assay --help lists them",
                      name);
}

/* ------------------------------------------------------- the line */

struct line {
    char *const *words;
    int count, at;
};

static void give(struct assay_options *out, const struct assay_option *option,
                 const char *value)
{
    out->given[out->given_count++] = (struct assay_given){option, value};
}

/* "--name", "--name=value", "--name value" */
static bool read_long(struct line *line, struct assay_options *out,
                      struct assay_error *err)
{
    const char *name = line->words[line->at] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    const struct assay_option *option = find_in(own_options(out), name, len);

    if (!option)
        option = find_in(assay_global_options, name, len);
    if (!option)
        return no_such_option(out, name, len, err);
    if (!option->value) {
        if (equals)
            return assay_fail(err, ASSAY_BAD_INPUT, "--%s takes no value",
                              option->name);
        give(out, option, "");
        return true;
    }
    if (!equals && line->at + 1 == line->count)
        return assay_fail(err, ASSAY_BAD_INPUT, "--%s wants %s behind it",
                          option->name, option->value);
    give(out, option, equals ? equals + 1 : line->words[++line->at]);
    return true;
}

/* "-h", "-o FILE", "-oFILE" */
static bool read_short(struct line *line, struct assay_options *out,
                       struct assay_error *err)
{
    const char *word = line->words[line->at];
    const struct assay_option *option = find_letter(own_options(out), word[1]);

    if (!option)
        option = find_letter(assay_global_options, word[1]);
    if (!option)
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "there is no option %s; long ones begin with --",
                          word);
    if (!option->value && word[2])
        return assay_fail(err, ASSAY_BAD_INPUT, "-%c takes no value",
                          option->letter);
    if (option->value && !word[2] && line->at + 1 == line->count)
        return assay_fail(err, ASSAY_BAD_INPUT, "-%c wants %s behind it",
                          option->letter, option->value);
    if (!option->value)
        give(out, option, "");
    else
        give(out, option, word[2] ? word + 2 : line->words[++line->at]);
    return true;
}

static bool read_operand(const char *word, struct assay_options *out,
                         struct assay_error *err)
{
    if (out->command) {
        out->operands[out->operand_count++] = word;
        return true;
    }
    out->command = assay_command_named(word);
    return out->command || no_such_command(word, err);
}

bool assay_options_parse(struct assay_arena *arena, int argc, char *const *argv,
                         struct assay_options *out, struct assay_error *err)
{
    struct line line = {argv, argc, 1};
    size_t room = argc > 0 ? (size_t)argc : 1;
    bool only_operands = false, ok = true;

    *out = (struct assay_options){
        .given = ASSAY_NEW_ARRAY(arena, struct assay_given, room),
        .operands = ASSAY_NEW_ARRAY(arena, const char *, room),
    };
    for (; ok && line.at < line.count; line.at++) {
        const char *word = line.words[line.at];

        if (only_operands || word[0] != '-' || word[1] == '\0')
            ok = read_operand(word, out, err);
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            ok = read_long(&line, out, err);
        else
            ok = read_short(&line, out, err);
    }
    return ok;
}

const char *assay_options_value(const struct assay_options *options,
                                const char *name)
{
    for (size_t i = options->given_count; i > 0; i--)
        if (strcmp(options->given[i - 1].option->name, name) == 0)
            return options->given[i - 1].value;
    assert(!options->command ||
           find_in(options->command->options, name, strlen(name)) ||
           find_in(assay_global_options, name, strlen(name)));
    return NULL;
}
