"""The rival of the merge: deltalake's DeltaTable.merge. Arguments: lake, Parquet file with the changes.

Prints wall and CPU seconds of the merge alone, and the peak memory.
"""

import json
import resource
import sys
import time

import pyarrow.parquet
from deltalake import DeltaTable

lake, batch = sys.argv[1:]
changes = pyarrow.parquet.read_table(batch)


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


wall, used = time.monotonic(), cpu()
(
    DeltaTable(f"{lake}/public/accounts")
    .merge(changes, "t.id = s.id", source_alias="s", target_alias="t")
    .when_matched_update_all()
    .when_not_matched_insert_all()
    .execute()
)
print(json.dumps({
    "wall": time.monotonic() - wall, "cpu": cpu() - used,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
