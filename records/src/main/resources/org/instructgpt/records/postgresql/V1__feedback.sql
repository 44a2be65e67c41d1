-- What people give, as in migrations/V1__feedback.sql: the same tables, columns and rules in the words of PostgreSQL.

CREATE TABLE labeler (
  seq  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id   TEXT NOT NULL UNIQUE,
  pool TEXT NOT NULL CHECK (pool IN ('training', 'held_out', 'researcher'))
);

CREATE TABLE prompt (
  seq             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id              TEXT NOT NULL UNIQUE,
  text            TEXT NOT NULL,
  source          TEXT NOT NULL,
  user_id         TEXT,
  organisation_id TEXT,
  split           TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  use_case        TEXT,
  created         TEXT NOT NULL
);

CREATE INDEX prompt_by_split ON prompt (split, source);
CREATE INDEX prompt_by_user ON prompt (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE demonstration (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  prompt_id  TEXT NOT NULL REFERENCES prompt (id),
  response   TEXT NOT NULL,
  labeler_id TEXT NOT NULL REFERENCES labeler (id),
  created    TEXT NOT NULL
);

CREATE INDEX demonstration_by_prompt ON demonstration (prompt_id);
CREATE INDEX demonstration_by_labeler ON demonstration (labeler_id);

CREATE TABLE ranking (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  prompt_id  TEXT NOT NULL REFERENCES prompt (id),
  outputs    TEXT NOT NULL CHECK (json_array_length(outputs::json) BETWEEN 2 AND 9),
  labeler_id TEXT NOT NULL REFERENCES labeler (id),
  created    TEXT NOT NULL
);

CREATE INDEX ranking_by_prompt ON ranking (prompt_id);
CREATE INDEX ranking_by_labeler ON ranking (labeler_id);

CREATE TABLE rating (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  prompt_id  TEXT NOT NULL REFERENCES prompt (id),
  output     TEXT NOT NULL,
  model      TEXT NOT NULL,
  quality    INTEGER NOT NULL CHECK (quality BETWEEN 1 AND 7),
  flags      TEXT NOT NULL CHECK (flags::json IS NOT NULL),
  labeler_id TEXT NOT NULL REFERENCES labeler (id),
  created    TEXT NOT NULL
);

CREATE INDEX rating_by_prompt ON rating (prompt_id);
CREATE INDEX rating_by_labeler ON rating (labeler_id);
