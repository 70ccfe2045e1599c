-- The catalog's tables. A day is days since 1970-01-01. Nothing is deleted
-- when a source stops saying it: the statement's `ended` is set.
create table meta (
  key text primary key not null,
  value text not null
) without rowid;

create table source (
  num integer primary key,
  id text not null unique,
  title text not null,
  url text not null,
  license text not null,
  kind text not null
);

-- Each day on which a source was read.
create table reading (
  source integer not null references source(num),
  retrieved integer not null,
  format text not null,
  origin text not null,
  sha256 text not null,
  rows integer not null,
  primary key (source, retrieved)
) without rowid;

-- What sources speak of; `model` is the canonical model it belongs to, `rule`
-- and `via` why (identity.h): via is the key that led there.
create table subject (
  num integer primary key,
  kind text not null,
  id text not null,
  model integer references subject(num),
  rule text not null default '',
  via text not null default '',
  unique (kind, id)
);
create index subject_model on subject(model, kind, id) where model is not null;

-- What one source says of one subject, from the day `first` until the day
-- before `ended`. `stated` is drawn from the body for joining: the model a
-- route names, or the aliases of a model, one a line.
create table statement (
  num integer primary key,
  subject integer not null references subject(num),
  source integer not null references source(num),
  first integer not null,
  ended integer,
  stated text not null,
  body text not null
);
create index statement_subject on statement(subject, source, first);
create index statement_source on statement(source, ended);

-- Every name a person may type, in canonical spelling, and its model.
-- how: 'id', 'alias' (declared, or another id of the same model), 'bare'
-- (the name without its creator, where exactly one model bears it).
create table name (
  key text primary key not null,
  model integer not null references subject(num),
  how text not null,
  spelling text not null
) without rowid;
create index name_alias on name(model, spelling) where how = 'alias';

-- One row a model, to find neighbours and near names without reading all.
create table model (
  num integer primary key references subject(num),
  id text not null,
  name text not null,
  family text not null,
  task text not null,
  context integer,
  monthly_usd text,
  status text not null
);
