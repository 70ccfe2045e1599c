/*
 * Before a trial and while it runs: see try_table.h. The live table has a
 * line for each route, and one for the evidence of each pair.
 */
#include "cli/try_table.h"

#include "assay/buf.h"

#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 16, LABEL = 16, BAR = 24, EVERY_MS = 10000 };

/* ------------------------------------------------------- before spending */

static struct assay_str questions(struct assay_cli *cli,
                                  const struct assay_trial_outlook *o)
{
    if (o->questions == 0)
        return ASSAY_STR("");
    return assay_arena_printf(&cli->arena,
                              " and up to %llu questions to judges",
                              (unsigned long long)o->questions);
}

static void tell_cost(struct assay_cli *cli, const struct assay_run *run,
                      const struct assay_trial_outlook *o)
{
    if (o->free)
        assay_cli_note(cli, "costs nothing: all of it runs here");
    else if (o->unpriced != SIZE_MAX || o->unpriced_judge != SIZE_MAX)
        assay_cli_note(cli, "worst case not known: no price or bound for %.*s",
                       ASSAY_STR_ARG(o->unpriced != SIZE_MAX
                                         ? run->routes[o->unpriced].id
                                         : run->judges[o->unpriced_judge].id));
    else
        assay_cli_note(
            cli, "worst case %.*s for %llu requests%.*s",
            ASSAY_STR_ARG(assay_decimal_usd(&cli->arena, o->worst.usd)),
            (unsigned long long)o->left, ASSAY_STR_ARG(questions(cli, o)));
}

/* Too few to be sure of a test at the end. */
static bool is_tested_late(const struct assay_run *run,
                           const struct assay_trial_outlook *o)
{
    return run->rule.mode == ASSAY_TRIAL_FIXED &&
           run->rule.outcome == ASSAY_OUTCOME_GRADED &&
           o->shared < ASSAY_T_PAIRS;
}

void assay_try_outlook(struct assay_cli *cli, const struct assay_run *run,
                       const struct assay_trial_outlook *o)
{
    assay_cli_note(cli, "run %.*s, seed %llu: %llu prompts x %zu route%s",
                   ASSAY_STR_ARG(run->id), (unsigned long long)run->seed,
                   (unsigned long long)o->prompts, run->route_count,
                   run->route_count == 1 ? "" : "s");
    if (run->route_count > 1 && o->units < o->prompts)
        assay_cli_note(cli,
                       "the prompts of one test, or one cluster, are a group "
                       "and count once: %llu groups",
                       (unsigned long long)o->units);
    if (run->route_count > 1 && o->shared < o->units)
        assay_cli_note(cli,
                       "not all are for every route: two of them share %llu "
                       "or more, or none",
                       (unsigned long long)o->shared);
    if (run->route_count > 1 && is_tested_late(run, o))
        assay_cli_note(cli,
                       "--fixed tests groups and graded scores from %d on, or "
                       "where %d differ; without it so few may be decided",
                       ASSAY_T_PAIRS, ASSAY_BCA_DIFFERENCES);
    else if (run->route_count > 1 && o->detectable)
        assay_cli_note(cli,
                       "so many prompts show a difference of %.0f points four "
                       "times in five, smaller ones less often",
                       o->difference * 100);
    else if (run->route_count > 1)
        assay_cli_note(cli, "so few prompts cannot show a difference");
    tell_cost(cli, run, o);
}

/* ------------------------------------------------------- parts of a line */

static void add_money(struct assay_arena *arena, struct assay_buf *out,
                      struct assay_spent spent)
{
    if (spent.state == ASSAY_UNKNOWN)
        assay_buf_add_c(out, "cost unknown");
    else
        assay_buf_add(out, assay_spent_text(arena, spent));
}

static void add_time(struct assay_buf *out, double ms)
{
    if (isnan(ms))
        assay_buf_add_c(out, "       -");
    else if (ms < 10000)
        assay_buf_printf(out, "%5.0f ms", ms);
    else
        assay_buf_printf(out, "%6.1f s", ms / 1000);
}

static void add_bar(struct assay_buf *out, uint64_t done, uint64_t all,
                    bool ascii)
{
    uint64_t full = all ? done * BAR / all : 0;

    for (uint64_t i = 0; i < BAR; i++)
        assay_buf_add_c(out, i < full ? (ascii ? "#" : "\xe2\x96\x88")
                                      : (ascii ? "." : "\xe2\x96\x91"));
}

/* Cut to its column, and filled up to it. */
static void add_label(struct assay_buf *out, struct assay_str label)
{
    struct assay_buf safe;

    assay_buf_init(&safe, MOST_BYTES);
    while (label.len && assay_tty_width(label) > LABEL)
        do
            label.len--;
        while (label.len &&
               ((unsigned char)label.at[label.len] & 0xc0) == 0x80);
    assay_tty_text(&safe, label);
    assay_buf_add(out, assay_buf_str(&safe));
    assay_buf_release(&safe);
    size_t width = assay_tty_width(label);
    assay_buf_fill(out, ' ', width < LABEL ? LABEL - width : 0);
}

