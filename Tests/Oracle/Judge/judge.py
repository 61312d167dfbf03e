"""Holds every table of a lake against its source: the rows against what PostgreSQL's COPY says, all that is beyond the
rows (times, versions, logs) against the history by test_decoding. Other people's engines read the lake."""

import collections
import csv
import json

import arrow_values
import compare
import engines
import history
import postgres_text
from model import LOAD, Table, expect, frozen


def check(request):
    transactions = history.read(request["history"], request["roots"])
    found, comparisons = [], 0
    for number, spec in enumerate(request["tables"]):
        engine = ("duckdb", "deltalake")[(number + request["check"]) % 2]
        columns = json.loads(spec["columns"])
        lake = Lake(engine, spec["path"], columns, spec["copy"])
        table = Table(spec, columns)
        verdicts = []
        for position in spec["positions"] or [0]:
            expected = expect(table, transactions, position)
            verdicts.append(JUDGES[spec["disposition"]](lake, table, expected))
            if not verdicts[-1]:
                break
        comparisons += 1
        best = min(verdicts, key=len)
        if best:
            text = f"{spec['name']} ({spec['disposition']}, read by {engine}): " + "\n    ".join(best)
            about = spec["disposition"] + " " + best[0].split(":")[0]
            found.append({"about": about, "text": text})
    return {
        "differences": found,
        "comparisons": comparisons,
        "changes": sum(len(t.changes) for t in transactions),
        "transactions": len(transactions),
    }


class Lake:
    """One table: what the engine reads of it, what PostgreSQL holds."""

    def __init__(self, engine, path, columns, copy):
        self.table = engines.read_delta(engine, path)
        self.columns = [(c["name"], postgres_text.delta_type(c["type"])) for c in columns]
        self.copy = copy
        self._values = {}

    def wrong_types(self):
        actual = {f.name: arrow_values.type_name(f.type) for f in self.table.schema}
        return [
            f"type: {name} is {actual[name]}, not {postgres_text.type_name(delta)}"
            for name, delta in self.columns
            if name in actual and actual[name] != postgres_text.type_name(delta)
        ]

    def values(self, column):
        if column not in self._values:
            if column in self.table.column_names:
                self._values[column] = arrow_values.values(self.table.column(column))
            else:
                # No change has come since the source added it.
                self._values[column] = [None] * self.table.num_rows
        return self._values[column]

    def rows(self, names, keep=None):
        columns = [self.values(name) for name in names]
        return [
            [column[i] for column in columns]
            for i in range(self.table.num_rows)
            if keep is None or keep[i]
        ]

    def source_rows(self):
        return postgres_text.rows(self.copy, [delta for _, delta in self.columns])


def multiset(rows):
    return collections.Counter(compare.text(row) for row in rows)


def difference(what, wanted, held, limit=3):
    if wanted == held:
        return []
    missing, surplus = wanted - held, held - wanted
    return (
        [f"{what}: {sum(missing.values())} missing or wrong, {sum(surplus.values())} too many"]
        + [f"missing:  {compare.shortened(row)}" for row in sorted(missing)[:limit]]
        + [f"too many: {compare.shortened(row)}" for row in sorted(surplus)[:limit]]
    )


def current(lake, what="rows", keep=None):
    names = [name for name, _ in lake.columns]
    return lake.wrong_types() + difference(what, multiset(lake.source_rows()), multiset(lake.rows(names, keep)))


def merge(lake, table, expected):
    return current(lake)


def replace(lake, table, expected):
    # Changes after the load are not for this table.
    return [] if expected.log else current(lake)


def soft_delete(lake, table, expected):
    times = lake.values("_cdc_deleted_at")
    found = current(lake, "rows alive", [time is None for time in times])
    held = lake.rows(table.key + ["_cdc_deleted_at"], [time is not None for time in times])
    wanted = [list(key) + [time_text(time)] for key, time in expected.removed.items()]
    return found + difference("rows removed", multiset(wanted), multiset(held))


def scd2(lake, table, expected):
    found = current(lake, "rows current", lake.values("_cdc_is_current"))
    times = {t for _, since, to in expected.versions for t in (since, to)} | set(expected.alive.values())
    known = {time_text(t) for t in times}
    held = []
    for *key, since, to, is_current in lake.rows(table.key + ["_cdc_valid_from", "_cdc_valid_to", "_cdc_is_current"]):
        if to is not None and to < since:
            found.append(f"versions backwards: {key} is valid from {since} to {to}")
        held.append(key + [since if since in known else LOAD, to, is_current])
    wanted = [list(key) + [time_text(since), time_text(to), False] for key, since, to in expected.versions]
    wanted += [list(key) + [time_text(since), None, True] for key, since in expected.alive.items()]
    return found + difference("versions", multiset(wanted), multiset(held))


