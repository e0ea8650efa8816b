#!/usr/bin/env python3
"""CPU time and memory of a ledger run against `zstd -dc`, in one run, A B A B, for logs of several formats.

usage: Benchmarks/ledger.py [--requests 200000] [--runs 7] [--formats traffic] [--analyze .build/release/analyze] [--threads N]
`--formats all` takes every format that `analyze generate` writes. Prints the size of each log decompressed, medians, and the
median of the pairwise ratios. Exit 1 when a ratio is above 1.6 (traffic) or 2.5 (others), or the memory above 150 MB + 64 bytes
a request.
"""
import argparse, os, statistics, subprocess, sys, tempfile, time

ALL = "traffic,openai-chat,litellm,litellm-spendlogs,anthropic,openai-responses,bedrock,helicone,portkey"
p = argparse.ArgumentParser()
p.add_argument("--requests", type=int, default=200_000)
p.add_argument("--runs", type=int, default=7)
p.add_argument("--formats", default="traffic")
p.add_argument("--analyze", default=".build/release/analyze")
p.add_argument("--threads")
p.add_argument("--seed", default="7")
o = p.parse_args()

# A few generated requests lack usage: rank files that happen to be installed would be loaded to count their tokens.
os.environ["ANALYZE_DATA"] = "/nonexistent"

def run(command):
    """CPU seconds, wall seconds, peak RSS in bytes of one finished process."""
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0: sys.exit(f"{command[0]} failed with status {status}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss * 1024

def decompressed(log):
    with subprocess.Popen(["zstd", "-dc", log], stdout=subprocess.PIPE) as zstd:
        return sum(len(part) for part in iter(lambda: zstd.stdout.read(1 << 20), b""))

bad = []
print("| format | MB | analyze CPU s | zstd -dc CPU s | ratio | from … to | wall s | peak MB |\n|---|---:|---:|---:|---:|---|---:|---:|")
for name in (ALL if o.formats == "all" else o.formats).split(","):
    with tempfile.TemporaryDirectory() as scratch:
        log = f"{scratch}/log.jsonl.zst"
        subprocess.run([o.analyze, "generate", "--requests", str(o.requests), "--seed", o.seed, "--format", name, "--out", log, "-q"],
                       check=True)
        size = decompressed(log)
        ledger = [o.analyze, "run", log, "--only", "ledger", "--out", f"{scratch}/report", "--no-state", "--quiet"]
        if o.threads: ledger += ["--threads", o.threads]
        run(ledger); run(["zstd", "-dc", log])
        pairs = [(run(ledger), run(["zstd", "-dc", log])) for _ in range(o.runs)]
    ratios = [a[0] / b[0] for a, b in pairs]
    ratio, rss, bound = statistics.median(ratios), max(a[2] for a, _ in pairs), 150e6 + 64 * o.requests
    middle = lambda side, column: statistics.median(x[side][column] for x in pairs)
    print(f"| {name} | {size / 1e6:.0f} | {middle(0, 0):.2f} | {middle(1, 0):.2f} | {ratio:.2f} | {min(ratios):.2f} … {max(ratios):.2f} "
          f"| {middle(0, 1):.2f} | {rss / 1e6:.0f} |", flush=True)
    if ratio > (1.6 if name == "traffic" else 2.5) or rss > bound: bad.append(name)
sys.exit(f"above the bound: {', '.join(bad)}" if bad else 0)
