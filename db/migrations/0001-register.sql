-- The first register. Written for SQLite and PostgreSQL alike: @PK@ (whole-number primary key), @INT@ (64 bits), @BYTES@ and
-- @STRICT@ are replaced for each engine. @KEYED@: strict, and the rows stand in the order of the primary key (a narrow table whose
-- key is most of it). A released migration never changes: correct it with a new file.
-- Throughout: codes are 8 letters; days are text 'YYYY-MM-DD'; instants are epoch seconds, UTC; money is whole cents; a closed
-- list of words stands in a CHECK, so that nobody can renumber it. Nothing here is ever deleted, but answers kept for 48 h.

-- Staff. uid -1: cannot come in through the admin socket.
CREATE TABLE account (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  name TEXT NOT NULL CHECK (length(name) > 0),
  uid @INT@ NOT NULL CHECK (uid >= -1),
  role TEXT NOT NULL CHECK (role IN ('reader', 'agent', 'technician', 'admin'))
) @STRICT@;
CREATE UNIQUE INDEX account_uid ON account (uid) WHERE uid >= 0;

-- Borrowers. The least that is needed to lend and to call back. last_contact_at feeds the privacy clock.
CREATE TABLE person (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  name TEXT NOT NULL CHECK (length(name) > 0),
  phone TEXT,
  email TEXT,
  town TEXT,
  created_at @INT@ NOT NULL,
  last_contact_at @INT@ NOT NULL
) @STRICT@;
CREATE INDEX person_phone ON person (phone, code);

-- Money with a purpose and a period. spent is the sum of fund_entry, kept here so that the CHECK can refuse a negative balance
-- however many ask at once.
CREATE TABLE fund (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  name TEXT NOT NULL CHECK (length(name) > 0),
  strand TEXT NOT NULL CHECK (strand IN ('equipment', 'skills', 'connection')),
  from_day TEXT CHECK (from_day LIKE '____-__-__'),
  to_day TEXT CHECK (to_day LIKE '____-__-__'),
  granted @INT@ NOT NULL CHECK (granted >= 0),
  spent @INT@ NOT NULL,
  created_at @INT@ NOT NULL,
  CHECK (from_day <= to_day),
  CONSTRAINT fund_balance_not_negative CHECK (spent >= 0 AND spent <= granted)
) @STRICT@;

-- A fund's ledger: numbers without a gap, never a negative amount, corrections by counter-entry (credit).
CREATE TABLE fund_entry (
  fund TEXT NOT NULL REFERENCES fund (code),
  number @INT@ NOT NULL CHECK (number > 0),
  at @INT@ NOT NULL,
  debit @INT@ NOT NULL CHECK (debit >= 0),
  credit @INT@ NOT NULL CHECK (credit >= 0),
  subject TEXT,
  reason TEXT,
  PRIMARY KEY (fund, number),
  CHECK ((debit = 0) <> (credit = 0))
) @KEYED@;

-- What is lent and comes back to a bench.
CREATE TABLE item (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  kind TEXT NOT NULL CHECK (kind IN ('tablet', 'hotspot', 'laptop', 'other')),
  serial TEXT CHECK (length(serial) > 0),
  model TEXT,
  imei TEXT CHECK (length(imei) > 0),
  inventory_no TEXT CHECK (length(inventory_no) BETWEEN 1 AND 25),
  price @INT@ NOT NULL CHECK (price >= 0),
  fund TEXT REFERENCES fund (code),
  state TEXT NOT NULL CHECK (state IN ('new', 'to_wipe', 'wiping', 'ready', 'lent', 'blocked', 'repair', 'lost', 'stolen',
                                       'retired', 'donated')),
  state_reason TEXT,
  created_at @INT@ NOT NULL
) @STRICT@;
-- Among the devices we still have, a serial names one. A donated one may come back and be entered anew.
CREATE UNIQUE INDEX item_serial ON item (serial) WHERE state NOT IN ('retired', 'donated');
CREATE UNIQUE INDEX item_imei ON item (imei) WHERE state NOT IN ('retired', 'donated');
-- Accounting: never used again, even after disposal.
CREATE UNIQUE INDEX item_inventory_no ON item (inventory_no);
-- Lists by state, by kind and by both: each reads only what it shows, also when what is asked for is rare.
CREATE INDEX item_state ON item (state, code);
CREATE INDEX item_kind ON item (kind, code);
CREATE INDEX item_kind_state ON item (kind, state, code);
-- How many items are in each state, moved in the transaction that moves the item: nobody counts a million rows for a note.
CREATE TABLE item_count (
  state TEXT NOT NULL PRIMARY KEY,
  items @INT@ NOT NULL CHECK (items >= 0)
) @STRICT@;
INSERT INTO item_count (state, items)
  VALUES ('new', 0), ('to_wipe', 0), ('wiping', 0), ('ready', 0), ('lent', 0), ('blocked', 0), ('repair', 0), ('lost', 0),
         ('stolen', 0), ('retired', 0), ('donated', 0);

