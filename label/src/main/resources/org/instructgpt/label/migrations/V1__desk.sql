-- Tasks, who holds them, what came in. Enumerations are their lower-case names, times milliseconds, lists JSON.

CREATE TABLE label_batch (
  id           TEXT NOT NULL PRIMARY KEY,
  name         TEXT NOT NULL,
  kind         TEXT NOT NULL,
  mode         TEXT NOT NULL,
  overlap      INTEGER NOT NULL CHECK (overlap >= 1),
  pool         TEXT,
  priority     INTEGER NOT NULL,
  instructions TEXT NOT NULL,
  opened       ${long} NOT NULL,
  closed       INTEGER NOT NULL DEFAULT 0
) ${strict};

-- place: a point of [0, 1), the order in which items of one priority are handed out.
-- gold: the annotation of a researcher that others are measured by.
CREATE TABLE label_item (
  id      TEXT NOT NULL PRIMARY KEY,
  batch   TEXT NOT NULL REFERENCES label_batch (id),
  prompt  TEXT REFERENCES prompt (id),
  outputs TEXT NOT NULL,
  note    TEXT NOT NULL,
  place   REAL NOT NULL,
  gold    TEXT
) ${strict};

CREATE INDEX label_item_by_batch ON label_item (batch);
CREATE INDEX label_item_by_prompt ON label_item (prompt);
CREATE INDEX label_item_gold ON label_item (place) WHERE gold IS NOT NULL;

-- One of the R annotations that an item needs. state: open; last (the batch is closed, but somebody is at it);
-- done; withdrawn. An open slot may be handed out when free_at has passed. Whoever filled it, or holds it, is its
-- labeler, of whom an item has each only once. audience and author say who may not get it.
CREATE TABLE label_slot (
  id       TEXT NOT NULL PRIMARY KEY,
  item     TEXT NOT NULL REFERENCES label_item (id),
  audience TEXT NOT NULL,
  author   TEXT,
  priority INTEGER NOT NULL,
  place    REAL NOT NULL,
  state    TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'last', 'done', 'withdrawn')),
  free_at  ${long} NOT NULL DEFAULT 0,
  labeler  TEXT REFERENCES labeler (id),
  UNIQUE (item, labeler)
) ${strict};

CREATE INDEX label_slot_next ON label_slot (audience, priority, place) WHERE state = 'open';
CREATE INDEX label_slot_by_labeler ON label_slot (labeler);

-- That an item was handed to a labeler, which happens once. slot is NULL for a gold item.
CREATE TABLE label_lease (
  item    TEXT NOT NULL REFERENCES label_item (id),
  labeler TEXT NOT NULL REFERENCES labeler (id),
  slot    TEXT REFERENCES label_slot (id),
  token   TEXT NOT NULL,
  state   TEXT NOT NULL CHECK (state IN ('out', 'done', 'skipped')),
  handed  ${long} NOT NULL,
  ends    ${long} NOT NULL,
  reason  TEXT,
  note    TEXT,
  PRIMARY KEY (item, labeler)
) ${strict};

CREATE INDEX label_lease_out ON label_lease (labeler) WHERE state = 'out';

CREATE TABLE label_draft (
  item    TEXT NOT NULL REFERENCES label_item (id),
  labeler TEXT NOT NULL REFERENCES labeler (id),
  version ${long} NOT NULL,
  json    TEXT NOT NULL,
  saved   ${long} NOT NULL,
  PRIMARY KEY (item, labeler)
) ${strict};

-- What was handed in; rows are only ever added. shown: the positions of the item's outputs in the order in which
-- this labeler saw them. gold_agreed of gold_of pairs are as the researcher had them.
CREATE TABLE label_annotation (
  id            TEXT NOT NULL PRIMARY KEY,
  item          TEXT NOT NULL REFERENCES label_item (id),
  labeler       TEXT NOT NULL REFERENCES labeler (id),
  outcome       TEXT NOT NULL CHECK (outcome IN ('counted', 'surplus')),
  work          TEXT NOT NULL,
  shown         TEXT NOT NULL,
  instructions  TEXT NOT NULL,
  handed        ${long} NOT NULL,
  started       ${long} NOT NULL,
  active_millis ${long} NOT NULL,
  submitted     ${long} NOT NULL,
  gold_agreed   REAL,
  gold_of       INTEGER
) ${strict};

CREATE INDEX label_annotation_by_item ON label_annotation (item);
CREATE INDEX label_annotation_by_labeler ON label_annotation (labeler, submitted);

-- What researchers decided about labelers; the last row of a labeler holds.
CREATE TABLE label_decision (
  seq        ${sequence},
  labeler    TEXT NOT NULL REFERENCES labeler (id),
  verdict    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at ${long} NOT NULL
) ${strict};

CREATE INDEX label_decision_by_labeler ON label_decision (labeler, seq);

CREATE TABLE label_setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) ${strict};

-- The prompts that candidates answer, and all that candidates answered. agreed: as the researcher had it, 0 or 1.
CREATE TABLE label_quiz_prompt (
  prompt TEXT NOT NULL PRIMARY KEY REFERENCES prompt (id)
) ${strict};

CREATE TABLE label_quiz_answer (
  id       TEXT NOT NULL PRIMARY KEY,
  labeler  TEXT NOT NULL REFERENCES labeler (id),
  question TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('flag', 'choice', 'demonstration', 'topics')),
  item     TEXT REFERENCES label_item (id),
  prompt   TEXT REFERENCES prompt (id),
  answer   TEXT NOT NULL,
  agreed   INTEGER,
  grade    INTEGER CHECK (grade BETWEEN 1 AND 7),
  at       ${long} NOT NULL,
  UNIQUE (labeler, question)
) ${strict};

-- Counts of answers that nobody can trace to a person, and, apart from them, who took part.
CREATE TABLE label_survey_count (
  survey   TEXT NOT NULL,
  question TEXT NOT NULL,
  choice   TEXT NOT NULL,
  people   INTEGER NOT NULL,
  PRIMARY KEY (survey, question, choice)
) ${strict};

CREATE TABLE label_survey_part (
  survey  TEXT NOT NULL,
  labeler TEXT NOT NULL REFERENCES labeler (id),
  PRIMARY KEY (survey, labeler)
) ${strict};
