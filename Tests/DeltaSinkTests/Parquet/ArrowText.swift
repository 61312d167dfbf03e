// The Python half of `Value.text`: every value of an Arrow table as text. Integers, dates, timestamps and
// unscaled decimals are numbers, floats and bytes hexadecimal digits; (fields), [elements], [(key,value)].

let arrowText = """
  import struct

  import pyarrow as pa


  def texts(array):
      if isinstance(array, pa.ChunkedArray):
          return [text for chunk in array.chunks for text in texts(chunk)]
      t = array.type
      nulls = array.is_null().to_pylist()
      if pa.types.is_dictionary(t):
          return texts(array.dictionary_decode())
      if pa.types.is_map(t):
          keys, items, offsets = texts(array.keys), texts(array.items), array.offsets.to_pylist()
          entries = [f"({key},{item})" for key, item in zip(keys, items)]
          return [join(null, entries[offsets[i] : offsets[i + 1]]) for i, null in enumerate(nulls)]
      if pa.types.is_list(t) or pa.types.is_large_list(t):
          elements, offsets = texts(array.values), array.offsets.to_pylist()
          return [join(null, elements[offsets[i] : offsets[i + 1]]) for i, null in enumerate(nulls)]
      if pa.types.is_struct(t):
          fields = [texts(array.field(i)) for i in range(t.num_fields)]
          return ["null" if null else "(" + ",".join(f[i] for f in fields) + ")" for i, null in enumerate(nulls)]
      if pa.types.is_date32(t):
          array = array.cast(pa.int32())
      elif pa.types.is_timestamp(t):
          array = array.cast(pa.timestamp("us", t.tz)).cast(pa.int64())
      return ["null" if value is None else scalar(value, t) for value in array.to_pylist()]


  def join(null, elements):
      return "null" if null else "[" + ",".join(elements) + "]"


  def scalar(value, t):
      if isinstance(value, bool):
          return "true" if value else "false"
      if pa.types.is_float32(t):
          return "NaN" if value != value else struct.pack(">f", value).hex()
      if pa.types.is_float64(t):
          return "NaN" if value != value else struct.pack(">d", value).hex()
      if pa.types.is_decimal(t):
          sign, digits, exponent = value.as_tuple()
          unscaled = int("".join(map(str, digits))) * 10 ** (exponent + t.scale)
          return str(-unscaled if sign else unscaled)
      if isinstance(value, str):
          return value.encode().hex()
      if isinstance(value, bytes):
          return value.hex()
      return str(value)


  def table_texts(source):
      return [texts(source.column(i)) for i in range(source.num_columns)]

  """
