-- The wipe that met Google's lock, looked for before each wipe and each waiver of its item.
CREATE INDEX wipe_locked ON wipe (item, created_at, code) WHERE reason = 'wipe_frp';
