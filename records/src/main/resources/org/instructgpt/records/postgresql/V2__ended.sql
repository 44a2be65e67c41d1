-- As in migrations/V2__ended.sql.

ALTER TABLE rating ADD COLUMN ended INTEGER NOT NULL DEFAULT 1 CHECK (ended IN (0, 1));
