"""What frictionless says of tables: one case a line in, one answer a line out.

    $(Tests/Support/python-environment.sh frictionless) Tests/Support/frictionless-check.py < cases.ndjson

A case is {"version": 1 or 2, "schema": {...}, "rows": [[header], [cell, ...], ...]}. An answer has one of these:
    refused   notes about the schema, if it is none
    header    codes of what is wrong with the header
    crashed   the name of the exception that came instead of an answer
    errors    [[row as in the sheet, field or "", code], ...]; empty if all is well
"""
import json
import sys

from frictionless import FrictionlessException, Resource
from frictionless.errors import HeaderError, RowError

# A resource says by which version of the standard its schema is read.
PROFILE = "https://datapackage.org/profiles/2.0/dataresource.json"


def answer(case):
    descriptor = {"name": "case", "type": "table", "data": case["rows"], "schema": case["schema"]}
    if case["version"] == 2:
        descriptor["$schema"] = PROFILE
    try:
        report = Resource.from_descriptor(descriptor).validate(limit_errors=100_000)
    except FrictionlessException as exception:
        return {"refused": [error.note for error in exception.to_errors()]}
    except Exception as exception:
        return {"crashed": type(exception).__name__}
    errors = [error for task in report.tasks for error in task.errors]
    rows = [error for error in errors if isinstance(error, RowError)]
    headers = [error for error in errors if isinstance(error, HeaderError)]
    if len(rows) + len(headers) < len(errors):
        return {"refused": [error.note for error in errors]}
    if headers:
        return {"header": [error.type for error in headers]}
    return {"errors": [[e.row_number, getattr(e, "field_name", "") or "", e.type] for e in rows]}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
