#!/usr/bin/env python3
"""Multi-turn traps: pairs of chats that end alike. How many are served the wrong answer, and how many the right one, by what the cache key
holds of the conversation?

usage: Benchmarks/conversations.py FILE… [--keys last-user,last-turns:2,last-turns:3,last-turns:4,conversation] [--threshold 0.90]
                                   [--embedder minilm] [--max-turns 1000] [--analyze .build/release/analyze]
A FILE holds one {"a": [{"role", "content"}], "b": […], "same_answer"} a line. All pairs go into one log, each with a tenant of its own, so
that only the second chat of a pair can be served, and only by the first: one replay for each key, exact, semantic and semantic with guards.
"""
import argparse, csv, json, os, subprocess, sys, tempfile

p = argparse.ArgumentParser()
p.add_argument("files", nargs="+"); p.add_argument("--keys", default="last-user,last-turns:2,last-turns:3,last-turns:4,conversation")
p.add_argument("--threshold", default="0.90"); p.add_argument("--embedder", default="minilm"); p.add_argument("--max-turns", type=int, default=1000, help="option cache.maxTurns: its default leaves most of these chats uncached")
p.add_argument("--analyze", default=".build/release/analyze")
o = p.parse_args()
pairs = [json.loads(line) for name in o.files for line in open(name) if line.strip()]
traps = sum(not r["same_answer"] for r in pairs)

def line(request, tenant, messages):
    return json.dumps({"schema": "traffic/1", "id": f"chat-{request}", "ts": f"2026-01-05T{request // 3600:02}:{request // 60 % 60:02}:{request % 60:02}Z",
                       "tenant": f"pair-{tenant}", "model": "gpt-4o-mini", "temperature": 0, "messages": messages, "answer": f"answer {request}",
                       "usage": {"input": 100, "output": 20}}, ensure_ascii=False) + "\n"

def outcomes(log, key, *more):
    with tempfile.TemporaryDirectory() as scratch:
        hits = f"{scratch}/hits.csv"
        config = f"{scratch}/analyze.yaml"
        with open(config, "w") as out: out.write(f"cache:\n  maxTurns: {o.max_turns}\n")
        subprocess.run([o.analyze, "replay", log, "--config", config, "--key", key, "--ttl", "inf", "--hits", hits, "--no-state", *more], check=True, stdout=subprocess.DEVNULL)
        rows = list(csv.DictReader(open(hits)))
    if len(rows) != 2 * len(pairs): sys.exit(f"{len(rows)} rows for {2 * len(pairs)} requests")
    return [(rows[2 * i]["outcome"], rows[2 * i + 1]["outcome"]) for i in range(len(pairs))]

with tempfile.TemporaryDirectory() as scratch:
    log = f"{scratch}/log.jsonl"
    with open(log, "w") as out:
        for i, pair in enumerate(pairs):
            for j, side in enumerate("ab"): out.write(line(2 * i + j, i, pair[side]))
    print(f"{len(pairs)} pairs: {traps} traps, {len(pairs) - traps} with the same answer; semantic at {o.threshold}, {o.embedder}\n")
    print("| key | cache | traps served wrongly | same answers served | pairs never cached |\n|---|---|---:|---:|---:|")
    semantic = ["--threshold", o.threshold, "--embedder", o.embedder]
    for key in o.keys.split(","):
        for name, more in (("exact", ["--threshold", "1"]), ("semantic", [*semantic, "--guards", "off"]), ("semantic, guards", [*semantic, "--guards", "on"])):
            found = outcomes(log, key, *more)
            served = [pair for pair, (_, second) in zip(pairs, found) if second in ("exact", "semantic")]
            skipped = sum("skipped" in pair for pair in found)
            wrong = sum(not pair["same_answer"] for pair in served)
            print(f"| {key} | {name} | {wrong} of {traps} | {len(served) - wrong} of {len(pairs) - traps} | {skipped} |")
