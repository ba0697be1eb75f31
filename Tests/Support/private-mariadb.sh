#!/usr/bin/env bash
# A private MariaDB under one folder: its data, socket, log and temporary files stand there and nowhere else.
# It listens on a Unix socket only, and reads no option file, so that it never meets a MariaDB of the system.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: private-mariadb.sh start DIR [--fast] [--tls] [--clock] [--watch PID] [-- OPTION...]
       private-mariadb.sh stop DIR
       private-mariadb.sh kill DIR
       private-mariadb.sh remove DIR
       private-mariadb.sh url DIR [DATABASE]

start   creates the folder if there is none and starts the server; does nothing if it runs already
        --fast       for tests: commits do not wait for the disk
        --tls        offers TLS, with a certificate for localhost by the authority in DIR/tls/authority.pem
        --clock      the server's clock goes by the file DIR/clock, such as "+1h" or "-1y" (libfaketime): for tests
        --watch PID  removes server and folder by itself when that process is gone: for tests, too
        OPTION       further options of the server, such as --max-connections=9
kill    ends the server by SIGKILL, as a crash does; does nothing if it does not run
stop    stops the server and waits for its end; does nothing if it does not run
remove  ends the server at once, and deletes the folder with all its data
url     prints the store URL; with DATABASE, creates that database if there is none (the server must run)
USAGE
}

fail() {
    printf 'private-mariadb: %s\n' "$*" >&2
    exit 1
}

# The first of these programs that is installed: newer packages have renamed them. Servers stand in /usr/sbin.
program() {
    local name
    for name in "$@"; do
        if PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$name"; then return; fi
    done
    fail "none of these programs is installed: $* (hint: apt install mariadb-server)"
}

socket_path() { printf '%s\n' "$(cat "$dir/socket-folder")/mariadb.sock"; }

# A path of a Unix socket may have 107 bytes. Where the folder lies too deep, the socket goes to a short temporary
# folder, which is remembered.
choose_socket_folder() {
    if [[ -s "$dir/socket-folder" && -d "$(cat "$dir/socket-folder")" ]]; then return; fi
    local folder="$dir/socket" path
    path="$folder/mariadb.sock"
    if (( $(printf '%s' "$path" | wc -c) > 107 )); then
        folder="$(mktemp -d /tmp/sheaf-mariadb.XXXXXX)"
    fi
    mkdir -p "$folder"
    chmod 700 "$folder"
    printf '%s\n' "$folder" >"$dir/socket-folder"
}

admin() {
    "$(program mariadb-admin mysqladmin)" --no-defaults --user=root --protocol=socket --socket="$(socket_path)" "$@"
}

# Whether the process of the pid file lives and is our server: a pid may have been given to another process since.
is_running() {
    local pid
    [[ -s "$dir/mariadb.pid" ]] || return 1
    pid="$(cat "$dir/mariadb.pid")"
    kill -0 "$pid" 2>/dev/null || return 1
    if [[ -r "/proc/$pid/cmdline" ]]; then
        tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF -- "--datadir=$dir/data" || return 1
    fi
}

# The system tables appear under their own name only when they are complete, so that an aborted start is begun anew.
create_data() {
    [[ -d "$dir/data" ]] && return
    rm -rf "$dir/data.new"
    # root@localhost has no password: the socket's folder, which is open to its owner only, is the lock.
    # The program cannot quote: a folder with a blank in its path is shown to it under another name.
    local plain="$dir" alias=''
    if [[ "$dir" =~ [[:space:]] ]]; then
        alias="$(mktemp -d /tmp/sheaf-mariadb.XXXXXX)"
        plain="$alias/folder"
        ln -s "$dir" "$plain"
    fi
    if ! "$(program mariadb-install-db mysql_install_db)" --no-defaults --user="$user" --datadir="$plain/data.new" \
        --tmpdir="$plain/tmp" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_bin >"$dir/install.log" 2>&1; then
        if [[ -n "$alias" ]]; then rm -rf "$alias"; fi
        tail -n 30 "$dir/install.log" >&2
        fail "the data folder could not be created"
    fi
    if [[ -n "$alias" ]]; then rm -rf "$alias"; fi
    mv "$dir/data.new" "$dir/data"
}

