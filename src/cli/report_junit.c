/*
 * A run as JUnit's XML, for machines that build: a suite for each route, a
 * case for each prompt that counts. A wrong answer is a failure, none at all
 * an error, and what nobody scored is skipped. HTML's escapes are XML's too.
 * Elements: JUnit.xsd of Apache Ant's task (Windy Road, read 2026-11-22).
 */
#include "cli/report_parts.h"

#include <math.h>

enum { NAME_BYTES = 200 };

struct suite {
    struct assay_report *report;
    size_t route;
};

static void add_attribute(struct assay_report *report, const char *name,
                          struct assay_str value)
{
    assay_buf_printf(&report->out, " %s=\"", name);
    assay_html_text(&report->out, value);
    assay_buf_add_char(&report->out, '"');
}

/* ------------------------------------------------------- cases */

static struct assay_str name_of(struct assay_report *report,
                                struct assay_arena *arena,
                                const struct assay_attempt *a)
{
    struct assay_str text = assay_run_case_name(arena, a->at);
    struct assay_str line = assay_str_head(text, assay_str_find(text, '\n'));
    size_t len = NAME_BYTES;

    while (len > 0 && len < line.len &&
           ((unsigned char)line.at[len] & 0xC0) == 0x80)
        len--;
    line = assay_str_head(line, len);
    if (report->run->repeats > 1)
        return assay_arena_printf(arena, "%llu. %.*s (repeat %u)",
                                  (unsigned long long)a->at->number + 1,
                                  ASSAY_STR_ARG(line), (unsigned)a->repeat + 1);
    return assay_arena_printf(arena, "%llu. %.*s",
                              (unsigned long long)a->at->number + 1,
                              ASSAY_STR_ARG(line));
}

static struct assay_str reasons(struct assay_arena *arena,
                                const struct assay_attempt *a)
{
    struct assay_str text = {"", 0};

    for (const struct assay_json *c = a->checks ? a->checks->first : NULL; c;
         c = c->next)
        if (!assay_str_is(assay_json_text(c, "mark"), "passed"))
            text = assay_arena_printf(
                arena, "%.*s%s%.*s: %.*s", ASSAY_STR_ARG(text),
                text.len ? "; " : "", ASSAY_STR_ARG(assay_json_text(c, "type")),
                ASSAY_STR_ARG(assay_json_text(c, "reason")));
    return text;
}

static void add_outcome(struct assay_report *report, const char *element,
                        struct assay_str type, struct assay_str message,
                        struct assay_str content)
{
    assay_buf_printf(&report->out, "      <%s", element);
    add_attribute(report, "type", type);
    add_attribute(report, "message", message);
    assay_buf_add_char(&report->out, '>');
    assay_html_text(&report->out, content);
    assay_buf_printf(&report->out, "</%s>\n", element);
}

static void add_end(struct assay_report *report, struct assay_arena *arena,
                    const struct assay_attempt *a)
{
    if (a->state != ASSAY_ATTEMPT_DONE) {
        add_outcome(report, "error", assay_str_c(assay_class_name(a->of)),
                    a->message, ASSAY_STR(""));
        return;
    }
    switch (a->mark) {
    case ASSAY_MARK_PASSED:
        assay_buf_add_c(&report->out, "      <system-out>");
        assay_html_text(&report->out, a->reply.text);
        assay_buf_add_c(&report->out, "</system-out>\n");
        break;
    case ASSAY_MARK_FAILED:
        add_outcome(report, "failure", ASSAY_STR("failed"), reasons(arena, a),
                    a->reply.text);
        break;
    case ASSAY_MARK_ERROR:
        add_outcome(report, "error", ASSAY_STR("not scored"), reasons(arena, a),
                    a->reply.text);
        break;
    case ASSAY_MARK_UNSCORED:
        assay_buf_add_c(&report->out,
                        "      <skipped message=\"no assertion\"/>\n");
        break;
    }
}

static bool take(void *context, struct assay_arena *arena,
                 const struct assay_attempt *attempt)
{
    struct suite *suite = context;
    struct assay_report *report = suite->report;
    struct assay_attempt stable;
    const struct assay_attempt *a = attempt;

    if (a->route != suite->route || !assay_attempt_is_answer(report->run, a))
        return true;
    if (report->stable) {
        stable = assay_attempt_stable(arena, attempt);
        a = &stable;
    }
    double ms = assay_attempt_latency_ms(a);
    assay_buf_add_c(&report->out, "    <testcase");
    add_attribute(report, "classname", report->run->suite);
    add_attribute(report, "name", name_of(report, arena, a));
    if (isfinite(ms))
        assay_buf_printf(&report->out, " time=\"%.3f\"", ms / 1000);
    assay_buf_add_c(&report->out, ">\n");
    add_end(report, arena, a);
    assay_buf_add_c(&report->out, "    </testcase>\n");
    return assay_report_flush(report);
}

/* ------------------------------------------------------- suites */

static void add_counts(struct assay_report *report, uint64_t tests,
                       uint64_t failures, uint64_t errors, uint64_t skipped)
{
    assay_buf_printf(
        &report->out,
        " tests=\"%llu\" failures=\"%llu\" errors=\"%llu\" skipped=\"%llu\"",
        (unsigned long long)tests, (unsigned long long)failures,
        (unsigned long long)errors, (unsigned long long)skipped);
}

static bool add_suite(struct assay_report *report, size_t route,
                      struct assay_error *err)
{
    const struct assay_route_figures *r = &report->figures->routes[route];
    struct suite suite = {report, route};

    assay_buf_add_c(&report->out, "  <testsuite");
    add_attribute(report, "name", report->run->routes[route].id);
    add_counts(report, r->rows, r->failed, r->errors, r->unscored);
    /* no zone: the schema has none */
    if (!report->stable)
        add_attribute(report, "timestamp",
                      assay_str_head(report->run->started, 19));
    assay_buf_add_c(&report->out, ">\n");
    if (!assay_ledger_attempts(report->ledger, report->run->id, take, &suite,
                               err))
        return false;
    assay_buf_add_c(&report->out, "  </testsuite>\n");
    return true;
}

bool assay_report_junit(struct assay_report *report, struct assay_error *err)
{
    const struct assay_run_figures *f = report->figures;

    assay_buf_add_c(&report->out,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
    add_attribute(report, "name", report->run->suite);
    add_counts(report, f->rows, f->failed, f->errors, f->unscored);
    assay_buf_add_c(&report->out, ">\n");
    for (size_t route = 0;
         route < report->run->route_count && report->code == ASSAY_EXIT_DONE;
         route++)
        if (!add_suite(report, route, err))
            return false;
    assay_buf_add_c(&report->out, "</testsuites>\n");
    return true;
}
