"""Holds every table of a lake against its source: the rows against what PostgreSQL's COPY says, all that is beyond the
rows (times, versions, logs) against the history by test_decoding. Other people's engines read the lake."""

import collections
import csv
import json

import arrow_values
import canonical
import compare
import engines
import history
import postgres_text
from model import LOAD, UNKNOWN, Table, expect


def check(request):
    transactions = history.read(request["history"], request["roots"])
    found, comparisons = [], 0
    for number, spec in enumerate(request["tables"]):
        engine = ("duckdb", "deltalake")[(number + request["check"]) % 2]
        table = Table(spec, transactions)
        lake = Lake(engine, spec["path"], json.loads(spec["columns"]), spec["copy"])
        verdicts = []
        for loads in spec["loads"] or [[[0, None]]]:
            expected = expect(table, transactions, loads)
            lake.call(table, expected)
            verdicts.append(lake.wrong_columns(table, expected) + JUDGES[table.disposition](lake, table, expected))
            if not verdicts[-1]:
                break
        comparisons += 1
        best = min(verdicts, key=len)
        if best:
            text = f"{spec['name']} ({table.disposition}, read by {engine}): " + "\n    ".join(best)
            about = table.disposition + " " + best[0].split(":")[0]
            found.append({"about": about, "text": text})
    return {
        "differences": found,
        "comparisons": comparisons,
        "changes": sum(change.op not in ("shape", "types") for t in transactions for change in t.changes),
        "transactions": len(transactions),
    }


class Lake:
    """One table: what the engine reads of it, what PostgreSQL holds."""

    def __init__(self, engine, path, columns, copy):
        self.table = engines.read_delta(engine, path)
        self.types = {c["name"]: postgres_text.delta_type(c["type"]) for c in columns}
        self.names = list(self.types)
        self.copy = copy
        self._values, self.former = {}, {}

    def call(self, table, expected):
        """What takes only some of the changes hears of a column's new name with the next that it takes."""
        names = {number: name for name, number in table.numbers.items()}
        self._values, self.former = {}, {}
        if "update" not in table.heard:
            self.former = {
                names[number]: old for number, old in expected.renamed.items()
                if number in names and old in self.table.column_names and names[number] not in self.table.column_names
            }

    def wrong_columns(self, table, expected):
        """A column that was added is there once a change has come for it; one that went stays, one that was renamed does not."""
        today = {old: new for new, old in self.former.items()}
        held = {today.get(f.name, f.name): arrow_values.type_name(f.type) for f in self.table.schema}
        found = [
            f"type: {name} is {held[name]}, not {postgres_text.type_name(delta)}"
            for name, delta in self.types.items()
            if name in held and held[name] != postgres_text.type_name(delta)
        ]
        late = {name for name, number in table.numbers.items() if number in expected.pending}
        missing = sorted(self.types.keys() - held.keys() - late)
        known = self.types.keys() | expected.dropped | ADDED.get(table.disposition, set())
        if table.disposition == "merge" and not table.key:
            known |= {"_cdc_row", "_cdc_copy"}
        surplus = sorted(held.keys() - known)
        if missing or surplus:
            found.append(f"columns: {missing} missing, {surplus} too many")
        return found

    def values(self, column):
        if column not in self._values:
            called = self.former.get(column, column)
            if called in self.table.column_names:
                self._values[column] = arrow_values.values(self.table.column(called))
            else:
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
        return postgres_text.rows(self.copy, list(self.types.values()))

    def canonical(self, name, text):
        return postgres_text.value(text, self.types[name])

    def wanted(self, table, row, names):
        """A row of the history as the lake should hold it."""
        return [
            UNKNOWN if row.get(table.numbers[name]) is UNKNOWN else self.canonical(name, row.get(table.numbers[name]))
            for name in names
        ]


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
    return difference(what, multiset(lake.source_rows()), multiset(lake.rows(lake.names, keep)))


def beyond(lake, table, what, wanted, held):
    """Compares rows of the history, each with values about it, with those of the lake.

    wanted: (row, about); held: the same, as lists. Where the log does not tell what a definition filled a column with, that
    column of these rows is compared with nothing."""
    names = [name for name in lake.names]
    rows = [(lake.wanted(table, row, names), about) for row, about in wanted]
    blind = {i for i in range(len(names)) for row, _ in rows if row[i] is UNKNOWN}
    seen = lambda row: [value for i, value in enumerate(row) if i not in blind]
    return difference(
        what, multiset(seen(row) + about for row, about in rows), multiset(seen(row) + about for row, about in held)
    )


