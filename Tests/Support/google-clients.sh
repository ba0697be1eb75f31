#!/bin/bash
# Prints the Python of an environment with the clients of google-clients.txt, which it makes once, under .build.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
environment=$(cd "$here/../.." && pwd)/.build/google-clients
mkdir -p "$environment"
# Tests run side by side, and two of them must not make it at once.
exec 9>"$environment/lock"
flock 9
if ! cmp -s "$here/google-clients.txt" "$environment/made-of.txt"; then
    python3 -m venv --clear "$environment/venv" >&2
    "$environment/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/google-clients.txt" >&2
    cp "$here/google-clients.txt" "$environment/made-of.txt"
fi
echo "$environment/venv/bin/python"
