"""A small pattern language for the statements that Databricks has and Spark's parser lacks.

A pattern reads like the syntax diagrams of the SQL manual and must match a statement whole:

    CREATE VOLUME [IF NOT EXISTS] <volume:name> [COMMENT <comment:string>]

`WORD` is a keyword, `[...]` may be absent, `{a | b}` is one of them, `'('` is a symbol, `<key:kind>` captures. An absent
capture is missing from the result; a keyword captured with `<key:word>` is in upper case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .tokens import Token

Captures = dict[str, Any]
Ends = Iterator[tuple[int, Captures]]
Matcher = Callable[[Sequence[Token], int, Captures], Ends]
Kind = Callable[[Sequence[Token], int], Iterator[tuple[Any, int]]]

_PIECE = re.compile(r"\s*(?:(?P<capture><(\w+):(\w+)>)|(?P<literal>'[^']+')|(?P<word>\w+)|(?P<mark>[\[\]{}|]))")


class Pattern:
    def __init__(self, text: str):
        self.text = text
        pieces = [m for m in _PIECE.finditer(text)]
        self._matcher, used = _sequence(pieces, 0)
        assert used == len(pieces), f"unbalanced pattern: {text}"

    def beginnings(self, tokens: Sequence[Token]) -> Ends:
        """Every way in which it matches the first tokens, with the index behind them."""
        return self._matcher(tokens, 0, {})

    def match(self, tokens: Sequence[Token]) -> Captures | None:
        for end, captures in self.beginnings(tokens):
            if end == len(tokens):
                return captures
        return None


def _sequence(pieces: list[re.Match[str]], at: int) -> tuple[Matcher, int]:
    parts: list[Matcher] = []
    while at < len(pieces):
        piece = pieces[at]
        if piece["mark"] in ("]", "}", "|"):
            break
        if piece["mark"] == "[":
            inner, at = _sequence(pieces, at + 1)
            parts.append(_optional(inner))
        elif piece["mark"] == "{":
            choices = []
            while True:
                inner, at = _sequence(pieces, at + 1)
                choices.append(inner)
                if pieces[at]["mark"] == "}":
                    break
            parts.append(_any_of(choices))
        elif piece["capture"]:
            parts.append(_capture(piece[2], KINDS[piece[3]]))
        elif piece["literal"]:
            parts.append(_symbol(piece["literal"][1:-1]))
        else:
            parts.append(_keyword(piece["word"].upper()))
        at += 1
    return _all_of(parts), at


def _keyword(word: str) -> Matcher:
    def match(tokens: Sequence[Token], at: int, found: Captures) -> Ends:
        if at < len(tokens) and tokens[at].is_word(word):
            yield at + 1, found

    return match


def _symbol(symbol: str) -> Matcher:
    def match(tokens: Sequence[Token], at: int, found: Captures) -> Ends:
        if at < len(tokens) and tokens[at].is_symbol(symbol):
            yield at + 1, found

    return match


def _capture(key: str, kind: Kind) -> Matcher:
    def match(tokens: Sequence[Token], at: int, found: Captures) -> Ends:
        for value, end in kind(tokens, at):
            yield end, {**found, key: value}

    return match


def _optional(inner: Matcher) -> Matcher:
    def match(tokens: Sequence[Token], at: int, found: Captures) -> Ends:
        yield from inner(tokens, at, found)
        yield at, found

    return match


def _any_of(choices: list[Matcher]) -> Matcher:
    def match(tokens: Sequence[Token], at: int, found: Captures) -> Ends:
        for choice in choices:
            yield from choice(tokens, at, found)

    return match


def _all_of(parts: list[Matcher]) -> Matcher:
    def match_from(index: int, tokens: Sequence[Token], at: int, found: Captures) -> Ends:
        if index == len(parts):
            yield at, found
            return
        for end, captures in parts[index](tokens, at, found):
            yield from match_from(index + 1, tokens, end, captures)

    return lambda tokens, at, found: match_from(0, tokens, at, found)


# What a capture may be.


def _name(tokens: Sequence[Token], at: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """One to four parts with dots between them, in lower case as Unity Catalog keeps them."""
    parts: list[str] = []
    while at < len(tokens) and (part := tokens[at].identifier) is not None and len(parts) < 4:
        parts.append(part.lower())
        yield tuple(parts), at + 1
        if not (at + 1 < len(tokens) and tokens[at + 1].is_symbol(".")):
            return
        at += 2


def _identifier(tokens: Sequence[Token], at: int) -> Iterator[tuple[str, int]]:
    if at < len(tokens) and (name := tokens[at].identifier) is not None:
        yield name, at + 1


def _word(tokens: Sequence[Token], at: int) -> Iterator[tuple[str, int]]:
    if at < len(tokens) and tokens[at].kind == "word":
        yield tokens[at].text.upper(), at + 1


def _string(tokens: Sequence[Token], at: int) -> Iterator[tuple[str, int]]:
    if at < len(tokens) and (value := tokens[at].string) is not None:
        end = at + 1
        while end < len(tokens) and (more := tokens[end].string) is not None:  # 'it''s' is two literals
            joined = "'" if tokens[end].start == tokens[end - 1].end else ""
            value, end = value + joined + more, end + 1
        yield value, end


def _integer(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    if at < len(tokens) and tokens[at].kind == "number" and tokens[at].text.isdigit():
        yield int(tokens[at].text), at + 1


def _listed(item: Kind) -> Kind:
    """`(item, item, ...)`, at least one."""

    def read(tokens: Sequence[Token], at: int) -> Iterator[tuple[list[Any], int]]:
        if not (at < len(tokens) and tokens[at].is_symbol("(")):
            return
        values: list[Any] = []
        while True:
            first = next(item(tokens, at + 1), None)
            if first is None:
                return
            value, at = first
            values.append(value)
            if at >= len(tokens):
                return
            if tokens[at].is_symbol(")"):
                yield values, at + 1
                return
            if not tokens[at].is_symbol(","):
                return

    return read


def _pair(tokens: Sequence[Token], at: int) -> Iterator[tuple[tuple[str, str | None], int]]:
    """`'key' = 'value'`, or the key alone."""
    for key, end in _string(tokens, at):
        if end < len(tokens) and tokens[end].is_symbol("="):
            for value, last in _string(tokens, end + 1):
                yield (key, value), last
        else:
            yield (key, None), end


def _privileges(tokens: Sequence[Token], at: int) -> Iterator[tuple[list[str], int]]:
    """`SELECT, USE SCHEMA, ...` up to ON."""
    words: list[list[str]] = [[]]
    while at < len(tokens) and not tokens[at].is_word("ON"):
        if tokens[at].is_symbol(","):
            words.append([])
        elif tokens[at].kind == "word":
            words[-1].append(tokens[at].text.upper())
        else:
            return
        at += 1
    if all(words):
        yield [" ".join(each) for each in words], at


def _balanced(tokens: Sequence[Token], at: int) -> Iterator[tuple[list[Token], int]]:
    """Any tokens with matched parentheses, the fewest first."""
    depth, start = 0, at
    while at < len(tokens):
        if tokens[at].is_symbol("("):
            depth += 1
        elif tokens[at].is_symbol(")"):
            depth -= 1
        if depth < 0:
            return
        at += 1
        if depth == 0:
            yield list(tokens[start:at]), at


KINDS: dict[str, Kind] = {
    "name": _name,
    "identifier": _identifier,
    "identifiers": _listed(_name),
    "word": _word,
    "string": _string,
    "strings": _listed(_string),
    "integer": _integer,
    "pairs": _listed(_pair),
    "privileges": _privileges,
    "balanced": _balanced,
}
