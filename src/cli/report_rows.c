/*
 * A run as rows, one for each attempt: JSON lines for programs, CSV for
 * spreadsheets. With --differing the attempts that ended the prompts on which
 * routes disagree, and no other; with --stable those that ended prompts.
 */
#include "cli/report_parts.h"

#include <math.h>

struct rows {
    struct assay_report *report;
    void (*add)(struct assay_report *report, struct assay_arena *arena,
                const struct assay_attempt *attempt);
};

static void add(struct rows *rows, struct assay_arena *arena,
                const struct assay_attempt *attempt)
{
    struct assay_attempt stable;

    if (!rows->report->stable) {
        rows->add(rows->report, arena, attempt);
        return;
    }
    if (!assay_attempt_is_answer(rows->report->run, attempt))
        return;
    stable = assay_attempt_stable(arena, attempt);
    rows->add(rows->report, arena, &stable);
}

static bool take_attempt(void *context, struct assay_arena *arena,
                         const struct assay_attempt *attempt)
{
    struct rows *rows = context;

    add(rows, arena, attempt);
    return assay_report_flush(rows->report);
}

static bool take_prompt(void *context, struct assay_arena *arena,
                        const struct assay_run_prompt *prompt)
{
    struct rows *rows = context;
    size_t count = (size_t)prompt->run->repeats * prompt->run->route_count;

    for (size_t i = 0; prompt->differs && i < count; i++)
        if (prompt->ends[i])
            add(rows, arena, prompt->ends[i]);
    return assay_report_flush(rows->report);
}

static bool walk(struct rows *rows, struct assay_error *err)
{
    struct assay_report *r = rows->report;

    if (r->differing)
        return assay_run_prompts(r->ledger, r->run, take_prompt, rows, err);
    return assay_ledger_attempts(r->ledger, r->run->id, take_attempt, rows,
                                 err);
}

/* ------------------------------------------------------- JSON lines */

static void add_line(struct assay_report *report, struct assay_arena *arena,
                     const struct assay_attempt *attempt)
{
    assay_json_write(&report->out,
                     assay_attempt_json(arena, report->figures->run, attempt),
                     (struct assay_json_style){0});
    assay_buf_add_char(&report->out, '\n');
}

bool assay_report_jsonl(struct assay_report *report, struct assay_error *err)
{
    return walk(&(struct rows){report, add_line}, err);
}

/* ------------------------------------------------------- CSV */

/* In the order of the columns below; empty where nothing is known. */
static const char header[] =
    "place,number,case,prompt,where,route,repeat,attempt,state,class,status,"
    "mark,score,latency_ms,first_token_ms,input_tokens,output_tokens,cost_usd,"
    "finish,answer,message\r\n";

static void add_text(struct assay_report *report, struct assay_str text)
{
    assay_csv_field(&report->out, text);
    assay_buf_add_char(&report->out, ',');
}

static void add_count(struct assay_report *report, uint64_t number, bool known)
{
    if (known)
        assay_buf_printf(&report->out, "%llu", (unsigned long long)number);
    assay_buf_add_char(&report->out, ',');
}

static void add_real(struct assay_report *report, double number)
{
    if (isfinite(number))
        assay_buf_printf(&report->out, "%.10g", number);
    assay_buf_add_char(&report->out, ',');
}

static void add_case(struct assay_report *report,
                     const struct assay_attempt *attempt)
{
    const struct assay_run_case *at = attempt->at;
    const struct assay_run *run = report->run;

    add_count(report, at->place, true);
    add_count(report, at->number, true);
    add_text(report, at->id);
    add_text(report, at->prompt);
    add_text(report, at->where);
    add_text(report, attempt->route < run->route_count
                         ? run->routes[attempt->route].id
                         : ASSAY_STR(""));
    add_count(report, attempt->repeat, true);
    add_count(report, attempt->attempt,
              attempt->attempt != ASSAY_ATTEMPT_UNTOLD);
}

static void add_record(struct assay_report *report, struct assay_arena *arena,
                       const struct assay_attempt *a)
{
    bool done = a->state == ASSAY_ATTEMPT_DONE;
    bool ended = done || a->state == ASSAY_ATTEMPT_FAILED;
    bool counted = a->reply.usage_state != ASSAY_USAGE_MISSING;
    bool priced = a->cost_state == ASSAY_KNOWN || a->cost_state == ASSAY_FREE;

    add_case(report, a);
    add_text(report, assay_str_c(assay_attempt_state_name(a->state)));
    add_text(report, assay_str_c(ended ? assay_class_name(a->of) : ""));
    add_count(report, a->status, a->status != 0);
    add_text(report, assay_str_c(done ? assay_mark_name(a->mark) : ""));
    add_real(report, done ? a->score : (double)NAN);
    add_real(report, assay_attempt_latency_ms(a));
    add_real(report, assay_attempt_first_token_ms(a));
    add_count(report, a->reply.usage.input_tokens, counted);
    add_count(report, a->reply.usage.output_tokens, counted);
    add_text(report,
             priced ? assay_decimal_text(arena, a->cost_usd) : ASSAY_STR(""));
    add_text(report,
             assay_str_c(done ? assay_finish_name(a->reply.finish) : ""));
    add_text(report, a->reply.text);
    assay_csv_field(&report->out, a->message);
    assay_buf_add_c(&report->out, "\r\n");
}

bool assay_report_csv(struct assay_report *report, struct assay_error *err)
{
    assay_buf_add_c(&report->out, header);
    return walk(&(struct rows){report, add_record}, err);
}
