#!/bin/sh
# Installs what the tests of loaded caches run against: Redis, GPTCache, LiteLLM's proxy, and a Markdown parser. Whatever cannot be installed is
# said, and the tests that need it are skipped; nothing fails.
set -u
folder="${1:-.build/integrations}"
if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo -n"; fi

if ! command -v redis-server >/dev/null 2>&1; then
  echo "Installing with apt-get: redis-server"
  { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends redis-server; } \
    >/dev/null 2>&1 || echo "SKIPPED: redis-server cannot be installed; tests with a real Redis will not run" >&2
fi

# python_with NAME PACKAGE…
python_with() {
  name="$1"
  shift
  [ -x "$folder/$name/done" ] && return
  echo "Installing with pip in $folder/$name: $*"
  { python3 -m venv "$folder/$name" && "$folder/$name/bin/pip" install -q "$@" && : > "$folder/$name/done" && chmod +x "$folder/$name/done"; } \
    >/dev/null 2>&1 || { echo "SKIPPED: $name cannot be installed; tests with it will not run" >&2; rm -rf "${folder:?}/$name"; }
}
mkdir -p "$folder"
python_with gptcache gptcache==0.1.44 faiss-cpu==1.15.1 sqlalchemy==2.1.9 cachetools==8.0.2 numpy==2.4.6
python_with litellm 'litellm[proxy]==1.108.7'
python_with markdown markdown-it-py
