-- Sheaf's tables, as MariaDB 10.6+, MySQL 8.0+, Aurora MySQL 3, TiDB and a Galera cluster take them.
--
-- Statements end with a semicolon at the end of a line. DDL commits by itself, so each statement is noted in
-- sheaf_migrations as it is done; a migration that was cut short goes on behind the last statement noted.
-- The tables sheaf_migrations and sheaf_leases are made by the program itself, since migrating needs both.
--
-- Every text column is utf8mb4_bin: what is equal is equal byte for byte. Times are UTC. Labels are MEDIUMTEXT, never
-- the JSON type, which reorders members and so changes the bytes that the hashes are taken over.

-- Who this store is. The UUID is part of every idempotency key; a database restored from a backup gets a new
-- generation, since version numbers may be issued a second time.
CREATE TABLE sheaf_store (
  singleton   TINYINT UNSIGNED NOT NULL,
  store_uuid  CHAR(36)         NOT NULL,
  generation  INT UNSIGNED     NOT NULL,
  created_at  DATETIME(6)      NOT NULL,
  PRIMARY KEY (singleton)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO sheaf_store (singleton, store_uuid, generation, created_at)
VALUES (1, UUID(), 1, UTC_TIMESTAMP(6));

-- One annotation task each. current_version is the last published version; 0 before the first.
CREATE TABLE sheaf_datasets (
  dataset_id       INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name             VARCHAR(190) NOT NULL,
  current_version  INT UNSIGNED NOT NULL,
  created_at       DATETIME(6)  NOT NULL,
  PRIMARY KEY (dataset_id),
  UNIQUE KEY by_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Every label schema that a version was validated against, as canonical JSON; the hash is SHA-256 of the document.
CREATE TABLE sheaf_schemas (
  schema_id    INT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id   INT UNSIGNED NOT NULL,
  schema_hash  BINARY(32)   NOT NULL,
  document     MEDIUMTEXT   NOT NULL,
  created_at   DATETIME(6)  NOT NULL,
  PRIMARY KEY (schema_id),
  UNIQUE KEY by_hash (dataset_id, schema_hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The sources of rows. A location names the sheet as the configuration does (google:SPREADSHEET/TAB); tab_id is the
-- spreadsheet's own number for the tab, which outlives a new title. state: active, orphaned (left the configuration:
-- its labels stay), retired_keep, retired_delete. marked counts the notices that the sheet may have changed; it is
-- dirty while cleared < marked. A digest is stored only if every key of the sheet was decided.
CREATE TABLE sheaf_sheets (
  sheet_id           INT UNSIGNED    NOT NULL AUTO_INCREMENT,
  dataset_id         INT UNSIGNED    NOT NULL,
  location           VARCHAR(700)    NOT NULL,
  tab_id             BIGINT UNSIGNED NULL,
  title              VARCHAR(255)    NOT NULL,
  annotator          VARCHAR(255)    NULL,
  state              VARCHAR(16)     NOT NULL,
  seen_digest        BINARY(32)      NULL,
  input_fingerprint  BINARY(32)      NULL,
  file_version       VARCHAR(64)     NULL,
  row_count          INT UNSIGNED    NULL,
  marked             BIGINT UNSIGNED NOT NULL,
  cleared            BIGINT UNSIGNED NOT NULL,
  read_at            DATETIME(6)     NULL,
  PRIMARY KEY (sheet_id),
  UNIQUE KEY by_location (dataset_id, location)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Executions: kind is sync, adopt, revert …; state is running, published, unchanged, held, partial, failed, cancelled,
-- abandoned. actor is who asked, worker the process that ran it. report is JSON: counts and messages, no cell text.
CREATE TABLE sheaf_runs (
  run_id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id   INT UNSIGNED    NOT NULL,
  kind         VARCHAR(16)     NOT NULL,
  state        VARCHAR(16)     NOT NULL,
  actor        VARCHAR(255)    NOT NULL,
  worker       VARCHAR(255)    NOT NULL,
  started_at   DATETIME(6)     NOT NULL,
  finished_at  DATETIME(6)     NULL,
  version      INT UNSIGNED    NULL,
  report       MEDIUMTEXT      NULL,
  PRIMARY KEY (run_id),
  KEY by_dataset (dataset_id, run_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Versions: staging until their last transaction, then published and never changed.
-- root_hash is SHA-256 over key_hash and row_hash of all labels in key_hash order; version_hash is
-- SHA-256("sheaf-version-1\n", schema hash, root hash).
CREATE TABLE sheaf_versions (
  dataset_id    INT UNSIGNED    NOT NULL,
  version       INT UNSIGNED    NOT NULL,
  state         VARCHAR(16)     NOT NULL,
  parent        INT UNSIGNED    NOT NULL,
  schema_id     INT UNSIGNED    NOT NULL,
  run_id        BIGINT UNSIGNED NOT NULL,
  root_hash     BINARY(32)      NULL,
  version_hash  BINARY(32)      NULL,
  label_count   INT UNSIGNED    NOT NULL,
  inserted      INT UNSIGNED    NOT NULL,
  updated       INT UNSIGNED    NOT NULL,
  deleted       INT UNSIGNED    NOT NULL,
  actor         VARCHAR(255)    NOT NULL,
  reason        TEXT            NULL,
  created_at    DATETIME(6)     NOT NULL,
  published_at  DATETIME(6)     NULL,
  PRIMARY KEY (dataset_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The labels as they are now (and those staged for the next version, which no reader sees: their valid_from is greater
-- than the current version). sheet_id, sheet_row, annotator and run_id are provenance as of valid_from; home_sheet_id is
-- where the key was last seen, which a move updates without a version.
-- The key `hashes` covers the merge walk, so that it reads 60 bytes a label and not 350.
CREATE TABLE sheaf_labels (
  dataset_id     INT UNSIGNED    NOT NULL,
  key_hash       BINARY(16)      NOT NULL,
  valid_from     INT UNSIGNED    NOT NULL,
  row_hash       BINARY(16)      NOT NULL,
  label          MEDIUMTEXT      NOT NULL,
  sheet_id       INT UNSIGNED    NULL,
  sheet_row      INT UNSIGNED    NULL,
  annotator      VARCHAR(255)    NULL,
  run_id         BIGINT UNSIGNED NOT NULL,
  home_sheet_id  INT UNSIGNED    NULL,
  PRIMARY KEY (dataset_id, key_hash),
  KEY by_version (dataset_id, valid_from),
  KEY hashes (dataset_id, key_hash, row_hash, home_sheet_id, valid_from)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Labels that a later version replaced or deleted: each held for versions valid_from <= V < valid_to.
CREATE TABLE sheaf_history (
  dataset_id     INT UNSIGNED    NOT NULL,
  key_hash       BINARY(16)      NOT NULL,
  valid_to       INT UNSIGNED    NOT NULL,
  valid_from     INT UNSIGNED    NOT NULL,
  row_hash       BINARY(16)      NOT NULL,
  label          MEDIUMTEXT      NOT NULL,
  sheet_id       INT UNSIGNED    NULL,
  sheet_row      INT UNSIGNED    NULL,
  annotator      VARCHAR(255)    NULL,
  run_id         BIGINT UNSIGNED NOT NULL,
  home_sheet_id  INT UNSIGNED    NULL,
  PRIMARY KEY (dataset_id, key_hash, valid_to),
  KEY by_version (dataset_id, valid_from),
  KEY closed (dataset_id, valid_to)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Where the labels differ, on purpose, from what the sheets hold: one row for each open problem, not for each run.
-- kind: invalid, duplicate, delete_waiting, unreadable_key (key_hash is then a hash of the raw cells), and reverted
-- (sheet_id 0; seen_hash is the value the sheets were last known to hold, NULL is "no value"; state_sheet_id is where).
-- label_key is the primary key as canonical JSON, errors a JSON array; both are data for people, never logged.
CREATE TABLE sheaf_exceptions (
  dataset_id      INT UNSIGNED    NOT NULL,
  key_hash        BINARY(16)      NOT NULL,
  kind            VARCHAR(16)     NOT NULL,
  sheet_id        INT UNSIGNED    NOT NULL,
  ordinal         INT UNSIGNED    NOT NULL,
  seen_hash       BINARY(16)      NULL,
  state_sheet_id  INT UNSIGNED    NULL,
  sheet_row       INT UNSIGNED    NOT NULL,
  label_key       TEXT            NULL,
  errors          MEDIUMTEXT      NULL,
  opened_run      BIGINT UNSIGNED NOT NULL,
  opened_at       DATETIME(6)     NOT NULL,
  PRIMARY KEY (dataset_id, key_hash, kind, sheet_id, ordinal),
  KEY by_sheet (dataset_id, sheet_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Runs that would do too much, with exactly the entries they showed. Equal plans share one hold (entries_hash).
-- state: open, approved, closed (a later run published), expired.
CREATE TABLE sheaf_holds (
  hold_id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id    INT UNSIGNED    NOT NULL,
  state         VARCHAR(16)     NOT NULL,
  entries_hash  BINARY(32)      NOT NULL,
  reasons       TEXT            NOT NULL,
  run_id        BIGINT UNSIGNED NOT NULL,
  created_at    DATETIME(6)     NOT NULL,
  approved_by   VARCHAR(255)    NULL,
  approved_why  TEXT            NULL,
  approved_at   DATETIME(6)     NULL,
  past_block    TINYINT         NOT NULL,
  expires_at    DATETIME(6)     NULL,
  closed_by     BIGINT UNSIGNED NULL,
  PRIMARY KEY (hold_id),
  KEY by_dataset (dataset_id, state)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- action: insert, update, delete or reject; before_hash and after_hash are row hashes (for reject: what was seen).
CREATE TABLE sheaf_hold_entries (
  hold_id      BIGINT UNSIGNED NOT NULL,
  key_hash     BINARY(16)      NOT NULL,
  action       VARCHAR(16)     NOT NULL,
  before_hash  BINARY(16)      NULL,
  after_hash   BINARY(16)      NULL,
  label_key    TEXT            NULL,
  used_by      BIGINT UNSIGNED NULL,
  PRIMARY KEY (hold_id, key_hash, action)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What happened, written in the transaction in which it happened; relayed to jobs afterwards, at least once.
CREATE TABLE sheaf_events (
  event_id    BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id  INT UNSIGNED    NOT NULL,
  kind        VARCHAR(32)     NOT NULL,
  version     INT UNSIGNED    NULL,
  payload     TEXT            NOT NULL,
  created_at  DATETIME(6)     NOT NULL,
  relayed_at  DATETIME(6)     NULL,
  PRIMARY KEY (event_id),
  KEY by_relay (relayed_at, event_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Training jobs: waiting, starting, running, then succeeded, failed, cancelled or superseded. The idempotency key is
-- SHA-256 over (store, dataset, version, pipeline, retry), so that an event delivered twice makes one job.
CREATE TABLE sheaf_jobs (
  job_id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  dataset_id       INT UNSIGNED    NOT NULL,
  version          INT UNSIGNED    NOT NULL,
  pipeline         VARCHAR(64)     NOT NULL,
  retry            INT UNSIGNED    NOT NULL,
  idempotency_key  BINARY(32)      NOT NULL,
  state            VARCHAR(16)     NOT NULL,
  launcher         VARCHAR(16)     NOT NULL,
  changes          BIGINT UNSIGNED NOT NULL,
  not_before       DATETIME(6)     NOT NULL,
  created_at       DATETIME(6)     NOT NULL,
  started_at       DATETIME(6)     NULL,
  finished_at      DATETIME(6)     NULL,
  attempts         INT UNSIGNED    NOT NULL,
  message          TEXT            NULL,
  metrics          MEDIUMTEXT      NULL,
  artifact_uri     TEXT            NULL,
  artifact_sha256  BINARY(32)      NULL,
  PRIMARY KEY (job_id),
  UNIQUE KEY once (idempotency_key),
  KEY by_state (state, not_before),
  KEY by_dataset (dataset_id, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Every attempt to run a job. Reports carry the attempt's token, of which only the hash is kept; only the newest
-- attempt's count. outcome: running, succeeded, failed, timed_out, killed, lost.
CREATE TABLE sheaf_job_attempts (
  job_id       BIGINT UNSIGNED NOT NULL,
  attempt      INT UNSIGNED    NOT NULL,
  token_hash   BINARY(32)      NOT NULL,
  outcome      VARCHAR(16)     NOT NULL,
  worker       VARCHAR(255)    NOT NULL,
  started_at   DATETIME(6)     NOT NULL,
  finished_at  DATETIME(6)     NULL,
  exit_code    INT             NULL,
  message      TEXT            NULL,
  job_folder   TEXT            NULL,
  PRIMARY KEY (job_id, attempt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Who did what, when and why: one row for every command that changes something beside a sync.
CREATE TABLE sheaf_audit (
  audit_id    BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  at          DATETIME(6)     NOT NULL,
  actor       VARCHAR(255)    NOT NULL,
  action      VARCHAR(32)     NOT NULL,
  dataset_id  INT UNSIGNED    NULL,
  subject     VARCHAR(255)    NOT NULL,
  why         TEXT            NULL,
  PRIMARY KEY (audit_id),
  KEY by_dataset (dataset_id, audit_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
