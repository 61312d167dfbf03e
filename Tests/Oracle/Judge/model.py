"""What the lake should hold of one table under each disposition, by the history and the position of its last full load."""

from dataclasses import dataclass, field

import history
import postgres_text

LOAD = "load"  # in place of the time of a full load, which only the pipeline knows


@dataclass
class Expected:
    alive: dict = field(default_factory=dict)  # key: since when
    versions: list = field(default_factory=list)  # (key, from, to) of versions that have ended
    removed: dict = field(default_factory=dict)  # key: when, of keys that are not alive
    loaded: set = field(default_factory=set)  # the keys that the full load found
    inserted: dict = field(default_factory=dict)  # key: the tuple that was inserted last
    log: list = field(default_factory=list)  # (transaction, op, tuple, columns unchanged)
    base_rows: int = 0


def frozen(values):
    """What can be the key of a dict; lists in it too."""
    return tuple(frozen(value) if isinstance(value, list) else value for value in values)


class Table:
    def __init__(self, spec, columns):
        self.name, self.key = spec["name"], spec["key"]
        self.only_inserts = spec["onlyInserts"]
        self.types = {c["name"]: postgres_text.delta_type(c["type"]) for c in columns}

    def canonical(self, column, text):
        return postgres_text.value(text, self.types[column])

    def key_of(self, values):
        return frozen(self.canonical(column, values[column]) for column in self.key)


def expect(table, transactions, position):
    """position: the full load's; what commits before is in the load."""
    made = Expected()
    rows = 0
    for transaction in transactions:
        is_base = transaction.end <= position
        now = LOAD if is_base else transaction.time
        for change in transaction.changes:
            if change.table != table.name:
                continue
            if is_base:
                rows += {"insert": 1, "delete": -1, "update": 0}.get(change.op, -rows)
                apply(table, made, change, LOAD)
            else:
                if not made.log:
                    start(made, rows)
                log(table, made, transaction, change)
                apply(table, made, change, now)
        if is_base:
            made.versions, made.removed, made.inserted = [], {}, {}
    if not made.log:
        start(made, rows)
    return made


def start(made, rows):
    made.loaded = set(made.alive)
    made.base_rows = rows


def apply(table, made, change, now):
    if not table.key:
        return
    if change.op == "truncate":
        for key in list(made.alive):
            end(made, key, now)
        return
    old = change.old if change.old is not None else change.new
    new_key = table.key_of(change.new) if change.new is not None else None
    if change.op != "insert":
        old_key = table.key_of(old)
        end(made, old_key, now, is_removed=new_key != old_key)
    if new_key is not None:
        made.alive[new_key] = now
        made.removed.pop(new_key, None)
        if change.op == "insert":
            made.inserted[new_key] = change.new


def end(made, key, now, is_removed=True):
    since = made.alive.pop(key, LOAD)
    made.versions.append((key, since, now))
    if is_removed:
        made.removed[key] = now


def log(table, made, transaction, change):
    """The rows that an appended table gets."""
    if change.op == "truncate":
        made.log.append((transaction, "t", {}, set()))
    elif change.op == "insert":
        made.log.append((transaction, "c", change.new, set()))
    elif table.only_inserts:
        return
    elif change.op == "delete":
        made.log.append((transaction, "d", change.old, set()))
    else:
        if table.key and change.old is not None and table.key_of(change.old) != table.key_of(change.new):
            made.log.append((transaction, "d", change.old, set()))
        new, unchanged = {}, set()
        for column, value in change.new.items():
            if value is history.UNCHANGED:
                value = (change.old or {}).get(column, history.UNCHANGED)
            if value is history.UNCHANGED:
                unchanged.add(column)
                value = None
            new[column] = value
        made.log.append((transaction, "u", new, unchanged))
