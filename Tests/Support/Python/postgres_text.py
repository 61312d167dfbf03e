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


def delta_type(described):
    """The Delta type of a PostgreSQL type: `name` as format_type gives it, and what it is made of (`element`,
    `fields`, `base`)."""
    name = described["name"]
    if described.get("base"):
        return delta_type(described["base"])
    if described.get("element"):
        return ("array", delta_type(described["element"]))
    if described.get("fields"):
        return ("struct", [(field["name"], delta_type(field["type"])) for field in described["fields"]])
    if name in SCALARS:
        return SCALARS[name]
    if name == "hstore":
        return ("map", "string", "string")
    if name == "money":
        return "decimal(19,2)"
    if name in ("geometry", "geography"):
        return "ewkb"
    if re.fullmatch(r"(vector|halfvec)(\(\d+\))?", name):
        return ("vector", "float")
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


def type_name(delta):
    """As `arrow_values.type_name` spells it."""
    if isinstance(delta, str):
        return "binary" if delta == "ewkb" else delta
    kind, *parts = delta
    if kind == "struct":
        return "struct<" + ",".join(f"{name}:{type_name(part)}" for name, part in parts[0]) + ">"
    return ("array" if kind == "vector" else kind) + "<" + ",".join(type_name(part) for part in parts) + ">"


def value(text, delta):
    if text is None:
        return None
    if isinstance(delta, tuple):
        kind, *parts = delta
        return {"array": array, "struct": struct, "map": hstore, "vector": vector}[kind](text, parts[0])
    if delta == "ewkb":
        return "\\x" + text.lower()
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
        return canonical.decimal(decimal.Decimal(re.sub(r"[$,]", "", text)), int(delta[8:-1].split(",")[1]))
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


def struct(text, fields):
    """`(1,,"a \"\"b\"\"")`: nothing between commas is null."""
    found, i = [], 1
    for _ in fields:
        if text[i] == '"':
            match = re.compile(r'"((?:[^"\\]|\\.|"")*)"', re.S).match(text, i)
            found.append(re.sub(r'\\(.)|"(")', lambda m: m[1] or m[2], match[1], flags=re.S))
            i = match.end() + 1
        else:
            match = re.compile(r"[^,)]*").match(text, i)
            found.append(match[0] or None)
            i = match.end() + 1
    assert i == len(text), text
    return {name: value(item, delta) for (name, delta), item in zip(fields, found, strict=True)}


def hstore(text, _):
    """`"a"=>"1", "b"=>NULL`, as pairs in the keys' order."""
    pair = re.compile(r'"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)(?:, )?', re.S)
    plain = lambda quoted: quoted and re.sub(r"\\(.)", r"\1", quoted, flags=re.S)
    return sorted([plain(match[1]), plain(match[2])] for match in pair.finditer(text))


def vector(text, element):
    return [value(item, element) for item in text[1:-1].split(",") if item]


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
