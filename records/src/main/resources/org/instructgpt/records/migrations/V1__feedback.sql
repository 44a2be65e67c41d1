-- What people give. `seq` is the order of arrival, which is the order of every query; `id` is the name by which a
-- repeated write is known. Times are ISO-8601 text, enumerations their lower-case names, lists JSON.

CREATE TABLE labeler (
  seq  INTEGER PRIMARY KEY AUTOINCREMENT,
  id   TEXT NOT NULL UNIQUE,
  pool TEXT NOT NULL CHECK (pool IN ('training', 'held_out', 'researcher'))
) STRICT;

CREATE TABLE prompt (
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  id              TEXT NOT NULL UNIQUE,
  text            TEXT NOT NULL,
  source          TEXT NOT NULL,
  user_id         TEXT,
  organisation_id TEXT,
  split           TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
  use_case        TEXT,
  created         TEXT NOT NULL
) STRICT;

CREATE INDEX prompt_by_split ON prompt (split, source);
CREATE INDEX prompt_by_user ON prompt (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE demonstration (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  prompt_id  TEXT NOT NULL REFERENCES prompt (id),
  response   TEXT NOT NULL,
  labeler_id TEXT NOT NULL REFERENCES labeler (id),
  created    TEXT NOT NULL
) STRICT;

CREATE INDEX demonstration_by_prompt ON demonstration (prompt_id);
CREATE INDEX demonstration_by_labeler ON demonstration (labeler_id);

-- outputs: [{"text", "model", "rank"}], 2 to 9 of them, as they were shown; they are never asked for apart.
CREATE TABLE ranking (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  prompt_id  TEXT NOT NULL REFERENCES prompt (id),
  outputs    TEXT NOT NULL CHECK (json_array_length(outputs) BETWEEN 2 AND 9),
  labeler_id TEXT NOT NULL REFERENCES labeler (id),
  created    TEXT NOT NULL
) STRICT;

CREATE INDEX ranking_by_prompt ON ranking (prompt_id);
CREATE INDEX ranking_by_labeler ON ranking (labeler_id);

-- flags: the names of the statements of Table 3 that hold.
CREATE TABLE rating (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT NOT NULL UNIQUE,
  prompt_id  TEXT NOT NULL REFERENCES prompt (id),
  output     TEXT NOT NULL,
  model      TEXT NOT NULL,
  quality    INTEGER NOT NULL CHECK (quality BETWEEN 1 AND 7),
  flags      TEXT NOT NULL CHECK (json_valid(flags)),
  labeler_id TEXT NOT NULL REFERENCES labeler (id),
  created    TEXT NOT NULL
) STRICT;

CREATE INDEX rating_by_prompt ON rating (prompt_id);
CREATE INDEX rating_by_labeler ON rating (labeler_id);
