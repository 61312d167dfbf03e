"""What PostgreSQL itself says a table holds (its COPY text format) as canonical values, and the Delta type
that each of its types becomes. Written from the PostgreSQL manual, "COPY: File Formats" and "Array Input and
Output Syntax"; expects TimeZone UTC, DateStyle ISO, IntervalStyle iso_8601, bytea_output hex."""

import decimal
import re

import canonical

decimal.getcontext().prec = 2000

SCALARS = {
    "boolean": "boolean",
    "smallint": "short",
    "integer": "integer",
    "bigint": "long",
    "oid": "long",
    "real": "float",
    "double precision": "double",
    "bytea": "binary",
    "date": "date",
}


def delta_type(name, kind="b"):
    """The Delta type of a PostgreSQL type, by `format_type`'s name of it."""
    if name.endswith("[]"):
        return f"array<{delta_type(name[:-2])}>"
    if kind == "b" and name in SCALARS:
        return SCALARS[name]
    if re.fullmatch(r"timestamp(\(\d\))? with time zone", name):
        return "timestamp"
    if re.fullmatch(r"timestamp(\(\d\))? without time zone", name):
        return "timestamp_ntz"
    numeric = re.fullmatch(r"numeric\((\d+),(-?\d+)\)", name)
    if numeric:
        precision, scale = int(numeric[1]), int(numeric[2])
        if scale < 0:
            precision, scale = precision - scale, 0
        precision = max(precision, scale)
        if precision <= 38:
            return f"decimal({precision},{scale})"
    return "string"


def value(text, delta):
    if text is None:
        return None
    if delta.startswith("array<"):
        return array(text, delta[6:-1])
    if delta == "boolean":
        return text in ("t", "true")
    if delta in ("short", "integer", "long"):
        return int(text)
    if delta == "float":
        return canonical.single(float(text))
    if delta == "double":
        return canonical.double(float(text))
    if delta == "binary":
        return text
    if delta == "date":
        return canonical.date(date_days(text))
    if delta in ("timestamp", "timestamp_ntz"):
        return canonical.timestamp(timestamp_micros(text), "Z" if delta == "timestamp" else "")
    if delta.startswith("decimal("):
        if text == "NaN":
            return text
        return canonical.decimal(decimal.Decimal(text), int(delta[8:-1].split(",")[1]))
    return text


def date_days(text):
    body = text[:-3] if text.endswith(" BC") else text
    year, month, day = (int(part) for part in body.split("-"))
    return canonical.days(1 - year if text.endswith(" BC") else year, month, day)


def timestamp_micros(text):
    era = " BC" if text.endswith(" BC") else ""
    day, clock = (text[: -len(era)] if era else text).split(" ")
    clock = re.sub(r"\+00$", "", clock)
    hour, minute, second = clock.split(":")
    whole, _, fraction = second.partition(".")
    seconds = date_days(day + era) * 86400 + int(hour) * 3600 + int(minute) * 60 + int(whole)
    return seconds * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def array(text, element):
    """`{1,NULL,"a \\"b\\""}`, also with bounds before it: `[0:1]={1,2}`."""
    position = text.index("{")

    def parse(i):
        items, i = [], i + 1
        if text[i] == "}":
            return items, i + 1
        while True:
            if text[i] == "{":
                item, i = parse(i)
                items.append(item)
            elif text[i] == '"':
                match = re.compile(r'"((?:[^"\\]|\\.)*)"', re.S).match(text, i)
                items.append(value(re.sub(r"\\(.)", r"\1", match[1], flags=re.S), element))
                i = match.end()
            else:
                match = re.compile(r"[^,{}]*").match(text, i)
                word = match[0]
                items.append(None if word.upper() == "NULL" else value(word, element))
                i = match.end()
            if text[i] == "}":
                return items, i + 1
            i += 1

    return parse(position)[0]


ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescape(field):
    if field == "\\N":
        return None
    if "\\" not in field:
        return field
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), field, flags=re.S)


def rows(path, delta_types):
    """The rows of a COPY text file, canonical."""
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t") if delta_types else []
            yield [value(unescape(field), delta) for field, delta in zip(fields, delta_types, strict=True)]
