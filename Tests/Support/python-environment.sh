#!/bin/bash
# Prints the Python of an environment with the packages of NAME.txt, which it makes once, under .build/NAME.
#
#   python-environment.sh NAME
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$here/$1.txt
environment=$(cd "$here/../.." && pwd)/.build/$1
mkdir -p "$environment"
# Tests run side by side, and two of them must not make it at once.
exec 9>"$environment/lock"
flock 9
if ! cmp -s "$packages" "$environment/made-of.txt"; then
    python3 -m venv --clear "$environment/venv" >&2
    "$environment/venv/bin/pip" install --quiet --disable-pip-version-check -r "$packages" >&2
    cp "$packages" "$environment/made-of.txt"
fi
echo "$environment/venv/bin/python"
