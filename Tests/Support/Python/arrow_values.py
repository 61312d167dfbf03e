"""Arrow columns to canonical values and Delta's names of their types."""

import pyarrow as pa

import canonical

SCALARS = [
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_int8, "byte"),
    (pa.types.is_int16, "short"),
    (pa.types.is_int32, "integer"),
    (pa.types.is_int64, "long"),
    (pa.types.is_float32, "float"),
    (pa.types.is_float64, "double"),
    (pa.types.is_date32, "date"),
]


def is_string(t):
    return pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_string_view(t)


def is_binary(t):
    return pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_binary_view(t)


def is_list(t):
    return pa.types.is_list(t) or pa.types.is_large_list(t)


def type_name(t):
    for test, name in SCALARS:
        if test(t):
            return name
    if is_string(t):
        return "string"
    if is_binary(t):
        return "binary"
    if pa.types.is_decimal(t):
        return f"decimal({t.precision},{t.scale})"
    if pa.types.is_timestamp(t):
        return ("timestamp" if t.tz else "timestamp_ntz") + ("" if t.unit == "us" else f"[{t.unit}]")
    if is_list(t):
        return f"array<{type_name(t.value_type)}>"
    if pa.types.is_map(t):
        return f"map<{type_name(t.key_type)},{type_name(t.item_type)}>"
    if pa.types.is_struct(t):
        return "struct<" + ",".join(f"{f.name}:{type_name(f.type)}" for f in t) + ">"
    return str(t)


def values(array):
    """The canonical values of one column."""
    if isinstance(array, pa.ChunkedArray):
        return [value for chunk in array.chunks for value in values(chunk)]
    t = array.type
    if pa.types.is_dictionary(t):
        return values(array.dictionary_decode())
    if is_list(t):
        elements, offsets = values(array.values), array.offsets.to_pylist()
        return [
            None if null else elements[offsets[i] : offsets[i + 1]]
            for i, null in enumerate(array.is_null().to_pylist())
        ]
    if pa.types.is_map(t):
        keys, items, offsets = values(array.keys), values(array.items), array.offsets.to_pylist()
        return [
            None if null else sorted(map(list, zip(keys[offsets[i] : offsets[i + 1]], items[offsets[i] : offsets[i + 1]])))
            for i, null in enumerate(array.is_null().to_pylist())
        ]
    if pa.types.is_struct(t):
        names = [f.name for f in t]
        fields = [values(array.field(i)) for i in range(len(names))]
        return [
            None if null else {name: field[i] for name, field in zip(names, fields)}
            for i, null in enumerate(array.is_null().to_pylist())
        ]
    if pa.types.is_date32(t):
        return each(array.cast(pa.int32()), canonical.date)
    if pa.types.is_timestamp(t):
        zone = "Z" if t.tz else ""
        micros = array.cast(pa.timestamp("us", t.tz)).cast(pa.int64())
        return each(micros, lambda value: canonical.timestamp(value, zone))
    if pa.types.is_float32(t):
        return each(array, canonical.single)
    if pa.types.is_float64(t):
        return each(array, canonical.double)
    if is_binary(t):
        return each(array, canonical.binary)
    if pa.types.is_decimal(t):
        return each(array, lambda value: canonical.decimal(value, t.scale))
    return array.to_pylist()


def each(array, convert):
    return [None if value is None else convert(value) for value in array.to_pylist()]