-- Sleeve, charger, stylus.
CREATE TABLE piece (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  item TEXT NOT NULL REFERENCES item (code),
  name TEXT NOT NULL CHECK (length(name) > 0),
  state TEXT NOT NULL CHECK (state IN ('present', 'missing', 'broken'))
) @STRICT@;
CREATE INDEX piece_item ON piece (item, code);

-- A phone line outlives its cards. Two clocks: the credit's and the line's own.
CREATE TABLE line (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  msisdn TEXT CHECK (length(msisdn) > 0),
  operator_name TEXT,
  offer TEXT,
  state TEXT NOT NULL CHECK (state IN ('stock', 'active', 'lent', 'returned', 'suspended', 'lost', 'expired', 'retired')),
  credit_until TEXT CHECK (credit_until LIKE '____-__-__'),
  line_until TEXT CHECK (line_until LIKE '____-__-__'),
  created_at @INT@ NOT NULL
) @STRICT@;
-- Operators give the number of a dead line to somebody else, who may be us.
CREATE UNIQUE INDEX line_msisdn ON line (msisdn) WHERE state NOT IN ('expired', 'retired');
CREATE INDEX line_state ON line (state, code);

CREATE TABLE card (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  iccid TEXT NOT NULL UNIQUE CHECK (length(iccid) BETWEEN 18 AND 20),
  line TEXT NOT NULL REFERENCES line (code),
  created_at @INT@ NOT NULL
) @STRICT@;
CREATE INDEX card_line ON card (line, created_at, code);

-- One loan lends one thing. Overdue is not a state: it is due_on before today.
CREATE TABLE loan (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  person TEXT NOT NULL REFERENCES person (code),
  item TEXT REFERENCES item (code),
  line TEXT REFERENCES line (code),
  started_on TEXT NOT NULL CHECK (started_on LIKE '____-__-__'),
  due_on TEXT NOT NULL CHECK (due_on LIKE '____-__-__'),
  due_reason TEXT,
  state TEXT NOT NULL CHECK (state IN ('open', 'partly_returned', 'closed', 'written_off')),
  closed_on TEXT CHECK (closed_on LIKE '____-__-__'),
  renewals @INT@ NOT NULL CHECK (renewals >= 0),
  CHECK ((item IS NULL) <> (line IS NULL)),
  CHECK (started_on <= due_on),
  CHECK ((state IN ('closed', 'written_off')) = (closed_on IS NOT NULL))
) @STRICT@;
-- The heart of the matter: the same thing is never in two open loans, whatever the program believes.
CREATE UNIQUE INDEX loan_open_item ON loan (item) WHERE state IN ('open', 'partly_returned');
CREATE UNIQUE INDEX loan_open_line ON loan (line) WHERE state IN ('open', 'partly_returned');
CREATE INDEX loan_due ON loan (due_on, code) WHERE state IN ('open', 'partly_returned');
CREATE INDEX loan_open_person ON loan (person, due_on, code) WHERE state IN ('open', 'partly_returned');
-- Histories, newest first.
CREATE INDEX loan_person ON loan (person, started_on, code);
CREATE INDEX loan_item ON loan (item, started_on, code);
CREATE INDEX loan_line ON loan (line, started_on, code);

-- A piece as it left, and as it came back: in_state is NULL until then.
CREATE TABLE loan_piece (
  loan TEXT NOT NULL REFERENCES loan (code),
  piece TEXT NOT NULL REFERENCES piece (code),
  name TEXT NOT NULL CHECK (length(name) > 0),
  out_state TEXT NOT NULL CHECK (out_state IN ('present', 'missing', 'broken')),
  in_state TEXT CHECK (in_state IN ('present', 'missing', 'broken')),
  condition TEXT,
  PRIMARY KEY (loan, piece)
) @KEYED@;

