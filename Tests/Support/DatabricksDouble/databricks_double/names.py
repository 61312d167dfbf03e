"""Names of Unity Catalog's objects: case-insensitive, kept in lower case, at most three levels."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import SqlError


def quoted(parts: Sequence[str | None]) -> str:
    return ".".join("`" + part.replace("`", "``") + "`" for part in parts if part)


def literal(text: str) -> str:
    """A string literal of Spark SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def dotted(parts: Sequence[str]) -> str:
    return ".".join(parts)


def qualified(parts: Sequence[str], levels: int, catalog: str | None, schema: str | None) -> tuple[str, ...]:
    """A name with as many levels as its kind has (catalog 1, schema 2, table and volume 3), completed from the
    statement's defaults."""
    if len(parts) > levels:
        raise SqlError("IDENTIFIER_TOO_MANY_NAME_PARTS", f"'{dotted(parts)}' has too many name parts.", "42601")
    defaults = [catalog, schema][: levels - 1][: levels - len(parts)]
    missing = levels - len(parts)
    if missing > len(defaults) or any(each is None for each in defaults[:missing]):
        raise SqlError("UC_INVALID_NAMESPACE", f"'{dotted(parts)}' needs a catalog and a schema before it.", "46000")
    return tuple(str(each).lower() for each in [*defaults, *parts])


def check_name(name: str) -> None:
    """What Unity Catalog documents that a name must not hold."""
    if len(name) > 255 or any(c in "./ \x7f" or c < " " for c in name):
        raise SqlError(
            "INVALID_PARAMETER_VALUE",
            f"'{name[:300]}' is not a valid name: it must be at most 255 characters, without period, space, slash and "
            "control characters.",
            "42602",
        )
