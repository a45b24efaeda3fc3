#!/usr/bin/env bash
# Every statement is written in the subset that SQLite and PostgreSQL read alike. What only one of them knows is refused,
# in db/*.c and in the migrations; db/store_*.c alone may use their engine's own words.
set -eu
cd "$(dirname "$0")/.."
words='INSERT OR |REPLACE INTO|AUTOINCREMENT|group_concat|string_agg|strftime|julianday|datetime *\(|date *\(|json_|json *\(|ILIKE|GLOB |BEGIN IMMEDIATE|ROWID|last_insert|IFNULL|printf *\(|to_char|FOR UPDATE|CREATE TRIGGER|IDENTITY|SERIAL|\bNOW *\(|random *\(|[^@]STRICT|\bBLOB\b|WITHOUT ROWID|PRAGMA'
mapfile -t files < <(ls db/*.c db/migrations/*.sql 2>/dev/null | grep -Ev '^db/store_' || :)
[ "${#files[@]}" -gt 0 ] || exit 0
# in C only what stands between double quotes is SQL; comments of both languages are dropped
bad=$(for f in "${files[@]}"; do
  case $f in
    *.sql) sed 's/--.*//' "$f" | grep -nE "$words" | sed "s|^|$f:|" || :;;
    *.c) sed 's|//.*||; s|/\*.*\*/||' "$f" | grep -nE "\"[^\"]*($words)[^\"]*\"" | sed "s|^|$f:|" || :;;
  esac
done)
[ -z "$bad" ] || { echo "not portable SQL:"; echo "$bad"; exit 1; }
echo "sql: ${#files[@]} files keep to the portable subset"
# tests/store/plans.c explains what it calls: nothing that asks the register may be missing there. Left out: the engine's own seam
# (store*.h), rows being read (row.h), threads (register.h), and the ledger line that fund.h writes by itself.
left=$(ls db/*.h | grep -Ev '^db/(store|row|register|fund_entry)' | xargs sed -nE 's/^[A-Za-z].*[ *]([a-z_]+) \(Store \*store.*/\1/p' |
  while read -r function; do grep -q "\b$function (" tests/store/plans.c tests/store/fixture.h || echo "tests/store/plans.c does not call $function"; done)
[ -z "$left" ] || { echo "$left"; exit 1; }
