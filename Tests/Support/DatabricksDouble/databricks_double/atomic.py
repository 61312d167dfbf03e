"""BEGIN ATOMIC ... END: several statements that change tables, all of them or none, and nobody sees half of it.

Here one such transaction runs alone, and what it has committed is taken back where a later part of it fails. Databricks does
it otherwise, wants tables with catalog commits, and knows more statements within.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .engine import Table
from .errors import SqlError
from .tokens import Token

if TYPE_CHECKING:
    from .dialect import Run
    from .workspace import Workspace

_ALLOWED = {"INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "WITH"}


class SharedLock:
    """Held by many statements at once, or by one transaction."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shared = 0
        self._exclusive = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._exclusive)
            self._shared += 1
        try:
            yield
        finally:
            with self._changed:
                self._shared -= 1
                self._changed.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._exclusive)
            self._exclusive = True
            self._changed.wait_for(lambda: self._shared == 0)
        try:
            yield
        finally:
            with self._changed:
                self._exclusive = False
                self._changed.notify_all()


def is_atomic(tokens: Sequence[Token]) -> bool:
    return len(tokens) > 2 and tokens[0].is_word("BEGIN") and tokens[1].is_word("ATOMIC")


def parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """The statements between BEGIN ATOMIC and END, each of which ends with a semicolon."""
    if not tokens[-1].is_word("END") or not tokens[-2].is_symbol(";"):
        raise SqlError.syntax(tokens[-1].text)
    found: list[list[Token]] = [[]]
    for token in tokens[2:-1]:
        if token.is_symbol(";"):
            found.append([])
        else:
            found[-1].append(token)
    found.pop()
    for part in found:
        if not part or part[0].text.upper() not in _ALLOWED:
            raise SqlError.syntax(part[0].text if part else ";")
    return found


def run_atomic(workspace: Workspace, run: Run) -> Table:
    result = Table()
    before: dict[str, set[str]] = {}
    try:
        for part in parts(run.tokens):
            inner = run.part(run.sql[part[0].start : part[-1].end])
            for folder in workspace.dialect.logs_written(inner):
                before.setdefault(folder, set(os.listdir(folder)))
            result = workspace.dialect.run_single(inner)
    except BaseException:
        for folder, names in before.items():
            _take_back(folder, names)
        raise
    return result


def _take_back(folder: str, names: set[str]) -> None:
    """The latest commit goes first: at no time has the log a gap."""
    for name in sorted(set(os.listdir(folder)) - names, reverse=True):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            os.remove(path)
