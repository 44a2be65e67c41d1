-- A round of outputs that models write before it becomes a batch. plan is JSON.
CREATE TABLE label_round (
  seq     ${sequence},
  id      TEXT NOT NULL UNIQUE,
  plan    TEXT NOT NULL,
  begun   ${long} NOT NULL,
  total   INTEGER NOT NULL,
  done    INTEGER NOT NULL DEFAULT 0,
  thin    INTEGER NOT NULL DEFAULT 0,
  state   TEXT NOT NULL DEFAULT 'going' CHECK (state IN ('going', 'open', 'failed')),
  batch   TEXT REFERENCES label_batch (id),
  failure TEXT
) ${strict};

-- What is asked in a round under way; outputs, as JSON, is NULL before the models have answered.
CREATE TABLE label_round_prompt (
  round   TEXT NOT NULL REFERENCES label_round (id),
  place   INTEGER NOT NULL,
  prompt  TEXT NOT NULL REFERENCES prompt (id),
  outputs TEXT,
  PRIMARY KEY (round, place)
) ${strict};

CREATE INDEX label_round_prompt_by_prompt ON label_round_prompt (prompt);
