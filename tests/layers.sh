#!/usr/bin/env bash
# Who may include whom (docs/architecture.md). Fails on an include outside the table, and on an engine's header outside its store.
set -eu
cd "$(dirname "$0")/.."
# folder | what its files may include, besides system headers (prefixes; exact files where only types are shared)
table='
db|db/
labels|labels/
daemon/rules|daemon/rules/ db/records.h db/money.h
daemon/devices|daemon/devices/
daemon/actions|daemon/actions/ db/ daemon/rules/ daemon/devices/device.h daemon/devices/deadline.h daemon/devices/modem.h daemon/devices/dialogue.h daemon/devices/iccid.h
daemon/documents|daemon/documents/ labels/ db/ daemon/rules/
daemon/api|daemon/api/ db/ labels/ daemon/documents/ daemon/rules/ daemon/actions/
daemon|daemon/ db/ labels/
cli|cli/
tests/fleet|tests/fleet/
tests/kernel|tests/kernel/ tests/fleet/
'
bad=0
while IFS='|' read -r folder allowed; do
  [ -n "$folder" ] || continue
  for file in "$folder"/*.[ch]; do
    [ -e "$file" ] || continue
    while read -r include; do
      ok=
      for prefix in $allowed; do
        case $include in "$prefix"*) ok=1;; esac
      done
      [ -n "$ok" ] || { echo "$file may not include \"$include\""; bad=1; }
    done < <(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file")
  done
done <<<"$table"
# the engines are known to one file each; libusb to devices only; HTTP to api and cli
only() { # PATTERN WHERE...: the header PATTERN is included nowhere else
  local pattern=$1 found; shift
  found=$(git ls-files -co --exclude-standard '*.c' '*.h' | grep -v '^tests/' | xargs grep -l "include <$pattern" 2>/dev/null | grep -Ev "^($(IFS='|'; echo "$*"))" || :)
  [ -z "$found" ] || { echo "<$pattern...> is included by: $found"; bad=1; }
}
only sqlite3 db/store_sqlite
only libpq db/store_postgresql
only libusb daemon/devices/
only libmbim daemon/devices/
only libudev daemon/devices/
only microhttpd daemon/api/
only curl/ cli/
only cairo labels/ daemon/documents/
# one function changes each state: verbs go through actions/state, where the table of moves is asked
found=$(grep -lE '\b((item|line|loan|voucher)_set_state|recharge_move) \(' daemon/*/*.c | grep -v '^daemon/actions/state.c$' || :)
[ -z "$found" ] || { echo "states are changed by actions/state.c alone, not by: $found"; bad=1; }
[ "$bad" = 0 ] && echo "layers: every include is where it may be"
exit "$bad"
