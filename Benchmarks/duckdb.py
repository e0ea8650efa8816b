#!/usr/bin/env python3
"""Wall time of a ledger run against DuckDB adding up the same tokens by model from the same compressed log, A B A B.

usage: Benchmarks/duckdb.py [--requests 400000] [--runs 5] [--threads 2] [--analyze .build/release/analyze] [--keep FOLDER]
Sets up a scratch virtual environment with duckdb. Every request of the log has its tokens and an id of its own, so both must
find the same requests and tokens for each model (the ledger also prices them). Prints medians and the median ratio. Exit 1 when
the sums differ or analyze takes more than a third of DuckDB's time.
"""
import argparse, csv, json, os, statistics, subprocess, sys, tempfile, time, venv

p = argparse.ArgumentParser()
p.add_argument("--requests", type=int, default=400_000); p.add_argument("--runs", type=int, default=5)
p.add_argument("--threads", type=int, default=2); p.add_argument("--analyze", default=".build/release/analyze")
p.add_argument("--keep"); p.add_argument("--query", help=argparse.SUPPRESS)
o = p.parse_args()

if o.query:
    # Before the import: this file has the name of the package.
    sys.path = [x for x in sys.path if os.path.abspath(x) != os.path.dirname(os.path.abspath(__file__))]
    import duckdb
    db = duckdb.connect(config={"threads": o.threads})
    rows = db.execute(f"""
        SELECT model, count(*), sum("usage".input), sum("usage".output)
        FROM read_json('{o.query}', format='newline_delimited', compression='zstd',
            columns={{model: 'VARCHAR', usage: 'STRUCT(input BIGINT, output BIGINT)'}})
        GROUP BY model ORDER BY model""").fetchall()
    print(json.dumps(rows)); sys.exit()

scratch = o.keep or tempfile.mkdtemp(prefix="duckdb-")
python = f"{scratch}/venv/bin/python"
if not os.path.exists(python):
    venv.create(f"{scratch}/venv", with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "duckdb"], check=True)
plain, log = f"{scratch}/plain.jsonl", f"{scratch}/log.jsonl.zst"
subprocess.run([o.analyze, "generate", "--requests", str(o.requests), "--seed", "7", "--out", plain, "-q"], check=True)
seen, kept = set(), f"{scratch}/kept.jsonl"
with open(kept, "w") as out:
    for line in open(plain):
        record = json.loads(line)
        if record["id"] in seen or "input" not in record.get("usage", {}) or "output" not in record["usage"]: continue
        seen.add(record["id"]); out.write(line)
subprocess.run(["zstd", "-q", "-f", kept, "-o", log], check=True)
size = os.path.getsize(kept)

def timed(command):
    start = time.monotonic()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.monotonic() - start, out

ours = [o.analyze, "run", log, "--only", "ledger", "--out", f"{scratch}/report", "--no-state", "--quiet", "--threads", str(o.threads)]
theirs = [python, os.path.abspath(__file__), "--query", log, "--threads", str(o.threads)]
timed(ours); found = json.loads(timed(theirs)[1])
models = sorted((r["model"], int(r["requests"]), int(r["tokens_input"]), int(r["tokens_output"])) for r in csv.DictReader(open(f"{scratch}/report/models.csv")))
same = models == [tuple(r) for r in found]
empty = statistics.median(timed([python, "-c", "import duckdb"])[0] for _ in range(3))
pairs = [(timed(ours)[0], timed(theirs)[0]) for _ in range(o.runs)]
ratio = statistics.median(a / b for a, b in pairs)
print(f"{size / 1e6:.0f} MB, {len(seen)} requests, {len(models)} models: sums {'equal' if same else 'DIFFER'}")
print(f"analyze {statistics.median(a for a, _ in pairs):.2f} s, DuckDB {statistics.median(b for _, b in pairs):.2f} s "
      f"(of which {empty:.2f} s start Python and load it); ratio {ratio:.3f} (median of {o.runs} pairs)")
sys.exit(0 if same and ratio <= 1 / 3 else 1)
