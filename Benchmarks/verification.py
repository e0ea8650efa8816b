#!/usr/bin/env python3
"""How near `analyze replay` comes to the true share of wrong semantic hits, on streams whose truth is known.

usage: Benchmarks/verification.py STREAM_MAKER PAIRS.jsonl ARRIVALS.csv [--requests 20000] [--seeds 5] [--first-seed 1]
       [--noise 0.1,0.3,0.5] [--thresholds 0.80,0.85,0.90,0.95] [--plant 0.005,0.01,0.02,0.05,0.1,0.2]
       [--generated 0] [--analyze .build/release/analyze] [--embedder wordllama]

STREAM_MAKER writes a log to standard output and the meaning of each request to --truth (`{"id", "cluster"}` a line). A hit
is wrong when the meanings of request and server differ. Guards on, entries never expire. Two tables:

as made    every threshold as the stream comes;
planted    at the second threshold, all hits are first made right (their questions get answers of the server's meaning),
           then a share of the questions that hit gets answers of another meaning, until the share of wrong hits is reached.

`--generated N` adds N logs of `analyze generate`, whose answers share boilerplate. Interrupted, the script prints what it has.

`bias` and `error` are the mean and the largest of estimate - truth in points over seeds (with 500 hits or more), `covers` the
intervals that hold the truth, `half width` the mean half width, `rec` the seeds in which a threshold was recommended for
that limit, `unsafe` those of them whose true share was above it. Exit 1 when an error exceeds 2 points.
"""
import argparse, collections, csv, json, os, random, subprocess, sys, tempfile

p = argparse.ArgumentParser()
p.add_argument("maker"); p.add_argument("pairs"); p.add_argument("arrivals")
p.add_argument("--requests", type=int, default=20000); p.add_argument("--seeds", type=int, default=5)
p.add_argument("--first-seed", type=int, default=1)
p.add_argument("--noise", default="0.1,0.3,0.5"); p.add_argument("--thresholds", default="0.80,0.85,0.90,0.95")
p.add_argument("--plant", default="0.005,0.01,0.02,0.05,0.1,0.2")
p.add_argument("--generated", type=int, default=0)
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--embedder", default="wordllama")
o = p.parse_args()
thresholds = o.thresholds.split(",")
folder = tempfile.mkdtemp()
LIMITS = [0.01, 0.02, 0.05]

def replay(log, threshold):
    out = f"{folder}/hits.csv"
    text = subprocess.run(
        [o.analyze, "replay", log, "--threshold", threshold, "--guards", "on", "--ttl", "inf", "--capacity", "inf",
         "--embedder", o.embedder, "--state", f"{folder}/state.sqlite", "--hits", out, "--json"],
        check=True, capture_output=True, text=True).stdout
    return json.loads(text), list(csv.DictReader(open(out)))

def judge(log, threshold, meaning):
    """Estimate, bounds, true share, hits; by request and by dollar (here every request of a model costs about the same)."""
    summary, rows = replay(log, threshold)
    hits = [(i, int(r["server"])) for i, r in enumerate(rows) if r["outcome"] == "semantic"]
    wrong = sum(meaning[i] != meaning[s] for i, s in hits)
    w = summary["wrong_hits"]
    return {"t": threshold, "hits": len(hits), "truth": wrong / max(1, len(hits)), "estimate": w.get("share"),
            "lower": w.get("lower"), "upper": w.get("upper"), "unverified": w.get("unverified")}

def answer_of(line): return line["response"]["choices"][0]["message"]

def plant(lines, meaning, share, seed, path):
    rng = random.Random(seed)
    _, exact = replay(f"{folder}/log.jsonl", "1")
    key = [int(r["server"]) if r["outcome"] == "exact" else i for i, r in enumerate(exact)]
    _, rows = replay(f"{folder}/log.jsonl", thresholds[1])
    hits = [(i, int(r["server"])) for i, r in enumerate(rows) if r["outcome"] == "semantic"]
    answers = collections.defaultdict(list)
    for line, m in zip(lines, meaning): answers[m].append(answer_of(line)["content"])
    rich = [m for m in answers if len(answers[m]) >= 3]
    server, count = {}, collections.Counter()
    for i, s in hits: server.setdefault(key[i], s); count[key[i]] += 1
    new = {k: meaning[s] for k, s in server.items()}
    left = round(share * len(hits))
    for k in rng.sample(sorted(new), len(new)):
        if count[k] <= left:
            left -= count[k]
            new[k] = rng.choice([m for m in rng.sample(rich, 2) if m != new[k]])
    meaning = [new.get(k, m) for k, m in zip(key, meaning)]
    with open(path, "w") as f:
        for line, k, m in zip(lines, key, meaning):
            if k in new:
                line = json.loads(json.dumps(line)); answer_of(line)["content"] = rng.choice(answers[m])
            f.write(json.dumps(line) + "\n")
    return meaning

