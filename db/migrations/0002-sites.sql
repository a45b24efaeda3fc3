-- Several sites on one register (docs/decisions/0013-sites.md). What was written before there were sites is of the site without a
-- name, ''; a register with one site need never know of this.

-- A place where things are lent, with a daemon of its own and maybe a bench.
CREATE TABLE site (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
  created_at @INT@ NOT NULL
) @STRICT@;

-- seq stays the order in which the register has taken the lines of all sites; number counts those of one site, and is what its chain
-- of hashes protects.
ALTER TABLE journal ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN number @INT@ NOT NULL DEFAULT 0;
UPDATE journal SET number = seq;
CREATE UNIQUE INDEX journal_number ON journal (site, number);

-- One row a site, made with it: its last line.
ALTER TABLE journal_head RENAME TO journal_head_of_all;
CREATE TABLE journal_head (
  site TEXT NOT NULL PRIMARY KEY,
  number @INT@ NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) @STRICT@;
INSERT INTO journal_head (site, number, hash) SELECT '', seq, hash FROM journal_head_of_all;
DROP TABLE journal_head_of_all;

-- Each site writes its own rows: the number of items in a state is their sum. What comes to one site and leaves from another makes a
-- row that is below zero.
ALTER TABLE item_count RENAME TO item_count_of_all;
CREATE TABLE item_count (
  site TEXT NOT NULL,
  state TEXT NOT NULL,
  items @INT@ NOT NULL,
  PRIMARY KEY (site, state)
) @STRICT@;
INSERT INTO item_count (site, state, items) SELECT '', state, items FROM item_count_of_all;
DROP TABLE item_count_of_all;

-- Whose bench a wipe is on: the names of ports are of a machine.
ALTER TABLE wipe ADD COLUMN site TEXT NOT NULL DEFAULT '';
DROP INDEX wipe_unfinished_port;
CREATE UNIQUE INDEX wipe_unfinished_port ON wipe (site, port)
  WHERE state NOT IN ('verified', 'not_wiped', 'unknown', 'blocked', 'aborted');
DROP INDEX wipe_unfinished;
CREATE INDEX wipe_unfinished ON wipe (site, created_at, code)
  WHERE state NOT IN ('verified', 'not_wiped', 'unknown', 'blocked', 'aborted');

-- A uid is of a machine: where this account may come in. '': at all sites.
ALTER TABLE account ADD COLUMN site TEXT NOT NULL DEFAULT '';
DROP INDEX account_uid;
CREATE UNIQUE INDEX account_uid ON account (uid, site) WHERE uid >= 0;
