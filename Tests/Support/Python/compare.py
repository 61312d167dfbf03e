"""Compares a Delta table with what PostgreSQL holds: columns, types, and every value of every row."""

import collections
import json
import re

import arrow_values
import engines
import postgres_text


def canonical_rows(table, names=None):
    names = table.column_names if names is None else names
    columns = [arrow_values.values(table.column(name)) for name in names]
    return [list(row) for row in zip(*columns)] if columns else [[] for _ in range(table.num_rows)]


def text(row):
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def shortened(row):
    """For messages: long values lose their middle."""
    return re.sub(r'"([^"]{20})[^"]{20,}([^"]{10})"', r'"\1…\2"', row)[:2000]


def described(table):
    return [
        {"name": field.name, "type": arrow_values.type_name(field.type)} for field in table.schema
    ]


def differences(engine, path, columns, copy_path, version=None, limit=4):
    """Sentences, empty where the two are equal. Columns that the package adds (`_cdc_...`) do not count."""
    table = engines.read_delta(engine, path, version)
    found = []
    types = [postgres_text.delta_type(c["type"]) for c in columns]
    expected = [(c["name"], postgres_text.type_name(delta)) for c, delta in zip(columns, types)]
    actual = [
        (f.name, arrow_values.type_name(f.type)) for f in table.schema if not f.name.startswith("_cdc_")
    ]
    if sorted(expected) != sorted(actual):
        missing = [c for c in expected if c not in actual]
        surplus = [c for c in actual if c not in expected]
        found.append(f"columns: expected and missing {missing}, there but not expected {surplus}")
    names = [name for name, _ in expected if name in table.column_names]
    keep = [i for i, (name, _) in enumerate(expected) if name in names]
    wanted = collections.Counter(
        text([row[i] for i in keep]) for row in postgres_text.rows(copy_path, types)
    )
    held = collections.Counter(text(row) for row in canonical_rows(table, names))
    if wanted != held:
        missing, surplus = wanted - held, held - wanted
        found.append(
            f"rows: {sum(wanted.values())} in PostgreSQL, {sum(held.values())} in the lake; "
            f"{sum(missing.values())} are missing or wrong, {sum(surplus.values())} should not be there"
        )
        found += [f"only in PostgreSQL: {shortened(row)}" for row in sorted(missing)[:limit]]
        found += [f"only in the lake:   {shortened(row)}" for row in sorted(surplus)[:limit]]
    return found, sum(held.values())
