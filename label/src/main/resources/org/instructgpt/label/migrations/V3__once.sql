-- What was handed in and then corrected: all versions, the first and the newest among them; label_annotation holds the
-- newest. kind 'beside': what an older program took of one labeler on one task after the first, which counts nothing.
-- id: the name under which the client handed the version in.
CREATE TABLE label_version (
  id            TEXT NOT NULL PRIMARY KEY,
  annotation    TEXT NOT NULL REFERENCES label_annotation (id),
  kind          TEXT NOT NULL CHECK (kind IN ('first', 'correction', 'beside')),
  work          TEXT NOT NULL,
  started       ${long} NOT NULL,
  active_millis ${long} NOT NULL,
  submitted     ${long} NOT NULL
) ${strict};

CREATE INDEX label_version_by_annotation ON label_version (annotation, submitted);

INSERT INTO label_version (id, annotation, kind, work, started, active_millis, submitted)
SELECT a.id, f.id, 'beside', a.work, a.started, a.active_millis, a.submitted
FROM label_annotation a JOIN label_annotation f ON f.item = a.item AND f.labeler = a.labeler AND f.id <> a.id
WHERE NOT EXISTS
  (SELECT 1 FROM label_annotation b WHERE b.item = f.item AND b.labeler = f.labeler
    AND (b.outcome < f.outcome OR (b.outcome = f.outcome
      AND (b.submitted < f.submitted OR (b.submitted = f.submitted AND b.id < f.id)))));

DELETE FROM label_annotation WHERE id IN (SELECT id FROM label_version);

-- One labeler, one task, one submission.
CREATE UNIQUE INDEX label_annotation_once ON label_annotation (item, labeler);

-- Tasks that were deleted with their prompt while or after a labeler did them: that they were done stays, what was said
-- does not. submitted is NULL for one that was in hand.
CREATE TABLE label_gone (
  item          TEXT NOT NULL,
  labeler       TEXT NOT NULL REFERENCES labeler (id),
  kind          TEXT NOT NULL,
  batch         TEXT NOT NULL,
  outcome       TEXT NOT NULL,
  handed        ${long} NOT NULL,
  submitted     ${long},
  active_millis ${long} NOT NULL,
  PRIMARY KEY (item, labeler)
) ${strict};

CREATE INDEX label_gone_by_labeler ON label_gone (labeler, submitted);

-- Of the prompts that a round left out (thin), those that are longer than a model can read.
ALTER TABLE label_round ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
