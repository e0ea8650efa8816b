#!/bin/sh
# Installs the C libraries that the build needs, where they are missing. Says what it does; changes nothing else.
set -eu

if ! command -v swift >/dev/null 2>&1; then
  echo "No Swift toolchain found: install Swift 6.1 or later from https://www.swift.org/install and run this again." >&2
  exit 1
fi

case "$(uname -s)" in
Darwin)
  missing=""
  for package in zstd simdjson xxhash onednn; do
    brew list "$package" >/dev/null 2>&1 || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    echo "Missing libraries; install them with: brew install$missing" >&2
    exit 1
  fi
  exit 0
  ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "Not a Debian or Ubuntu system: make sure the headers of zstd, zlib, simdjson, xxhash, oneDNN, libcurl and sqlite3 are installed." >&2
  exit 0
fi

missing=""
for package in libzstd-dev zlib1g-dev libsimdjson-dev libxxhash-dev libdnnl-dev libcurl4-openssl-dev libsqlite3-dev; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing with apt-get:$missing"
if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
