#!/usr/bin/env python3
"""`analyze neighbours` against numpy and faiss on the same vectors, in one run, with as many threads each.

usage: Benchmarks/neighbours.py TEXTS.jsonl [--embedder wordllama] [--thresholds 0.85,0.80] [--threads 2] [--runs 3]
       [--analyze .build/release/analyze] [--no-faiss] [--spread N] [--template N]
TEXTS.jsonl has {"text": …} a line. Vectors come from `analyze embed`, whose texts are made distinct here, so all methods see
the same rows. Seconds of ours are those of the stages prepare and join; of the others, of the search and its index.
Sets up a scratch virtual environment with numpy and faiss-cpu. Exits 1 when a number of pairs differs.
--template N also times N fillings of one template against N spread-out texts (made from TEXTS.jsonl by numbering).
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time, venv

p = argparse.ArgumentParser()
p.add_argument("texts"); p.add_argument("--embedder", default="wordllama"); p.add_argument("--thresholds", default="0.85,0.80")
p.add_argument("--threads", type=int, default=2); p.add_argument("--runs", type=int, default=3)
p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--no-faiss", action="store_true")
p.add_argument("--template", type=int); p.add_argument("--child"); p.add_argument("--vectors"); p.add_argument("--threshold", type=float)
o = p.parse_args()

def child():
    import numpy as np
    x = np.fromfile(o.vectors, dtype=np.float32).reshape(-1, int(o.child.split(":")[1]))
    kind, start = o.child.split(":")[0], time.perf_counter()
    if kind == "numpy":
        found, rows = 0, 2048
        for i in range(0, len(x), rows):
            block = x[i:i + rows]
            for j in range(i, len(x), 4 * rows):
                r, c = np.nonzero(block @ x[j:j + 4 * rows].T >= o.threshold)
                found += int((c + j > r + i).sum())
    else:
        import faiss
        faiss.omp_set_num_threads(o.threads)
        if kind == "flat":
            index = faiss.IndexFlatIP(x.shape[1]); index.add(x)
            found = (int(index.range_search(x, o.threshold)[0][-1]) - len(x)) // 2
        else:
            index = faiss.IndexHNSWFlat(x.shape[1], 32, faiss.METRIC_INNER_PRODUCT); index.add(x)
            index.hnsw.efSearch = 64
            scores, ids = index.search(x, 2)
            found = int(((scores >= o.threshold) & (ids != np.arange(len(x))[:, None])).any(axis=1).sum())
    print(json.dumps({"seconds": time.perf_counter() - start, "found": found}))

if o.child:
    child(); sys.exit()

scratch = tempfile.mkdtemp(prefix="neighbours-")
python = f"{scratch}/venv/bin/python"
venv.create(f"{scratch}/venv", with_pip=True)
subprocess.run([python, "-m", "pip", "install", "-q", "numpy"] + ([] if o.no_faiss else ["faiss-cpu"]), check=True)
# Older OpenBLAS builds mis-detect new CPUs; numpy's own is told nothing.
clean = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
clean.update(OPENBLAS_NUM_THREADS=str(o.threads), OMP_NUM_THREADS=str(o.threads))

distinct = list(dict.fromkeys(t for t in (json.loads(l)["text"] for l in open(o.texts)) if t.strip()))
def write(texts, name):
    with open(f"{scratch}/{name}", "w") as f:
        for text in texts: f.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    return f"{scratch}/{name}"
texts = write(distinct, "texts.jsonl")
folder = o.embedder if os.path.isdir(o.embedder) else os.path.expanduser(
    (os.environ.get("ANALYZE_EMBEDDINGS") or "~/.local/share/llm-cost-analyzer/embeddings") + "/" + o.embedder)
embedded = subprocess.run([o.analyze, "embed", texts, "--embedder", folder, "--out", f"{scratch}/v.f32"], check=True,
                          capture_output=True, text=True)
width = os.path.getsize(f"{scratch}/v.f32") // 4 // len(distinct)
print(f"{len(distinct)} distinct texts, {json.loads(embedded.stdout.splitlines()[-1])['identity']}, {width} dimensions, {o.threads} threads")

def ours(threshold, file=texts, isa=None):
    env = dict(os.environ, **({"ANALYZE_ISA": isa} if isa else {}))
    out = subprocess.run([o.analyze, "neighbours", file, "--threshold", str(threshold), "--embedder", o.embedder, "--no-state",
                          "--json", "--threads", str(o.threads)], check=True, capture_output=True, text=True, env=env)
    r = json.loads(out.stdout)
    return {"seconds": sum(t["wall_s"] for t in r["timings"] if t["stage"] in ("prepare", "join")), "found": r["pairs"],
            "rss": r["peak_rss_bytes"], "whole": sum(t["wall_s"] for t in r["timings"]), **r}
def theirs(kind, threshold):
    out = subprocess.run([python, __file__, "-", "--child", f"{kind}:{width}", "--vectors", f"{scratch}/v.f32", "--threshold", str(threshold),
                          "--threads", str(o.threads)], check=True, capture_output=True, text=True, env=clean)
    return json.loads(out.stdout)

failed = False
for threshold in map(float, o.thresholds.split(",")):
    rows = {"analyze": [], "analyze avx2": [], "numpy": []}
    if not o.no_faiss: rows |= {"faiss hnsw": []} | ({"faiss flat range": []} if threshold >= 0.85 else {})
    for _ in range(o.runs):
        for name in rows:
            rows[name].append(ours(threshold) if name == "analyze" else ours(threshold, isa="avx2") if name == "analyze avx2"
                              else theirs({"numpy": "numpy", "faiss hnsw": "hnsw", "faiss flat range": "flat"}[name], threshold))
    print(f"\nthreshold {threshold}")
    for name, results in rows.items():
        seconds = [r["seconds"] for r in results]
        ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(rows["analyze"], results))
        note = f"   peak RSS {results[0]['rss'] / 1e6:.0f} MB" if "rss" in results[0] else ""
        unit = "texts with a neighbour" if name == "faiss hnsw" else "pairs"
        print(f"{name:18} {statistics.median(seconds):8.2f} s   analyze takes {ratio:.3f} of it   {results[0]['found']} {unit}{note}")
    print(f"texts with a neighbour: {rows['analyze'][0]['entries_with_neighbour']}")
    ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(rows["analyze avx2"], rows["numpy"]))
    print(f"without AVX-512: {ratio:.3f} of numpy")
    # numpy's sums round differently: a pair on the threshold may fall to either side.
    failed |= abs(rows["analyze"][0]["found"] - rows["numpy"][0]["found"]) > 3
    failed |= rows["analyze"][0]["found"] != rows["analyze avx2"][0]["found"]

if o.template:
    names = [d.split()[-1].strip("?.!,") or "it" for d in distinct[:5000]]
    fillings = write((f"Please summarise the open support tickets of customer {names[i % 5000]} with number {i} for the weekly report of team {names[i // 40 % 5000]}"
                      for i in range(o.template)), "template.jsonl")
    spread = write((f"{distinct[i % len(distinct)]}{'' if i < len(distinct) else ' ' + names[i % 4999] + ' ' + str(i)}" for i in range(o.template)), "spread.jsonl")
    a, b = ours(0.8, fillings), ours(0.8, spread)
    for name, r in (("one template", a), ("spread out", b)):
        print(f"\n{name:13} {r['entries']} texts: {r['seconds']:.2f} s of {r['whole']:.2f} s, peak RSS {r['rss'] / 1e6:.0f} MB, {r['found']} pairs, {r['dense_entries']} dense in {r['dense_clusters']} clusters", end="")
    print(f"\ntemplate / spread out: time {a['whole'] / b['whole']:.2f}, memory {a['rss'] / b['rss']:.2f}")
sys.exit(1 if failed else 0)
