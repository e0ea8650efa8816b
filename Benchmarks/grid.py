#!/usr/bin/env python3
"""The whole grid of caches against a single one: wall and CPU time of `analyze run` by stage, and its peak memory.

usage: Benchmarks/grid.py LOG [--analyze .build/release/analyze] [--embedder wordllama] [--lowest 0.80] [--runs 1]
The grid is 20 thresholds × 5 TTLs × 5 capacities × 5 policies (LRU, LFU, FIFO, SIEVE, S3-FIFO); the single cache has the lowest
threshold, so both find the same neighbours. Vectors are kept in a scratch state file and computed before the first run.
A log of a million requests: `analyze generate --requests 1000000 --seed 3 --out million.jsonl.zst`.
"""
import argparse, os, re, statistics, subprocess, tempfile

p = argparse.ArgumentParser()
p.add_argument("log"); p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--embedder", default="wordllama")
p.add_argument("--lowest", type=float, default=0.8); p.add_argument("--runs", type=int, default=1)
o = p.parse_args()
scratch = tempfile.mkdtemp(prefix="grid-")
thresholds = ", ".join(f"{o.lowest + i * (0.99 - o.lowest) / 19:.4f}" for i in range(20))
common = f"  threshold: {o.lowest}\n"
configs = {
    "single": common + f"  thresholds: [{o.lowest}]\n  ttls: [24h]\n  capacities: [10000]\n  policies: [lru]\n",
    "grid": common + f"  thresholds: [{thresholds}]\n  ttls: [1h, 6h, 24h, 7d, inf]\n  capacities: [100, 1000, 10000, 100000, inf]\n"
    "  policies: [lru, lfu, fifo, sieve, s3-fifo]\n",
}

def run(name):
    path = f"{scratch}/{name}.yaml"
    with open(path, "w") as f: f.write("cache:\n" + configs[name])
    command = [o.analyze, "run", o.log, "--out", f"{scratch}/{name}", "--config", path, "--embedder", o.embedder, "--state",
               f"{scratch}/state.sqlite", "--timings", "--quiet"]
    text = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    stages = {m[1]: (float(m[2]), float(m[3]), m[4]) for m in re.finditer(r"^(\S+) +([\d.]+) +([\d.]+) +([\d,]+)$", text, re.M)}
    return stages, float(re.search(r"peak RSS ([\d.]+) MB", text)[1])

run("single")
results = {name: [] for name in configs}
for _ in range(o.runs):
    for name in configs: results[name].append(run(name))
print("| stage | rows | single wall s | single CPU s | grid wall s | grid CPU s |\n|---|---:|---:|---:|---:|---:|")
def median(name, stage, part): return statistics.median(stages[stage][part] for stages, _ in results[name])
for stage in results["grid"][0][0]:
    print(f"| {stage} | {results['grid'][0][0][stage][2]} | " + " | ".join(
        f"{median(name, stage, part):.2f}" for name in ("single", "grid") for part in (0, 1)) + " |")
wall = {name: statistics.median(sum(s[0] for s in stages.values()) for stages, _ in results[name]) for name in configs}
cpu = {name: statistics.median(sum(s[1] for s in stages.values()) for stages, _ in results[name]) for name in configs}
for name in configs:
    print(f"{name}: wall {wall[name]:.1f} s, CPU {cpu[name]:.1f} s, peak RSS {max(r[1] for r in results[name]):.0f} MB")
print(f"grid by single: wall {wall['grid'] / wall['single']:.2f}, CPU {cpu['grid'] / cpu['single']:.2f}")
