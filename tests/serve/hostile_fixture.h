/*
 * A site whose facts have names that would act where they are not escaped,
 * and a run.
 */
#ifndef ASSAY_TESTS_SERVE_HOSTILE_FIXTURE_H
#define ASSAY_TESTS_SERVE_HOSTILE_FIXTURE_H

#include "serve/run_fixture.h"

#define PUBLIC "https://models.example"

/* Names that would act where they are not escaped. */
static const char hostile[] =
    "{'format':'assay-facts/1','source':{'id':'bad<i>&\\\"src',"
    "'title':'</title><script>alert(1)</script>',"
    "'url':'javascript:alert(1)','kind':'catalog','retrieved':'2026-11-01',"
    "'license':'<b>&amp;</b>]]>'},"
    "'models':[{'id':'evil/<script>alert(2)<\\\\script>',"
    "'name':'\\\"><img src=x onerror=alert(3)>','creator':'</script><svg>',"
    "'task':'chat','license':'\\u001b\\u202e</a>','context_tokens':1},"
    "{'id':'evil/two?#%','name':'A & B \\u2028\\ufffe','task':'chat',"
    "'family':']]>'}],"
    "'routes':[{'id':'evil.cloud/<u>','provider':'evil.cloud',"
    "'provider_name':'<marquee>','model':'evil/two?#%',"
    "'prices':[{'meter':'input_tokens','usd_per_million':'1'},"
    "{'meter':'output_tokens','usd_per_million':'2'}]}]}";
static const char hostile_again[] =
    "{'format':'assay-facts/1','source':{'id':'bad<i>&\\\"src',"
    "'title':'</title><script>alert(1)</script>',"
    "'url':'javascript:alert(1)','kind':'catalog','retrieved':'2026-11-20',"
    "'license':'<b>&amp;</b>]]>'},"
    "'models':[{'id':'evil/<script>alert(2)<\\\\script>',"
    "'name':'<iframe src=//x>','creator':'</script><svg>','task':'chat',"
    "'context_tokens':2},{'id':'evil/two?#%','name':'A & B \\u2028\\ufffe',"
    "'task':'chat','family':']]>'}],'routes':[]}";
static const char contrary[] =
    "{'format':'assay-facts/1','source':{'id':'contrary','title':'<hr>',"
    "'url':'https://c.example/','kind':'primary','retrieved':'2026-11-02'},"
    "'models':[{'id':'evil/<script>alert(2)<\\\\script>','name':'<b>x',"
    "'context_tokens':77000}],'routes':[]}";

static int open_site(void **state)
{
    static const char *const facts[] = {hostile, hostile_again, contrary};
    struct site_fixture *f = calloc(1, sizeof *f);

    struct made run;

    site_open(f, facts, sizeof facts / sizeof facts[0], PUBLIC);
    made_open(&run, f->store);
    made_whole(&run);
    made_close(&run);
    *state = f;
    return 0;
}

static int close_site(void **state)
{
    site_close(*state);
    free(*state);
    return 0;
}

#endif
