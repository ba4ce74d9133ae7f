#!/usr/bin/env bash
# Install Debian packages where they are missing: tools/debian.sh PACKAGE...
set -euo pipefail

missing=()
for package in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing+=("$package")
    fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

why=""
if ! command -v apt-get >/dev/null; then
    why="this is not a Debian system"
elif [ "$(id -u)" = 0 ]; then
    as_root=()
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    why="that needs root"
fi
if [ -n "$why" ]; then
    echo "Missing Debian packages, and $why. Install them and try again: ${missing[*]}" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
echo "Installing Debian packages: ${missing[*]}"
if ! install; then
    "${as_root[@]}" apt-get update >"$log" 2>&1 || true
    install || { cat "$log" >&2; echo "Debian packages could not be installed: ${missing[*]}" >&2; exit 1; }
fi