# Runs a program that outlives this script, in a session of its own: a Ctrl-C in the terminal is not for it. Whoever
# started this script may wait for the end of a pipe or socket of his, so none of them goes along.
detached() {
    local path
    for path in /dev/fd/*; do
        if ((${path##*/} > 2)); then eval "exec ${path##*/}>&-"; fi
    done
    exec setsid "$@" </dev/null
}

# An authority and a certificate by it, good for a week.
create_certificates() {
    [[ -d "$dir/tls" ]] && return
    local new="$dir/tls.new"
    rm -rf "$new"
    mkdir "$new"
    {
        openssl req -x509 -newkey rsa:2048 -nodes -days 7 -subj /CN=private-mariadb-authority \
            -keyout "$new/authority.key" -out "$new/authority.pem"
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$new/server.key" -out "$new/server.csr"
        printf 'subjectAltName=DNS:localhost\n' >"$new/server.ext"
        openssl x509 -req -days 7 -in "$new/server.csr" -extfile "$new/server.ext" \
            -CA "$new/authority.pem" -CAkey "$new/authority.key" -CAcreateserial -out "$new/server.pem"
    } >"$dir/tls.log" 2>&1 || fail "the certificates could not be made; see $dir/tls.log"
    mv "$new" "$dir/tls"
}

faketime_library() {
    local file
    for file in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/local/lib/faketime/libfaketimeMT.so.1; do
        if [[ -e "$file" ]]; then
            printf '%s\n' "$file"
            return
        fi
    done
    fail "libfaketime is not installed (hint: apt install faketime)"
}

launch() {
    local durability=(--innodb-flush-log-at-trx-commit=1)
    if [[ "$fast" == yes ]]; then
        durability=(--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --sync-frm=0)
    fi
    local encryption=()
    if [[ "$tls" == yes ]]; then
        create_certificates
        encryption=(--ssl-cert="$dir/tls/server.pem" --ssl-key="$dir/tls/server.key")
    fi
    local clock=()
    if [[ "$clock_file" == yes ]]; then clock=(env "LD_PRELOAD=$(faketime_library)" "FAKETIME_TIMESTAMP_FILE=$dir/clock"
        FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1); fi
    rm -f "$dir/mariadb.pid"
    detached "${clock[@]}" "$(program mariadbd mysqld)" --no-defaults --user="$user" \
        --datadir="$dir/data" --tmpdir="$dir/tmp" --plugin-dir="$dir/plugin" --socket="$(socket_path)" \
        --pid-file="$dir/mariadb.pid" --log-error="$dir/mariadb.log" --skip-networking --skip-name-resolve \
        --skip-log-bin --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
        --max-connections=500 --max-allowed-packet=64M --innodb-buffer-pool-size=256M --innodb-log-file-size=128M \
        --performance-schema=OFF "${durability[@]}" "${encryption[@]}" "${options[@]}" >/dev/null 2>>"$dir/mariadb.log" &
    server=$!
}

wait_until_ready() {
    local turn
    for ((turn = 0; turn < 600; turn++)); do
        # Both, since another server's socket would answer, too.
        if is_running && admin ping >/dev/null 2>&1; then return; fi
        if ! kill -0 "$server" 2>/dev/null; then break; fi
        sleep 0.1
    done
    kill "$server" 2>/dev/null || true
    printf 'last lines of %s:\n' "$dir/mariadb.log" >&2
    tail -n 30 "$dir/mariadb.log" >&2 || true
    fail "the server did not become ready"
}

watch() {
    local watched="$1"
    # shellcheck disable=SC2016 # The inner shell expands them, so that no name has to be quoted twice.
    detached bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" remove "$3"' \
        watch "$watched" "$script" "$dir" >/dev/null 2>&1 &
}

