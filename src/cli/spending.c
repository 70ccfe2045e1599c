/*
 * Limits, prices and the question before money is spent.
 */
#include "cli/spending.h"

#include <stdio.h>
#include <unistd.h>

bool assay_cli_max_cost(const struct assay_cli *cli, bool *given,
                        struct assay_decimal *usd, struct assay_error *err)
{
    const char *cost = assay_cli_option(cli, "max-cost");

    *given = cost != NULL;
    if (!cost || (assay_decimal_parse(
                      assay_str_c(*cost == '$' ? cost + 1 : cost), usd) &&
                  assay_decimal_sign(*usd) >= 0))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "--max-cost wants dollars such as 0.50, not '%s'", cost);
}

bool assay_cli_price(const struct assay_cli *cli, struct assay_str *in,
                     struct assay_str *out, struct assay_error *err)
{
    const char *price = assay_cli_option(cli, "price");
    struct assay_decimal usd;

    if (!price ||
        (assay_str_cut(assay_str_c(price), ',', in, out) &&
         assay_decimal_parse(*in, &usd) && assay_decimal_sign(usd) >= 0 &&
         assay_decimal_parse(*out, &usd) && assay_decimal_sign(usd) >= 0))
        return true;
    return assay_fail(err, ASSAY_BAD_INPUT,
                      "--price wants dollars for a million tokens in and out, "
                      "such as 2.50,10, not '%s'",
                      price);
}

bool assay_cli_agrees(const struct assay_cli *cli, bool *agreed,
                      struct assay_error *err)
{
    char answer[16] = "";

    *agreed = true;
    if (assay_cli_flag(cli, "yes"))
        return true;
    if (!isatty(STDIN_FILENO))
        return assay_fail(err, ASSAY_BAD_INPUT,
                          "this may cost money: say --yes");
    fprintf(stderr, "Go on? [y/N] ");
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin))
        answer[0] = '\0';
    *agreed = answer[0] == 'y' || answer[0] == 'Y';
    return true;
}
