#!/usr/bin/env bash
# A private Galera cluster of three MariaDB nodes on the loopback interface, for tests. Each node has a folder and ports of
# its own under one folder, and is reached by a Unix socket. Nothing of the system's MariaDB is touched.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: galera-cluster.sh start DIR [--watch PID]
       galera-cluster.sh urls DIR
       galera-cluster.sh status DIR
       galera-cluster.sh kill-node DIR N
       galera-cluster.sh stop-node DIR N
       galera-cluster.sh freeze-node DIR N
       galera-cluster.sh thaw-node DIR N
       galera-cluster.sh restart-node DIR N
       galera-cluster.sh remove DIR

start         makes the cluster and waits until every node is synced; as root, the nodes run as the user `nobody`
              --watch PID  removes the cluster by itself when that process is gone
urls          prints the store URLs of the nodes, a line each
status        prints each node's number, state and the size of the cluster that it sees
kill-node     ends node N (1, 2 or 3) by SIGKILL; freeze-node and thaw-node stop it and let it go on (SIGSTOP, SIGCONT)
restart-node  starts a node that was stopped or killed, and waits until it has joined again
remove        ends all nodes at once, and deletes the folder
USAGE
}

fail() {
    printf 'galera-cluster: %s\n' "$*" >&2
    exit 1
}

program() {
    local name
    for name in "$@"; do
        if PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$name"; then return; fi
    done
    fail "none of these programs is installed: $* (hint: apt install mariadb-server galera-4)"
}

provider() {
    local file
    for file in /usr/lib/galera/libgalera_smm.so /usr/lib/*/galera/libgalera_smm.so /usr/lib64/galera-4/libgalera_smm.so; do
        if [[ -e "$file" ]]; then
            printf '%s\n' "$file"
            return
        fi
    done
    fail "the Galera library is not installed (hint: apt install galera-4)"
}

node_folder() { printf '%s/node%s\n' "$dir" "$1"; }
socket_path() { printf '%s/node%s/mariadb.sock\n' "$dir" "$1"; }
# Group communication is at `base + N`, incremental state transfer at `base + 10 + N`; clients come by the socket only.
base_port() { cat "$dir/base-port"; }

client() {
    local number="$1"
    shift
    timeout --kill-after=1 2 "$(program mariadb mysql)" --no-defaults --user=root --protocol=socket --socket="$(socket_path "$number")" \
        --skip-column-names --batch --execute="$*" 2>/dev/null
}

pid_of() { cat "$(node_folder "$1")/mariadb.pid" 2>/dev/null; }

is_running() {
    local pid
    pid="$(pid_of "$1")" || return 1
    [[ -n "$pid" ]] && kill -0 "$pid" 2>/dev/null || return 1
    tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "--datadir=$(node_folder "$1")/data"
}

as_user() {
    if ((EUID == 0)); then exec setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; fi
    exec "$@"
}

# Whoever started this script may wait for the end of a pipe or socket of his, so none of them goes along.
detached() {
    local path
    for path in /dev/fd/*; do
        if ((${path##*/} > 2)); then eval "exec ${path##*/}>&-"; fi
    done
    as_user setsid "$@" </dev/null
}

# One set of system tables, which the nodes copy.
create_data() {
    local number
    (as_user "$(program mariadb-install-db mysql_install_db)" --no-defaults --datadir="$dir/data.new" \
        --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_bin) >"$dir/install.log" 2>&1 \
        || { tail -n 30 "$dir/install.log" >&2; fail "the data folder could not be created"; }
    for number in 1 2 3; do
        mkdir -p "$(node_folder "$number")/tmp"
        cp -a "$dir/data.new" "$(node_folder "$number")/data"
    done
    rm -rf "$dir/data.new"
    if ((EUID == 0)); then chown -R nobody:nogroup "$dir"/node?; fi
}

