"""Splits SQL into tokens by Spark's lexical rules, so that nothing is ever searched for inside a string or a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import SqlError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<string>[rR]?'(?:[^'\\]|\\.)*'|[rR]?"(?:[^"\\]|\\.)*")
  | (?P<quoted>`(?:[^`]|``)*`)
  | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![A-Za-z_0-9]))
  | (?P<word>[A-Za-z_0-9]+)
  | (?P<symbol><=>|=>|->|<>|!=|<=|>=|==|\|\||::|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}


@dataclass(frozen=True)
class Token:
    kind: str  # string, quoted, number, word or symbol
    text: str
    start: int
    end: int

    def is_word(self, word: str) -> bool:
        return self.kind == "word" and self.text.upper() == word

    def is_symbol(self, symbol: str) -> bool:
        return self.kind == "symbol" and self.text == symbol

    @property
    def identifier(self) -> str | None:
        """The name that this token is, or None where it is no name."""
        if self.kind == "quoted":
            return self.text[1:-1].replace("``", "`")
        if self.kind == "word" and re.fullmatch(r"\w*[A-Za-z_]\w*", self.text):
            return self.text
        return None

    @property
    def string(self) -> str | None:
        """The value of a string literal, or None where this is none."""
        if self.kind != "string":
            return None
        if self.text[0] in "rR":
            return self.text[2:-1]
        return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), self.text[1:-1], flags=re.DOTALL)


def tokenize(sql: str) -> list[Token]:
    """Every token of a statement, without white space, comments and the semicolon at its end."""
    tokens: list[Token] = []
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None:  # cannot happen: "." matches anything
            raise SqlError.syntax(sql[position:])
        kind = match.lastgroup or "symbol"
        if kind == "comment":
            position = _end_of_comment(sql, position)
            continue
        if kind == "symbol" and match[0] in "'\"`":
            raise SqlError.syntax(match[0])
        if kind != "space":
            tokens.append(Token(kind, match[0], position, match.end()))
        position = match.end()
    while tokens and tokens[-1].is_symbol(";"):
        tokens.pop()
    return tokens


def _end_of_comment(sql: str, position: int) -> int:
    """Bracketed comments nest, as in Spark."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(sql, position):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    raise SqlError("UNCLOSED_BRACKETED_COMMENT", "Found an unclosed bracketed comment.", "42601")
