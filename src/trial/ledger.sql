-- The tables of runs, beside the catalog's. Each statement may be made again.
-- Times are nanoseconds of a monotonic clock from the moment an attempt was
-- asked; money is decimal text; JSON is text.
create table if not exists run (
  num integer primary key,
  id text not null unique,
  started text not null,
  suite text not null,
  suite_path text not null,
  suite_format text not null,
  scoring text not null,
  mode text not null,
  outcome text not null,
  margin real not null,
  rule_seed integer not null,
  seed integer not null,
  repeats integer not null,
  cases integer not null,
  max_cost_usd text,
  max_time_ms integer not null,
  version text not null,
  options text not null,
  stopped text not null default '',
  -- So many prompts, in the run's order, count in its figures.
  counted integer not null
);

create table if not exists run_route (
  run integer not null references run(num),
  route integer not null,
  id text not null,
  label text not null,
  model text not null,
  endpoint text not null,
  prices text,
  primary key (run, route)
) without rowid;

-- The suite's files as they were read, deflated.
create table if not exists run_file (
  run integer not null references run(num),
  file integer not null,
  path text not null,
  sha256 text not null,
  size integer not null,
  bytes blob not null,
  primary key (run, file)
) without rowid;

-- What is asked, in the run's seeded order. Cases of one unit stand together
-- and are one pair of the evidence.
create table if not exists run_case (
  num integer primary key,
  run integer not null references run(num),
  place integer not null,
  number integer not null,
  unit integer not null,
  id text not null,
  prompt text not null,
  description text not null,
  location text not null,
  cluster text not null,
  vars text,
  input text not null,
  unique (run, place)
);

-- One row an attempt. A claim is a lease: `fence` counts the holders of a
-- row, and only what the newest one says is taken.
create table if not exists attempt (
  num integer primary key,
  run integer not null references run(num),
  place integer not null,
  repeat integer not null,
  route integer not null,
  attempt integer not null,
  -- Not "in (...)": of more than two values SQLite makes a table of its own
  -- at each step of a row, which cost more than the step.
  state text not null default 'planned'
    check (state = 'planned' or state = 'sent' or state = 'done'
           or state = 'failed' or state = 'unknown'),
  -- Nothing more is tried for this prompt.
  final integer not null default 0,
  fence integer not null default 0,
  holder text,
  lease_until integer not null default 0,
  reserved_usd text,
  cost_state text,
  cost_usd text,
  mark text,
  score real,
  class text,
  status integer,
  queued integer,
  backed_off integer,
  begun integer, resolved integer, connected integer, secured integer,
  sent integer, headers integer, first_byte integer, first_token integer,
  first_content integer, last_token integer, done integer,
  finish integer, finish_stated text,
  model text, reply_id text, tier text, fingerprint text, server text,
  usage_state integer, usage text,
  mean_logprob real,
  message text,
  text text, reasoning text, refusal text, calls text,
  checks text,
  raw_size integer, raw blob,
  unique (run, place, repeat, route, attempt)
);

-- Routes that judge, as they were when the run began: see run_route.
create table if not exists run_judge (
  run integer not null references run(num),
  judge integer not null,
  id text not null,
  label text not null,
  model text not null,
  endpoint text not null,
  prices text,
  primary key (run, judge)
) without rowid;

-- One row a question to a judge, with the states of an attempt. `chk` is the
-- check of the answer, as in attempt.checks; `question` the SHA-256 of what
-- was asked, so that an answer is taken for no other question.
create table if not exists judge_call (
  num integer primary key,
  run integer not null references run(num),
  place integer not null,
  repeat integer not null,
  route integer not null,
  chk integer not null,
  vote integer not null,
  attempt integer not null,
  judge integer not null,
  state text not null default 'planned'
    check (state = 'planned' or state = 'sent' or state = 'done'
           or state = 'failed' or state = 'unknown'),
  fence integer not null default 0,
  holder text,
  lease_until integer not null default 0,
  reserved_usd text,
  cost_state text,
  cost_usd text,
  class text,
  status integer,
  took integer,
  question text not null,
  model text,
  usage text,
  message text,
  text text,
  unique (run, place, repeat, route, chk, vote, attempt)
);

-- What a person said of an answer that a judge marked; by whom and when are
-- words for people.
create table if not exists label (
  run integer not null references run(num),
  place integer not null,
  repeat integer not null,
  route integer not null,
  passed integer not null,
  labelled text not null,
  labeller text not null,
  primary key (run, place, repeat, route)
) without rowid;
