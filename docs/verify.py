#!/usr/bin/env python3
"""Recomputes the root hash and the version hash of a Sheaf version from its NDJSON export.

It shares no code with Sheaf and needs nothing but Python 3.9 or later. docs/format.md describes what it computes.

    sheaf log recipe_category --json                     # version_hash and schema_hash of each version
    sheaf export recipe_category@1 |
        python3 docs/verify.py --key recipe_id --schema-hash HEX --version-hash HEX

A label that was redacted has no text any more. `sheaf export --tombstones` writes in its place
`{"$redacted":{"key_hash":"…","row_hash":"…"}}`, which counts here as the label that it was.

Exit codes: 0 everything matches, 1 something does not, 2 the arguments or the input make no sense.
"""

import argparse
import hashlib
import json
import re
import sys

EXIT_OK, EXIT_MISMATCH, EXIT_USAGE = 0, 1, 2

# RFC 8259 lets any character be escaped; the canonical form escapes only what must be, in one way.
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class NotCanonical(Exception):
    """A line of the export is not a label in the canonical form."""


class Number(str):
    """A number of the document, kept as it was written: a float would lose digits of a long integer."""


def canonical_string(text):
    """The one way to write a string: UTF-8, with the fewest escapes."""
    return '"' + "".join(
        ESCAPES.get(character) or ("\\u%04x" % ord(character) if character < " " else character)
        for character in text
    ) + '"'


def canonical_number(literal):
    """The one way to write a number: digits for an integer, else the shortest digits, as ECMAScript writes them.

    Integers that fit into 64 bits stand as they are. Whole numbers beyond come from a field of type `number`.
    """
    if re.fullmatch(r"-?[0-9]{1,19}", literal) and -(2**63) <= int(literal) < 2**63:
        return str(int(literal))
    value = float(literal)
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = ("%r" % abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    # The value is 0.DIGITS times ten to the power of `point`.
    point = len(whole) + int(exponent or 0)
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0")
        return sign + (text[:point] + "." + text[point:] if len(text) > point else text)
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return "%s%se%+d" % (sign, text, point - 1)


def canonical(value):
    """The canonical JSON of a value."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Number):
        return canonical_number(value)
    if isinstance(value, str):
        return canonical_string(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-8"))
        return "{" + ",".join(canonical_string(name) + ":" + canonical(value[name]) for name in names) + "}"
    # NaN is no value of a label.
    raise NotCanonical("it holds a value that no label has")


def without_repeats(pairs):
    """A JSON object whose names are all different."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("a name stands there twice")
    return value


def read_label(line):
    """One line of the export, parsed; its bytes must be the canonical form."""
    try:
        text = line.decode("utf-8")
        label = json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=without_repeats)
        if not isinstance(label, dict):
            raise NotCanonical("it is not a JSON object")
        if None in label.values():
            raise NotCanonical("it holds a null: a field without a value is left out")
        expected = canonical(label).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise NotCanonical("it is not JSON in UTF-8: %s" % error) from error
    if expected != line:
        raise NotCanonical("its bytes are not the canonical form of its values")
    return label


def first16(data):
    """The first 16 bytes of SHA-256."""
    return hashlib.sha256(data).digest()[:16]


def key_hash(label, key_fields):
    """The hash of the primary key: of the canonical JSON array of its values, in key order."""
    missing = [name for name in key_fields if name not in label]
    if missing:
        raise NotCanonical("it has no field %s" % ", ".join(missing))
    return first16(canonical([label[name] for name in key_fields]).encode("utf-8"))


def tombstone(line):
    """The hashes of a redacted label, if a line stands for one; a label's own names are fields, which this is none of."""
    found = re.fullmatch(rb'\{"\$redacted":\{"key_hash":"([0-9a-f]{32})","row_hash":"([0-9a-f]{32})"\}\}', line)
    return found and tuple(bytes.fromhex(part.decode("ascii")) for part in found.groups())


def root_hash(pairs):
    """SHA-256 over key hash and row hash of all labels, in the order of the key hashes."""
    digest = hashlib.sha256()
    for key, row in pairs:
        digest.update(key + row)
    return digest.hexdigest()


