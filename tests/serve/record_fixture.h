/*
 * A site over two readings of a list, a vendor who says otherwise and a copy
 * of the list.
 */
#ifndef ASSAY_TESTS_SERVE_RECORD_FIXTURE_H
#define ASSAY_TESTS_SERVE_RECORD_FIXTURE_H

#include "serve/site_fixture.h"

/* Two readings of a list, and a vendor who says otherwise. */
static const char first_list[] =
    "{'format':'assay-facts/1','source':{'id':'acme-list','title':'Acme list',"
    "'url':'https://list.example/','kind':'catalog',"
    "'retrieved':'2026-05-01','license':'MIT'},"
    "'models':[{'id':'acme/m1','name':'Acme One','context_tokens':64000,"
    "'task':'chat'},{'id':'acme/m2','name':'Acme Two','task':'chat'}],"
    "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.80'},"
    "{'meter':'output_tokens','usd_per_million':'1.60'}]},"
    "{'id':'cloud/acme/m2','provider':'cloud','model':'acme/m2',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'5'},"
    "{'meter':'output_tokens','usd_per_million':'10'}]},"
    "{'id':'cloud/lost','provider':'cloud','context_tokens':1000}]}";
static const char second_list[] =
    "{'format':'assay-facts/1','source':{'id':'acme-list','title':'Acme list',"
    "'url':'https://list.example/','kind':'catalog',"
    "'retrieved':'2026-09-01','license':'MIT'},"
    "'models':[{'id':'acme/m1','name':'Acme One','context_tokens':64000,"
    "'task':'chat'},{'id':'acme/m2','name':'Acme Two','task':'chat'}],"
    "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.64'},"
    "{'meter':'output_tokens','usd_per_million':'2.40'}]},"
    "{'id':'cloud/acme/m2','provider':'cloud','model':'acme/m2',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'5'},"
    "{'meter':'output_tokens','usd_per_million':'10'}]}]}";
static const char vendor[] =
    "{'format':'assay-facts/1','source':{'id':'acme-docs','title':'Acme docs',"
    "'url':'https://acme.example/docs','kind':'primary',"
    "'retrieved':'2026-10-01'},"
    "'models':[{'id':'acme/m1','name':'Acme One','creator':'Acme',"
    "'context_tokens':32768,'task':'chat','open_weights':false,"
    "'released':'2026-01-31'}],'routes':[]}";
/* A copy that states the old input price of one route. */
static const char other_list[] =
    "{'format':'assay-facts/1','source':{'id':'other-list','title':'Other',"
    "'url':'https://other.example/','kind':'catalog',"
    "'retrieved':'2026-08-01'},'models':[],"
    "'routes':[{'id':'cloud/acme/m1','provider':'cloud','model':'acme/m1',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'0.80'}]}]}";

static const char *const facts[] = {first_list, second_list, vendor,
                                    other_list};

static int open_site(void **state)
{
    struct site_fixture *f = calloc(1, sizeof *f);

    site_open(f, facts, sizeof facts / sizeof facts[0], "");
    *state = f;
    return 0;
}

static int close_site(void **state)
{
    site_close(*state);
    free(*state);
    return 0;
}

enum { ROUTES = 250 };

/* A source of many routes, in dispute with another over each price. */
static char *many_routes(const char *source, const char *day, const char *price)
{
    char *text = malloc(300 * ROUTES);
    size_t at = (size_t)snprintf(
        text, 300,
        "{'format':'assay-facts/1','source':{'id':'%s','title':'Big',"
        "'url':'https://big.example/','kind':'catalog','retrieved':'%s'},"
        "'models':[],'routes':[",
        source, day);

    for (int i = 0; i < ROUTES; i++)
        at += (size_t)snprintf(
            text + at, 300,
            "%s{'id':'p%03d/big/m%02d','provider':'p%03d','model':'big/m%02d',"
            "'prices':[{'meter':'input_tokens','usd_per_million':'%s'},"
            "{'meter':'output_tokens','usd_per_million':'7'}]}",
            i ? "," : "", i, i % 50, i, i % 50, price);
    snprintf(text + at, 8, "]}");
    return text;
}

#endif
