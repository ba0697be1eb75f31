"""Holds requests and answers against the discovery documents that google-api-python-client ships with.

A member that the document does not have, or a value of another type than it says, is a mistake: of the emulator if it
answers it, and of the check if it sends it.
"""
import json
import re
import urllib.parse
from pathlib import Path

import googleapiclient.discovery_cache

DOCUMENTS = Path(googleapiclient.discovery_cache.__file__).parent / "documents"


class Document:
    """One API's methods and schemas."""

    def __init__(self, name):
        document = json.loads((DOCUMENTS / f"{name}.json").read_text())
        self.schemas = document["schemas"]
        self.prefix = "/" + document.get("servicePath", "")
        self.methods = list(self._methods(document))

    def _methods(self, node):
        yield from node.get("methods", {}).values()
        for resource in node.get("resources", {}).values():
            yield from self._methods(resource)

    def method(self, http_method, path):
        """The method that a call means."""
        for method in self.methods:
            # Google's paths hold parameters as {id}, or {+id} where a slash may stand in them.
            pattern = re.sub(r"\\\{\\?\+?\w+\\\}", "[^/]+", re.escape(self.prefix + method["path"]))
            if method["httpMethod"] == http_method and re.fullmatch(pattern, path):
                return method
        return None

    def mistakes(self, value, schema, place):
        """What is wrong with a value, as sentences."""
        if "$ref" in schema:
            return self.mistakes(value, self.schemas[schema["$ref"]], place)
        kind = schema.get("type", "any")
        if kind == "object":
            return self._object_mistakes(value, schema, place)
        if kind == "array":
            if not isinstance(value, list):
                return [f"{place}: not a list"]
            return [mistake for index, element in enumerate(value)
                    for mistake in self.mistakes(element, schema["items"], f"{place}[{index}]")]
        if kind == "string" and "enum" in schema and value not in schema["enum"]:
            return [f"{place}: {value!r} is none of {schema['enum']}"]
        fits = {
            "string": lambda: isinstance(value, str),
            "boolean": lambda: isinstance(value, bool),
            "integer": lambda: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda: isinstance(value, (int, float)) and not isinstance(value, bool),
            "any": lambda: True,
        }[kind]()
        return [] if fits else [f"{place}: {value!r} is no {kind}"]

    def _object_mistakes(self, value, schema, place):
        if not isinstance(value, dict):
            return [f"{place}: not an object"]
        properties, found = schema.get("properties", {}), []
        for name, member in value.items():
            # In Google's JSON a null is a member that was not given; an answer never holds one.
            if member is None and " request" in place:
                continue
            if name in properties:
                found += self.mistakes(member, properties[name], f"{place}.{name}")
            elif "additionalProperties" in schema:
                found += self.mistakes(member, schema["additionalProperties"], f"{place}.{name}")
            elif properties:
                found.append(f"{place}.{name}: the document has no such member")
        return found


class Witness:
    """Sees every call of a check, and remembers what was wrong and which methods were called."""

    def __init__(self, quirks=()):
        """`quirks` are mistakes of the client itself, which Google overlooks."""
        self.quirks = set(quirks)
        self.documents = {"sheets": Document("sheets.v4"), "drive": Document("drive.v3")}
        self.mistakes = []
        self.called = {}

    def see(self, http_method, url, request_body, status, answer):
        path = urllib.parse.urlsplit(url).path
        document = self.documents["drive" if path.startswith("/drive/") else "sheets"]
        method = document.method(http_method, path)
        if method is None:
            self.mistakes.append(f"{http_method} {path}: the document has no such call")
            return
        name = method["id"]
        self.called[name] = self.called.get(name, 0) + 1
        if status == 200 and request_body is not None and "request" in method:
            self.mistakes += document.mistakes(request_body, method["request"], f"{name} request")
        if status == 200 and "response" in method:
            self.mistakes += document.mistakes(answer, method["response"], f"{name} answer")
        if status >= 400:
            error = answer.get("error", {}) if isinstance(answer, dict) else {}
            wanted = {"code", "message"} | ({"status"} if document is self.documents["sheets"] else {"errors"})
            if error.get("code") != status or not wanted <= set(error):
                self.mistakes.append(f"{name}: an error that is none of Google's: {answer!r}")


class Report:
    """Prints what was compared, and how it ended."""

    def __init__(self):
        self.failures = 0
        self.count = 0

    def check(self, what, found, wanted):
        self.count += 1
        if found == wanted:
            return
        self.failures += 1
        print(f"FAIL {what}\n     found  {found!r}\n     wanted {wanted!r}")

    def end(self, witness):
        mistakes = sorted(set(witness.mistakes) - witness.quirks)
        for mistake in mistakes:
            print(f"FAIL {mistake}")
        print(f"{self.count} comparisons, {sum(witness.called.values())} calls of {len(witness.called)} methods")
        return 1 if self.failures or mistakes else 0
