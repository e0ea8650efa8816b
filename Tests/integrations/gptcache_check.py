#!/usr/bin/env python3
"""Loads a list into a GPTCache with integrations/gptcache_load.py and asks it questions; counts the answers from the list.

usage: gptcache_check.py PRECACHE.jsonl TEXTS.json VECTORS.f32 QUESTIONS.json FOLDER
VECTORS.f32 holds the vectors of the texts, row by row.
"""
import json, os, sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "..", "integrations"))
import numpy as np
from gptcache import Cache
from gptcache.adapter.adapter import adapt
from gptcache.manager import CacheBase, VectorBase, get_data_manager
from gptcache.similarity_evaluation import SearchDistanceEvaluation
import gptcache_load

path, texts, vectors, questions, folder = sys.argv[1:]
with open(texts) as file:
    known = json.load(file)
matrix = np.fromfile(vectors, np.float32).reshape(len(known), -1)
vector_of = dict(zip(known, matrix))
os.makedirs(folder)
os.chdir(folder)
cache = Cache()
cache.init(embedding_func=lambda text, **_: vector_of[text],
           data_manager=get_data_manager(CacheBase("sqlite"), VectorBase("faiss", dimension=matrix.shape[1])),
           similarity_evaluation=SearchDistanceEvaluation())
found = gptcache_load.entries(path)
loaded = gptcache_load.load(cache, found)
answers = {entry["answer"] for entry in found}
with open(questions) as file:
    asked = json.load(file)
hits = 0
for question in asked:
    # A miss is not stored: only the list answers.
    answer = adapt(lambda **_: None, lambda cached: cached, lambda answer, *_, **__: answer, cache_obj=cache,
                   messages=[{"role": "user", "content": question}])
    if answer is not None:
        if answer not in answers:
            sys.exit(f"{answer!r} is not of the list")
        hits += 1
print(f"{hits} of {len(asked)} from the list, {loaded} questions loaded")
