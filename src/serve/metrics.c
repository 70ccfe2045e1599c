/*
 * Counters that any thread adds to without a lock, and their text. Labels
 * come from the table of addresses and from lists here, never from what a
 * client sent: there are a few hundred at most.
 */
#include "serve/metrics.h"

#include "assay/file.h"
#include "serve/page_cache.h"
#include "serve/place.h"
#include "serve/v1.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST_KINDS = 64,
    CLASSES = 5, /* 1xx … 5xx */
};

enum form { PAGE, MARKDOWN, API, FORMS };

static const char *const form_names[FORMS] = {"page", "markdown", "api"};

static const struct {
    int64_t us;
    const char *text; /* in seconds */
} steps[] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},
    {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},
    {250000, "0.25"}, {500000, "0.5"},  {1000000, "1"},   {2500000, "2.5"},
    {10000000, "10"},
};

enum { STEPS = sizeof steps / sizeof steps[0] };

struct histogram {
    atomic_ullong steps[STEPS + 1]; /* the last: longer */
    atomic_ullong sum_us;
};

struct assay_metrics {
    struct assay_str kinds[MOST_KINDS]; /* first words of paths */
    size_t kind_count;
    atomic_ullong requests[MOST_KINDS][FORMS][CLASSES];
    atomic_ullong bytes, connections, joined;
    atomic_ullong cuts[ASSAY_CUT_REASONS];
    struct histogram request, page;
    time_t started;
};

/* ------------------------------------------------------- kinds */

/* "compare" of "/compare/a/b" and of "/api/v1/compare"; "home" of "/". */
static struct assay_str kind_of(struct assay_str path, enum form *form)
{
    struct assay_str rest = assay_str_skip(path, 1);

    *form = PAGE;
    if (assay_str_starts(path, "/api/v1/")) {
        rest = assay_str_skip(path, 8);
        *form = API;
    } else if (assay_v1_owns(path)) {
        *form = API;
    } else if (assay_str_ends(path, ".md")) {
        *form = MARKDOWN;
    }
    rest = assay_str_head(rest, assay_str_find(rest, '/'));
    rest = assay_str_head(rest, assay_str_find(rest, '.'));
    return rest.len == 0 || assay_str_is(rest, "index") ? ASSAY_STR("home")
                                                        : rest;
}

static size_t find_kind(const struct assay_metrics *metrics,
                        struct assay_str kind)
{
    size_t i = 0;

    while (i < metrics->kind_count && !assay_str_equal(metrics->kinds[i], kind))
        i++;
    return i;
}

static void add_kind(struct assay_metrics *metrics, struct assay_str kind)
{
    /* the last one is for all the others */
    if (find_kind(metrics, kind) == metrics->kind_count &&
        metrics->kind_count < MOST_KINDS - 1)
        metrics->kinds[metrics->kind_count++] = kind;
}

struct assay_metrics *assay_metrics_new(void)
{
    struct assay_metrics *metrics = calloc(1, sizeof *metrics);
    enum form form;

    if (!metrics)
        return NULL;
    metrics->started = time(NULL);
    for (size_t i = 0; i < assay_place_count; i++) {
        const struct assay_place *place = &assay_places[i];

        if (place->page)
            add_kind(metrics, kind_of(assay_str_c(place->page), &form));
        if (place->api)
            add_kind(metrics, kind_of(assay_str_c(place->api), &form));
    }
    add_kind(metrics, ASSAY_STR("health"));
    add_kind(metrics, ASSAY_STR("ready"));
    add_kind(metrics, ASSAY_STR("metrics"));
    add_kind(metrics, ASSAY_STR("v1"));
    return metrics;
}

void assay_metrics_free(struct assay_metrics *metrics)
{
    free(metrics);
}

/* ------------------------------------------------------- counting */