static void add_lane(const struct assay_try_table *table,
                     struct assay_arena *arena, struct assay_buf *out,
                     const struct assay_trial_lane *lane, uint64_t all)
{
    assay_buf_add_c(out, "  ");
    add_label(out, lane->label);
    assay_buf_add_char(out, ' ');
    all -= lane->spared;
    add_bar(out, lane->ended, all, table->cli->render.ascii);
    assay_buf_printf(out, " %llu/%llu", (unsigned long long)lane->ended,
                     (unsigned long long)all);
    if (lane->passed + lane->failed)
        assay_buf_printf(out, " pass %llu", (unsigned long long)lane->passed);
    if (lane->errors)
        assay_buf_printf(out, " err %llu", (unsigned long long)lane->errors);
    if (lane->down)
        assay_buf_add_c(out, " down");
    add_time(out, lane->p50_ms);
    assay_buf_add_c(out, "  ");
    add_money(arena, out, lane->spent);
}

static void add_line(struct assay_buf *out,
                     const struct assay_trial_progress *p,
                     const struct assay_trial_line *line)
{
    assay_buf_add_c(out, "  only ");
    assay_tty_text(out, p->lanes[line->a].label);
    assay_buf_printf(out, " %llu, only ", (unsigned long long)line->wins_a);
    assay_tty_text(out, p->lanes[line->b].label);
    assay_buf_printf(out, " %llu", (unsigned long long)line->wins_b);
    if (!isnan(line->e))
        assay_buf_printf(out, ", evidence E = %.3g (decided at 20)", line->e);
}

/* ------------------------------------------------------- on a terminal */

static unsigned columns(void)
{
    struct winsize size = {0};

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return 80;
    return size.ws_col;
}

/* One line, cut to the terminal so that it stays one. */
static void end_line(struct assay_buf *out, struct assay_buf *line,
                     unsigned width)
{
    struct assay_str text = assay_buf_str(line);

    while (text.len && assay_tty_width(text) >= width)
        text.len--;
    while (text.len < line->len &&
           ((unsigned char)line->at[text.len] & 0xc0) == 0x80)
        text.len--;
    assay_buf_add(out, text);
    assay_buf_add_c(out, "\033[K\n");
    assay_buf_clear(line);
}

static void draw(struct assay_try_table *table,
                 const struct assay_trial_progress *p)
{
    enum { MOST_PAIRS = 6 };
    struct assay_arena arena = {0};
    struct assay_buf out, line;
    unsigned width = columns(), lines = 0;

    assay_buf_init(&out, MOST_BYTES);
    assay_buf_init(&line, MOST_BYTES);
    if (table->lines)
        assay_buf_printf(&out, "\r\033[%uA", table->lines);
    for (size_t i = 0; i < p->lane_count; i++, lines++) {
        add_lane(table, &arena, &line, &p->lanes[i],
                 p->prompts * table->repeats);
        end_line(&out, &line, width);
    }
    for (size_t i = 0; i < p->line_count && i < MOST_PAIRS; i++, lines++) {
        add_line(&line, p, &p->lines[i]);
        end_line(&out, &line, width);
    }
    if (write(STDERR_FILENO, out.at, out.len) < 0)
        table->lines = 0; /* nobody looks */
    else
        table->lines = lines;
    assay_buf_release(&line);
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

/* ------------------------------------------------------- elsewhere */

static void tell(struct assay_try_table *table,
                 const struct assay_trial_progress *p)
{
    struct assay_arena arena = {0};
    struct assay_buf out;

    assay_buf_init(&out, MOST_BYTES);
    assay_buf_printf(&out, "%llu of %llu prompts", (unsigned long long)p->done,
                     (unsigned long long)p->prompts);
    for (size_t i = 0; i < p->lane_count; i++) {
        const struct assay_trial_lane *lane = &p->lanes[i];
        assay_buf_add_c(&out, "; ");
        assay_buf_add(&out, lane->label);
        assay_buf_printf(&out, " %llu ended, %llu passed, ",
                         (unsigned long long)lane->ended,
                         (unsigned long long)lane->passed);
        if (lane->errors)
            assay_buf_printf(&out, "%llu errors, ",
                             (unsigned long long)lane->errors);
        add_money(&arena, &out, lane->spent);
    }
    if (p->judges.state != ASSAY_NOT_APPLICABLE) {
        assay_buf_add_c(&out, "; judges ");
        add_money(&arena, &out, p->judges);
    }
    for (size_t i = 0; i < p->line_count; i++)
        if (!isnan(p->lines[i].e))
            assay_buf_printf(&out, "; E = %.3g", p->lines[i].e);
    assay_cli_note(table->cli, "%.*s", ASSAY_STR_ARG(assay_buf_str(&out)));
    assay_buf_release(&out);
    assay_arena_free(&arena);
}

void assay_try_show(void *of_table, const struct assay_trial_progress *p)
{
    struct assay_try_table *table = of_table;

    if (table->cli->quiet)
        return;
    if (table->cli->error_is_terminal) {
        draw(table, p);
    } else if (p->elapsed_ms - table->told_ms >= EVERY_MS) {
        tell(table, p);
        table->told_ms = p->elapsed_ms;
    }
}

void assay_try_table_end(struct assay_try_table *table)
{
    table->lines = 0;
}
