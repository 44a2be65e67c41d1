-- Answers that somebody found wrong.
CREATE INDEX serve_answer_disliked ON serve_answer (turn) WHERE report IS NOT NULL OR verdict = -1;
