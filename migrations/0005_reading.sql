-- What reading needs: tokens for the HTTP API, queries of the Queuery protocol, and which views are ours.

-- Who may read by HTTP. The secret is shown once; what is kept is SHA-256 of it. public_id is the part of the token that
-- names it, in logs and lists too. role: reader, operator, admin. datasets: a JSON array of names; NULL: all. may_query:
-- whether it may send SELECTs, which read whatever the database user of queries may read.
CREATE TABLE sheaf_tokens (
  token_id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  public_id     VARCHAR(32)     NOT NULL,
  name          VARCHAR(190)    NOT NULL,
  role          VARCHAR(16)     NOT NULL,
  datasets      TEXT            NULL,
  may_query     TINYINT         NOT NULL,
  secret_hash   BINARY(32)      NOT NULL,
  actor         VARCHAR(255)    NOT NULL,
  created_at    DATETIME(6)     NOT NULL,
  expires_at    DATETIME(6)     NULL,
  revoked_at    DATETIME(6)     NULL,
  last_used_at  DATETIME(6)     NULL,
  PRIMARY KEY (token_id),
  UNIQUE KEY by_public_id (public_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Queries of the Queuery protocol. state: pending, running, success, failed, cancelled, expired. statement is what the
-- client sent; it is data, and never logged. format: what the files look like (queuery, csv, ndjson). result is JSON:
-- columns, parts (name, rows, bytes, hash), where they lie; where they lie is known from the start (place).
-- worker and heartbeat_at tell which server runs it, so that another one can say that it died.
CREATE TABLE sheaf_queries (
  query_id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  token_id          BIGINT UNSIGNED NOT NULL,
  state             VARCHAR(16)     NOT NULL,
  statement         MEDIUMTEXT      NOT NULL,
  wants_types       TINYINT         NOT NULL,
  format            VARCHAR(16)     NOT NULL,
  place             VARCHAR(255)    NULL,
  result            MEDIUMTEXT      NULL,
  error             TEXT            NULL,
  row_count         BIGINT UNSIGNED NULL,
  byte_count        BIGINT UNSIGNED NULL,
  worker            VARCHAR(255)    NULL,
  created_at        DATETIME(6)     NOT NULL,
  started_at        DATETIME(6)     NULL,
  heartbeat_at      DATETIME(6)     NULL,
  finished_at       DATETIME(6)     NULL,
  expires_at        DATETIME(6)     NULL,
  cancel_asked_at   DATETIME(6)     NULL,
  PRIMARY KEY (query_id),
  KEY by_state (state, query_id),
  KEY by_token (token_id, query_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The views of datasets, as the last reconciliation left them. kind: current, versions, changes, tag (tag is '' for the
-- others). state: making (its statement may have run), made, or why there is none: taken (the name is somebody else's),
-- denied (a grant is missing), unfit (a field's name), failed; problem says it in words. Only what is making or made is ours
-- to replace and to drop. schema_id is the schema whose fields are the columns, definition_hash SHA-256 of the statement.
-- store_database is where these tables stood then: in a copy of them under another name, the views are not the copy's.
CREATE TABLE sheaf_views (
  database_name    VARCHAR(64)  NOT NULL,
  view_name        VARCHAR(64)  NOT NULL,
  store_database   VARCHAR(64)  NOT NULL,
  dataset_id       INT UNSIGNED NOT NULL,
  kind             VARCHAR(16)  NOT NULL,
  tag              VARCHAR(190) NOT NULL,
  schema_id        INT UNSIGNED NOT NULL,
  state            VARCHAR(16)  NOT NULL,
  definition_hash  BINARY(32)   NOT NULL,
  problem          TEXT         NULL,
  changed_at       DATETIME(6)  NOT NULL,
  PRIMARY KEY (database_name, view_name),
  KEY by_dataset (dataset_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
