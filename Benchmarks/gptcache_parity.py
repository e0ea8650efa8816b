#!/usr/bin/env python3
"""`analyze replay --preset gptcache` against a real GPTCache, hit for hit: outcome and serving request.

usage: Benchmarks/gptcache_parity.py PAIRS.jsonl [--analyze .build/release/analyze] [--embedder wordllama]
       [--questions 3000] [--keep FOLDER]
PAIRS.jsonl has {"a": …, "b": …} a line; a, b, a, b, … are asked in sequence. GPTCache is set up as its documentation
does: SQLite and FAISS, SearchDistanceEvaluation, every default; its embedding function gives the vectors of `analyze
embed`, and its model answers with the number of the request. Sets up a scratch virtual environment. Exits 1 on any
difference, and where the log never filled the cache, for then the eviction was not compared.
"""
import argparse, json, os, subprocess, sys, tempfile, time, venv

p = argparse.ArgumentParser()
p.add_argument("pairs"); p.add_argument("--analyze", default=".build/release/analyze"); p.add_argument("--embedder", default="wordllama")
p.add_argument("--questions", type=int, default=3000); p.add_argument("--keep"); p.add_argument("--child", help=argparse.SUPPRESS)
o = p.parse_args()
packages = ["gptcache==0.1.44", "faiss-cpu==1.15.1", "sqlalchemy==2.1.9", "cachetools==8.0.2", "numpy==2.4.6"]

if not o.child:
    scratch = os.path.abspath(o.keep or tempfile.mkdtemp(prefix="gptcache-"))
    python = f"{scratch}/venv/bin/python"
    if not os.path.exists(python):
        venv.create(f"{scratch}/venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    sys.exit(subprocess.run([python, __file__, *sys.argv[1:], "--child", scratch]).returncode)

analyze, scratch = os.path.abspath(o.analyze), o.child
questions = [q for line in open(o.pairs) for q in (json.loads(line)[side] for side in "ab")][:o.questions]
folder = o.embedder if os.path.isdir(o.embedder) else os.path.expanduser(
    (os.environ.get("ANALYZE_EMBEDDINGS") or "~/.local/share/llm-cost-analyzer/embeddings") + "/" + o.embedder)
with open(f"{scratch}/texts.jsonl", "w") as texts, open(f"{scratch}/log.jsonl", "w") as log:
    for i, question in enumerate(questions):
        texts.write(json.dumps({"text": question}) + "\n")
        log.write(json.dumps({"schema": "traffic/1", "ts": 1_700_000_000 + i, "model": "gpt-4o-mini", "answer": str(i),
                              "messages": [{"role": "user", "content": question}], "usage": {"input": 20, "output": 20}}) + "\n")
subprocess.run([analyze, "embed", f"{scratch}/texts.jsonl", "--embedder", folder, "--out", f"{scratch}/vectors.f32"], check=True,
               stdout=subprocess.DEVNULL)

def theirs():
    # GPTCache puts its files into the working directory.
    os.chdir(tempfile.mkdtemp(dir=scratch))
    import numpy as np
    from gptcache import Cache
    from gptcache.adapter.adapter import adapt
    from gptcache.manager import CacheBase, VectorBase, get_data_manager
    from gptcache.similarity_evaluation import SearchDistanceEvaluation
    vectors = np.fromfile(f"{scratch}/vectors.f32", np.float32).reshape(len(questions), -1)
    vector_of = dict(zip(questions, vectors))
    cache, asked = Cache(), []
    manager = get_data_manager(CacheBase("sqlite"), VectorBase("faiss", dimension=vectors.shape[1]))
    cache.init(embedding_func=lambda text, **_: vector_of[text], data_manager=manager,
               similarity_evaluation=SearchDistanceEvaluation())
    evicted, delete = [], manager.eviction_manager.soft_evict
    manager.eviction_manager.soft_evict = lambda ids: (evicted.append(len(ids)), delete(ids))

    def model(**_):
        asked.append(request)
        return str(request)
    def store(answer, save, *_, **__):
        save(answer)
        return answer
    rows = []
    for request, question in enumerate(questions):
        answer = adapt(model, lambda cached: cached, store, cache_obj=cache, messages=[{"role": "user", "content": question}])
        missed = bool(asked) and asked[-1] == request
        rows.append(("miss", None) if missed else ("hit", int(answer)))
    return rows, evicted

def ours():
    out = f"{scratch}/hits.csv"
    if os.path.exists(out): os.remove(out)
    subprocess.run([analyze, "replay", f"{scratch}/log.jsonl", "--preset", "gptcache", "--embedder", o.embedder, "--hits", out],
                   check=True, stdout=subprocess.DEVNULL)
    with open(out) as f:
        names = next(f).strip().split(",")
        cells = [dict(zip(names, line.rstrip("\n").split(","))) for line in f]
    # What GPTCache calls a hit is exact or semantic here; a skipped request has no counterpart and counts as a difference.
    return [("hit", int(c["server"])) if c["outcome"] in ("exact", "semantic") else (c["outcome"], None) for c in cells]

start = time.perf_counter(); mine = ours(); seconds = time.perf_counter() - start
start = time.perf_counter(); other, evicted = theirs(); other_seconds = time.perf_counter() - start
if len(mine) != len(other): sys.exit(f"{len(mine)} rows for {len(other)} requests")
different = [i for i in range(len(other)) if mine[i] != other[i]]
print(f"{len(questions)} questions, {len(set(questions))} distinct, {o.embedder}; {', '.join(packages)}")
print(f"hits: analyze {sum(r[0] == 'hit' for r in mine)} in {seconds:.1f} s, GPTCache {sum(r[0] == 'hit' for r in other)} in {other_seconds:.1f} s")
print(f"GPTCache evicted {sum(evicted)} entries in {len(evicted)} batches {sorted(set(evicted))}")
for i in different[:10]: print(f"request {i}: analyze {mine[i]}, GPTCache {other[i]}: {questions[i]!r}")
print("equal hit for hit" if not different else f"{len(different)} requests differ, the first is {different[0]}")
if not evicted: print("the cache was never full: ask more questions")
sys.exit(bool(different) or not evicted)