def version_hash(schema_hash, root):
    """SHA-256 over the format's name, the schema's hash and the root hash."""
    return hashlib.sha256(b"sheaf-version-1\n" + bytes.fromhex(schema_hash) + bytes.fromhex(root)).hexdigest()


def read_export(stream, key_fields):
    """The pairs of key hash and row hash of an export, in key order, and how many of them are redacted labels.

    Raises NotCanonical, naming the line, if a line is not canonical, a key stands there twice, or the order is wrong.
    """
    pairs = []
    redacted = 0
    for number, line in enumerate(stream, start=1):
        try:
            if not line.endswith(b"\n"):
                raise NotCanonical("it has no end: the export was cut short")
            line = line[:-1]
            hashes = tombstone(line)
            redacted += 1 if hashes else 0
            key, row = hashes or (key_hash(read_label(line), key_fields), first16(line))
            if pairs and pairs[-1][0] == key:
                raise NotCanonical("its key stands in the line before, too")
            if pairs and pairs[-1][0] > key:
                raise NotCanonical("it is not in the order of the key hashes")
        except NotCanonical as error:
            raise NotCanonical("line %d: %s" % (number, error)) from error
        pairs.append((key, row))
    return pairs, redacted


def hex_digest(text):
    """An argument that is a SHA-256 in hexadecimal."""
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("not 64 hexadecimal digits")
    return text.lower()


def arguments():
    parser = argparse.ArgumentParser(
        description="Recomputes the hashes of a Sheaf version from its NDJSON export, and says whether they match."
    )
    parser.add_argument(
        "--key", required=True, metavar="FIELDS",
        help="the fields of the primary key, in its order, with commas: recipe_id or recipe_id,step",
    )
    parser.add_argument("--schema-hash", type=hex_digest, metavar="HEX", help="as `sheaf log DATASET --json` gives it")
    parser.add_argument(
        "--schema", metavar="FILE", help="the schema document as the store keeps it, instead of its hash"
    )
    parser.add_argument("--version-hash", type=hex_digest, metavar="HEX", help="what the version hash should be")
    parser.add_argument("--root-hash", type=hex_digest, metavar="HEX", help="what the root hash should be")
    parser.add_argument("file", nargs="?", help="the export (default: standard input)")
    parsed = parser.parse_args()
    if parsed.schema and parsed.schema_hash:
        parser.error("give --schema or --schema-hash, not both")
    if parsed.version_hash and not (parsed.schema or parsed.schema_hash):
        parser.error("--version-hash needs --schema-hash or --schema")
    return parsed


def verify(given):
    """Prints what was computed, and whether it is what was expected."""
    schema_hash = given.schema_hash
    if given.schema:
        with open(given.schema, "rb") as file:
            schema_hash = hashlib.sha256(file.read()).hexdigest()
    if given.file:
        with open(given.file, "rb") as file:
            pairs, redacted = read_export(file, given.key.split(","))
    else:
        pairs, redacted = read_export(sys.stdin.buffer, given.key.split(","))

    root = root_hash(pairs)
    results = [("root hash", root, given.root_hash)]
    if schema_hash:
        results.append(("version hash", version_hash(schema_hash, root), given.version_hash))
    print("labels        %d" % len(pairs))
    if redacted:
        print("redacted      %d, taken by their hashes" % redacted)
    matches = True
    for name, computed, expected in results:
        verdict = ""
        if expected is not None:
            verdict = "matches" if computed == expected else "DIFFERS from " + expected
            matches = matches and computed == expected
        print(("%-13s %s  %s" % (name, computed, verdict)).rstrip())
    return EXIT_OK if matches else EXIT_MISMATCH


def main():
    given = arguments()
    try:
        return verify(given)
    except NotCanonical as error:
        print("verify: %s" % error, file=sys.stderr)
        return EXIT_MISMATCH
    except OSError as error:
        print("verify: %s" % error, file=sys.stderr)
        return EXIT_USAGE


if __name__ == "__main__":
    sys.exit(main())
