-- Imports that yield to the desk (docs/decisions/0014-flow.md): a file is staged here slice by slice, sealed in one step, then applied slice
-- by slice. Rows of these tables are work under way: they are deleted when it is done.

-- Money that a staged file will spend. It cannot be spent twice, nor can the grant fall below it.
ALTER TABLE fund ADD COLUMN reserved @INT@ NOT NULL DEFAULT 0
  CONSTRAINT fund_reserve_covered CHECK (reserved >= 0 AND spent + reserved <= granted);

-- One file. number is random, so that a job of a restored backup is never taken for another one. owner: the daemon that works on it.
-- staging: being judged, dropped when its daemon starts again. sealed: will be in the register, whatever happens. over: done or
-- dropped, rows are left to be cleared. key and request_hash: its Idempotency-Key. at: the instant at which its lines are judged and
-- dated, also after a restart. last_line: how far the file was read.
CREATE TABLE import_job (
  number @PK@,
  owner TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('staging', 'sealed', 'over')),
  is_rehearsal @INT@ NOT NULL CHECK (is_rehearsal IN (0, 1)),
  account TEXT NOT NULL,
  role TEXT NOT NULL,
  key TEXT,
  request_hash TEXT,
  kind TEXT NOT NULL,
  columns TEXT NOT NULL,
  fund TEXT,
  at @INT@ NOT NULL,
  lines @INT@ NOT NULL CHECK (lines >= 0),
  made @INT@ NOT NULL CHECK (made >= 0),
  known @INT@ NOT NULL CHECK (known >= 0),
  errors @INT@ NOT NULL CHECK (errors >= 0),
  applied @INT@ NOT NULL CHECK (applied >= 0 AND applied <= made),
  last_line @INT@ NOT NULL
) @STRICT@;

-- A line that will make something: its cells in the order of import_job.columns, a control character (unit separator) between. Deleted
-- by the transaction that makes it, so that it is made once.
CREATE TABLE import_line (
  job @INT@ NOT NULL REFERENCES import_job (number),
  line @INT@ NOT NULL CHECK (line > 0),
  cells TEXT NOT NULL,
  PRIMARY KEY (job, line)
) @KEYED@;

-- What a line will take, and nobody else may take meanwhile: a serial, an ICCID ... ; field 'line': what tells lines of a file apart.
CREATE TABLE import_claim (
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  job @INT@ NOT NULL REFERENCES import_job (number),
  line @INT@ NOT NULL,
  PRIMARY KEY (field, value, job)
) @KEYED@;
CREATE INDEX import_claim_line ON import_claim (job, line);

-- What a job has reserved of a fund, or a rehearsal would have.
CREATE TABLE import_fund (
  job @INT@ NOT NULL REFERENCES import_job (number),
  fund TEXT NOT NULL REFERENCES fund (code),
  reserved @INT@ NOT NULL CHECK (reserved >= 0),
  PRIMARY KEY (job, fund)
) @KEYED@;