start() {
    local fast=no tls=no clock_file=no watched='' server options=()
    while (($# > 0)); do
        case "$1" in
            --fast) fast=yes ;;
            --tls) tls=yes ;;
            --clock) clock_file=yes ;;
            --)
                shift
                options=("$@")
                break
                ;;
            --watch)
                shift
                watched="${1:?--watch needs a process id}"
                ;;
            *) fail "unknown option $1" ;;
        esac
        shift
    done
    mkdir -p "$dir/tmp" "$dir/plugin"
    if [[ ! -e "$dir/clock" ]]; then printf '+0\n' >"$dir/clock"; fi
    # Two starts at once: the second waits, and finds the server running.
    exec 9>"$dir/lock"
    flock 9
    choose_socket_folder
    if ! is_running; then
        create_data
        launch
        wait_until_ready
    fi
    if [[ -n "$watched" ]]; then watch "$watched"; fi
}

end_server() {
    local signal="$1" pid turn
    if is_running; then
        pid="$(cat "$dir/mariadb.pid")"
        kill -s "$signal" "$pid" 2>/dev/null || true
        for ((turn = 0; turn < 600; turn++)); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        if kill -0 "$pid" 2>/dev/null; then fail "the server (pid $pid) did not stop within 60 s"; fi
    fi
    local folder
    if [[ -s "$dir/socket-folder" ]]; then
        folder="$(cat "$dir/socket-folder")"
        rm -f "$folder/mariadb.sock" "$folder/mariadb.sock.lock" "$dir/socket-folder"
        rmdir "$folder" 2>/dev/null || true
    fi
}

stop() {
    if [[ ! -d "$dir" ]]; then return; fi
    exec 9>"$dir/lock"
    flock 9
    end_server TERM
}

kill_server() {
    if [[ ! -d "$dir" ]]; then return; fi
    exec 9>"$dir/lock"
    flock 9
    local pid
    if is_running; then
        pid="$(cat "$dir/mariadb.pid")"
        kill -s KILL "$pid" 2>/dev/null || true
        while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    fi
}

# Deletes only what `start` made, so that a wrong folder costs nothing.
remove() {
    if [[ ! -d "$dir" ]]; then return; fi
    [[ -e "$dir/lock" && -d "$dir/plugin" ]] || fail "$dir is not a folder of this program"
    exec 9>"$dir/lock"
    flock 9
    # The data go with it, so nothing has to be written out.
    end_server KILL
    rm -rf "$dir"
}

percent_encoded() {
    local LC_ALL=C text="$1" index character
    for ((index = 0; index < ${#text}; index++)); do
        character="${text:index:1}"
        case "$character" in
            [a-zA-Z0-9/._~-]) printf '%s' "$character" ;;
            *) printf '%%%02X' "'$character" ;;
        esac
    done
}

url() {
    local database="${1:-}"
    [[ -s "$dir/socket-folder" ]] || fail "there is no server in $dir (hint: $0 start $dir)"
    if [[ -n "$database" ]]; then
        [[ "$database" =~ ^[A-Za-z0-9_]+$ ]] || fail "a database name is made of letters, digits and _"
        "$(program mariadb mysql)" --no-defaults --user=root --protocol=socket --socket="$(socket_path)" \
            --execute="CREATE DATABASE IF NOT EXISTS \`$database\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    fi
    printf 'mysql://root@localhost/%s?socket=%s\n' "$database" "$(percent_encoded "$(socket_path)")"
}

if (($# < 2)); then
    usage >&2
    exit 64
fi
command="$1"
dir="$2"
shift 2
script="$(realpath "${BASH_SOURCE[0]}")"
dir="$(realpath -m "$dir")"
# As root, MariaDB insists on being told that this is meant.
user="$(id -un)"
case "$command" in
    start) start "$@" ;;
    stop) stop ;;
    kill) kill_server ;;
    remove) remove ;;
    url) url "$@" ;;
    *)
        usage >&2
        exit 64
        ;;
esac
