-- What donors ask for, invoices shared out over kits, what each month moved, and regies d'avances. Rules: as in 0001-register.sql.

-- What the donor wrote, and what of it is checked: further strands and the kinds of expense (words separated by spaces; no kind: all of
-- them), and whether the end of the period is the end.
ALTER TABLE fund ADD COLUMN conditions TEXT;
ALTER TABLE fund ADD COLUMN also_strands TEXT NOT NULL DEFAULT '';
ALTER TABLE fund ADD COLUMN expenses TEXT NOT NULL DEFAULT '';
ALTER TABLE fund ADD COLUMN firm_end @INT@ NOT NULL DEFAULT 0 CHECK (firm_end IN (0, 1));

-- The ledger of a fund summed by month, moved by the statement that adds a line, so that a year is shown without reading it. month: 12 *
-- year + month - 1, in UTC.
CREATE TABLE fund_month (
  fund TEXT NOT NULL REFERENCES fund (code),
  month @INT@ NOT NULL,
  debit @INT@ NOT NULL CHECK (debit >= 0),
  credit @INT@ NOT NULL CHECK (credit >= 0),
  PRIMARY KEY (fund, month)
) @KEYED@;
-- The lines written before: epoch seconds to a month of the civil calendar, in whole numbers (days are counted from 1 March of year 0, so
-- that the leap day is the last of its year).
INSERT INTO fund_month (fund, month, debit, credit)
  SELECT fund, month, SUM(debit), SUM(credit) FROM (
    SELECT fund, debit, credit, 12 * (era * 400 + y + (CASE WHEN mp < 10 THEN 0 ELSE 1 END)) + (mp + 2) % 12 AS month FROM (
      SELECT fund, debit, credit, era, y, (5 * (doe - (365 * y + y / 4 - y / 100)) + 2) / 153 AS mp FROM (
        SELECT fund, debit, credit, era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS y FROM (
          SELECT fund, debit, credit, (at / 86400 + 719468) / 146097 AS era, (at / 86400 + 719468) % 146097 AS doe FROM fund_entry
        ) AS days
      ) AS years
    ) AS months
  ) AS dated GROUP BY fund, month;

-- An invoice. The same one is not entered twice, unless it was cancelled. cancelled_at 0: it stands.
CREATE TABLE purchase (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  supplier TEXT NOT NULL CHECK (length(supplier) > 0),
  invoice TEXT NOT NULL CHECK (length(invoice) > 0),
  paper_hash TEXT CHECK (length(paper_hash) = 64),
  on_day TEXT NOT NULL CHECK (on_day LIKE '____-__-__'),
  fund TEXT NOT NULL REFERENCES fund (code),
  total @INT@ NOT NULL CHECK (total > 0),
  shares @INT@ NOT NULL CHECK (shares > 0),
  at @INT@ NOT NULL,
  cancelled_at @INT@ NOT NULL DEFAULT 0
) @STRICT@;
CREATE UNIQUE INDEX purchase_invoice ON purchase (supplier, invoice) WHERE cancelled_at = 0;
CREATE INDEX purchase_fund ON purchase (fund, code);

-- The share of each thing; item NULL: it is not in the register.
CREATE TABLE purchase_share (
  purchase TEXT NOT NULL REFERENCES purchase (code),
  number @INT@ NOT NULL CHECK (number > 0),
  item TEXT REFERENCES item (code),
  price @INT@ NOT NULL CHECK (price >= 0),
  PRIMARY KEY (purchase, number)
) @KEYED@;
CREATE INDEX purchase_share_item ON purchase_share (item);

