"""The rival of the full load: duckdb's postgres scanner writing zstd Parquet. Arguments: source, file.

Prints the wall and CPU seconds of the statement alone, without Python's own start, and the peak memory.
"""

import json
import pathlib
import resource
import sys
import time

import duckdb

source, target = sys.argv[1:]
connection = duckdb.connect()
packages = pathlib.Path(duckdb.__file__).parent.parent
for file in packages.glob("duckdb_extension_p*/**/*.duckdb_extension"):
    connection.execute(f"LOAD '{file}'")
connection.execute("SET threads = 2")
connection.execute(f"ATTACH '{source}' AS source (TYPE postgres, READ_ONLY)")


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


wall, used = time.monotonic(), cpu()
connection.execute(
    f"COPY (SELECT * FROM source.public.lineitem) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
print(json.dumps({
    "wall": time.monotonic() - wall, "cpu": cpu() - used,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
