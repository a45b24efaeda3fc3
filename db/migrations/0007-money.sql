-- What donors ask for, invoices shared out over kits, and what each month moved. Rules: as in 0001-register.sql.

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
