-- The store in full: exceptions that change in bounded transactions, names for versions, history that is pruned, labels
-- whose text was taken away.
--
-- One change of a table a statement, since TiDB takes no column and key of one ALTER that depend on each other.

-- Exceptions are staged as labels are: a row holds for decisions decided_from <= D < decided_to, and the dataset says which
-- decision is the current one. staged_decision is the one that a run is writing, or whose old rows are still to be deleted;
-- 0 if there is none. staged_run is that run.
ALTER TABLE sheaf_datasets ADD COLUMN current_decision BIGINT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE sheaf_datasets ADD COLUMN staged_decision BIGINT UNSIGNED NOT NULL DEFAULT 0;
ALTER TABLE sheaf_datasets ADD COLUMN staged_run BIGINT UNSIGNED NULL;

-- The table of migration 1 anew, with the two columns; made beside the old one, since TiDB changes no clustered key.
CREATE TABLE sheaf_exceptions_decided (
  dataset_id      INT UNSIGNED    NOT NULL,
  key_hash        BINARY(16)      NOT NULL,
  kind            VARCHAR(16)     NOT NULL,
  sheet_id        INT UNSIGNED    NOT NULL,
  ordinal         INT UNSIGNED    NOT NULL,
  decided_from    BIGINT UNSIGNED NOT NULL,
  decided_to      BIGINT UNSIGNED NULL,
  seen_hash       BINARY(16)      NULL,
  state_sheet_id  INT UNSIGNED    NULL,
  sheet_row       INT UNSIGNED    NOT NULL,
  label_key       TEXT            NULL,
  errors          MEDIUMTEXT      NULL,
  opened_run      BIGINT UNSIGNED NOT NULL,
  opened_at       DATETIME(6)     NOT NULL,
  PRIMARY KEY (dataset_id, key_hash, kind, sheet_id, ordinal, decided_from),
  KEY by_sheet (dataset_id, sheet_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO sheaf_exceptions_decided (dataset_id, key_hash, kind, sheet_id, ordinal, decided_from, decided_to, seen_hash,
  state_sheet_id, sheet_row, label_key, errors, opened_run, opened_at)
SELECT dataset_id, key_hash, kind, sheet_id, ordinal, 0, NULL, seen_hash, state_sheet_id, sheet_row, label_key, errors,
  opened_run, opened_at
FROM sheaf_exceptions;

DROP TABLE IF EXISTS sheaf_exceptions;

RENAME TABLE sheaf_exceptions_decided TO sheaf_exceptions;

-- Names for versions. A tag that was moved leaves its former version in the audit.
CREATE TABLE sheaf_tags (
  dataset_id  INT UNSIGNED NOT NULL,
  name        VARCHAR(190) NOT NULL,
  version     INT UNSIGNED NOT NULL,
  actor       VARCHAR(255) NOT NULL,
  reason      TEXT         NULL,
  created_at  DATETIME(6)  NOT NULL,
  PRIMARY KEY (dataset_id, name),
  KEY by_version (dataset_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- prune_marked_at: nothing keeps the version, and it is pruned once a grace time is over. pruned_at: its labels cannot be
-- read any more; its hashes and counts stay. Its state goes from published to pruned then.
ALTER TABLE sheaf_versions ADD COLUMN prune_marked_at DATETIME(6) NULL;
ALTER TABLE sheaf_versions ADD COLUMN pruned_at DATETIME(6) NULL;

-- A label that was redacted: its text is what is left, and redacted_hash is the hash of that. row_hash stays that of the
-- label as it was published, so that the hashes of versions stay what they are; NULL: the label is whole.
ALTER TABLE sheaf_labels ADD COLUMN redacted_hash BINARY(16) NULL;
ALTER TABLE sheaf_history ADD COLUMN redacted_hash BINARY(16) NULL;

-- Who had the text of a label taken away, when and why. fields: those that were removed, as a JSON array; NULL: all.
-- from_version and to_version (exclusive; NULL: still current) are the versions in which the label stands.
CREATE TABLE sheaf_redactions (
  redaction_id  BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id    INT UNSIGNED    NOT NULL,
  key_hash      BINARY(16)      NOT NULL,
  row_hash      BINARY(16)      NOT NULL,
  from_version  INT UNSIGNED    NOT NULL,
  to_version    INT UNSIGNED    NULL,
  fields        TEXT            NULL,
  actor         VARCHAR(255)    NOT NULL,
  reason        TEXT            NULL,
  created_at    DATETIME(6)     NOT NULL,
  PRIMARY KEY (redaction_id),
  KEY by_key (dataset_id, key_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
