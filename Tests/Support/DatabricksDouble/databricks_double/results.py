"""Results of statements: their size, their cutting into chunks, and how a chunk is described."""

from __future__ import annotations

from typing import Any

from .engine import Table
from .errors import SqlError
from .values import describe_column

INLINE_LIMIT = 25 << 20


class InlineLimitExceeded(SqlError):
    """As a user of a real workspace has reported the text: databrickslabs/ucx issue 3447."""

    def __init__(self) -> None:
        super().__init__("INLINE_LIMIT", "", "")

    @property
    def message(self) -> str:
        return (
            f"Inline byte limit exceeded. Statements executed with disposition=INLINE can have a result size of at "
            f"most {INLINE_LIMIT} bytes. Please execute the statement with disposition=EXTERNAL_LINKS if you want to "
            f"download the full result."
        )


class Result:
    def __init__(self, table: Table, row_limit: int | None, byte_limit: int | None, chunk_bytes: int):
        self.columns = table.columns
        self.truncated = False
        self.size = 0
        self.chunks: list[list[list[str | None]]] = []
        self.sizes: list[int] = []
        self.offsets: list[int] = []
        self.row_count = 0
        for row in table.rows:
            size = sum(len(value.encode()) if value is not None else 1 for value in row)
            if (row_limit is not None and self.row_count >= row_limit) or (
                byte_limit is not None and self.size + size > byte_limit
            ):
                self.truncated = True
                break
            if not self.chunks or self.sizes[-1] + size > chunk_bytes:
                self.chunks.append([])
                self.sizes.append(0)
                self.offsets.append(self.row_count)
            self.chunks[-1].append(row)
            self.sizes[-1] += size
            self.size += size
            self.row_count += 1
        if not self.chunks:
            self.chunks, self.sizes, self.offsets = [[]], [0], [0]

    def manifest(self) -> dict[str, Any]:
        columns = [describe_column(name, text, i) for i, (name, text) in enumerate(self.columns)]
        return {
            "format": "JSON_ARRAY",
            "schema": {"column_count": len(columns), "columns": columns},
            "total_chunk_count": len(self.chunks),
            "chunks": [self.describe(i) for i in range(len(self.chunks))],
            "total_row_count": self.row_count,
            "total_byte_count": self.size,
            "truncated": self.truncated,
        }

    def describe(self, index: int) -> dict[str, Any]:
        return {
            "chunk_index": index,
            "row_offset": self.offsets[index],
            "row_count": len(self.chunks[index]),
            "byte_count": self.sizes[index],
        }

    def inline(self, statement: str, index: int) -> dict[str, Any]:
        return {**self.describe(index), **self.next_chunk(statement, index), "data_array": self.chunks[index]}

    def next_chunk(self, statement: str, index: int) -> dict[str, Any]:
        if index + 1 >= len(self.chunks):
            return {}
        return {
            "next_chunk_index": index + 1,
            "next_chunk_internal_link": f"/api/2.0/sql/statements/{statement}/result/chunks/{index + 1}",
        }
