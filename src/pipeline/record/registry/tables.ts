/** @file The tables of `save/runs.db`, an index of the runs' folders; docs/runs.md describes them. */

/** If this number changes, the index is made again. */
export const VERSION = 1;

export const TABLES = `
PRAGMA user_version = ${VERSION};
CREATE TABLE runs (name TEXT PRIMARY KEY, kind TEXT NOT NULL, format TEXT NOT NULL, status TEXT NOT NULL CHECK (status IN
  ('running', 'done', 'interrupted', 'failed', 'lost')), started_at TEXT NOT NULL, ended_at TEXT, data TEXT, data_digest TEXT, model TEXT,
  parameters INTEGER, engine TEXT, seed INTEGER, epochs INTEGER, best_epoch INTEGER, validation_loss REAL, validation_accuracy REAL,
  test_loss REAL, test_accuracy REAL, seconds REAL, bytes INTEGER, parent TEXT, sweep TEXT, note TEXT, mtime_ms INTEGER NOT NULL) STRICT;
CREATE TABLE options (run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, value ANY,
  PRIMARY KEY (run, name)) STRICT, WITHOUT ROWID;
CREATE TABLE metrics (run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, epoch INTEGER NOT NULL, name TEXT NOT NULL, value REAL,
  PRIMARY KEY (run, epoch, name)) STRICT, WITHOUT ROWID;
CREATE TABLE tags (run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, tag TEXT NOT NULL, PRIMARY KEY (run, tag)) STRICT, WITHOUT ROWID;
CREATE TABLE model_efficacy (id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, model_type_state TEXT NOT NULL,
  correct_num INTEGER NOT NULL, sample_num INTEGER NOT NULL, sample_seq INTEGER NOT NULL, wilson_low REAL NOT NULL, wilson_high REAL NOT NULL,
  inverse_low REAL NOT NULL, inverse_high REAL NOT NULL) STRICT;
CREATE TABLE sample_indices (id INTEGER PRIMARY KEY, model_efficacy_id INTEGER NOT NULL REFERENCES model_efficacy ON DELETE CASCADE,
  seq_num INTEGER NOT NULL, seq_ids TEXT NOT NULL) STRICT;
CREATE INDEX runs_by_start ON runs (started_at DESC);
CREATE INDEX runs_by_data ON runs (data_digest, test_accuracy DESC);
`;

/** Columns of `runs` that people ask for, in the order in which they are listed. */
export const COLUMNS = [
  ...[
    "name",
    "kind",
    "format",
    "status",
    "started_at",
    "ended_at",
    "data",
    "data_digest",
    "model",
    "parameters",
    "engine",
    "seed",
  ],
  ...[
    "epochs",
    "best_epoch",
    "validation_loss",
    "validation_accuracy",
    "test_loss",
    "test_accuracy",
    "seconds",
    "bytes",
  ],
  ...["parent", "sweep", "note"],
] as const;
