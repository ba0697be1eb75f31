"""Applies tabular diffs with daff and says where the outcome is not the table that was expected.

    $(Tests/Support/python-environment.sh daff) Tests/Support/daff-check.py < cases.json

Each case names three CSV files: {"before": …, "diff": …, "after": …}. One line of JSON is printed for each: null, or what
differs. With {"before": …, "after": …, "id": …} alone, the line is the diff that daff itself makes.
"""

import csv
import json
import subprocess
import sys
import tempfile

DAFF = [sys.executable, "-c", "import daff; daff.Coopy.main()"]


def run(*arguments):
    with tempfile.NamedTemporaryFile(suffix=".csv") as output:
        subprocess.run(
            DAFF + list(arguments[:1]) + ["--output", output.name] + list(arguments[1:]),
            check=True, stdout=subprocess.DEVNULL)
        with open(output.name, encoding="utf-8", newline="") as file:
            return file.read()


def table(text):
    """The rows as dictionaries, in one order whatever theirs was."""
    rows = list(csv.reader(text.splitlines(keepends=True)))
    header, rows = rows[0], [row for row in rows[1:] if row]
    return sorted(header), sorted(sorted(zip(header, row)) for row in rows)


def verdict(case):
    with open(case["after"], encoding="utf-8", newline="") as file:
        expected = table(file.read())
    patched = table(run("patch", case["before"], case["diff"]))
    if patched == expected:
        return None
    missing = [row for row in expected[1] if row not in patched[1]]
    surplus = [row for row in patched[1] if row not in expected[1]]
    return {"headers": [expected[0], patched[0]], "missing": missing[:3], "surplus": surplus[:3]}


for case in json.load(sys.stdin):
    if "diff" in case:
        print(json.dumps(verdict(case), ensure_ascii=False))
    else:
        print(json.dumps(run("diff", "--all-columns", "--id", case["id"], case["before"], case["after"])))
