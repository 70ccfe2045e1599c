/*
 * What a running trial is made of. The thread that called assay_trial_run
 * conducts: it shows how far it is and sees to limits. Tickets, one for each
 * prompt and repeat, are handed out in order, mostly by the worker that has
 * just ended one. Each route is a lane with threads of its own. One thread
 * writes the ledger.
 * One mutex guards all of it; nobody holds it while asking, scoring or
 * writing.
 */
#ifndef ASSAY_TRIAL_PARTS_H
#define ASSAY_TRIAL_PARTS_H

#include "assay/trial.h"
#include "trial/ledger_parts.h"
#include "trial/run_pairs.h"

#include <pthread.h>
#include <semaphore.h>

enum {
    ASSAY_TRIAL_RETRIES = 2, /* of one prompt, route and repeat */
    ASSAY_TRIAL_PARALLEL = 16,
    ASSAY_TRIAL_MAX_TOKENS = 1024,
    ASSAY_TRIAL_TIMES = 256, /* the newest latencies, for showing */
};

int64_t assay_trial_now(void); /* monotonic nanoseconds */
/* With a condition of assay_trial_cond: at most until then. */
void assay_trial_cond(pthread_cond_t *cond);
void assay_trial_wait(pthread_cond_t *cond, pthread_mutex_t *lock,
                      int64_t until);

/* ------------------------------------------------------- trial_writer.c */

/*
 * Steps of attempts, written in batches: whoever hands one in waits until
 * the commit that holds it is on disk.
 */
struct assay_writer;

struct assay_step {
    struct assay_attempt_key key;
    enum { ASSAY_STEP_SEND, ASSAY_STEP_END, ASSAY_STEP_STOP } kind;
    uint64_t fence;                      /* SEND sets it, END names it */
    struct assay_decimal reserved_usd;   /* SEND */
    bool claim;                          /* END: of a row that was not sent */
    const struct assay_attempt *attempt; /* END */
    bool plan_next;                      /* END: another attempt will follow */
    enum assay_stop_reason reason;       /* STOP */
    uint64_t counted;                    /* STOP */
    bool written, ours;
    sem_t told; /* once it is on disk */
    struct assay_step *next;
};
/* Owns a ledger handle of its own. NULL: as assay_ledger_open. */
struct assay_writer *assay_writer_start(const char *store,
                                        struct assay_error *err);
/* Waits for what was handed in. Accepts NULL. */
void assay_writer_end(struct assay_writer *writer);
/*
 * Takes its place behind what others handed in, and returns at once; the
 * step is the writer's until assay_writer_wait, which each one needs.
 */
void assay_writer_hand_in(struct assay_writer *writer, struct assay_step *step);
/* False: the ledger cannot be written; the run must end. */
bool assay_writer_wait(struct assay_writer *writer, struct assay_step *step,
                       struct assay_error *err);
/* Both. */
bool assay_writer_write(struct assay_writer *writer, struct assay_step *step,
                        struct assay_error *err);

/* ------------------------------------------------------- trial_pace.c */

/*
 * How fast a route is asked. Concurrency begins at 4 and grows by one each
 * time that many answers came; it is halved when the route says it is too
 * much. After failures without end the route rests, then one request tries;
 * one to which no connection ever came about is given up after the first rest.
 * Retries are one for five requests of the last minute at most; the first 20
 * of a run are free (FORMATS 6). Pure: time is given, in nanoseconds.
 */
struct assay_pace {
    double limit; /* of requests at once */
    uint32_t most;
    int64_t cut_at;      /* when the limit was halved */
    int64_t pause_until; /* what the route asked for */
    uint32_t failures;   /* prompts in a row without an answer */
    uint32_t rests;      /* in a row without an answer between them */
    int64_t rest_until;  /* 0: the breaker is closed */
    bool trying;         /* the one request after a rest is under way */
    bool reached;        /* a connection came about, whatever it brought */
    uint32_t offered[60], retried[60]; /* by second */
    int64_t second[60];                /* which one is counted there */
    struct assay_random random;
};
enum {
    ASSAY_PACE_FREE_RETRIES = 20,
    ASSAY_PACE_FAILURES = 5,        /* in a row: the route rests */
    ASSAY_PACE_RESTS = 4,           /* in vain: it is down */
    ASSAY_PACE_RESTS_UNREACHED = 1, /* where no connection ever came about */
};
void assay_pace_init(struct assay_pace *pace, uint32_t most, bool full_speed,
                     uint64_t seed);