-- fund NULL: paid otherwise. person: who held the line that day.
CREATE TABLE recharge (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  line TEXT NOT NULL REFERENCES line (code),
  fund TEXT REFERENCES fund (code),
  person TEXT REFERENCES person (code),
  product TEXT NOT NULL CHECK (length(product) > 0),
  amount @INT@ NOT NULL CHECK (amount >= 0),
  on_day TEXT NOT NULL CHECK (on_day LIKE '____-__-__'),
  at @INT@ NOT NULL
) @STRICT@;
CREATE INDEX recharge_line ON recharge (line, code);
CREATE INDEX recharge_fund ON recharge (fund, code);

-- A reset with its evidence. 0 in started_at and ended_at: not yet. port is reserved for the item until the wipe is finished.
CREATE TABLE wipe (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 8),
  item TEXT NOT NULL REFERENCES item (code),
  port TEXT CHECK (length(port) > 0),
  serial TEXT,
  strategy TEXT,
  state TEXT NOT NULL CHECK (state IN ('seen', 'identified', 'gated', 'armed', 'started', 'gone', 'recovery', 'returned',
                                       'wait_human', 'verified', 'not_wiped', 'unknown', 'blocked', 'aborted')),
  verdict TEXT NOT NULL CHECK (verdict IN ('none', 'proven', 'consistent', 'attested', 'not_wiped', 'unknown')),
  reason TEXT,
  facts TEXT,
  created_at @INT@ NOT NULL,
  started_at @INT@ NOT NULL,
  ended_at @INT@ NOT NULL,
  asked_by TEXT NOT NULL,
  attested_by TEXT,
  attestation TEXT
) @STRICT@;
CREATE UNIQUE INDEX wipe_unfinished_item ON wipe (item)
  WHERE state NOT IN ('verified', 'not_wiped', 'unknown', 'blocked', 'aborted');
CREATE UNIQUE INDEX wipe_unfinished_port ON wipe (port)
  WHERE state NOT IN ('verified', 'not_wiped', 'unknown', 'blocked', 'aborted');
CREATE INDEX wipe_unfinished ON wipe (created_at, code)
  WHERE state NOT IN ('verified', 'not_wiped', 'unknown', 'blocked', 'aborted');
CREATE INDEX wipe_item ON wipe (item, created_at, code);
CREATE INDEX wipe_verified ON wipe (item, ended_at, created_at, code) WHERE state = 'verified';
CREATE INDEX wipe_newest ON wipe (created_at, code);

-- The story of a wipe; at_ms is epoch milliseconds: USB is quick.
CREATE TABLE wipe_event (
  wipe TEXT NOT NULL REFERENCES wipe (code),
  number @INT@ NOT NULL CHECK (number > 0),
  at_ms @INT@ NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('state', 'said', 'answered', 'usb', 'human')),
  text TEXT NOT NULL,
  PRIMARY KEY (wipe, number)
) @KEYED@;

-- The journal: db/journal.h says how lines are chained. A text that is not known is ''.
CREATE TABLE journal (
  seq @PK@,
  at @INT@ NOT NULL,
  account TEXT NOT NULL,
  verb TEXT NOT NULL CHECK (length(verb) > 0),
  subjects TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  reason TEXT NOT NULL,
  previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) @STRICT@;
-- One row: the last line. Cutting lines off the end leaves a chain that is whole, and disagrees with this.
CREATE TABLE journal_head (
  one @PK@ CHECK (one = 1),
  seq @INT@ NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) @STRICT@;
INSERT INTO journal_head (one, seq, hash)
  VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
-- Which lines name a code: the words of journal.subjects, so that an item's history is found without reading everything.
CREATE TABLE journal_subject (
  code TEXT NOT NULL,
  seq @INT@ NOT NULL REFERENCES journal (seq),
  PRIMARY KEY (code, seq)
) @KEYED@;

-- The last value given, per kind of code.
CREATE TABLE counter (
  kind TEXT NOT NULL PRIMARY KEY CHECK (length(kind) = 1),
  value @INT@ NOT NULL CHECK (value > 0)
) @STRICT@;

-- Answers to requests that may be sent twice.
CREATE TABLE idempotency (
  account TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) > 0),
  request_hash TEXT NOT NULL,
  status @INT@ NOT NULL,
  body TEXT NOT NULL,
  at @INT@ NOT NULL,
  PRIMARY KEY (account, key)
) @STRICT@;
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE setting (
  key TEXT NOT NULL PRIMARY KEY CHECK (length(key) > 0),
  value TEXT NOT NULL
) @STRICT@;
