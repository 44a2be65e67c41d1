-- Accounts and what lets them in. Times are milliseconds since 1970, booleans 0 and 1. Tokens are kept as their
-- SHA-256, passwords as argon2id in the PHC form.

CREATE TABLE web_account (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  role     TEXT NOT NULL CHECK (role IN ('customer', 'labeler', 'researcher', 'admin')),
  pool     TEXT CHECK (pool IN ('training', 'held_out')),
  language TEXT NOT NULL,
  password TEXT NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  created  ${long} NOT NULL,
  CHECK ((role = 'labeler') = (pool IS NOT NULL))
) ${strict};

CREATE TABLE web_session (
  hash    TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES web_account (id),
  created ${long} NOT NULL,
  seen    ${long} NOT NULL
) ${strict};

CREATE INDEX web_session_by_account ON web_session (account);

CREATE TABLE web_token (
  id      TEXT PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES web_account (id),
  label   TEXT NOT NULL,
  created ${long} NOT NULL,
  expires ${long} NOT NULL
) ${strict};

CREATE INDEX web_token_by_account ON web_token (account);

-- One-time links: an invitation has a role and no account, a new password the account.
CREATE TABLE web_link (
  id      TEXT PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE,
  role    TEXT CHECK (role IN ('customer', 'labeler', 'researcher', 'admin')),
  pool    TEXT CHECK (pool IN ('training', 'held_out')),
  account TEXT REFERENCES web_account (id),
  made_by TEXT NOT NULL,
  created ${long} NOT NULL,
  expires ${long} NOT NULL,
  CHECK ((role IS NULL) <> (account IS NULL))
) ${strict};

CREATE TABLE web_audit (
  seq     ${sequence},
  account TEXT NOT NULL,
  number  ${long} NOT NULL,
  at      ${long} NOT NULL,
  action  TEXT NOT NULL,
  subject TEXT NOT NULL,
  hash    TEXT NOT NULL,
  UNIQUE (account, number)
) ${strict};

CREATE TABLE web_audit_head (
  account TEXT PRIMARY KEY,
  number  ${long} NOT NULL,
  hash    TEXT NOT NULL
) ${strict};
