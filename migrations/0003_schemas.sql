-- Label schemas in full: foreign keys between datasets, columns that a sheet had, keys that were corrected.
--
-- One change of a table a statement, since TiDB takes no column and key of one ALTER that depend on each other.

-- The dataset versions that a version's foreign keys were checked against; nothing for a dataset without such keys.
CREATE TABLE sheaf_version_references (
  dataset_id         INT UNSIGNED NOT NULL,
  version            INT UNSIGNED NOT NULL,
  target_dataset_id  INT UNSIGNED NOT NULL,
  target_version     INT UNSIGNED NOT NULL,
  PRIMARY KEY (dataset_id, version, target_dataset_id),
  KEY by_target (target_dataset_id, target_version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The fields that had a column when the sheet was last read: names, with a space between them. A schema may allow that a column
-- is not there; one that was there and is gone is an accident all the same, and deletes nothing.
ALTER TABLE sheaf_sheets ADD COLUMN bound_fields TEXT NULL;

-- Rows whose key was corrected: what was known by the old key goes on under the new one. It changes no label and no
-- version, only whose history is told. undone_at: it was taken back.
CREATE TABLE sheaf_rekeys (
  rekey_id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id    INT UNSIGNED    NOT NULL,
  old_key_hash  BINARY(16)      NOT NULL,
  new_key_hash  BINARY(16)      NOT NULL,
  old_key       TEXT            NOT NULL,
  new_key       TEXT            NOT NULL,
  actor         VARCHAR(255)    NOT NULL,
  reason        TEXT            NULL,
  created_at    DATETIME(6)     NOT NULL,
  undone_by     VARCHAR(255)    NULL,
  undone_at     DATETIME(6)     NULL,
  PRIMARY KEY (rekey_id),
  KEY by_new (dataset_id, new_key_hash),
  KEY by_old (dataset_id, old_key_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
