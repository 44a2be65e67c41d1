-- When what people gave was last taken out, by a training, an export or a curation: from then on it is used, and stays.
CREATE TABLE taken (
  by_whom TEXT NOT NULL PRIMARY KEY,
  at      TEXT NOT NULL
);
