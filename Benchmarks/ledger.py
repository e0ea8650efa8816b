#!/usr/bin/env python3
"""CPU time and memory of a ledger run against `zstd -dc`, in one run, A B A B.

usage: Benchmarks/ledger.py [--requests 200000] [--runs 7] [--analyze .build/release/analyze] [--threads N]
Prints the medians and the median of the pairwise ratios. Exit 1 when the ratio is above 2 or the memory above
150 MB + 64 bytes a request.
"""
import argparse, os, statistics, subprocess, sys, tempfile, time

p = argparse.ArgumentParser()
p.add_argument("--requests", type=int, default=200_000)
p.add_argument("--runs", type=int, default=7)
p.add_argument("--analyze", default=".build/release/analyze")
p.add_argument("--threads")
p.add_argument("--seed", default="7")
o = p.parse_args()

def run(command):
    """CPU seconds, wall seconds, peak RSS in bytes of one finished process."""
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0: sys.exit(f"{command[0]} failed with status {status}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss * 1024

with tempfile.TemporaryDirectory() as scratch:
    log = f"{scratch}/log.jsonl.zst"
    subprocess.run([o.analyze, "generate", "--requests", str(o.requests), "--seed", o.seed, "--out", log], check=True)
    ledger = [o.analyze, "run", log, "--only", "ledger", "--out", f"{scratch}/report", "--no-state", "--quiet"]
    if o.threads: ledger += ["--threads", o.threads]
    run(ledger); run(["zstd", "-dc", log])
    pairs = [(run(ledger), run(["zstd", "-dc", log])) for _ in range(o.runs)]
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    rss = max(a[2] for a, _ in pairs)
    bound = 150e6 + 64 * o.requests
    for name, column in (("analyze --only ledger", 0), ("zstd -dc", 1)):
        print(f"{name:24} cpu {statistics.median(x[column][0] for x in pairs):.3f} s   wall {statistics.median(x[column][1] for x in pairs):.3f} s")
    print(f"cpu ratio {ratio:.2f} (median of {o.runs} pairs, {min(a[0] / b[0] for a, b in pairs):.2f} … {max(a[0] / b[0] for a, b in pairs):.2f})")
    print(f"peak RSS {rss / 1e6:.1f} MB, allowed {bound / 1e6:.1f} MB")
    sys.exit(0 if ratio <= 2 and rss <= bound else 1)
