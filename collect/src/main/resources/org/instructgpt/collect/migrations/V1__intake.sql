-- Who agreed to which version of the notice, and when that was taken back.
CREATE TABLE collect_consent (
  seq       ${sequence},
  id        TEXT NOT NULL UNIQUE,
  account   TEXT NOT NULL,
  notice    TEXT NOT NULL,
  given     ${long} NOT NULL,
  withdrawn ${long}
) ${strict};

CREATE INDEX collect_consent_by_account ON collect_consent (account);

-- Under which consent a prompt was given.
CREATE TABLE collect_given (
  prompt_id  TEXT NOT NULL PRIMARY KEY REFERENCES prompt (id),
  consent_id TEXT NOT NULL REFERENCES collect_consent (id)
) ${strict};

CREATE INDEX collect_given_by_consent ON collect_given (consent_id);

-- What the last curation made of each prompt: dropped by a step, or kept with what it changed.
CREATE TABLE collect_curated (
  prompt_id TEXT NOT NULL PRIMARY KEY REFERENCES prompt (id),
  dropped   TEXT,
  text      TEXT,
  split     TEXT,
  use_case  TEXT
) ${strict};
