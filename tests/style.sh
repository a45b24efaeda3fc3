#!/usr/bin/env bash
# Function length and complexity, a switch counting once (docs: style). A function over 60 lines or of complexity over 10 needs a line in
# tests/style-exceptions: FILE FUNCTION REASON.
set -eu
cd "$(dirname "$0")/.."
command -v pmccabe >/dev/null || { echo "style: pmccabe is missing (make deps)"; exit 1; }
mapfile -t files < <(git ls-files -co --exclude-standard '*.c')
report=$(pmccabe "${files[@]}")
bad=$(awk -v exceptions=tests/style-exceptions '
  BEGIN { while ((getline line < exceptions) > 0) { split(line, w, " "); known[w[1] " " w[2]] = 1 } }
  { complexity = $1; lines = $5; where = $6; name = $7; sub(/\(.*/, "", where)
    if ((complexity > 10 || lines > 60) && !((where " " name) in known))
      printf "%s: %s has %d lines, complexity %d (at most 60 and 10)\n", where, name, lines, complexity }' <<<"$report")
total=$(wc -l <<<"$report")
long=$(awk '$5 > 40' <<<"$report" | wc -l)
# a sentence that nothing says is dead: each row of the messages is named in the daemon, by symbol or by its code
unsaid=$(sed -nE 's/^ *X \(([A-Z0-9_]+), "([a-z0-9_]+)".*/\1 \2/p' daemon/rules/messages.def.h | while read -r symbol code; do
  grep -rqE "\bM_$symbol\b|\"$code(\||\")" daemon --include='*.c' --include=modem.h || echo "messages.def.h: nothing says $symbol"
done)
bad=$bad$unsaid
[ -z "$bad" ] || { echo "$bad"; exit 1; }
echo "style: $total functions, $long of them over 40 lines, none over 60 lines or complexity 10 without a stated reason"
