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
    ASSAY_TRIAL_MOST = 256, /* whatever was asked for */
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
    enum {
        ASSAY_STEP_SEND,
        ASSAY_STEP_END,
        ASSAY_STEP_MARK, /* of an answer that waited for its judges */
        ASSAY_STEP_STOP,
        ASSAY_STEP_JUDGE_FIND,
        ASSAY_STEP_JUDGE_SEND,
        ASSAY_STEP_JUDGE_END,
    } kind;
    uint64_t fence;                    /* SEND sets it, the others name it */
    struct assay_decimal reserved_usd; /* SEND */
    bool claim; /* END, MARK: of a row that nobody here has sent */
    const struct assay_attempt *attempt; /* END, MARK */
    bool plan_next;                      /* END: another attempt will follow */
    enum assay_stop_reason reason;       /* STOP */
    uint64_t counted;                    /* STOP */
    struct assay_judge_key judge;        /* JUDGE_… */
    const struct assay_judge_call *call; /* JUDGE_…: its question; END: all */
    struct assay_judge_found *found;     /* JUDGE_FIND */
    struct assay_arena *arena;           /* JUDGE_FIND: of what was said */
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
 * one that never answered is given up sooner, most so if it was never reached.
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
    bool answered;       /* and once an answer */
    uint32_t offered[60], retried[60]; /* by second */
    int64_t second[60];                /* which one is counted there */
    struct assay_random random;
};
enum {
    ASSAY_PACE_FREE_RETRIES = 20,
    ASSAY_PACE_FAILURES = 5,         /* in a row: the route rests */
    ASSAY_PACE_RESTS = 6,            /* in vain, over a minute: it is down */
    ASSAY_PACE_RESTS_UNANSWERED = 4, /* where no answer ever came */
    ASSAY_PACE_RESTS_UNREACHED = 1,  /* nor a connection */
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

struct assay_trial;
struct assay_lane;

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
/* The same of tokens that somebody else has counted. */
struct assay_spent assay_tariff_most(const struct assay_tariff *tariff,
                                     uint64_t input_tokens,
                                     uint64_t output_tokens);
struct assay_spent assay_tariff_bill(const struct assay_tariff *tariff,
                                     const struct assay_response_usage *usage);
/*
 * What an attempt cost: nothing where nothing was sent or no work was done,
 * else by its usage. UNKNOWN: it states none, or was cut short, when the
 * usage is that of its beginning; it is the most it can have been then.
 */
struct assay_spent assay_tariff_cost(const struct assay_tariff *tariff,
                                     const struct assay_response *answer);
/* The same, with the most that it can have been where it is not known. */
struct assay_spent assay_tariff_charge(const struct assay_tariff *tariff,
                                       struct assay_spent worst,
                                       const struct assay_response *answer);

/* Money of one route, with the trial's lock. Without a limit nothing is
   reserved. */
struct assay_purse {
    struct assay_decimal spent, reserved;
    bool spent_over, spent_under, spent_known; /* see assay_spent */
};
/* Reserves the most that something can cost, if the run's limit allows. */
bool assay_trial_reserve(struct assay_trial *trial, struct assay_purse *purse,
                         struct assay_spent worst);
void assay_trial_release(const struct assay_trial *trial,
                         struct assay_purse *purse, struct assay_spent worst);
void assay_purse_spend(struct assay_purse *purse, struct assay_spent cost);
/* KNOWN, FREE, UNKNOWN, or BOUND where some of it is not known. */
struct assay_spent assay_purse_spent(const struct assay_purse *purse);

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

/* ------------------------------------------------------- judges */

enum { ASSAY_TRIAL_JUDGES = 8 };

struct assay_trial_judges {
    struct assay_arena arena;
    struct assay_trial_route routes[ASSAY_TRIAL_JUDGES];
    size_t count;
};

/* A judge while a trial runs. */
struct assay_trial_judge {
    const struct assay_trial_route *route;
    struct assay_tariff tariff;
    struct assay_pace pace;
    struct assay_purse purse;
    uint32_t in_flight, most;
    uint64_t retries;
};

/* The judging of one answer, by the worker that has it. */
struct assay_judging {
    struct assay_trial *trial;
    struct assay_attempt_key key; /* of the answer */
    bool again;                   /* some may have been asked before */
    struct assay_spent aside;     /* what is left of the money set aside */
    bool open;                    /* cut short: the answer waits for marks */
};
/* Before the run's row is made: one for each route of the options. */
void assay_trial_judges_init(struct assay_trial *trial);
/* The same ones as when the run began; with a price where money is limited. */
bool assay_trial_judges_check(const struct assay_trial *trial,
                              struct assay_error *err);
/* The function of an assay_judge whose context is a judging. */
bool assay_trial_ask_judge(void *of_judging,
                           const struct assay_judge_question *question,
                           struct assay_arena *arena, struct assay_str *text,
                           struct assay_error *err);
/*
 * The most that judging an answer is expected to cost: it is taken to have
 * eight bytes a token. What an answer does have is counted to the byte before
 * a judge is asked.
 */
struct assay_spent assay_trial_judging_worst(const struct assay_lane *lane,
                                             const struct assay_case *of);
/* How many questions that is at most. */
uint64_t assay_trial_questions(const struct assay_trial *trial,
                               const struct assay_case *of);
bool assay_case_is_judged(const struct assay_case *of);

/* ------------------------------------------------------- the trial */

/* An answer that was kept, whose judges were not heard before the run was
   cut short. */
struct assay_waiting {
    size_t cell;
    const struct assay_attempt *answer;
    struct assay_waiting *next;
};

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
    struct assay_purse purse;
};

