-- Reading only what changed: lists of changes, what is known of each sheet since its last read, and quotas.

-- How far each account's list of changes has been read. A token moves on in the transaction that marks the sheets it
-- told of, and only from the token that stood: whoever comes second finds another one and asks again from there.
CREATE TABLE sheaf_feeds (
  feed        VARCHAR(190) NOT NULL,
  page_token  TEXT         NOT NULL,
  moved_at    DATETIME(6)  NOT NULL,
  PRIMARY KEY (feed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- file_id names the file that notices of change speak of; NULL where a source sends none. noticed_version is the
-- version that the last notice told. changed_at is when a read last found other content: for some minutes after it the
-- sheet is read again, since notices lag. pending_count is a part of row_count. failure is why the last read failed;
-- NULL after one that did not. read_at (of 0001) is when the run that read the sheet began.
ALTER TABLE sheaf_sheets
  ADD COLUMN file_id          VARCHAR(190) NULL,
  ADD COLUMN noticed_version  VARCHAR(64)  NULL,
  ADD COLUMN changed_at       DATETIME(6)  NULL,
  ADD COLUMN spreadsheet_title VARCHAR(255) NULL,
  ADD COLUMN pending_count    INT UNSIGNED NULL,
  ADD COLUMN failure          VARCHAR(32)  NULL;

-- By itself, since TiDB makes no key of a column that the same statement adds.
ALTER TABLE sheaf_sheets
  ADD KEY by_file (file_id);

-- Calls made in the last minute, by account and by project, so that all workers together keep within a quota. state is
-- a text that the program makes and reads; it is replaced only if it is still the one that was read.
CREATE TABLE sheaf_quotas (
  bucket  VARCHAR(190) NOT NULL,
  state   TEXT         NOT NULL,
  PRIMARY KEY (bucket)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Channels through which Drive says that something changed. token_hash is SHA-256 of the secret that its messages have
-- to carry; resource_id is what stops it.
CREATE TABLE sheaf_channels (
  channel_id   VARCHAR(64)  NOT NULL,
  feed         VARCHAR(190) NOT NULL,
  resource_id  VARCHAR(255) NOT NULL,
  token_hash   BINARY(32)   NOT NULL,
  opened_at    DATETIME(6)  NOT NULL,
  expires_at   DATETIME(6)  NOT NULL,
  PRIMARY KEY (channel_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
