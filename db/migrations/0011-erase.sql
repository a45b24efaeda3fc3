-- Messages and contacts on SIM cards: two more things that are asked of modems, how many there were, and which cards may still hold those of a
-- former borrower. Rules: as in 0001-register.sql.

-- messages, contacts: how many a card had when they were counted, or erased; NULL: not said, or the modem has no such store.
ALTER TABLE modem_act RENAME TO modem_act_of_eight_kinds;
CREATE TABLE modem_act (
  number @INT@ NOT NULL PRIMARY KEY CHECK (number > 0),
  site TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('identify', 'pin_enter', 'pin_change', 'pin_enable', 'pin_disable', 'unblock', 'balance', 'topup', 'count', 'erase')),
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
  account TEXT NOT NULL,
  messages @INT@,
  contacts @INT@
) @STRICT@;
INSERT INTO modem_act (number, site, kind, state, port, imei, iccid, card, line, recharge, dialogue, verdict, reason, answer, eur, mb, until_day,
  attempts_left, asked_at, sent_at, ended_at, account)
  SELECT number, site, kind, state, port, imei, iccid, card, line, recharge, dialogue, verdict, reason, answer, eur, mb, until_day,
  attempts_left, asked_at, sent_at, ended_at, account FROM modem_act_of_eight_kinds;
DROP TABLE modem_act_of_eight_kinds;
CREATE UNIQUE INDEX modem_act_open ON modem_act (site, port) WHERE state IN ('asked', 'sent');
CREATE INDEX modem_act_recharge ON modem_act (recharge, number) WHERE recharge IS NOT NULL;

-- 1: its line came back from a loan, and nobody has erased the card since.
ALTER TABLE card ADD COLUMN to_erase @INT@ NOT NULL DEFAULT 0 CHECK (to_erase IN (0, 1));
