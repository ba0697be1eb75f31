"""Reads documents with expat, for comparison with Sheaf's own reader of S3's answers.

    python3 Tests/Support/markup-check.py < documents.json

Takes a list of documents in base64. One line of JSON is printed for each: null if it is not well formed, or else the root
element as [name, text, [children]], without prefixes and attributes.
"""

import base64
import json
import sys
import xml.parsers.expat


def read(document):
    root = ["", "", []]
    stack = [root]
    parser = xml.parsers.expat.ParserCreate()

    def start(name, attributes):
        element = [name.split(":")[-1], "", []]
        stack[-1][2].append(element)
        stack.append(element)

    def text(data):
        stack[-1][1] += data

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: stack.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(document, True)
    except (xml.parsers.expat.ExpatError, LookupError, ValueError):
        return None
    return root[2][0]


for document in json.load(sys.stdin):
    print(json.dumps(read(base64.b64decode(document))))
