#!/usr/bin/env bash
# Checks the Debian packages that building and testing need, and installs what is missing where it may.
# Arguments are further packages. It never starts a service: the tests and the demo run a MariaDB of their own.
set -euo pipefail

# git and ca-certificates: Swift packages are fetched by git over https. faketime: tests move a database's clock.
packages=(
    libcurl4-openssl-dev
    default-libmysqlclient-dev
    libssl-dev
    zlib1g-dev
    mariadb-server
    faketime
    pkg-config
    python3-venv
    openssl
    curl
    git
    ca-certificates
    "$@"
)

if ! command -v dpkg-query >/dev/null; then
    printf 'install-dependencies: this is not Debian; the counterparts of these packages are needed:\n  %s\n' \
        "${packages[*]}" >&2
    exit 0
fi

is_installed() { [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]; }

missing=()
for package in "${packages[@]}"; do
    if ! is_installed "$package"; then missing+=("$package"); fi
done
if ((${#missing[@]} == 0)); then exit 0; fi

command="apt-get install --yes --no-install-recommends ${missing[*]}"
if ((EUID != 0)); then
    printf 'install-dependencies: packages are missing. Run this once:\n  sudo sh -c "apt-get update && %s"\n' \
        "$command" >&2
    exit 1
fi

# Packages ask this file whether they may start their service; 101 means no. One that is there already is somebody's
# decision, and stays.
policy=/usr/sbin/policy-rc.d
if [[ ! -e "$policy" ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
# RUNLEVEL for the case of a policy that would let it start.
RUNLEVEL=1 $command
