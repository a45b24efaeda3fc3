-- Lines that do not die, and money that adds up: where a line's two clocks come from, what is bought, vouchers with sealed codes,
-- recharges that are prepared, sent and settled, notices before a line dies. Rules: as in 0001-register.sql.

-- Where a clock comes from: an offer's rule, the operator's own text, or a person; and how far it is to be believed.
ALTER TABLE line ADD COLUMN credit_origin TEXT CHECK (credit_origin IN ('rule', 'operator', 'typed'));
ALTER TABLE line ADD COLUMN credit_confidence TEXT CHECK (credit_confidence IN ('certain', 'likely', 'guess'));
ALTER TABLE line ADD COLUMN line_origin TEXT CHECK (line_origin IN ('rule', 'operator', 'typed'));
ALTER TABLE line ADD COLUMN line_confidence TEXT CHECK (line_confidence IN ('certain', 'likely', 'guess'));
-- The lines that still live, by the day they die; what a month needs, by offer; those of which nobody knows.
CREATE INDEX line_due ON line (line_until, code) WHERE state NOT IN ('lost', 'expired', 'retired');
CREATE INDEX line_need ON line (line_until, operator_name, offer) WHERE state NOT IN ('lost', 'expired', 'retired');
CREATE INDEX line_endless ON line (code) WHERE line_until IS NULL AND state NOT IN ('lost', 'expired', 'retired');

-- What this body buys. id: a short word that people type. offer NULL: for every offer of the operator. The two validities are spans
-- such as '7d' and '6m' (rules/offer.h), NULL when the offer's rule tells.
CREATE TABLE product (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) > 0),
  operator_name TEXT NOT NULL CHECK (length(operator_name) > 0),
  offer TEXT CHECK (length(offer) > 0),
  name TEXT NOT NULL CHECK (length(name) > 0),
  price @INT@ NOT NULL CHECK (price > 0),
  credit_valid TEXT CHECK (length(credit_valid) > 1),
  line_valid TEXT CHECK (length(line_valid) > 1),
  active @INT@ NOT NULL CHECK (active IN (0, 1)),
  created_at @INT@ NOT NULL
) @STRICT@;

-- A recharge code on paper or in an operator's file. number is printed beside the code and is no secret; the code is in secret.
CREATE TABLE voucher (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  number TEXT NOT NULL UNIQUE CHECK (length(number) > 0),
  operator_name TEXT NOT NULL CHECK (length(operator_name) > 0),
  product TEXT NOT NULL CHECK (length(product) > 0),
  price @INT@ NOT NULL CHECK (price > 0),
  expires_on TEXT CHECK (expires_on LIKE '____-__-__'),
  state TEXT NOT NULL CHECK (state IN ('stock', 'reserved', 'used', 'rejected', 'ambiguous')),
  created_at @INT@ NOT NULL
) @STRICT@;
CREATE INDEX voucher_state ON voucher (state, code);
CREATE INDEX voucher_next ON voucher (product, expires_on, code) WHERE state = 'stock';

-- PIN, PUK (owner: a card), recharge codes (owner: a voucher). box: nonce and ciphertext, tied to kind, owner and key (actions/vault.h).
-- print: a keyed digest, by which the same recharge code is known again without opening any.
CREATE TABLE secret (
  kind TEXT NOT NULL CHECK (kind IN ('pin', 'puk', 'voucher')),
  owner TEXT NOT NULL CHECK (length(owner) = 8),
  key_id TEXT NOT NULL CHECK (length(key_id) > 0),
  box @BYTES@ NOT NULL,
  print TEXT,
  at @INT@ NOT NULL,
  PRIMARY KEY (kind, owner)
) @STRICT@;
CREATE INDEX secret_key ON secret (key_id, kind, owner);
CREATE UNIQUE INDEX secret_print ON secret (kind, print);

-- Recharges made before were made by hand, and are confirmed. channel: paid elsewhere and written down; a code that a person types;
-- the SIM bench. 0 in sent_at and settled_at: not yet. evidence: what the outcome rests on.
ALTER TABLE recharge ADD COLUMN state TEXT NOT NULL DEFAULT 'confirmed'
  CHECK (state IN ('prepared', 'sent', 'confirmed', 'rejected', 'ambiguous', 'cancelled'));
ALTER TABLE recharge ADD COLUMN channel TEXT NOT NULL DEFAULT 'hand' CHECK (channel IN ('hand', 'voucher', 'bench'));
ALTER TABLE recharge ADD COLUMN voucher TEXT REFERENCES voucher (code);
ALTER TABLE recharge ADD COLUMN keep_alive @INT@ NOT NULL DEFAULT 0 CHECK (keep_alive IN (0, 1));
ALTER TABLE recharge ADD COLUMN sent_at @INT@ NOT NULL DEFAULT 0;
ALTER TABLE recharge ADD COLUMN settled_at @INT@ NOT NULL DEFAULT 0;
ALTER TABLE recharge ADD COLUMN evidence TEXT CHECK (evidence IN ('operator', 'balance', 'person'));
-- One code pays for one recharge, whatever the program believes.
CREATE UNIQUE INDEX recharge_voucher ON recharge (voucher) WHERE state IN ('prepared', 'sent', 'ambiguous', 'confirmed');
CREATE INDEX recharge_state ON recharge (state, code) WHERE state IN ('prepared', 'sent', 'ambiguous');
CREATE INDEX recharge_sent ON recharge (channel, sent_at, code) WHERE state = 'sent';
CREATE INDEX recharge_person ON recharge (person, on_day);

-- Notices that a line is about to die. One a step, for one end: a line that was recharged is told of again when its new end is near.
CREATE TABLE line_notice (
  line TEXT NOT NULL REFERENCES line (code),
  until_day TEXT NOT NULL CHECK (until_day LIKE '____-__-__'),
  step @INT@ NOT NULL CHECK (step IN (60, 30, 7)),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'sent', 'void')),
  at @INT@ NOT NULL,
  claimed_at @INT@ NOT NULL DEFAULT 0,
  sent_at @INT@ NOT NULL DEFAULT 0,
  PRIMARY KEY (line, until_day, step)
) @STRICT@;
CREATE INDEX line_notice_state ON line_notice (state, until_day, line, step);

-- A dialogue file (USSD, SMS ...) that an administrator has read and lets spend. hash: SHA-256 of the file; another text is unsigned.
CREATE TABLE dialogue_signature (
  dialogue TEXT NOT NULL CHECK (length(dialogue) > 0),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  signed_by TEXT NOT NULL,
  at @INT@ NOT NULL,
  PRIMARY KEY (dialogue, hash)
) @STRICT@;
