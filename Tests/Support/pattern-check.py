#!/usr/bin/env python3
"""Compares what regular expressions of XML Schema match with what elementpath's translation of them matches.

    pattern-check.py FILE

Each line of the file is a JSON array: the expression, and pairs of a text and whether it matched. Prints each
disagreement, then how many expressions and texts there were; ends with 1 if there was a disagreement.
"""

import json
import re
import sys

from elementpath.regex import translate_pattern


def main():
    disagreements = expressions = texts = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            source, pairs = json.loads(line)
            expressions += 1
            translated = translate_pattern(
                source, xsd_version="1.1", back_references=False, lazy_quantifiers=False, anchors=False
            )
            expression = re.compile(translated)
            names = re.search(r"\\[iIcC]", source)
            for text, matched in pairs:
                texts += 1
                # Its names of XML end with the basic plane, those of the standard do not.
                if names and any(character > "\uffff" for character in text):
                    continue
                if bool(expression.fullmatch(text)) != matched:
                    disagreements += 1
                    print(f"{source!r} {'matched' if matched else 'did not match'} {text!r}")
    print(f"{expressions} expressions, {texts} texts, {disagreements} disagreements")
    return 1 if disagreements else 0


sys.exit(main())
