/*
 * What commands that may cost money have in common. Private to cli.
 */
#ifndef ASSAY_CLI_SPENDING_H
#define ASSAY_CLI_SPENDING_H

#include "cli/cli.h"

#include "assay/decimal.h"

#define ASSAY_PRICE_OPTION                                                    \
    {                                                                         \
        "price", 0, "IN,OUT",                                                 \
            "dollars for a million tokens, where no source states them", NULL \
    }

/* --max-cost, with or without "$". *given: it was there. BAD_INPUT. */
bool assay_cli_max_cost(const struct assay_cli *cli, bool *given,
                        struct assay_decimal *usd, struct assay_error *err);
/* --price "2.50,10"; both stay empty where it is not given. BAD_INPUT. */
bool assay_cli_price(const struct assay_cli *cli, struct assay_str *in,
                     struct assay_str *out, struct assay_error *err);
/*
 * --yes, or a yes to the question, which is put only to somebody who is there
 * to answer. BAD_INPUT: nobody is.
 */
bool assay_cli_agrees(const struct assay_cli *cli, bool *agreed,
                      struct assay_error *err);

#endif
