-- A prompt that was asked in the playground. Its text is the prompt's.
CREATE TABLE serve_turn (
  id TEXT NOT NULL PRIMARY KEY,
  account TEXT NOT NULL,
  prompt TEXT NOT NULL,
  asked_at ${long} NOT NULL,
  manner TEXT NOT NULL
) ${strict};

CREATE INDEX serve_turn_account ON serve_turn (account, asked_at);
CREATE INDEX serve_turn_prompt ON serve_turn (prompt);

-- What a model answered; finish is NULL while it speaks, and stays so when the machine stops meanwhile.
CREATE TABLE serve_answer (
  turn TEXT NOT NULL REFERENCES serve_turn (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  model TEXT NOT NULL,
  weights TEXT NOT NULL,
  text TEXT NOT NULL,
  finish TEXT,
  tokens INTEGER NOT NULL,
  verdict INTEGER,
  report TEXT,
  PRIMARY KEY (turn, place)
) ${strict};