/* Whether one more may be begun while so many are under way. */
bool assay_pace_may_send(const struct assay_pace *pace, uint32_t in_flight,
                         int64_t now);
/* The breaker is open, or one request tries whether it may close. */
bool assay_pace_rests(const struct assay_pace *pace);
void assay_pace_offered(struct assay_pace *pace, int64_t now);
/* How one attempt ended that was begun at `sent`. */
void assay_pace_ended(struct assay_pace *pace, enum assay_outcome_class of,
                      int64_t retry_after_ms, int64_t sent, int64_t now);
/* How a prompt ended after all its attempts. */
void assay_pace_settled(struct assay_pace *pace, bool answered,
                        const struct assay_trial_tempo *tempo, int64_t now);
/* Why it is down, or NULL: it rested in vain, or never was there. */
const char *assay_pace_is_down(const struct assay_pace *pace);
/* Takes one from the budget, where there is one left. */
bool assay_pace_may_retry(struct assay_pace *pace, uint64_t retries_of_run,
                          int64_t now);
/* Full jitter, or what the route asked for and up to a tenth more; ms. */
int64_t assay_pace_back_off(struct assay_pace *pace, uint32_t retry,
                            int64_t retry_after_ms,
                            const struct assay_trial_tempo *tempo);

/* ------------------------------------------------------- trial_money.c */

struct assay_tariff {
    struct assay_price_list list;
    struct assay_date day;
    const struct assay_json *image_rule; /* or NULL */
    bool free, known;                    /* known: input and output */
};
void assay_tariff_read(struct assay_arena *arena,
                       const struct assay_trial_route *route,
                       struct assay_str started, struct assay_tariff *tariff);
/*
 * The most that one attempt can cost: a byte of the question is a token at
 * most, and the answer has at most max_tokens. UNKNOWN: no price, or a
 * picture without a rule.
 */
struct assay_spent assay_tariff_worst(const struct assay_tariff *tariff,
                                      const struct assay_case *of,
                                      const struct assay_chat *chat);
struct assay_spent assay_tariff_bill(const struct assay_tariff *tariff,
                                     const struct assay_response_usage *usage);
/*
 * What an attempt cost: nothing where nothing was sent or no work was done,
 * else by its usage. UNKNOWN: it states none, or was cut short, when the
 * usage is that of its beginning; it is the most it can have been then.
 */
struct assay_spent assay_tariff_cost(const struct assay_tariff *tariff,
                                     const struct assay_response *answer);

/* ------------------------------------------------------- trial_plan.c */

/* The order of the run; unit u is places first[u] … first[u + 1] - 1. */
struct assay_trial_order {
    uint32_t *case_at; /* [cases]: number in the suite of each place */
    uint32_t *unit_at; /* [cases] */
    uint64_t *first;   /* [units + 1] */
    uint64_t units;
};
void assay_trial_order_make(struct assay_arena *arena,
                            const struct assay_suite *suite, uint64_t seed,
                            struct assay_trial_order *order);
/* What a case asks, as JSON, for the ledger and its readers. */
struct assay_str assay_case_input(struct assay_arena *arena,
                                  const struct assay_case *of);
/*
 * Numbers, stops, tools and schema from a JSON object; texts and values are
 * borrowed. BAD_INPUT names what is not known.
 */
bool assay_chat_read(struct assay_arena *arena,
                     const struct assay_json *options, struct assay_chat *chat,
                     struct assay_error *err);
/* The chat of a route with what the case states over it, and its messages. */
bool assay_case_chat(struct assay_arena *arena, const struct assay_case *of,
                     const struct assay_chat *route, uint32_t max_tokens,
                     struct assay_chat *chat, struct assay_error *err);

/* ------------------------------------------------------- trial_spared.c */

struct assay_trial;
/* A prompt that is not for a route is closed there, and is never asked. */
bool assay_trial_spares(struct assay_trial *trial, size_t lane,
                        const struct assay_case *of, uint64_t place);
bool assay_trial_asks(const struct assay_trial *trial, size_t lane,
                      uint64_t place);
/* Counts for each pair of routes the units that are for both; the fewest. */
uint64_t assay_trial_expect_units(struct assay_trial *trial);

/* ------------------------------------------------------- trial_look.c */

/* Evidence while it runs: every pair of routes, in lock step. */
struct assay_look_line {
    size_t a, b;
    struct assay_sequential answered, served;
    uint64_t wins_a, wins_b;
    uint64_t left; /* units with a prompt for both that are not taken in */
};
struct assay_looking {
    struct assay_look_line *lines;
    size_t count;
    uint64_t units; /* taken in so far */
    bool hopeful;   /* the number of units could decide it at all */
};
/* `units` are all of the run; see assay_looking_expect. */
bool assay_looking_init(struct assay_arena *arena,
                        const struct assay_trial_rule *rule, size_t routes,
                        uint64_t units, struct assay_looking *looking,
                        struct assay_error *err);
