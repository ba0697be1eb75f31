"""What frictionless says of Data Packages: one folder an argument, one line of JSON out for each.

    $(Tests/Support/python-environment.sh frictionless) Tests/Support/datapackage-check.py FOLDER ...

A line has "errors": a list of [resource, code, note], and "rows": a list of [resource, number of rows].
"""
import json
import sys

from frictionless import Package

for folder in sys.argv[1:]:
    package = Package(f"{folder}/datapackage.json")
    report = package.validate()
    errors = [["", error.type, error.note] for error in report.errors]
    for task in report.tasks:
        errors += [[task.name, error.type, error.note] for error in task.errors]
    rows = [[task.name, task.stats.get("rows")] for task in report.tasks]
    print(json.dumps({"errors": errors, "rows": rows}, ensure_ascii=False))
