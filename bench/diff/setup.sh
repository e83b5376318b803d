#!/bin/sh
# The project and its peers, ready to be measured in one environment:
#
#   sh bench/diff/setup.sh VENV NODE_DIR
#
# Commands are taken where they are found: wdiff, dwdiff, git, and PHP with wikidiff2
# (on Debian: apt-get install wdiff dwdiff git php-cli php-wikidiff2).
set -eu
if [ $# -ne 2 ]; then
    echo "usage: sh bench/diff/setup.sh VENV NODE_DIR" >&2
    exit 2
fi
venv=$1
node=$2
bench=$(dirname "$0")

python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet -r "$bench/requirements.txt" -e "$bench/../.."
if command -v npm >/dev/null; then
    mkdir -p "$node"
    cp "$bench/package.json" "$node"
    npm install --prefix "$node" --silent --no-audit --no-fund
else
    echo "npm is missing: without it go the peers in JavaScript, and the validator." >&2
fi
echo "Now:  $venv/bin/python $bench/run.py FOLDER --node $node"
