"""What the lake should hold of one table under each disposition, by the history and the positions of its loads.

A row is a dict of the columns' numbers, which a rename leaves as they are, to the text that PostgreSQL printed."""

from collections import Counter
from dataclasses import dataclass, field

import history

LOAD = "load"  # in place of the time of a full load, which only the pipeline knows
UNKNOWN = object()  # what a definition filled a column of older rows with: the log does not tell


@dataclass
class Expected:
    since: dict = field(default_factory=dict)  # key: since when its row is as it is, of those alive
    versions: list = field(default_factory=list)  # (row, from, to) of versions that have ended
    removed: dict = field(default_factory=dict)  # key: (row, when), of keys that are not alive
    inserted: dict = field(default_factory=dict)  # key: the row that was inserted last
    log: list = field(default_factory=list)  # Logged, in the order of the changes
    loaded: list | None = None  # the rows that the last load found; None where the history does not tell
    loads: list = field(default_factory=list)  # (position, rows) of each load since the table was empty
    kept: dict = field(default_factory=dict)  # key: the row that a load left, though it brought none of that key
    is_known: bool = True  # whether the history tells which keys there are
    kind: tuple = ()  # Table.kind at the last load
    past: object = None  # while a load is on its way: the table as it was before
    pending: set = field(default_factory=set)  # numbers of columns that no change has come for since they were added
    renamed: dict = field(default_factory=dict)  # number: the name before, of columns that no change has come for since
    dropped: set = field(default_factory=set)  # names of columns that went

    def told(self):
        """A change has come: with it the destination knows of every definition."""
        self.pending, self.renamed = set(), {}

    def forget(self, number):
        """The values of a column are of another type now: what becomes of older ones is for the tests of conversions."""
        rows = [row for row, _, _ in self.versions] + [row for row, _ in self.removed.values()]
        rows += [*self.inserted.values(), *self.kept.values()] + [logged.row for logged in self.log]
        rows += [row for _, found in self.loads for row in found or []]
        rows += [row for held in (self.past.rows, self.past.inserted) for row in held.values()] if self.past else []
        for row in rows:
            if number in row:
                row[number] = UNKNOWN


@dataclass
class Logged:
    transaction: object  # None for the row with which a load begins
    op: str
    row: dict
    unchanged: set = field(default_factory=set)
    position: int = 0  # of a load


@dataclass
class Past:
    """A table that is about to be loaded again."""

    rows: dict  # by key, as the source had them where the table had come to
    inserted: dict  # under insert_only, by key
    is_known: bool


class Table:
    """The table as it is at the end."""

    def __init__(self, spec, transactions):
        self.name, self.declared = spec["name"], spec.get("disposition")
        shape = {"key": None, "identity": "d", "columns": []}
        called = {}
        for transaction in transactions:
            for change in transaction.changes:
                if change.op == "shape" and change.table == self.name:
                    shape = change.shape
                    for column in shape["columns"]:
                        called.setdefault(column["number"], set()).add(column["name"])
        self.numbers = {c["name"]: c["number"] for c in shape["columns"]}
        names = {number: name for name, number in self.numbers.items()}
        self.key = [names[number] for number in shape["key"] or []]
        # Of each former name the one of today.
        self.last_names = {old: names[n] for n, olds in called.items() if n in names for old in olds}
        self.only_inserts = not self.key and shape["identity"] != "f"
        self.disposition = self.kind(shape)[0]
        # The changes by which the copy hears of a definition too.
        self.heard = {"insert", "update", "delete", "truncate"}
        if self.only_inserts:
            self.heard = {"insert", "truncate"}
        self.heard &= {"insert_only": {"insert"}, "replace": set()}.get(self.disposition, self.heard)

    def kind(self, shape):
        """What is done with a table of this shape, and what its rows are known by."""
        if not shape["key"] and self.declared not in ("merge", "replace"):
            return "append", None
        key = None if self.declared == "append" else tuple(shape["key"] or [])
        return self.declared or "merge", key