def split(lake, names, about, keep=None):
    rows = lake.rows(names + about, keep)
    return [(row[: len(names)], row[len(names) :]) for row in rows]


def merge(lake, table, expected):
    return current(lake)


def replace(lake, table, expected):
    # Changes after the load are not for this table.
    if not expected.log:
        return current(lake)
    if expected.loaded is None:
        return []
    return beyond(lake, table, "rows loaded", [(row, []) for row in expected.loaded], split(lake, lake.names, []))


def soft_delete(lake, table, expected):
    times = lake.values("_cdc_deleted_at")
    found = current(lake, "rows alive", [time is None for time in times])
    if not expected.is_known:
        return found
    known = {time_text(time) for _, time in expected.removed.values()}
    held = [
        (row, [time if time in known else LOAD])
        for row, (time,) in split(lake, lake.names, ["_cdc_deleted_at"], [time is not None for time in times])
    ]
    wanted = [(row, [time_text(time)]) for row, time in expected.removed.values()]
    return found + beyond(lake, table, "rows removed", wanted, held)


def scd2(lake, table, expected):
    found = current(lake, "rows current", lake.values("_cdc_is_current"))
    if not expected.is_known:
        return found
    times = {t for _, since, to in expected.versions for t in (since, to)} | set(expected.since.values())
    known = {time_text(t) for t in times}
    ended, alive = [], []
    for row, (since, to, is_current) in split(lake, lake.names, ["_cdc_valid_from", "_cdc_valid_to", "_cdc_is_current"]):
        if to is not None and to < since:
            found.append(f"versions backwards: {row} is valid from {since} to {to}")
        if is_current is not (to is None):
            found.append(f"versions unclear: {row} is current: {is_current}, but valid to {to}")
        about = [time if time is None or time in known else LOAD for time in (since, to)]
        (alive if to is None else ended).append((row, about))
    wanted = [(row, [time_text(since), time_text(to)]) for row, since, to in expected.versions]
    found += beyond(lake, table, "versions", wanted, ended)
    key = [lake.names.index(name) for name in table.key]
    # Their values are the source's, compared above.
    return found + difference(
        "versions current",
        multiset([lake.canonical(name, text) for name, text in zip(table.key, texts)] + [time_text(since)]
                 for texts, since in expected.since.items()),
        multiset([row[i] for i in key] + [since] for row, (since, _) in alive),
    )


def insert_only(lake, table, expected):
    if not expected.is_known or expected.loaded is None:
        return []
    by_key = {tuple(row.get(table.numbers[name]) for name in table.key): row for row in expected.loaded}
    wanted = expected.kept | by_key | expected.inserted
    return beyond(lake, table, "rows", [(row, []) for row in wanted.values()], split(lake, lake.names, []))


LOG_COLUMNS = ["_cdc_op", "_cdc_lsn", "_cdc_sequence", "_cdc_commit_time", "_cdc_xid", "_cdc_unchanged"]


def append(lake, table, expected):
    rows = [
        (dict(zip(LOG_COLUMNS, about)), dict(zip(lake.names, row)))
        for row, about in split(lake, lake.names, LOG_COLUMNS)
    ]
    loaded, changes = collections.defaultdict(list), []
    for about, values in rows:
        if about["_cdc_op"] == "r" and about["_cdc_sequence"] == -1:
            loaded[about["_cdc_lsn"]].append(values)
        else:
            changes.append((about, values))
    changes.sort(key=lambda row: (row[0]["_cdc_lsn"], row[0]["_cdc_sequence"]))
    found, log = [], expected.log
    if surplus := loaded.keys() - {position for position, _ in expected.loads}:
        found.append(f"loads: rows of loads at {surplus}, which did not happen")
    for position, wanted in expected.loads:
        if wanted is not None:
            held = [(list(row.values()), []) for row in loaded[position]]
            found += beyond(lake, table, "rows loaded", [(row, []) for row in wanted], held)
    if len(changes) != len(log):
        found.append(f"changes: {len(changes)} in the lake, {len(log)} happened")
    for (about, values), wanted in zip(changes, log):
        wrong = differing(about, values, wanted, lake, table)
        if wrong:
            found.append(f"change: {about} {wrong}"[:600])
            break
    sequence, last = 0, None
    for about, _ in changes:
        if about["_cdc_xid"] is None:
            continue  # A load begins.
        sequence = sequence + 1 if about["_cdc_lsn"] == last else 0
        last = about["_cdc_lsn"]
        if about["_cdc_sequence"] != sequence:
            found.append(f"sequence: {about}")
            break
    if not found and not table.only_inserts:
        replay = replayed if table.key else replayed_as_bag
        left = replay(expected.loads[0][0], loaded, changes, table, lake.names)
        found += difference("rows replayed", multiset(lake.source_rows()), left)
    return found


