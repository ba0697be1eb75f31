#!/usr/bin/env bash
# Runs the suites that use the store against a private Galera cluster; then what kills nodes of it; then, on a private
# MariaDB, every fault of a database. The tests must be built.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
swift="${SWIFT:-swift}"
folder="$(mktemp -d /tmp/sheaf-galera.XXXXXX)/cluster"
chmod 755 "$(dirname "$folder")"
trap '"$here/galera-cluster.sh" remove "$folder"; rmdir "$(dirname "$folder")"' EXIT

"$here/galera-cluster.sh" start "$folder" --watch $$
export SHEAF_TEST_CLUSTER="$folder" SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH="${TEST_WIDTH:-2}"

# What has nothing to do with a store, what needs a server of a special kind, and what counts the reads of a single server
# has been tested by `make test`.
stores='^(LabelStoreTests|SyncTests|TrainingTests|MySQLTests|CommandLineTests)\.'
alone='ClusterTests|ClusterCommandTests'
elsewhere='PagingTests|CostTests|DatabaseFaultTests|ClockedServerTests|ValidateTests|HostileTextTests|DocumentationTests|CrashTests|LifeTests'
failed=0
$swift test --skip-build --filter "$stores" --skip "$alone" --skip "$elsewhere" || failed=1
"$here/galera-cluster.sh" status "$folder"
$swift test --skip-build --filter "$alone" || failed=1
unset SHEAF_TEST_CLUSTER
SHEAF_TEST_FAULTS=all $swift test --skip-build --filter 'DatabaseFaultTests' || failed=1
exit "$failed"
