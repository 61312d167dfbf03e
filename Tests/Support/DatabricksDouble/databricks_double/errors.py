"""How a statement fails: an error class, a message that begins with it, an SQLSTATE."""

from __future__ import annotations

import re


class SqlError(Exception):
    def __init__(self, error_class: str, message: str, sql_state: str, error_code: str = "BAD_REQUEST"):
        super().__init__(f"[{error_class}] {message} SQLSTATE: {sql_state}")
        self.error_class, self.sql_state, self.error_code = error_class, sql_state, error_code

    @property
    def message(self) -> str:
        return str(self.args[0])

    @staticmethod
    def syntax(near: str) -> SqlError:
        return SqlError("PARSE_SYNTAX_ERROR", f"Syntax error at or near '{near[:60]}'.", "42601")

    @staticmethod
    def unsupported(what: str) -> SqlError:
        """For what Databricks may well have, and this double has not."""
        return SqlError("UNSUPPORTED_FEATURE.DATABRICKS_DOUBLE", f"The double does not know {what}.", "0A000")


def failure_of(error: BaseException) -> dict[str, str]:
    """The `status` members of a FAILED statement: error_code, message and sql_state, from any exception."""
    if isinstance(error, SqlError):
        return {"error_code": error.error_code, "message": error.message, "sql_state": error.sql_state}
    return _of_spark(error)


_CLASS = re.compile(r"\[[A-Z][A-Z0-9_.]+\]")


def _of_spark(error: BaseException) -> dict[str, str]:
    """Spark throws its own classes at analysis and wraps those of a task or of the Delta connector in others:
    the innermost one that carries an error class is the one that a user is told."""
    throwable = getattr(error, "_origin", None) or getattr(error, "java_exception", None)
    message, last, depth = None, str(error), 0
    while throwable is not None and depth < 20:
        text = (throwable.getMessage() or "").strip()
        if _CLASS.match(text):
            message = text
        last = f"{throwable.getClass().getSimpleName()}: {text}"
        throwable, depth = throwable.getCause(), depth + 1
    if message is None:
        message = f"[{'PARSE_SYNTAX_ERROR' if last.startswith('ParseException') else 'INTERNAL_ERROR'}] {last}"
    message = re.split(r"\n\tat |\n\nJVM stacktrace", message)[0].strip()
    found = re.search(r"SQLSTATE: ([0-9A-Z]{5})", message)
    if not found:
        message += " SQLSTATE: XX000"
    return {"error_code": "BAD_REQUEST", "message": message, "sql_state": found[1] if found else "XX000"}
