-- What customers said of answers to their own prompts: outputs, a JSON list of {"text", "model", "ended", "rank"}.
-- An output of the model "human" is the answer that the customer would have liked.
CREATE TABLE collect_feedback (
  seq       ${sequence},
  id        TEXT NOT NULL UNIQUE,
  prompt_id TEXT NOT NULL REFERENCES prompt (id),
  account   TEXT NOT NULL,
  outputs   TEXT NOT NULL,
  given     ${long} NOT NULL
) ${strict};

CREATE INDEX collect_feedback_by_prompt ON collect_feedback (prompt_id);
CREATE INDEX collect_feedback_by_account ON collect_feedback (account);
