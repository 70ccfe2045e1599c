/*
 * What probes draw: words and codes that no prompt leads to.
 */
#include "trial/probe_parts.h"

size_t assay_probe_draw(struct assay_probing *p, size_t below)
{
    return (size_t)assay_random_below(&p->random, below);
}

struct assay_str assay_probe_code(struct assay_probing *p)
{
    static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
    char code[6];

    for (size_t i = 0; i < sizeof code; i++)
        code[i] = letters[assay_probe_draw(p, sizeof letters - 1)];
    return assay_arena_copy(p->arena, (struct assay_str){code, sizeof code});
}

const char *assay_probe_word(struct assay_probing *p)
{
    static const char *const words[] = {
        "vermilion", "cerulean", "ochre",   "saffron",   "viridian",
        "umber",     "celadon",  "taupe",   "gamboge",   "sienna",
        "mauve",     "turmeric", "cobalt",  "alabaster", "russet",
        "amaranth",  "sepia",    "fuchsia", "damask",    "isabelline",
    };

    return words[assay_probe_draw(p, sizeof words / sizeof words[0])];
}

struct assay_str assay_probe_name(struct assay_probing *p)
{
    static const char *const heads[] = {"zor", "plin", "quex", "brum", "vash"};
    static const char *const tails[] = {"vexa", "tolu", "midra", "pesk",
                                        "onda"};
    const char *head = heads[assay_probe_draw(p, 5)];
    const char *tail = tails[assay_probe_draw(p, 5)];

    return assay_arena_printf(p->arena, "%s%s_%zu", head, tail,
                              10 + assay_probe_draw(p, 90));
}
