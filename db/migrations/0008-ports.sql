-- What people call a port of their bench ("slot 3"). Cables are of a machine, and two sites may share one machine.
CREATE TABLE port_name (
  site TEXT NOT NULL,
  machine TEXT NOT NULL,
  port TEXT NOT NULL CHECK (length(port) > 0),
  name TEXT NOT NULL CHECK (length(name) > 0),
  PRIMARY KEY (site, machine, port)
) @KEYED@;
CREATE UNIQUE INDEX port_name_name ON port_name (site, machine, name);
