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
