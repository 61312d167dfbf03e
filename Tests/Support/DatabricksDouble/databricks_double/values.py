"""Values in the JSON_ARRAY format: every value a string or null."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .errors import SqlError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

# Spark's simple names, by what the Statement Execution API calls them.
_TYPE_NAMES = {
    "tinyint": "BYTE",
    "smallint": "SHORT",
    "int": "INT",
    "bigint": "LONG",
    "void": "NULL",
    "string": "STRING",
    "timestamp": "TIMESTAMP",
}


def type_name(text: str) -> str:
    base = text.split("(")[0].split("<")[0].split(" ")[0]
    return _TYPE_NAMES.get(base, base.upper())


def describe_column(name: str, text: str, position: int) -> dict[str, Any]:
    column: dict[str, Any] = {
        "name": name,
        "position": position,
        "type_name": type_name(text),
        "type_text": text if "<" in text and "struct" in text else text.upper(),
    }
    if text.startswith("decimal("):
        precision, scale = text[8:-1].split(",")
        column |= {"type_precision": int(precision), "type_scale": int(scale)}
    if text.startswith("interval"):
        column["type_interval_type"] = text.removeprefix("interval ").upper()
    return column


_TEXT = {
    "string": "{0}",
    "timestamp": "date_format({0}, \"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\")",
    "timestamp_ntz": "date_format({0}, \"yyyy-MM-dd'T'HH:mm:ss.SSS\")",
    "binary": "base64({0})",
    "array": "to_json({0})",
    "map": "to_json({0})",
    "struct": "to_json({0})",
    "variant": "to_json({0})",
}


def as_strings(frame: DataFrame, schema: StructType) -> DataFrame:
    """Every column as the text that JSON_ARRAY has for it: timestamps in ISO 8601 with milliseconds, binary in
    base 64, nested values and variants as JSON, all else as CAST(... AS STRING) has it."""
    names = [f"c{i}" for i in range(len(schema.fields))]  # those of a result may be equal to each other
    kinds = [field.dataType.typeName() for field in schema.fields]
    texts = [_TEXT.get(kind, "CAST({0} AS STRING)").format(name) for name, kind in zip(names, kinds)]
    return frame.toDF(*names).selectExpr(*texts)


_NO_PARAMETER = ("ARRAY", "MAP", "STRUCT", "BINARY", "VARIANT")


def parameters(session: SparkSession, given: list[dict[str, Any]]) -> dict[str, Column]:
    """Named parameters as the literals they stand for: Spark casts each text to the type it is given as, STRING by
    default, and folds that into a literal, which is all that a parameter may be."""
    from pyspark.sql import Column

    if not given:
        return {}
    casts = []
    for each in given:
        kind, value = each.get("type") or "STRING", each.get("value")
        if not re.fullmatch(r"[A-Za-z_]+(\s*\(\s*\d+\s*(,\s*-?\d+\s*)?\))?", kind) or kind.upper().startswith(
            _NO_PARAMETER
        ):
            raise SqlError(
                "DATATYPE_MISMATCH.PARAMETER",
                f"Parameter '{each['name']}' cannot be of type {kind}.",
                "42K09",
            )
        text = "NULL" if value is None else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        casts.append(f"CAST({text} AS {kind})")
    frame = session.sql("SELECT " + ", ".join(casts))
    folded = frame._jdf.queryExecution().optimizedPlan().expressions()
    jvm: Any = session.sparkContext._jvm
    literals = {}
    for index, each in enumerate(given):
        literal = folded.apply(index).child()
        if not literal.getClass().getSimpleName() == "Literal":
            frame.collect()  # it says what is wrong with the text
            raise SqlError("INVALID_PARAMETER_VALUE", f"Parameter '{each['name']}' is no {each.get('type')}.", "22023")
        literals[each["name"]] = Column(jvm.org.apache.spark.sql.classic.ExpressionUtils.column(literal))
    return literals