def insert_only(lake, table, expected):
    wanted = expected.loaded | set(expected.inserted)
    found = difference(
        "keys", multiset(list(key) for key in wanted), multiset(lake.rows(table.key))
    ) + lake.wrong_types()
    names = [name for name, _ in lake.columns]
    for row in lake.rows(names):
        held = dict(zip(names, row))
        values = expected.inserted.get(frozen(held[name] for name in table.key))
        for column in values or {}:
            if column in held and held[column] != table.canonical(column, values[column]):
                found.append(f"value: {column} of {[held[n] for n in table.key]} is {held[column]!r:.80}, was inserted as {values[column]!r:.80}")
    return found


LOG_COLUMNS = ["_cdc_op", "_cdc_lsn", "_cdc_sequence", "_cdc_commit_time", "_cdc_xid", "_cdc_unchanged"]


def append(lake, table, expected):
    names = [name for name, _ in lake.columns]
    rows = [(dict(zip(LOG_COLUMNS, row)), dict(zip(names, row[len(LOG_COLUMNS):]))) for row in lake.rows(LOG_COLUMNS + names)]
    loaded = [values for about, values in rows if about["_cdc_op"] == "r"]
    changes = sorted(
        ((about, values) for about, values in rows if about["_cdc_op"] != "r"),
        key=lambda row: (row[0]["_cdc_lsn"], row[0]["_cdc_sequence"]),
    )
    found = lake.wrong_types()
    if not table.only_inserts and len(loaded) != expected.base_rows:
        found.append(f"rows loaded: {len(loaded)}, not {expected.base_rows}")
    if len(changes) != len(expected.log):
        found.append(f"changes: {len(changes)} in the lake, {len(expected.log)} happened")
    for (about, values), wanted in zip(changes, expected.log):
        wrong = differing(about, values, wanted, table)
        if wrong:
            found.append(f"change: {about} {wrong}"[:600])
            break
    sequence, last = 0, None
    for about, _ in changes:
        sequence = sequence + 1 if about["_cdc_lsn"] == last else 0
        last = about["_cdc_lsn"]
        if about["_cdc_sequence"] != sequence:
            found.append(f"sequence: {about}")
            break
    if table.key and not found:
        found += difference("rows replayed", multiset(lake.source_rows()), multiset(replayed(loaded, changes, table, names)))
    return found


def differing(about, values, wanted, table):
    transaction, op, new, unchanged = wanted
    if about["_cdc_op"] != op:
        return f"should be {op}"
    if about["_cdc_xid"] != transaction.xid:
        return f"should be of transaction {transaction.xid}"
    if about["_cdc_commit_time"] != time_text(transaction.time):
        return f"should have committed at {time_text(transaction.time)}"
    held = set(unchanged_names(about))
    if {c for c in held if c in table.types} != {c for c in unchanged if c in table.types}:
        return f"should leave {sorted(unchanged)} unchanged"
    renamed = any(column not in values for column in new)
    for column, value in values.items():
        if column not in new and (op in "cu" or renamed):
            continue  # Added later, or known by another name then.
        expected = table.canonical(column, new.get(column))
        if value != expected:
            return f"should have {column} = {expected!r:.100}, not {value!r:.100}"
    return None


def unchanged_names(about):
    text = about["_cdc_unchanged"]
    return next(csv.reader([text])) if text else []


def replayed(loaded, changes, table, names):
    """The rows that the log leaves: its reader's view, by nothing but the columns of the log."""
    state = {frozen(row[c] for c in table.key): row for row in loaded}
    gone = None  # the row that the change before removed, of the same transaction
    for about, values in changes:
        op, key = about["_cdc_op"], frozen(values[c] for c in table.key)
        if op == "t":
            state, gone = {}, None
        elif op == "d":
            gone = (about["_cdc_lsn"], about["_cdc_sequence"] + 1, state.pop(key, {}))
        else:
            held = unchanged_names(about)
            before = state.get(key, {})
            if gone and key not in state and gone[:2] == (about["_cdc_lsn"], about["_cdc_sequence"]):
                before = gone[2]
            state[key] = {name: before.get(name) if name in held else values[name] for name in names}
            gone = None
    return [[row.get(name) for name in names] for row in state.values()]


def time_text(micros):
    import canonical

    return LOAD if micros == LOAD else canonical.timestamp(micros, "Z")


JUDGES = {
    "merge": merge,
    "append": append,
    "soft_delete": soft_delete,
    "scd2": scd2,
    "insert_only": insert_only,
    "replace": replace,
}
