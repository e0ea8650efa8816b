#!/usr/bin/env python3
"""Loads a pre-cache list into a GPTCache (SQLite and FAISS), through GPTCache's own API.

usage: gptcache_load.py PRECACHE.jsonl --data FOLDER --embedding MODULE:FUNCTION [--group HEX …]

The embedding function is the application's own: a text in, a vector (numpy, float32) out. GPTCache keys hold the question alone, so the
entries of several groups (tenant, model, system prompt, parameters) must not share one cache: load each into a folder of its own. GPTCache knows
no lifetimes; make the cache anew when the list is. In a program: `load(cache, entries)`.
"""
import argparse, hashlib, importlib, json, os, sys

SCHEMA = "precache/2"


def entries(path, groups=()):
    """The entries of a list, checked against the manifest beside it; exits where they may not be loaded."""
    with open(path, "rb") as file:
        content = file.read()
    manifest = os.path.join(os.path.dirname(os.path.abspath(path)), "precache.manifest.json")
    if os.path.exists(manifest):
        with open(manifest) as file:
            if json.load(file)["sha256"] != hashlib.sha256(content).hexdigest():
                sys.exit(f"{path} is not the list that {manifest} was written for")
    else:
        print(f"no precache.manifest.json beside {path}: it is taken as it stands", file=sys.stderr)
    found = [json.loads(line) for line in content.decode().split("\n") if line]
    if wrong := next((entry for entry in found if entry.get("schema") != SCHEMA), None):
        sys.exit(f"{path} holds entries of schema {wrong.get('schema')}, not {SCHEMA}: make it with --content redacted")
    found = [entry for entry in found if not groups or entry["group"] in groups]
    if len({entry["group"] for entry in found}) > 1:
        counts = {group: sum(entry["group"] == group for entry in found) for group in {entry["group"] for entry in found}}
        sys.exit("the entries belong to several groups, and GPTCache keys do not tell them apart; choose one with --group:\n" + "\n".join(
            f"  {group} ({count} entries, {next(e['model'] for e in found if e['group'] == group)})" for group, count in sorted(counts.items())))
    return found


def load(cache, found):
    """Puts questions and their other wordings into an initialised gptcache.Cache. Returns how many."""
    pairs = {text: entry["answer"] for entry in reversed(found) for text in [*reversed(entry["variants"]), entry["question"]]}
    questions = list(pairs)
    cache.data_manager.import_data(
        questions=questions, answers=[pairs[text] for text in questions],
        embedding_datas=[cache.embedding_func(text) for text in questions], session_ids=[None] * len(questions))
    cache.flush()
    return len(questions)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list"); parser.add_argument("--data", required=True); parser.add_argument("--embedding", required=True)
    parser.add_argument("--group", action="append", default=[])
    options = parser.parse_args()
    found = entries(options.list, options.group)
    if not found:
        sys.exit(f"{options.list} holds no entry to load")
    from gptcache import Cache
    from gptcache.manager import CacheBase, VectorBase, get_data_manager
    from gptcache.similarity_evaluation import SearchDistanceEvaluation
    module, _, function = options.embedding.partition(":")
    sys.path.insert(0, os.getcwd())
    embed = getattr(importlib.import_module(module), function)
    os.makedirs(options.data, exist_ok=True)
    # The database in the folder; the index beside it.
    database = CacheBase("sqlite", sql_url=f"sqlite:///{os.path.abspath(options.data)}/sqlite.db")
    index = VectorBase("faiss", dimension=len(embed(found[0]["question"])), index_path=f"{os.path.abspath(options.data)}/faiss.index")
    cache = Cache()
    # Evicting on the way in would lose what was just loaded.
    size = max(1000, sum(1 + len(entry["variants"]) for entry in found))
    cache.init(embedding_func=lambda text, **_: embed(text), data_manager=get_data_manager(database, index, max_size=size),
               similarity_evaluation=SearchDistanceEvaluation())
    print(f"{load(cache, found)} questions of {len(found)} entries are in {options.data}")


if __name__ == "__main__":
    main()