class Rows:
    """The source's rows, played from the log: by their key, or where there is none as a bag."""

    def __init__(self):
        self.shape = {"key": None, "identity": "d", "columns": []}
        self.numbers = {}
        self.by_key, self.bag, self.is_known = {}, Counter(), True

    def key_of(self, row):
        return tuple(row.get(number) for number in self.shape["key"])

    def numbered(self, values):
        return None if values is None else {self.numbers[name]: value for name, value in values.items()}

    def all(self):
        if not self.is_known:
            return None
        return list(self.by_key.values()) if self.shape["key"] else [dict(row) for row in self.bag.elements()]

    def clear(self):
        self.by_key, self.bag, self.is_known = {}, Counter(), True

    def reshape(self, shape, made):
        rows = self.all()
        before = {c["number"]: c for c in self.shape["columns"]}
        after = {c["number"]: c for c in shape["columns"]}
        for number, column in after.items():
            if number not in before:
                made.pending.add(number)
            elif column["name"] != before[number]["name"]:
                made.renamed.setdefault(number, before[number]["name"])
            if number in before and before[number]["filled"] and column["version"] != before[number]["version"]:
                made.forget(number)  # A generated column becomes a plain one: only now it is copied.
            if column["filled"] if number not in before else self.is_altered(before[number], column, shape):
                self.forget(rows, number, made)
        for number in before.keys() - after.keys():
            # Of a column that was renamed, and then dropped, the destination may have heard nothing in between.
            made.dropped |= {before[number]["name"], made.renamed.get(number, before[number]["name"])}
        for row in rows or []:
            for number in row.keys() - after.keys():
                del row[number]
        self.shape, self.numbers = shape, {c["name"]: c["number"] for c in shape["columns"]}
        self.put_all(rows)

    def is_altered(self, before, column, shape):
        """USING may give other values of the same type: the table has another file then, and the column another definition."""
        # A partitioned table itself has no file.
        has_other_file = shape["file"] != self.shape["file"] or int(shape["file"]) == 0
        return column["type"] != before["type"] or has_other_file and column["version"] != before["version"]

    def forget(self, rows, number, made):
        # No script alters what its keys are made of; without them nothing could be found again.
        if number in (self.shape["key"] or []):
            return
        for row in rows or []:
            row[number] = UNKNOWN
        made.forget(number)

    def retype(self, made):
        """A type was altered, and with it perhaps what its values look like."""
        rows = self.all()
        for column in self.shape["columns"]:
            if column["made"]:
                self.forget(rows, column["number"], made)
        self.put_all(rows)

    def put_all(self, rows):
        self.by_key, self.bag = {}, Counter()
        if rows is None:
            return
        if self.shape["key"]:
            self.by_key = {self.key_of(row): row for row in rows}
            self.is_known = not any(UNKNOWN in key for key in self.by_key)
        else:
            self.bag = Counter(map(in_bag, rows))
            # Rows that are known by all of their values only cannot be found again.
            self.is_known = not any(UNKNOWN in row.values() for row in rows)

    def play(self, change, old, new):
        """Returns the row that was, where the history tells; fills what the change left unchanged."""
        before = None
        if change.op == "truncate":
            self.clear()
            return None
        if change.op != "insert":
            if self.shape["key"]:
                before = self.by_key.pop(self.key_of(new if old is None else old), None)
            elif self.shape["identity"] == "f" and old is not None:
                before = old
                self.bag[in_bag(old)] -= 1
            else:
                self.is_known = False
        if new is not None:
            row = {
                number: (before or {}).get(number, UNKNOWN) if value is history.UNCHANGED else value
                for number, value in new.items()
            }
            if self.shape["key"]:
                self.by_key[self.key_of(row)] = row
            else:
                self.bag[in_bag(row)] += 1
        return before


def in_bag(row):
    return frozenset((number, value) for number, value in row.items() if value is not None)


def expect(table, transactions, loads):
    """loads: position and cut of each, in order. What commits before the position is in the load; the cut is where the table
    had come to before, None where nothing of that stayed."""
    made, rows, follows = Expected(), Rows(), False
    # Only the rows themselves are compared, and a partition may come and go with its rows.
    is_merged = table.disposition == "merge"
    steps = []
    for position, cut in loads:
        if cut is not None:
            steps.append((cut, lambda: rest(table, made, rows)))
        steps.append((position, lambda position=position: start(table, made, rows, position)))
    for transaction in transactions:
        while steps and transaction.end > steps[0][0]:
            steps.pop(0)[1]()
            follows = made.past is None
        for change in transaction.changes:
            if change.op == "types":
                rows.retype(made)
            elif change.table != table.name:
                continue
            elif change.op == "shape":
                rows.reshape(change.shape, made)
            elif is_merged:
                made.told()
            elif follows:
                follow(table, made, rows, transaction, change)
            else:
                rows.play(change, rows.numbered(change.old), rows.numbered(change.new))
    for _, step in steps:
        step()
    made.is_known &= rows.is_known
    return made


