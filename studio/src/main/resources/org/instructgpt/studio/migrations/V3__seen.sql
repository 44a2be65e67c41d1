-- How much of an answer the person saw who stopped it: characters (UTF-16) and tokens. What the model said beyond
-- that is not kept.
ALTER TABLE serve_answer ADD COLUMN seen INTEGER;
ALTER TABLE serve_answer ADD COLUMN seen_tokens INTEGER;
