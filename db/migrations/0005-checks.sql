-- What a reset tablet proves of itself, what is checked before it is ready again, what is repaired, what the cable tells at its arrival.

-- The port it was on when its evidence was complete, once it was unplugged to be looked at: wipe.port is free for another one then.
ALTER TABLE wipe ADD COLUMN proven_port TEXT;
-- The program and version that did it: certificates of old wipes keep saying so.
ALTER TABLE wipe ADD COLUMN tool TEXT;

-- Random challenges, written before they are sent to the tablet. chain: what its security chip signed, certificates in DER one after the
-- other; NULL until it has answered. A challenge is never used twice.
CREATE TABLE wipe_challenge (
  challenge TEXT NOT NULL PRIMARY KEY CHECK (length(challenge) BETWEEN 16 AND 128),
  wipe TEXT NOT NULL REFERENCES wipe (code),
  at @INT@ NOT NULL,
  chain @BYTES@
) @STRICT@;
CREATE INDEX wipe_challenge_wipe ON wipe_challenge (wipe, at, challenge);

-- What is looked at before a thing of that kind may be lent again: words separated by spaces. is_required 1: a verified wipe leads to
-- 'ready' only when each of them was ticked after it.
CREATE TABLE checklist (
  kind TEXT NOT NULL PRIMARY KEY CHECK (kind IN ('tablet', 'hotspot', 'laptop', 'other')),
  checks TEXT NOT NULL CHECK (length(checks) > 0),
  is_required @INT@ NOT NULL CHECK (is_required IN (0, 1))
) @STRICT@;
INSERT INTO checklist (kind, checks, is_required)
  VALUES ('tablet', 'screen charge buttons camera sleeve charger', 0), ('hotspot', 'charge network charger', 0),
         ('laptop', 'screen charge keyboard camera charger', 0), ('other', 'works', 0);

-- Each look at one thing of an item; lines are added, never changed. The newest one of a name counts.
CREATE TABLE item_check (
  item TEXT NOT NULL REFERENCES item (code),
  number @INT@ NOT NULL CHECK (number > 0),
  at @INT@ NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) > 0),
  result TEXT NOT NULL CHECK (result IN ('ok', 'broken', 'missing')),
  PRIMARY KEY (item, number)
) @KEYED@;

-- The story of an item's repairs: opened, what was paid, done. cost in cents; fund NULL: paid otherwise, or nothing.
CREATE TABLE repair (
  item TEXT NOT NULL REFERENCES item (code),
  number @INT@ NOT NULL CHECK (number > 0),
  at @INT@ NOT NULL,
  account TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('opened', 'noted', 'done')),
  note TEXT,
  cost @INT@ NOT NULL CHECK (cost >= 0),
  fund TEXT REFERENCES fund (code),
  PRIMARY KEY (item, number)
) @KEYED@;
CREATE INDEX repair_fund ON repair (fund);

-- What a tablet said over the cable when it came in, by its serial: one row, the newest. facts: lines "name=value".
CREATE TABLE arrival (
  serial TEXT NOT NULL PRIMARY KEY CHECK (length(serial) > 0),
  port TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'tap', 'read', 'failed', 'accepted')),
  reason TEXT,
  facts TEXT,
  at @INT@ NOT NULL,
  account TEXT NOT NULL
) @STRICT@;