def rest(table, made, rows):
    """The table stays as it is until a load comes."""
    inserted = by_key(rows, made.loaded or []) if rows.shape["key"] else {}
    made.past = Past(
        {key: dict(row) for key, row in rows.by_key.items()},
        made.kept | inserted | made.inserted,
        made.is_known and rows.is_known and (made.loaded is not None or table.disposition != "insert_only"),
    )


def by_key(rows, found):
    return {rows.key_of(row): row for row in found}


def start(table, made, rows, position):
    past, made.past = made.past, None
    # With another key a table is loaded, whatever the log had told of it before.
    before, made.kind = made.kind, table.kind(rows.shape)
    if past is None or made.kind != before:
        made.versions, made.removed, made.log, made.loads, made.kept = [], {}, [], [], {}
        made.dropped, made.is_known = set(), rows.is_known
    else:
        for key, row in past.rows.items():
            end(made, key, row, LOAD)
        made.removed = {key: about for key, about in made.removed.items() if key not in rows.by_key}
        made.kept = {key: row for key, row in past.inserted.items() if key not in rows.by_key}
        made.log.append(Logged(None, "t", {}, position=position))
        made.is_known = past.is_known and rows.is_known
    made.loaded = rows.all()
    if made.loaded is not None:
        made.loaded = [dict(row) for row in made.loaded]
    made.loads.append((position, made.loaded))
    made.inserted = {}
    made.since = {key: LOAD for key in rows.by_key}
    made.told()


def follow(table, made, rows, transaction, change):
    old, new = rows.numbered(change.old), rows.numbered(change.new)
    if old is not None and new is not None:
        # A key as large as to lie outside of its row is in the log as the old one, and unchanged.
        new = {**new, **{number: old[number] for number in rows.shape["key"] or [] if new.get(number) is history.UNCHANGED}}
    if change.op in table.heard:
        made.told()
    log(table, made, rows, transaction, change, old, new)
    if not rows.shape["key"]:
        rows.play(change, old, new)
        return
    now = transaction.time
    if change.op == "truncate":
        for key, row in list(rows.by_key.items()):
            end(made, key, row, now)
        rows.clear()
        return
    before = rows.play(change, old, new)
    new_key = None if new is None else rows.key_of(new)
    if change.op != "insert":
        old_key = rows.key_of(new if old is None else old)
        end(made, old_key, before or {}, now, is_removed=new_key != old_key)
    if new_key is not None:
        made.since[new_key] = now
        made.removed.pop(new_key, None)
        if change.op == "insert":
            made.inserted[new_key] = dict(rows.by_key[new_key])


def end(made, key, row, now, is_removed=True):
    made.versions.append((row, made.since.pop(key, LOAD), now))
    if is_removed:
        made.removed[key] = (row, now)


def log(table, made, rows, transaction, change, old, new):
    """The rows that an appended table gets."""
    if change.op == "truncate":
        made.log.append(Logged(transaction, "t", {}))
    elif change.op == "insert":
        made.log.append(Logged(transaction, "c", new))
    elif not rows.shape["key"] and rows.shape["identity"] != "f":
        return  # Only inserts and truncations can be published.
    elif change.op == "delete":
        made.log.append(Logged(transaction, "d", old))
    else:
        if old is not None and (not rows.shape["key"] or rows.key_of(old) != rows.key_of(new)):
            made.log.append(Logged(transaction, "d", old))
        row, unchanged = {}, set()
        for number, value in new.items():
            if value is history.UNCHANGED:
                value = (old or {}).get(number, history.UNCHANGED)
            if value is history.UNCHANGED:
                unchanged.add(number)
                value = None
            row[number] = value
        made.log.append(Logged(transaction, "u", row, unchanged))
