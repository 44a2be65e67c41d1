-- Of a turn in the arena: OPEN until it is voted on, then A, B, GOOD (equally good) or BAD (both bad).
ALTER TABLE serve_turn ADD COLUMN arena TEXT;
