#!/usr/bin/env python3
"""How often the 95 % intervals of `analyze run` hold the true saving, on whole generated logs.

usage: Benchmarks/coverage.py [--seeds 500] [--first-seed 1] [--requests 2000] [--days 14] [--users 100]
       [--rows coverage.csv] [--analyze .build/release/analyze]

Every seed is another log of the same process (`analyze generate`). The truth of a lever is its mean saving over all seeds in
`--rows`, where each seed leaves a line: interrupted, or with other seeds, the script goes on from there. A seed of
`analyze generate` draws users, questions and arrivals anew, and so do the intervals' users and days: that is the promise
that is measured.

`alone` is a lever by itself, `joint` all of them. `cv` is the standard deviation over seeds by the mean, `half` the mean half
width by the mean, `ideal` what the half width would be if the standard deviation were known (1.96 cv); `low` and `high` the
seeds whose interval lies below the truth and above it. Exit 1 when the joint saving is covered in less than 92 % or more
than 98 %.
"""
import argparse, csv, json, os, statistics, subprocess, sys, tempfile

p = argparse.ArgumentParser()
p.add_argument("--seeds", type=int, default=500); p.add_argument("--first-seed", type=int, default=1)
p.add_argument("--requests", type=int, default=2000); p.add_argument("--days", type=int, default=14)
p.add_argument("--users", type=int, default=100); p.add_argument("--rows", default="coverage.csv")
p.add_argument("--analyze", default=".build/release/analyze")
o = p.parse_args()
FIELDS = ["process", "seed", "lever", "saving", "lower", "upper"]
# One cache is enough, and no lever depends on the grids.
CONFIG = "cache: {thresholds: [0.9], threshold: 0.9, ttls: [7d], ttl: 7d, capacities: [inf], policies: [lru]}\n"
process = f"{o.requests} requests, {o.days} days, {o.users} users"

def measure(seed, folder):
    log, report = f"{folder}/log.jsonl.zst", f"{folder}/report"
    subprocess.run([o.analyze, "generate", "--requests", str(o.requests), "--days", str(o.days), "--users", str(o.users),
                    "--seed", str(seed), "--out", log, "-q"], check=True)
    subprocess.run([o.analyze, "run", log, "--out", report, "--config", f"{folder}/config.yaml", "--embedder", "hashed",
                    "--no-state", "--quiet"], check=True)
    os.remove(log)
    for row in csv.DictReader(open(f"{report}/strategies.csv")):
        if row["alone_lower_usd"]:
            yield row["id"], row["alone_usd"], row["alone_lower_usd"], row["alone_upper_usd"]

rows = [r for r in csv.DictReader(open(o.rows)) if r["process"] == process] if os.path.exists(o.rows) else []
done = {int(r["seed"]) for r in rows}
new = not os.path.exists(o.rows)
with tempfile.TemporaryDirectory() as folder, open(o.rows, "a", newline="") as file:
    out = csv.DictWriter(file, FIELDS)
    if new: out.writeheader()
    open(f"{folder}/config.yaml", "w").write(CONFIG)
    try:
        for seed in range(o.first_seed, o.first_seed + o.seeds):
            if seed in done: continue
            for lever, saving, lower, upper in measure(seed, folder):
                rows.append(dict(zip(FIELDS, [process, seed, lever, saving, lower, upper])))
                out.writerow(rows[-1])
            file.flush()
    except KeyboardInterrupt:
        print("interrupted: the table holds what was done", file=sys.stderr)

print(f"{process}\n| lever | seeds | mean saving | cv | half | ideal | low | high | covered |")
print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
shares = {}
for lever in dict.fromkeys(r["lever"] for r in rows):
    cells = [tuple(float(r[k]) for k in ("saving", "lower", "upper")) for r in rows if r["lever"] == lever]
    if len(cells) < 2 or not any(c[0] for c in cells): continue
    truth, spread = statistics.mean(c[0] for c in cells), statistics.stdev(c[0] for c in cells)
    low, high = sum(c[2] < truth for c in cells), sum(c[1] > truth for c in cells)
    shares[lever] = 1 - (low + high) / len(cells)
    half = statistics.mean(c[2] - c[1] for c in cells) / 2
    print(f"| {lever} | {len(cells)} | {truth:.4g} | {abs(spread / truth):.3f} | {abs(half / truth):.3f} "
          f"| {1.96 * abs(spread / truth):.3f} | {low} | {high} | {100 * shares[lever]:.1f} % |")
sys.exit(0 if 0.92 <= shares["joint"] <= 0.98 else 1)
