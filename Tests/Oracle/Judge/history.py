"""What happened in the source, as PostgreSQL's own test_decoding tells it: a second account of the log, in another
format by another plugin. Written from contrib/test_decoding's expected output."""

import json
import re
from dataclasses import dataclass, field

import postgres_text


@dataclass
class Change:
    table: str
    op: str  # insert, update, delete, truncate; shape: a new definition; types: types were altered
    old: dict | None = None  # column: text; the identity's columns, or all where it is FULL
    new: dict | None = None  # column: text, None, or UNCHANGED
    shape: dict | None = None  # what oracle.shape() of Judge+Shapes.swift tells


@dataclass
class Transaction:
    xid: int
    after: int = 0  # where the commit record of the transaction before ends
    end: int = 0  # where the commit record ends
    time: int = 0  # microseconds since 1970
    changes: list = field(default_factory=list)


UNCHANGED = object()

NAME = r'(?:[^\s\[":.,]+|"(?:[^"]|"")*")'
FIELD = re.compile(
    rf"({NAME})\[((?:[^\[\]]|\[\])*)\]:(null|unchanged-toast-datum|B?'(?:[^']|'')*'|[^\s']+) ?", re.S
)
TABLE = re.compile(rf"table ((?:{NAME}\.{NAME}(?:, )?)+): (INSERT|UPDATE|DELETE|TRUNCATE):(?: |$)", re.S)
NAMES = re.compile(rf"{NAME}\.({NAME})")
COMMIT = re.compile(r"COMMIT (\d+) \(at (.*)\+00\)")
SHAPE = re.compile(r"message: transactional: 1 prefix: oracle_shape, sz: \d+ content:(.*)", re.S)


def unquoted(name):
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def lsn(text):
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def tuple_of(text, position, end_word=None):
    values = {}
    while position < len(text):
        if end_word and text.startswith(end_word, position):
            break
        match = FIELD.match(text, position)
        if not match:
            raise ValueError(f"test_decoding's {text[position:position + 80]!r} is not understood")
        name, _, raw = match.groups()
        if raw == "null":
            value = None
        elif raw == "unchanged-toast-datum":
            value = UNCHANGED
        elif raw.endswith("'"):
            value = raw[raw.index("'") + 1 : -1].replace("''", "'")
        else:
            value = raw
        values[unquoted(name)] = value
        position = match.end()
    return values, position


def change(text):
    """The changes that a line tells: one, but for a TRUNCATE one a table."""
    match = TABLE.match(text)
    names = [unquoted(name) for name in NAMES.findall(match[1])]
    op, position = match[2].lower(), match.end()
    if op == "truncate":
        return [Change(name, op) for name in names]
    made = Change(names[0], op)
    if text.startswith("(no-tuple-data)", position):
        return [made]
    if op == "insert":
        made.new, _ = tuple_of(text, position)
    elif op == "delete":
        made.old, _ = tuple_of(text, position)
    elif text.startswith("old-key: ", position):
        made.old, position = tuple_of(text, position + 9, "new-tuple: ")
        made.new, _ = tuple_of(text, position + 11)
    else:
        made.new, _ = tuple_of(text, position)
    return [made]


_known = {}


def read(path, roots):
    """All transactions so far, in the order of their commits.

    roots: the partitioned table of each leaf."""
    transactions, offset, open_one = _known.get(path, ([], 0, None))
    with open(path, encoding="utf-8", newline="\n") as file:
        file.seek(offset)
        while line := file.readline():
            end, data = (postgres_text.unescape(part) for part in line.rstrip("\n").split("\t"))
            if data.startswith("BEGIN "):
                open_one = Transaction(int(data[6:]))
            elif data.startswith("COMMIT "):
                match = COMMIT.match(data)
                open_one.after = transactions[-1].end if transactions else 0
                open_one.end, open_one.time = lsn(end), postgres_text.timestamp_micros(match[2])
                transactions.append(open_one)
            elif data.startswith("table "):
                for made in change(data):
                    if made.op == "truncate" and made.table in roots:
                        continue  # Said of the root too.
                    made.table = roots.get(made.table, made.table)
                    open_one.changes.append(made)
            elif match := SHAPE.match(data):
                shape = json.loads(match[1])
                table = shape.get("table")
                open_one.changes.append(Change(table, "shape" if table else "types", shape=shape))
        offset = file.tell()
    _known.clear()
    _known[path] = (transactions, offset, open_one)
    return transactions
