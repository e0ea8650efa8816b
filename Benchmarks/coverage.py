#!/usr/bin/env python3
"""How often the 95 % intervals of `analyze run` hold the true saving, on whole generated logs.

usage: Benchmarks/coverage.py [--seeds 500] [--first-seed 1] [--requests 1000] [--days 14] [--users 100]
       [--rows coverage.csv] [--analyze .build/release/analyze]

Every seed is another log of the same process (`analyze generate`) with users, questions and arrivals of its own. An interval is
about the share of the bill that a lever saves, so the truth is the mean saving over all seeds by their mean bill. Each seed
leaves lines in `--rows`: interrupted, or with other seeds, the script goes on from there.

Levers by themselves, and `joint` for all of them. `share` is the truth, `sd` the standard deviation of the share over seeds,
`half` the mean half width of the intervals, both by the truth; `ideal` what half would be if sd were known (1.96 sd). `low`
and `high` count the seeds whose interval lies below the truth and above it. Exit 1 when the joint saving is covered in less than 92 % or more
than 98 %.
"""
import argparse, csv, json, os, statistics, subprocess, sys, tempfile

p = argparse.ArgumentParser()
p.add_argument("--seeds", type=int, default=500); p.add_argument("--first-seed", type=int, default=1)
p.add_argument("--requests", type=int, default=1000); p.add_argument("--days", type=int, default=14)
p.add_argument("--users", type=int, default=100); p.add_argument("--rows", default="coverage.csv")
p.add_argument("--analyze", default=".build/release/analyze")
o = p.parse_args()
FIELDS = ["process", "seed", "lever", "bill", "saving", "lower", "upper"]
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
    bill = next(r["value"] for r in csv.DictReader(open(f"{report}/summary.csv")) if r["metric"] == "bill")
    for row in csv.DictReader(open(f"{report}/strategies.csv")):
        if row["alone_lower_usd"]:
            yield row["id"], bill, row["alone_usd"], row["alone_lower_usd"], row["alone_upper_usd"]

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
            for figures in measure(seed, folder):
                rows.append(dict(zip(FIELDS, [process, seed, *figures])))
                out.writerow(rows[-1])
            file.flush()
    except KeyboardInterrupt:
        print("interrupted: the table holds what was done", file=sys.stderr)

print(f"{process}\n| lever | seeds | share | sd | half | ideal | low | high | covered |")
print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
shares = {}
for lever in dict.fromkeys(r["lever"] for r in rows):
    cells = [tuple(float(r[k]) for k in FIELDS[3:]) for r in rows if r["lever"] == lever]
    truth = sum(c[1] for c in cells) / sum(c[0] for c in cells)
    if len(cells) < 2 or truth == 0: continue
    saved, lower, upper = ([c[k] / c[0] for c in cells] for k in (1, 2, 3))
    low, high = sum(u < truth for u in upper), sum(l > truth for l in lower)
    shares[lever] = 1 - (low + high) / len(cells)
    spread = statistics.stdev(saved) / abs(truth)
    half = statistics.mean(u - l for u, l in zip(upper, lower)) / 2 / abs(truth)
    print(f"| {lever} | {len(cells)} | {100 * truth:.3g} % | {spread:.3f} | {half:.3f} | {1.96 * spread:.3f} | {low} | {high} "
          f"| {100 * shares[lever]:.1f} % |")
sys.exit(0 if 0.92 <= shares["joint"] <= 0.98 else 1)
