#!/usr/bin/env bash
# The main job from end to end, told step by step: two annotators' sheets become versions, and versions train a model.
# Everything it starts or writes stands under .demo/ of the repository, and ends with it, also on Ctrl-C.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${SHEAF_DEMO_BIN:-$root/.build/release}
demo=$root/.demo
work=$demo/run
mariadb=$root/Tests/Support/private-mariadb.sh
emulator_pid=

bold='' dim='' cyan='' reset=''
if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
    bold=$'\e[1m' dim=$'\e[2m' cyan=$'\e[36m' reset=$'\e[0m'
fi

fail() {
    printf 'demo: %s\n' "$*" >&2
    exit 1
}

stop_all() {
    local status=$?
    trap - EXIT INT TERM
    # A job that still runs ends with the demo: its supervisor sees the cancellation, or is told by signal.
    if [[ -d $work/state ]]; then
        local lock
        while IFS= read -r lock; do
            pkill -TERM -f -- "--folder $(dirname "$lock")" 2>/dev/null || true
        done < <(find "$work/state" -name lock 2>/dev/null)
    fi
    if [[ -n $emulator_pid ]]; then
        kill "$emulator_pid" 2>/dev/null || true
        wait "$emulator_pid" 2>/dev/null || true
    fi
    "$mariadb" stop "$work/mariadb" 2>/dev/null || true
    exit "$status"
}

chapter() { printf '\n%s━━ %s%s\n' "$bold" "$*" "$reset"; }
say() { printf '%s%s%s\n' "$dim" "$*" "$reset"; }

# Prints a command, runs it, and checks its exit code: `step CODE sheaf …`.
step() {
    local expected=$1 status=0
    shift
    printf '\n%s$ %s%s\n' "$cyan" "$*" "$reset"
    "$bin/$1" "${@:2}" || status=$?
    if [[ $status == 130 ]]; then exit 130; fi
    [[ $status == "$expected" ]] || fail "'$*' ended with $status, and $expected was expected"
}

annotators() {
    "$bin/sheaf-emulator" edit --endpoint "$endpoint" --credentials "$work/service-account.json" \
        --state "$work/lost-half.json" --script "$1" | sed 's/^/  /'
}

trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What an interrupted demo may have left.
if [[ -d $work/mariadb ]]; then "$mariadb" stop "$work/mariadb" || true; fi
rm -rf "$work"
mkdir -p "$work"

chapter "Setting up under .demo/"
if ! cmp -s "$root/examples/recipe-classifier/requirements.txt" "$demo/venv/requirements.txt"; then
    say "A virtual environment for the trainer (once)"
    python3 -m venv --clear "$demo/venv"
    "$demo/venv/bin/pip" install --quiet --disable-pip-version-check \
        -r "$root/examples/recipe-classifier/requirements.txt"
    cp "$root/examples/recipe-classifier/requirements.txt" "$demo/venv/"
fi
say "A private MariaDB, on a Unix socket"
"$mariadb" start "$work/mariadb"
store=$("$mariadb" url "$work/mariadb" labels)
say "Sample sheets, and a stand-in for Google that serves them"
"$bin/sheaf-emulator" samples --seed 42 --out "$work/sheets" >/dev/null
"$bin/sheaf-emulator" serve --load "$work/sheets" --port 0 --service-account-out "$work/service-account.json" \
    --ready-file "$work/endpoint" >"$work/emulator.log" 2>&1 &
emulator_pid=$!
for _ in $(seq 100); do
    [[ -s $work/endpoint ]] && break
    kill -0 "$emulator_pid" 2>/dev/null || fail "the emulator ended: $(tail -3 "$work/emulator.log")"
    sleep 0.1
done
endpoint=$(cat "$work/endpoint")
sed -e "s|@STORE@|$store|" -e "s|@ENDPOINT@|$endpoint|" -e "s|@ROOT@|$root|" -e "s|@PYTHON@|$demo/venv/bin/python|" \
    -e "s|@WORK@|$work|" "$root/examples/demo/sheaf.yaml" >"$work/sheaf.yaml"
export SHEAF_CONFIG=$work/sheaf.yaml SHEAF_ACTOR=${USER:-demo}
unset SHEAF_STORE_PASSWORD
say "The sheets can be seen at $endpoint/ while this runs; the configuration is .demo/run/sheaf.yaml"

chapter "1. From sheets to version 1, and to a model"
step 0 sheaf migrate
step 0 sheaf check
step 0 sheaf plan
step 0 sheaf sync --wait
step 0 sheaf jobs
"$bin/sheaf" export recipe_category@1 >"$work/version-1-before.ndjson"

chapter "2. Nothing changed"
step 0 sheaf sync

chapter "3. The annotators work on"
annotators story-edits
step 0 sheaf plan recipe_category
step 0 sheaf sync recipe_category --wait
step 0 sheaf jobs

chapter "4. An accident: a sheet loses half its rows"
annotators lose-half
step 4 sheaf sync recipe_category
step 0 sheaf holds
say ""
say "The rows are put back, and the hold has nothing to hold any more:"
annotators restore-half
step 0 sheaf sync recipe_category
step 0 sheaf holds
say ""
say "Had it been meant, somebody would have approved it:"
annotators lose-half
step 4 sheaf sync recipe_category
hold=$("$bin/sheaf" holds --json | grep -m1 '"id"' | tr -dc '0-9')
step 0 sheaf approve "$hold" --why "the rest moved to the archive"
step 0 sheaf sync recipe_category --no-train

chapter "5. What happened"
step 0 sheaf log recipe_category
step 0 sheaf diff recipe_category 1 2
step 0 sheaf log recipe_category --key 1234
step 0 sheaf export recipe_category@1 --output "$work/version-1-after.ndjson"
cmp "$work/version-1-before.ndjson" "$work/version-1-after.ndjson" || fail "version 1 has changed"
say "recipe_category@1 is byte for byte what it was before version 2:"
sha256sum "$work/version-1-before.ndjson" "$work/version-1-after.ndjson" | sed "s|$work/|  |"

chapter "6. Going back"
say "The archive was a mistake. Version 2 gets a name, and its labels come back as a new version:"
step 0 sheaf tag recipe_category@2 before-the-archive --why "all recipes"
step 0 sheaf revert recipe_category --to before-the-archive --why "the archive was a mistake"
say "The sheet still lacks the rows, and the next sync does not undo the revert:"
step 0 sheaf sync recipe_category --no-train
say ""
say "Where each cell comes from, who changed what and why, and whether all of it is what was published:"
step 0 sheaf blame recipe_category --key 1234
step 0 sheaf audit recipe_category --limit 8
step 0 sheaf verify recipe_category --all-versions

chapter "Done"
say "Everything ran under .demo/, and has been stopped. \`make demo\` runs it again."