-- A regie d'avances: a till for small expenses, opened by an act that limits it. advance: what the accountant has given and not got back;
-- balance: what is in the till; entries, month, hash: number, month and hash of the last line of its journal (hash NULL: none). natures:
-- one a line; means: words. closed_month, closed_year: the last ones. requests: the number of the last request; asked_to: the last line
-- that a request holds.
CREATE TABLE regie (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  name TEXT NOT NULL CHECK (length(name) > 0),
  act TEXT NOT NULL CHECK (length(act) > 0),
  act_on TEXT NOT NULL CHECK (act_on LIKE '____-__-__'),
  ceiling @INT@ NOT NULL CHECK (ceiling > 0),
  natures TEXT NOT NULL CHECK (length(natures) > 0),
  means TEXT NOT NULL CHECK (length(means) > 0),
  holder TEXT NOT NULL REFERENCES account (code),
  deputy TEXT REFERENCES account (code),
  advance @INT@ NOT NULL DEFAULT 0,
  balance @INT@ NOT NULL DEFAULT 0,
  entries @INT@ NOT NULL DEFAULT 0,
  month TEXT CHECK (month LIKE '____-__'),
  hash TEXT CHECK (length(hash) = 64),
  closed_month TEXT CHECK (closed_month LIKE '____-__'),
  closed_year TEXT CHECK (closed_year LIKE '____'),
  requests @INT@ NOT NULL DEFAULT 0,
  asked_to @INT@ NOT NULL DEFAULT 0,
  created_at @INT@ NOT NULL,
  CONSTRAINT regie_advance_within_ceiling CHECK (advance >= 0 AND advance <= ceiling),
  CONSTRAINT regie_balance_not_negative CHECK (balance >= 0)
) @STRICT@;

-- Its journal: numbers without a gap, months that never go back, corrections by counter-entry (reverses: the number of the line that it
-- takes back, once). balance: in the till after it. hash: over the line and the hash of the one before (db/regie.h).
CREATE TABLE regie_entry (
  regie TEXT NOT NULL REFERENCES regie (code),
  number @INT@ NOT NULL CHECK (number > 0),
  at @INT@ NOT NULL,
  account TEXT NOT NULL,
  on_day TEXT NOT NULL CHECK (on_day LIKE '____-__-__'),
  kind TEXT NOT NULL CHECK (kind IN ('advance', 'expense', 'reconstitution', 'repayment')),
  received @INT@ NOT NULL CHECK (received >= 0),
  paid @INT@ NOT NULL CHECK (paid >= 0),
  nature TEXT,
  means TEXT CHECK (means IN ('cash', 'card', 'transfer', 'cheque', 'debit')),
  object TEXT,
  paper TEXT,
  paper_hash TEXT CHECK (length(paper_hash) = 64),
  reverses @INT@,
  balance @INT@ NOT NULL CHECK (balance >= 0),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  PRIMARY KEY (regie, number),
  CHECK ((received = 0) <> (paid = 0)),
  CHECK ((kind = 'expense') = (nature IS NOT NULL)),
  CHECK (reverses IS NULL OR reverses < number),
  CHECK ((reverses IS NULL) = ((received > 0) = (kind IN ('advance', 'reconstitution'))))
) @KEYED@;
CREATE UNIQUE INDEX regie_entry_reverses ON regie_entry (regie, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX regie_entry_paper ON regie_entry (regie, paper_hash) WHERE paper_hash IS NOT NULL;

-- Each month of that journal: its lines, and what was in the till before them.
CREATE TABLE regie_month (
  regie TEXT NOT NULL REFERENCES regie (code),
  month TEXT NOT NULL CHECK (month LIKE '____-__'),
  first_number @INT@ NOT NULL,
  last_number @INT@ NOT NULL,
  opening @INT@ NOT NULL,
  received @INT@ NOT NULL,
  paid @INT@ NOT NULL,
  PRIMARY KEY (regie, month)
) @KEYED@;

-- What the accountant is asked to give back: the expenses of lines first_number to last_number, of one year.
CREATE TABLE regie_request (
  regie TEXT NOT NULL REFERENCES regie (code),
  number @INT@ NOT NULL CHECK (number > 0),
  year TEXT NOT NULL CHECK (year LIKE '____'),
  first_number @INT@ NOT NULL,
  last_number @INT@ NOT NULL,
  amount @INT@ NOT NULL CHECK (amount > 0),
  state TEXT NOT NULL CHECK (state IN ('asked', 'received')),
  at @INT@ NOT NULL,
  account TEXT NOT NULL,
  entry @INT@,
  PRIMARY KEY (regie, number),
  CHECK (first_number <= last_number),
  CHECK ((state = 'received') = (entry IS NOT NULL))
) @KEYED@;
CREATE UNIQUE INDEX regie_request_entry ON regie_request (regie, entry) WHERE entry IS NOT NULL;
