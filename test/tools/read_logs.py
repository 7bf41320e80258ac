"""Reads CSV and JSON-lines logs with Python's own readers, and prints what it found as JSON.

Usage: read_logs.py csv SEPARATOR FILE | read_logs.py json FILE | read_logs.py format
`format` reads a JSON list of [format, value] from the standard input and prints what Python's format() makes of each.
"""

import csv
import json
import sys


def strict(text):
    raise ValueError("%s is no JSON" % text)


def main(kind, *rest):
    if kind == "csv":
        with open(rest[1], newline="", encoding="utf-8") as file:
            result = list(csv.DictReader(file, delimiter=rest[0], strict=True))
    elif kind == "json":
        with open(rest[0], encoding="utf-8") as file:
            result = [json.loads(line, parse_constant=strict) for line in file]
    else:
        values = json.load(sys.stdin)
        result = [format(int(v) if whole else float(v), spec) for spec, v, whole in values]
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
