"""Reads through the real queuery client: a question a line, as JSON, and an answer a line.

A question has endpoint, token, secret, sql, and cast, manifest and pandas (true or false). An answer has rows and, with a
manifest, columns, or what was raised: error, with its kind.
"""

import datetime
import json
import math
import os
import sys

from queuery_client import QueueryClient


def plain(value):
    """A value as JSON has it; types that JSON does not have are named."""
    if isinstance(value, datetime.datetime):
        return {"datetime": value.isoformat(sep=" ")}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, float):
        return None if math.isnan(value) else {"float": repr(value)}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        # Swift's reader of JSON has no integers without a limit.
        return {"int": str(value)}
    return {type(value).__name__: str(value)}


def answer(question):
    os.environ["QUEUERY_TOKEN"] = question["token"]
    os.environ["QUEUERY_TOKEN_SECRET"] = question["secret"]
    client = QueueryClient(
        endpoint=question["endpoint"],
        timeout=60,
        enable_cast=question.get("cast", False),
        use_manifest=question.get("manifest") or None,
    )
    response = client.run(question["sql"])
    typed = question.get("cast") or question.get("manifest")
    if question.get("pandas"):
        frame = response.read(use_pandas=True)
        rows = [[plain(value) for value in row] for row in frame.astype(object).values.tolist()]
        return {"rows": rows, "columns": [str(name) for name in frame.columns], "length": len(frame)}
    rows = [[plain(value) for value in row] for row in response]
    result = {"rows": rows}
    if typed:
        result["columns"] = response.fetch_column_names()
        result["length"] = response.fetch_record_count()
    return result


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as error:  # What is raised is what the test asks for.
        result = {"error": str(error), "kind": type(error).__name__}
    print(json.dumps(result), flush=True)