static void count(atomic_ullong *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t value_of(atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void measure(struct histogram *histogram, int64_t took_us)
{
    size_t i = 0;

    while (i < STEPS && took_us > steps[i].us)
        i++;
    count(&histogram->steps[i], 1);
    count(&histogram->sum_us, took_us > 0 ? (uint64_t)took_us : 0);
}

void assay_metrics_request(struct assay_metrics *metrics, struct assay_str path,
                           unsigned status, size_t bytes, int64_t took_us)
{
    enum form form;
    size_t kind = find_kind(metrics, kind_of(path, &form));

    if (status < 100 || status > 599)
        return;
    count(&metrics->requests[kind][form][status / 100 - 1], 1);
    count(&metrics->bytes, bytes);
    measure(&metrics->request, took_us);
}

void assay_metrics_connection(struct assay_metrics *metrics)
{
    count(&metrics->connections, 1);
}

void assay_metrics_cut(struct assay_metrics *metrics, enum assay_cut reason)
{
    count(&metrics->cuts[reason], 1);
}

void assay_metrics_made(struct assay_metrics *metrics, int64_t took_us)
{
    measure(&metrics->page, took_us);
}

void assay_metrics_joined(struct assay_metrics *metrics)
{
    count(&metrics->joined, 1);
}

/* ------------------------------------------------------- writing */

static void add_head(struct assay_buf *out, const char *name, const char *type,
                     const char *what)
{
    assay_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, what, name,
                     type);
}

static void add_one(struct assay_buf *out, const char *name, const char *what,
                    uint64_t value)
{
    struct assay_str whole = assay_str_c(name);

    add_head(out, name, assay_str_ends(whole, "_total") ? "counter" : "gauge",
             what);
    assay_buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void add_requests(struct assay_metrics *metrics, struct assay_buf *out)
{
    add_head(out, "assay_http_requests_total", "counter",
             "Requests answered, by place, form and class of status.");
    for (size_t kind = 0; kind <= metrics->kind_count; kind++) {
        struct assay_str name = kind < metrics->kind_count
                                    ? metrics->kinds[kind]
                                    : ASSAY_STR("other");

        for (int form = 0; form < FORMS; form++)
            for (int class = 0; class < CLASSES; class ++) {
                uint64_t n = value_of(&metrics->requests[kind][form][class]);

                if (n == 0)
                    continue;
                assay_buf_printf(out,
                                 "assay_http_requests_total{place=\"%.*s\","
                                 "form=\"%s\",status=\"%dxx\"} %llu\n",
                                 ASSAY_STR_ARG(name), form_names[form],
                                 class + 1, (unsigned long long)n);
            }
    }
}

static void add_histogram(struct assay_buf *out, const char *name,
                          const char *what, struct histogram *histogram)
{
    uint64_t total = 0;
    uint64_t sum_us = value_of(&histogram->sum_us);

    add_head(out, name, "histogram", what);
    for (size_t i = 0; i <= STEPS; i++) {
        total += value_of(&histogram->steps[i]);
        assay_buf_printf(out, "%s_bucket{le=\"%s\"} %llu\n", name,
                         i < STEPS ? steps[i].text : "+Inf",
                         (unsigned long long)total);
    }
    assay_buf_printf(out, "%s_sum %llu.%06u\n%s_count %llu\n", name,
                     (unsigned long long)(sum_us / 1000000),
                     (unsigned)(sum_us % 1000000), name,
                     (unsigned long long)total);
}

static void add_cache(const struct assay_page_cache_counts *cache,
                      uint64_t joined, struct assay_buf *out)
{
    if (cache) {
        add_one(out, "assay_page_cache_hits_total",
                "Requests answered with a page that was there.", cache->hits);
        add_one(out, "assay_page_cache_misses_total",
                "Requests whose page was not there, or of an older catalog.",
                cache->misses);
        add_one(out, "assay_page_cache_evicted_total",
                "Pages that made room for others.", cache->evicted);
        add_one(out, "assay_page_cache_bytes", "Memory of the pages kept.",
                cache->bytes);
        add_one(out, "assay_page_cache_pages", "Pages kept.", cache->entries);
    }
    add_one(out, "assay_page_joined_total",
            "Requests that waited for a page already being made.", joined);
}

static void add_answers(const struct assay_v1_counts *answers,
                        struct assay_buf *out)
{
    const struct {
        const char *kind;
        uint64_t count;
    } tokens[] = {
        {"input", answers->input - answers->cached},
        {"cached", answers->cached},
        {"output", answers->output},
    };

    add_head(out, "assay_model_tokens_total", "counter",
             "Tokens read, kept from before, and written by the model.");
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        assay_buf_printf(out, "assay_model_tokens_total{kind=\"%s\"} %llu\n",
                         tokens[i].kind, (unsigned long long)tokens[i].count);
    add_one(out, "assay_model_answers", "Answers under way.",
            answers->answering);
    add_one(out, "assay_model_waiting",
            "Requests that wait for an answer to begin.", answers->waiting);
}

static void add_connections(struct assay_metrics *metrics, size_t open_now,
                            struct assay_buf *out)
{
    static const char *const reasons[ASSAY_CUT_REASONS] = {
        [ASSAY_CUT_SLOW] = "slow", [ASSAY_CUT_IDLE] = "idle",
        [ASSAY_CUT_GONE] = "gone", [ASSAY_CUT_CROWDED] = "crowded",
        [ASSAY_CUT_STOP] = "stop",
    };

    add_one(out, "assay_http_connections", "Connections open now.", open_now);
    add_one(out, "assay_http_connections_total", "Connections accepted.",
            value_of(&metrics->connections));
    add_head(out, "assay_http_connections_cut_total", "counter",
             "Connections ended by the server, by reason.");
    for (int i = 0; i < ASSAY_CUT_REASONS; i++)
        assay_buf_printf(
            out, "assay_http_connections_cut_total{reason=\"%s\"} %llu\n",
            reasons[i], (unsigned long long)value_of(&metrics->cuts[i]));
}

/* Resident pages: the second number of statm, proc(5). */
static uint64_t resident_bytes(void)
{
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    char text[128];
    struct assay_str first, rest, second;
    uint64_t pages = 0;
    ssize_t n = file < 0 ? 0 : read(file, text, sizeof text);

    if (file >= 0)
        close(file);
    if (n <= 0 ||
        !assay_str_cut((struct assay_str){text, (size_t)n}, ' ', &first,
                       &rest) ||
        !assay_str_cut(rest, ' ', &second, &rest) ||
        !assay_str_to_u64(second, &pages))
        return 0;
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void assay_metrics_write(struct assay_metrics *metrics,
                         const struct assay_metrics_now *now,
                         struct assay_buf *out)
{
    add_head(out, "assay_build_info", "gauge", "Which assay this is.");
    assay_buf_printf(out, "assay_build_info{version=\"%s\"} 1\n",
                     ASSAY_VERSION);
    add_requests(metrics, out);
    add_histogram(out, "assay_http_request_duration_seconds",
                  "From the end of a request's head until its reply is sent.",
                  &metrics->request);
    add_histogram(out, "assay_page_duration_seconds",
                  "What it took to make a page that was not in the cache.",
                  &metrics->page);
    add_one(out, "assay_http_response_bytes_total",
            "Bytes of bodies sent, compressed where they were.",
            value_of(&metrics->bytes));
    add_cache(now->cache, value_of(&metrics->joined), out);
    if (now->answers)
        add_answers(now->answers, out);
    add_connections(metrics, now->connections, out);
    add_one(out, "assay_catalog_edition",
            "Another number after each write to the catalog and each day.",
            now->edition);
    add_one(out, "process_resident_memory_bytes", "Resident memory.",
            resident_bytes());
    add_one(out, "process_start_time_seconds",
            "When it started, in seconds since 1970.",
            (uint64_t)metrics->started);
}
