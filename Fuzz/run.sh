#!/usr/bin/env bash
# Fuzzes the reader: one corpus for the containers and one for every format, each for SECONDS (default 60).
# usage: Fuzz/run.sh [SECONDS] [CORPUS …]
# Prints executions, coverage and corpus size per corpus; stops with an error at the first crash, and keeps its input.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-60}"
shift || true
work=.build/fuzz
# Crashes are libFuzzer's to report: it keeps the input.
export SWIFT_BACKTRACE=enable=no
mkdir -p "$work/crashes"

FUZZ=1 swift build -c release --product fuzz --sanitize fuzzer --scratch-path "$work/build" >"$work/build.log" 2>&1 ||
  { cat "$work/build.log" >&2; exit 1; }

# One seed a fixture line (a line of its own is what formats differ in), whole files for the containers.
for file in fixtures/*.jsonl fixtures/bad/*.jsonl; do
  name="$(basename "$file" .jsonl)"
  case "$file" in fixtures/bad/*) name=damaged ;; esac
  mkdir -p "$work/corpus/$name"
  split -l 1 -a 4 - "$work/corpus/$name/seed-$(basename "$file" .jsonl)-"
done
mkdir -p "$work/corpus/containers"
find fixtures -type f \( -name '*.zst' -o -name '*.gz' \) -size -64k -exec cp {} "$work/corpus/containers/" \;
# The names of all fields, for a fuzzer that changes bytes.
grep -hoE '"[A-Za-z_][A-Za-z0-9_.]*"' fixtures/*.jsonl | sort | uniq -c | sort -rn | head -400 |
  awk '{ gsub(/"/, "\\\"", $2); print "\"" $2 "\"" }' >"$work/fields.dict"

corpora=("$@")
[ ${#corpora[@]} -gt 0 ] || mapfile -t corpora < <(ls "$work/corpus")
printf '| corpus | executions | edges | inputs kept |\n|---|---:|---:|---:|\n'
for name in "${corpora[@]}"; do
  log="$work/$name.log"
  if ! "$work/build/release/fuzz" "$work/corpus/$name" -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=4096 \
    -dict="$work/fields.dict" -artifact_prefix="$work/crashes/$name-" -print_final_stats=1 -verbosity=1 >"$log" 2>&1; then
    tail -40 "$log" >&2
    exit 1
  fi
  edges="$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)"
  kept="$(find "$work/corpus/$name" -type f | wc -l)"
  printf '| %s | %s | %s | %s |\n' "$name" "$(awk '/number_of_executed_units/ { print $2 }' "$log")" "$edges" "$kept"
done
