#!/bin/sh
# Resolve the requirements anew: hashed, without the address of any index.
set -eu
cd "$(dirname "$0")/.."
compile="uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 --quiet
  --no-annotate --no-header"
$compile pyproject.toml --group dev --override requirements/overrides.txt -o requirements/dev.txt
$compile pyproject.toml -c requirements/dev.txt --override requirements/overrides.txt -o requirements/run.txt
$compile requirements/tools.in -o requirements/tools.txt
