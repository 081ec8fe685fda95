#!/bin/sh
# Install Tenken from this folder, without a network: sh install.sh /opt/tenken
set -eu
target=${1:?"where to? e.g. sh install.sh /opt/tenken"}
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  echo "$python comes without venv: install the package python3-venv from your Debian medium first." >&2
  exit 1
}
mkdir -p "$target"
"$python" -m venv "$target/.venv"
pip="$target/.venv/bin/python -m pip --disable-pip-version-check --quiet --no-cache-dir"
$pip install --no-index --find-links "$here/wheels" --require-hashes -r "$here/requirements.lock"
$pip install --no-index --no-deps "$here"/wheels/tenken-*.whl
echo "Installed. Next: export TENKEN_HOME=/var/lib/tenken; $target/.venv/bin/tenken migrate (installing.md goes on)."