def table(title, cells):
    print(f"\n{title}\n| scenario | seeds | hits | true % | estimate % | bias | error | covers | half width |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    worst = 0
    for name, group in cells.items():
        done = [c for c in group if c["estimate"] is not None]
        if not done: print(f"| {name} | {len(group)} | unverified: {group[0]['unverified']} |"); continue
        mean = lambda f: sum(map(f, done)) / len(done)
        large = [abs(c["estimate"] - c["truth"]) for c in done if c["hits"] >= 500]
        worst = max([worst, *large])
        print(f"| {name} | {len(done)} | {mean(lambda c: c['hits']):.0f} | {100 * mean(lambda c: c['truth']):.2f} "
              f"| {100 * mean(lambda c: c['estimate']):.2f} | {100 * mean(lambda c: c['estimate'] - c['truth']):+.2f} "
              f"| {100 * max(large):.2f} " if large else f"| {name} | {len(done)} | < 500 | {100 * mean(lambda c: c['truth']):.2f} "
              f"| {100 * mean(lambda c: c['estimate']):.2f} | {100 * mean(lambda c: c['estimate'] - c['truth']):+.2f} | - ", end="")
        print(f"| {sum(c['lower'] <= c['truth'] <= c['upper'] for c in done)}/{len(done)} "
              f"| {50 * mean(lambda c: c['upper'] - c['lower']):.2f} |", flush=True)
    return worst

made, planted, safety = collections.defaultdict(list), collections.defaultdict(list), collections.defaultdict(list)

def measure(scenario, log, meaning):
    rows = [judge(log, t, meaning) for t in thresholds]
    for row in rows: made[f"{scenario}, {row['t']}"].append(row)
    for limit in LIMITS:
        fine = [r for r in rows if r["upper"] is not None and r["upper"] <= limit]
        safety[scenario, limit].append((fine[0]["truth"] if fine else None, min(r["truth"] for r in rows)))

def stream(noise, seed):
    log = f"{folder}/log.jsonl"
    with open(log, "w") as f:
        subprocess.run([sys.executable, o.maker, o.pairs, o.arrivals, "--requests", str(o.requests), "--seed", str(seed),
                        "--noise", noise, "--truth", f"{folder}/truth.jsonl"], check=True, stdout=f)
    meaning = [json.loads(l)["cluster"] for l in open(f"{folder}/truth.jsonl")]
    measure(f"noise {noise}", log, meaning)
    lines = [json.loads(l) for l in open(log)]
    for share in [float(s) for s in o.plant.split(",") if s]:
        other = f"{folder}/planted.jsonl"
        now = plant(lines, meaning, share, seed, other)
        row = judge(other, thresholds[1], now)
        planted[f"noise {noise}, {100 * share:g} % planted"].append(row)
        for limit in LIMITS:
            ok = row["upper"] is not None and row["upper"] <= limit
            safety[f"{100 * share:g} % planted, noise {noise}", limit].append((row["truth"] if ok else None, row["truth"]))
    print(f"noise {noise}, seed {seed} done", file=sys.stderr, flush=True)

def generated(seed):
    log, truth = f"{folder}/generated.jsonl", f"{folder}/generated.truth"
    for path in (log, truth):
        if os.path.exists(path): os.remove(path)
    subprocess.run([o.analyze, "generate", "--requests", str(o.requests), "--seed", str(seed), "--format", "openai-chat",
                    "--out", log, "--truth", truth, "-q"], check=True)
    intent = {i: x["intent"] for x in json.load(open(truth))["intents"] for i in x["ids"]}
    # One request an id, in the order of the file.
    ids = dict.fromkeys(json.loads(l)["id"] for l in open(log))
    measure("generated", log, [intent[i] for i in ids])
    print(f"generated, seed {seed} done", file=sys.stderr, flush=True)

try:
    for seed in range(o.first_seed, o.first_seed + o.seeds):
        for noise in o.noise.split(","):
            if noise: stream(noise, seed)
    for seed in range(o.first_seed, o.first_seed + o.generated): generated(seed)
except KeyboardInterrupt:
    print("interrupted: the tables hold what was done", file=sys.stderr)
worst = table("As made", made)
if planted: worst = max(worst, table(f"Planted, threshold {thresholds[1]}", planted))
print("\nRecommendation\n| scenario | limit | seeds | lowest true % | rec | unsafe |\n|---|---:|---:|---:|---:|---:|")
for (name, limit), group in safety.items():
    given = [t for t, _ in group if t is not None]
    print(f"| {name} | {100 * limit:g} % | {len(group)} | {100 * min(b for _, b in group):.2f} | {len(given)} | {sum(t > limit for t in given)} |")
sys.exit(1 if worst > 0.02 else 0)