/* One prompt, repeat and route: what is known of it. */
struct assay_ticket {
    uint8_t next_attempt, retries;
    bool answered; /* it waits for its marks: among trial->waiting */
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
    struct assay_trial_judge *judges; /* [judge_count] */
    size_t judge_count;
    uint32_t votes;           /* of each question to a judge, at most */
    char judge_why[256];      /* one of them is down */
    struct assay_purse aside; /* set aside for judging what is under way */
    struct assay_waiting *waiting;
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
/* Scores what an attempt brought; `answer` may have likelihoods and a judge. */
void assay_trial_mark(const struct assay_trial *trial,
                      struct assay_arena *arena, const struct assay_case *of,
                      struct assay_attempt *attempt,
                      struct assay_answer *answer);
/* With the lock: what a ticket can cost, its judges' part too. */
bool assay_trial_set_aside(struct assay_lane *lane, uint64_t ticket);
void assay_trial_put_back(struct assay_lane *lane, uint64_t ticket);
/* With the lock: nothing more is begun. */
void assay_trial_stop(struct assay_trial *trial, enum assay_stop_reason reason);
/* The ledger cannot be written: the run ends, whatever is under way. */
void assay_trial_give_up(struct assay_trial *trial,
                         const struct assay_error *err);
/* Waits for so long. False: the run ended, or *given_up is set. */
bool assay_trial_back_off(struct assay_trial *trial, int64_t ms,
                          const bool *given_up);
void assay_trial_lane_down(struct assay_lane *lane, const char *why);

/* Requests at once on a route, at most. */
uint32_t assay_trial_parallel(const struct assay_trial_options *options,
                              const struct assay_trial_route *route);
/* What a ticket asks, made in the arena. */
bool assay_trial_case(const struct assay_trial *trial, uint64_t ticket,
                      struct assay_arena *arena, struct assay_case *to,
                      struct assay_error *err);
/* An answer is kept, and waits for its marks alone. */
bool assay_trial_waits(const struct assay_lane *lane, uint64_t ticket);
/* The most that an attempt at it can cost. */
struct assay_spent assay_trial_worst(const struct assay_lane *lane,
                                     const struct assay_case *of);
/* Where a lane's cell of a ticket stands, in cells and attempts. */
size_t assay_trial_cell(const struct assay_trial *trial, size_t lane,
                        uint64_t ticket);

#endif