def differing(about, values, wanted, lake, table):
    transaction = wanted.transaction
    if about["_cdc_op"] != wanted.op:
        return f"should be {wanted.op}"
    if transaction is None:
        told = [about[name] for name in LOG_COLUMNS[1:]] + [value for value in values.values() if value is not None]
        return None if told == [wanted.position, -2, None, None, None] else f"should begin the load at {wanted.position}"
    if about["_cdc_xid"] != transaction.xid:
        return f"should be of transaction {transaction.xid}"
    if about["_cdc_commit_time"] != time_text(transaction.time):
        return f"should have committed at {time_text(transaction.time)}"
    if not transaction.after <= about["_cdc_lsn"] < transaction.end:
        return f"should have a position from {transaction.after} to {transaction.end}"
    unchanged = {name for name, number in table.numbers.items() if number in wanted.unchanged}
    # As they were called then.
    held = {table.last_names[name] for name in unchanged_names(about) if name in table.last_names}
    if held != unchanged:
        return f"should leave {sorted(unchanged)} unchanged"
    for (column, value), expected in zip(values.items(), lake.wanted(table, wanted.row, lake.names)):
        if expected is not UNKNOWN and value != expected:
            return f"should have {column} = {expected!r:.100}, not {value!r:.100}"
    return None


def unchanged_names(about):
    text = about["_cdc_unchanged"]
    return next(csv.reader([text])) if text else []


def replayed(first, loaded, changes, table, names):
    """The rows that the log leaves: its reader's view, by nothing but the columns of the log.

    first: the position of the load with which the log begins."""
    key_of = lambda values: compare.text([values[name] for name in table.key])
    called = lambda names: {table.last_names.get(name, name) for name in names}
    filled = lambda position: {key_of(row): row for row in loaded[position]}
    state = filled(first)
    gone = None  # the row that the change before removed, of the same transaction
    for about, values in changes:
        op, key = about["_cdc_op"], key_of(values)
        if op == "t":
            state, gone = filled(about["_cdc_lsn"]) if about["_cdc_sequence"] < 0 else {}, None
        elif op == "d":
            gone = (about["_cdc_lsn"], about["_cdc_sequence"] + 1, state.pop(key, {}))
        else:
            held = called(unchanged_names(about))
            before = state.get(key, {})
            if gone and key not in state and gone[:2] == (about["_cdc_lsn"], about["_cdc_sequence"]):
                before = gone[2]
            state[key] = {name: before.get(name) if name in held else values[name] for name in names}
            gone = None
    return multiset([row.get(name) for name in names] for row in state.values())


def replayed_as_bag(first, loaded, changes, table, names):
    """As `replayed`, where nothing but all of its values names a row: each deletion takes one of its equals."""
    filled = lambda position: multiset(list(row.values()) for row in loaded[position])
    state = filled(first)
    for about, values in changes:
        row = compare.text(list(values.values()))
        if about["_cdc_op"] == "t":
            state = filled(about["_cdc_lsn"]) if about["_cdc_sequence"] < 0 else collections.Counter()
        else:
            state[row] += -1 if about["_cdc_op"] == "d" else 1
            if state[row] < 0 and about["_cdc_lsn"] >= max(loaded, default=0):
                return collections.Counter({f"deleted though it was not there: {row}": 1})
    return +state


def time_text(micros):
    return LOAD if micros == LOAD else canonical.timestamp(micros, "Z")


ADDED = {
    "append": set(LOG_COLUMNS),
    "soft_delete": {"_cdc_deleted_at"},
    "scd2": {"_cdc_valid_from", "_cdc_valid_to", "_cdc_is_current", "_cdc_ended_by"},
}

JUDGES = {
    "merge": merge,
    "append": append,
    "soft_delete": soft_delete,
    "scd2": scd2,
    "insert_only": insert_only,
    "replace": replace,
}
