#!/usr/bin/env bash
# Make the virtual environment and install exactly what requirements.lock names, each file checked by its hash.
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

quietly() { # run a command; show its output only if it fails
    "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

find_python() {
    local name
    for name in python3.11 python3 python; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is needed and was not found: install it (Debian: apt-get install python3)." >&2
    return 1
}

make_venv() { # Debian's Python comes without ensurepip; python3-venv brings it
    local python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        tools/debian.sh python3-venv
    fi
    rm -rf .venv
    quietly "$python" -m venv .venv
}

.venv/bin/python -c 'import pip' 2>/dev/null || make_venv

if [ ! -x .venv/bin/uv ]; then
    uv_lines=$(mktemp)
    trap 'rm -f "$log" "$uv_lines"' EXIT
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >"$uv_lines"
    quietly .venv/bin/python -m pip install --quiet --require-hashes --no-deps --disable-pip-version-check -r "$uv_lines" || true
fi

# uv is three times as fast, but knows nothing of pip's own settings (a mirror, say): then pip does it.
export UV_SYSTEM_CERTS=1
if ! .venv/bin/uv pip install --python .venv/bin/python --quiet --require-hashes --compile-bytecode -r requirements.lock 2>"$log"; then
    echo "uv could not install (its last word: $(tail -n 1 "$log")); trying pip, which takes about two minutes."
    quietly .venv/bin/python -m pip install --quiet --require-hashes --no-deps --disable-pip-version-check -r requirements.lock
fi
