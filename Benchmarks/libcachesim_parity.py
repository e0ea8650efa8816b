#!/usr/bin/env python3
"""`analyze replay` against libCacheSim on one generated log: five policies, five capacities, hit for hit.

usage: Benchmarks/libcachesim_parity.py [--analyze .build/release/analyze] [--requests 1000000] [--keys 300000]
       [--capacities 100,1000,5000,20000,50000] [--seed 1] [--keep FOLDER]
The log: keys by Zipf's law (exponent 0.8); a hundred times over the log a third of the ranks go to other keys, so that
caches turn over. Sets up a scratch virtual environment with numpy and libcachesim. Prints hits and seconds of both: of
libCacheSim those of its calls, of ours those of the whole command, which parses the log first. Exits 1 on any difference,
and where a capacity cannot tell two policies apart: until SIEVE's hand has been round once, for example, it is LFU, and
a cache that is too large for the log proves nothing about it. libCacheSim takes S3-FIFO caches of 20 entries and more.
"""
import argparse, os, subprocess, sys, tempfile, time, venv

p = argparse.ArgumentParser()
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--requests", type=int, default=1_000_000)
p.add_argument("--keys", type=int, default=300_000); p.add_argument("--seed", type=int, default=1)
p.add_argument("--capacities", default="100,1000,5000,20000,50000"); p.add_argument("--keep")
p.add_argument("--child", help=argparse.SUPPRESS)
o = p.parse_args()
capacities = [int(c) for c in o.capacities.split(",")]
policies = {"lru": "LRU", "lfu": "LFU", "fifo": "FIFO", "sieve": "Sieve", "s3-fifo": "S3FIFO"}

if not o.child:
    scratch = o.keep or tempfile.mkdtemp(prefix="libcachesim-")
    python = f"{scratch}/venv/bin/python"
    if not os.path.exists(python):
        venv.create(f"{scratch}/venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "libcachesim==0.3.5", "numpy"], check=True)
    sys.exit(subprocess.run([python, __file__, *sys.argv[1:], "--child", scratch]).returncode)

import libcachesim, numpy as np

random, scratch = np.random.default_rng(o.seed), o.child
weights = np.arange(1, o.keys + 1) ** -0.8
ranks = np.searchsorted(np.cumsum(weights) / weights.sum(), random.random(o.requests))
key_of, keys = random.permutation(o.keys), np.empty(o.requests, np.int64)
for part in np.array_split(np.arange(o.requests), 100):
    moved = random.choice(o.keys, o.keys // 3, replace=False)
    key_of[moved] = key_of[random.permutation(moved)]
    keys[part] = key_of[np.minimum(ranks[part], o.keys - 1)]
log = f"{scratch}/log.jsonl"
with open(log, "w") as f:
    for i, key in enumerate(keys.tolist()):
        f.write(f'{{"schema":"traffic/1","ts":{1_700_000_000 + i},"model":"gpt-4o-mini","messages":[{{"role":"user",'
                f'"content":"what is item {key}"}}],"answer":"it is item {key}","usage":{{"input":8,"output":8}}}}\n')
print(f"{o.requests} requests, {len(np.unique(keys))} distinct keys, libcachesim 0.3.5", flush=True)

def theirs(policy, capacity):
    cache, request, hits = getattr(libcachesim, policies[policy])(capacity), libcachesim.Request(obj_size=1), bytearray(len(keys))
    ids, get = (keys + 1).tolist(), cache.get
    start = time.perf_counter()
    for i, key in enumerate(ids):
        request.obj_id = key
        hits[i] = get(request)
    return np.frombuffer(hits, np.uint8), time.perf_counter() - start

def ours(policy, capacity):
    out, start = f"{scratch}/hits.csv", time.perf_counter()
    if os.path.exists(out): os.remove(out)
    subprocess.run([o.analyze, "replay", log, "--threshold", "1", "--ttl", "inf", "--capacity", str(capacity), "--policy", policy,
                    "--hits", out], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    with open(out) as f:
        assert next(f).startswith("request,outcome,server")
        outcomes = [line.split(",", 2)[1] for line in f]
    unexpected = set(outcomes) - {"miss", "exact"}
    if unexpected or len(outcomes) != len(keys): sys.exit(f"{len(outcomes)} rows, unexpected outcomes {sorted(unexpected)}")
    return np.array([outcome == "exact" for outcome in outcomes], np.uint8), seconds

differences, alike = 0, []
print(f"{'policy':8} {'capacity':>9} {'hits':>8} {'theirs':>8} {'differ':>7} {'s':>6} {'theirs':>7}")
for capacity in capacities:
    seen = {}
    for policy in policies:
        (mine, seconds), (other, other_seconds) = ours(policy, capacity), theirs(policy, capacity)
        differ = int((mine != other).sum()); differences += differ
        print(f"{policy:8} {capacity:9} {mine.sum():8} {other.sum():8} {differ:7} {seconds:6.2f} {other_seconds:7.2f}", flush=True)
        twin = seen.setdefault(other.tobytes(), policy)
        if twin != policy: alike.append(f"{twin} and {policy} at {capacity}")
print("equal hit for hit" if differences == 0 else f"{differences} requests differ")
if alike: print("not told apart by this log: " + ", ".join(alike))
sys.exit(differences > 0 or bool(alike))
