#!/usr/bin/env python3
"""Predicted against realised hits of pre-cache lists on generated logs with drift, from `precache_walkforward.csv`.

usage: Benchmarks/precache.py [--requests 60000] [--users 1500] [--seeds 1 2 3] [--drifts 0 0.03 0.15] [--analyze .build/release/analyze]
                              [--threshold 0.95] [--embedder NAME] [--half-lives 2d]

For every drift and half-life of the order (`precache.halfLife`; 1h is the last day alone, inf all days alike), over all days and seeds:
totals, mean daily error in hits and in dollars, the error that is left when the day's volume is known, the share of days whose 95 % interval
holds the realised hits, and the part of the bound that was reached.
"""
import argparse, collections, csv, os, subprocess, tempfile

p = argparse.ArgumentParser()
p.add_argument("--requests", default="60000")
p.add_argument("--users", default="1500")
p.add_argument("--days", default="14")
p.add_argument("--seeds", nargs="+", default=["1", "2", "3"])
p.add_argument("--drifts", nargs="+", default=["0", "0.03", "0.15"])
p.add_argument("--half-lives", nargs="+", default=["2d"])
p.add_argument("--threshold", default="0.95")
p.add_argument("--embedder", default="auto")
p.add_argument("--analyze", default=".build/release/analyze")
o = p.parse_args()

def share(part, whole): return f"{part / whole:.1%}" if whole else "–"

print("| drift | half-life | size | predicted | realised | daily error | with known volume | dollars, daily error | in interval | of the bound, hits | dollars |")
print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
with tempfile.TemporaryDirectory() as scratch:
    log, report, config = (f"{scratch}/{name}" for name in ("log.jsonl.zst", "report", "config.yaml"))
    for drift in o.drifts:
        rows = collections.defaultdict(list)
        for seed in o.seeds:
            subprocess.run([o.analyze, "generate", "--requests", o.requests, "--seed", seed, "--days", o.days, "--users", o.users,
                            "--drift", drift, "--out", log, "--quiet"], check=True)
            for half_life in o.half_lives:
                with open(config, "w") as file: file.write(f"precache:\n  halfLife: {half_life}\n")
                subprocess.run([o.analyze, "run", log, "--config", config, "--threshold", o.threshold, "--embedder", o.embedder, "--no-state",
                                "--out", report, "--quiet"], check=True, stdout=subprocess.DEVNULL)
                with open(f"{report}/precache_walkforward.csv") as file:
                    for row in csv.DictReader(file):
                        rows[half_life, row["size"]].append({k: float(v) for k, v in row.items() if k != "day"})
        for (half_life, size), days in rows.items():
            total = lambda name: sum(day[name] for day in days)
            error = sum(abs(d["predicted_hits"] - d["realised_hits"]) for d in days)
            dollars = sum(abs(d["predicted_usd"] - d["realised_usd"]) for d in days)
            known = sum(abs(d["predicted_hits"] * d["requests"] / d["forecast_requests"] - d["realised_hits"]) for d in days)
            inside = sum(d["predicted_hits_low"] <= d["realised_hits"] <= d["predicted_hits_high"] for d in days)
            print(f"| {drift} | {half_life} | {int(size):,} | {total('predicted_hits'):,.0f} | {total('realised_hits'):,.0f} | "
                  f"{share(error, total('realised_hits'))} | {share(known, total('realised_hits'))} | "
                  f"{share(dollars, total('realised_usd'))} | {inside}/{len(days)} | "
                  f"{share(total('realised_hits'), total('oracle_hits'))} | {share(total('realised_usd'), total('oracle_usd'))} |", flush=True)
