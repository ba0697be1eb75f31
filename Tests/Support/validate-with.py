#!/usr/bin/env python3
"""Validates the benchmark's CSV file as its users would do it in Python; prints what it took as JSON.

    validate-with.py frictionless|pandera SCHEMA.json FILE.csv

The time is that of reading and validating, without starting Python and importing the package.
"""

import json
import resource
import sys
import time


def clocks():
    return time.perf_counter(), time.process_time()


def since(start):
    return [now - then for now, then in zip(clocks(), start)]


def frictionless(schema_file, file):
    from frictionless import Resource, Schema, __version__, system

    with open(schema_file, encoding="utf-8") as document:
        schema = Schema.from_descriptor(json.load(document))
    with system.use_context(trusted=True):
        start = clocks()
        report = Resource(path=file, schema=schema).validate(limit_errors=1_000_000_000)
        took = since(start)
    return __version__, report.tasks[0].stats["rows"], sum(task.stats["errors"] for task in report.tasks), took


def pandera(schema_file, file):
    import pandas
    import pandera.pandas as checks
    from importlib.metadata import version

    with open(schema_file, encoding="utf-8") as document:
        fields = {field["name"]: field.get("constraints", {}) for field in json.load(document)["fields"]}
    text = {"dtype": str, "coerce": False}
    schema = checks.DataFrameSchema(
        {
            "id": checks.Column("int64", checks.Check.ge(fields["id"]["minimum"]), unique=True, coerce=True),
            "serial": checks.Column(unique=True, **text),
            "code": checks.Column(checks=checks.Check.str_matches(f"^(?:{fields['code']['pattern']})$"), **text),
            "title": checks.Column(checks=checks.Check.str_length(max_value=fields["title"]["maxLength"]), **text),
            "category": checks.Column(checks=checks.Check.isin(fields["category"]["enum"]), **text),
            "tags": checks.Column(
                checks=checks.Check(lambda tags: tags.str.count(",") < fields["tags"]["maxLength"]),
                nullable=True, **text,
            ),
            "cooked_on": checks.Column(
                "datetime64[ns]", checks.Check.ge(pandas.Timestamp(fields["cooked_on"]["minimum"])), coerce=True
            ),
            "grams": checks.Column(
                "float64", checks.Check.in_range(fields["grams"]["minimum"], fields["grams"]["maximum"]), coerce=True
            ),
        }
    )
    start = clocks()
    table = pandas.read_csv(file, dtype=str)
    errors = 0
    try:
        schema.validate(table, lazy=True)
    except checks.errors.SchemaErrors as problems:
        errors = len(problems.failure_cases)
    return version("pandera"), len(table), errors, since(start)


def main():
    name, schema_file, file = sys.argv[1:]
    version, rows, errors, (seconds, cpu) = {"frictionless": frictionless, "pandera": pandera}[name](schema_file, file)
    json.dump(
        {
            "version": version,
            "rows": rows,
            "errors": errors,
            "usage": {
                "wall": seconds,
                "cpu": cpu,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            },
        },
        sys.stdout,
    )


main()