/* So many units, of all of a run, are for both routes of a pair. */
void assay_looking_expect(struct assay_looking *looking, size_t line,
                          uint64_t units);
/* Every live pair is decided, or cannot be any more; else NONE. */
enum assay_stop_reason assay_looking_conclude(
    const struct assay_looking *looking, const bool *down, uint64_t remaining);

/* ------------------------------------------------------- the trial */

struct assay_lane {
    struct assay_trial *trial;
    size_t number;
    const struct assay_trial_route *route;
    struct assay_tariff tariff;
    struct assay_pace pace;
    uint64_t cursor;   /* the next ticket to send */
    uint64_t *waiting; /* tickets handed out, not yet taken: a ring */
    uint32_t first, count;
    uint32_t in_flight;  /* handed out or with a worker */
    pthread_cond_t work; /* a ticket waits, or the trial closes */
    bool taking;         /* a worker hands out, and takes one itself */
    pthread_t *threads;
    uint32_t thread_count, idle, most;
    bool down;
    char why[256];   /* it is down */
    uint64_t spared; /* tickets that are not for it */
    /* for showing, and for money */
    struct assay_trial_lane shown;
    float times[ASSAY_TRIAL_TIMES];
    uint64_t timed;
    struct assay_decimal spent, reserved;
    bool spent_unknown, spent_known;
};

/* One prompt, repeat and route: what is known of it. */
struct assay_ticket {
    uint8_t next_attempt, retries;
};

struct assay_trial {
    struct assay_trial_options options;
    struct assay_arena arena, scratch;
    struct assay_scorer *scorer;
    struct assay_trial_order order;
    struct assay_trial_outlook outlook;
    struct assay_looking looking;
    bool by_score;
    uint64_t tickets; /* cases x repeats */
    struct assay_lane *lanes;
    bool *down;                       /* [lanes] */
    struct assay_outcome_cell *cells; /* [lane][ticket] */
    struct assay_ticket *attempts;    /* [lane][ticket] */
    uint64_t cursor;                  /* of lanes in step */
    uint64_t retries;                 /* of the run */
    size_t *sending;                  /* scratch: lanes in drawn order */
    struct assay_random random;       /* order of sending */
    struct assay_writer *writer;
    int64_t num; /* of the run in the ledger */
    int lock_file;
    int64_t begun, deadline; /* deadline: 0: none */

    pthread_mutex_t lock;
    pthread_cond_t rest; /* for workers that back off */
    pthread_cond_t news; /* for the conductor */
    bool closing;        /* workers without a ticket end */
    atomic_bool cancel;
    enum assay_stop_reason stopping; /* nothing more is begun */
    uint64_t counted;
    bool failed; /* the ledger: see err */
    struct assay_error err;
};

/* Hands out prompts until the trial stops, and waits for what is under way. */
void assay_trial_conduct(struct assay_trial *trial,
                         const struct assay_trial_watcher *watcher);
/*
 * With the lock: takes in what has ended, and hands out what may be asked
 * then. The conductor sleeps while workers do this.
 */
void assay_trial_advance(struct assay_trial *trial);
/* A worker of a lane: takes tickets until the trial closes. */
void *assay_lane_work(void *of_lane);
/* With the lock: where there is a limit, reserves the most an attempt can cost;
   false: the limit does not allow it. */
bool assay_trial_reserve(struct assay_trial *trial, struct assay_lane *lane,
                         struct assay_spent worst);
void assay_trial_release(struct assay_lane *lane, struct assay_spent worst);
/* With the lock: counts what an attempt cost. */
void assay_trial_spend(struct assay_lane *lane, struct assay_spent cost);
void assay_trial_lane_down(struct assay_lane *lane, const char *why);

/* What a ticket asks, made in the arena. */
bool assay_trial_case(const struct assay_trial *trial, uint64_t ticket,
                      struct assay_arena *arena, struct assay_case *to,
                      struct assay_error *err);
/* The most that an attempt at it can cost. */
struct assay_spent assay_trial_worst(const struct assay_lane *lane,
                                     const struct assay_case *of);
/* Where a lane's cell of a ticket stands, in cells and attempts. */
size_t assay_trial_cell(const struct assay_trial *trial, size_t lane,
                        uint64_t ticket);

#endif
