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