launch() {
    local number="$1" folder base others
    shift
    folder="$(node_folder "$number")"
    base="$(base_port)"
    others="127.0.0.1:$((base + 1)),127.0.0.1:$((base + 2)),127.0.0.1:$((base + 3))"
    rm -f "$folder/mariadb.pid"
    # Time-outs are short, so that a test need not wait long for a cluster to notice that a node is gone.
    (detached "$(program mariadbd mysqld)" --no-defaults --datadir="$folder/data" --tmpdir="$folder/tmp" \
        --plugin-dir="$folder/tmp" --socket="$folder/mariadb.sock" --pid-file="$folder/mariadb.pid" \
        --log-error="$folder/mariadb.log" --skip-networking --skip-name-resolve --skip-log-bin \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_bin --max-connections=200 \
        --max-allowed-packet=64M --innodb-buffer-pool-size=128M --innodb-log-file-size=64M \
        --performance-schema=OFF --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
        --binlog-format=ROW --default-storage-engine=InnoDB --innodb-autoinc-lock-mode=2 \
        --wsrep-on=ON --wsrep-provider="$(provider)" --wsrep-cluster-name=sheaf-tests \
        --wsrep-node-name="node$number" --wsrep-node-address=127.0.0.1 --wsrep-slave-threads=2 \
        --wsrep-sst-method=rsync --wsrep-sst-receive-address="127.0.0.1:$((base + 20 + number))" \
        --wsrep-provider-options="gmcast.listen_addr=tcp://127.0.0.1:$((base + number));ist.recv_addr=127.0.0.1:$((base + 10 + number));gcache.size=64M;evs.keepalive_period=PT0.3S;evs.suspect_timeout=PT1S;evs.inactive_check_period=PT0.3S;evs.inactive_timeout=PT3S;pc.wait_prim_timeout=PT30S" \
        --wsrep-cluster-address="gcomm://$others" "$@" >/dev/null 2>>"$folder/mariadb.log") &
}

wait_until_synced() {
    local number="$1" turn
    for ((turn = 0; turn < 900; turn++)); do
        if [[ "$(client "$number" "SHOW STATUS LIKE 'wsrep_local_state_comment'" | cut -f2)" == Synced ]]; then return; fi
        sleep 0.1
    done
    tail -n 30 "$(node_folder "$number")/mariadb.log" >&2
    fail "node $number has not joined within 90 s"
}

start() {
    local watched='' number
    if [[ "${1:-}" == --watch ]]; then watched="${2:?--watch needs a process id}"; fi
    provider >/dev/null
    mkdir -p "$dir"
    chmod 755 "$dir"
    if ((EUID == 0)); then chown nobody:nogroup "$dir"; fi
    # Fifty ports in a row that nobody listens at.
    local base turn
    for ((turn = 0; turn < 50; turn++)); do
        base=$((20000 + RANDOM % 9000))
        if ! ss --listening --tcp --numeric --no-header "( sport >= :$base and sport <= :$((base + 30)) )" | grep -q .; then
            break
        fi
    done
    printf '%s\n' "$base" >"$dir/base-port"
    if [[ -n "$watched" ]]; then
        # shellcheck disable=SC2016 # The inner shell expands them.
        (exec setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" remove "$3"' \
            watch "$watched" "$script" "$dir" </dev/null >/dev/null 2>&1) &
    fi
    create_data
    launch 1 --wsrep-new-cluster
    wait_until_synced 1
    for number in 2 3; do
        launch "$number"
        wait_until_synced "$number"
    done
}

urls() {
    local number
    for number in 1 2 3; do printf 'mysql://root@localhost/?socket=%s\n' "$(socket_path "$number")"; done
}

status() {
    local number
    for number in 1 2 3; do
        printf '%s %s %s\n' "$number" \
            "$(client "$number" "SHOW STATUS LIKE 'wsrep_local_state_comment'" | cut -f2 | grep . || echo down)" \
            "$(client "$number" "SHOW STATUS LIKE 'wsrep_cluster_size'" | cut -f2 | grep . || echo 0)"
    done
}

signal_node() {
    local signal="$1" number="$2" pid
    is_running "$number" || return 0
    pid="$(pid_of "$number")"
    kill -s "$signal" "$pid"
    case "$signal" in
        KILL | TERM) while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done ;;
    esac
}

restart_node() {
    if ! is_running "$1"; then launch "$1"; fi
    wait_until_synced "$1"
}

remove() {
    [[ -d "$dir" ]] || return 0
    [[ -s "$dir/base-port" ]] || fail "$dir is not a folder of this program"
    local number
    for number in 1 2 3; do
        signal_node CONT "$number"
        signal_node KILL "$number"
    done
    rm -rf "$dir"
}

if (($# < 2)); then
    usage >&2
    exit 64
fi
command="$1"
dir="$(realpath -m "$2")"
shift 2
script="$(realpath "${BASH_SOURCE[0]}")"
case "$command" in
    start) start "$@" ;;
    urls) urls ;;
    status) status ;;
    kill-node) signal_node KILL "${1:?which node?}" ;;
    stop-node) signal_node TERM "${1:?which node?}" ;;
    freeze-node) signal_node STOP "${1:?which node?}" ;;
    thaw-node) signal_node CONT "${1:?which node?}" ;;
    restart-node) restart_node "${1:?which node?}" ;;
    remove) remove ;;
    *)
        usage >&2
        exit 64
        ;;
esac
