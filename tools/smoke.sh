#!/usr/bin/env bash
# Install the newest wheel outside the checkout and run the flagship study there, offline.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
wheel=$(ls -t "$root"/dist/isthmus-*.whl | head -n 1)
"$root/.venv/bin/python" "$root/tools/checks/wheel.py" "$wheel"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/env"
"$root/.venv/bin/uv" export --quiet --locked --no-default-groups --no-emit-project \
  --project "$root" --output-file "$place/locked.txt" >/dev/null
"$root/.venv/bin/uv" pip install --quiet --python "$place/env/bin/python" \
  --require-hashes --requirements "$place/locked.txt"
"$root/.venv/bin/uv" pip install --quiet --python "$place/env/bin/python" --no-deps "$wheel"

offline=()
if unshare -n true 2>/dev/null; then
  offline=(unshare -n)
elif unshare -rn true 2>/dev/null; then
  offline=(unshare -rn)
else
  echo "no network namespace to be had here: running with the network on"
fi

cd "$place"
"${offline[@]}" env -u PYTHONPATH HOME="$place/home" "$place/env/bin/isthmus" \
  assess taiwan-europe --json >"$place/dossier.json"
"$place/env/bin/python" - "$place/dossier.json" <<'PY'
import json, sys
dossier = json.load(open(sys.argv[1], encoding="utf-8"))
assert dossier["schema_version"] >= 1
print(f"wheel: dossier with {len(json.dumps(dossier)):,} characters, offline")
PY
"${offline[@]}" env -u PYTHONPATH "$place/env/bin/isthmus" doctor
