-- The SIM bench in the register: what was done with which modem and card, what cards and operators said, PINs that a card may or may not
-- have taken (docs/decisions/0024-sim-desk.md). Rules: as in 0001-register.sql.

-- One thing asked of one modem. Written before anything is sent, and 'sent' before the step that may spend: who was killed in between finds
-- it here. number: in the order in which they were asked, of all sites. iccid: of the card that is meant; NULL: whichever is in it. reason: code
-- of a sentence. answer: the operator's words, codes as dots. eur in cents. attempts_left NULL: not said.
CREATE TABLE modem_act (
  number @INT@ NOT NULL PRIMARY KEY CHECK (number > 0),
  site TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('identify', 'pin_enter', 'pin_change', 'pin_enable', 'pin_disable', 'unblock', 'balance', 'topup')),
  state TEXT NOT NULL CHECK (state IN ('asked', 'sent', 'ok', 'refused', 'ambiguous', 'not_done')),
  port TEXT NOT NULL CHECK (length(port) > 0),
  imei TEXT,
  iccid TEXT,
  card TEXT REFERENCES card (code),
  line TEXT REFERENCES line (code),
  recharge TEXT REFERENCES recharge (code),
  dialogue TEXT,
  verdict TEXT CHECK (verdict IN ('known', 'new', 'bound', 'conflict')),
  reason TEXT,
  answer TEXT,
  eur @INT@,
  mb @INT@,
  until_day TEXT CHECK (until_day LIKE '____-__-__'),
  attempts_left @INT@,
  asked_at @INT@ NOT NULL,
  sent_at @INT@ NOT NULL DEFAULT 0,
  ended_at @INT@ NOT NULL DEFAULT 0,
  account TEXT NOT NULL
) @STRICT@;
-- One at a time on each modem.
CREATE UNIQUE INDEX modem_act_open ON modem_act (site, port) WHERE state IN ('asked', 'sent');
CREATE INDEX modem_act_recharge ON modem_act (recharge, number) WHERE recharge IS NOT NULL;

-- What a modem said of the card when it was last read; NULL: not said.
ALTER TABLE card ADD COLUMN seen_at @INT@ NOT NULL DEFAULT 0;
ALTER TABLE card ADD COLUMN pin_on @INT@ CHECK (pin_on IN (0, 1));
ALTER TABLE card ADD COLUMN pin_left @INT@;
ALTER TABLE card ADD COLUMN puk_left @INT@;

-- What the operator said of the credit: cents, megabytes, when.
ALTER TABLE line ADD COLUMN balance @INT@;
ALTER TABLE line ADD COLUMN balance_mb @INT@;
ALTER TABLE line ADD COLUMN balance_at @INT@ NOT NULL DEFAULT 0;

-- 'pin_next': sealed before it is sent; the card may have it, or the one before.
ALTER TABLE secret RENAME TO secret_of_three_kinds;
CREATE TABLE secret (
  kind TEXT NOT NULL CHECK (kind IN ('pin', 'puk', 'voucher', 'pin_next')),
  owner TEXT NOT NULL CHECK (length(owner) = 8),
  key_id TEXT NOT NULL CHECK (length(key_id) > 0),
  box @BYTES@ NOT NULL,
  print TEXT,
  at @INT@ NOT NULL,
  PRIMARY KEY (kind, owner)
) @STRICT@;
INSERT INTO secret (kind, owner, key_id, box, print, at) SELECT kind, owner, key_id, box, print, at FROM secret_of_three_kinds;
DROP TABLE secret_of_three_kinds;
CREATE INDEX secret_key ON secret (key_id, kind, owner);
CREATE UNIQUE INDEX secret_print ON secret (kind, print);
