-- Whether the output ended by itself: 0 if a limit cut it off. Outputs of a ranking say it in their JSON, where absent
-- means that it did, as it does for all that was given before.

ALTER TABLE rating ADD COLUMN ended INTEGER NOT NULL DEFAULT 1 CHECK (ended IN (0, 1));
