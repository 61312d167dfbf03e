"""Merging 60,000 changes spread over a local table of 10 million rows: against deltalake's DeltaTable.merge."""

import pathlib
import shutil
import sys

import measure


def benchmark(bench, work, rows, changes, runs, shuffled):
    """Both sides start from copies of one table and apply the same batch; each times its merge alone."""
    base, batch = work / "merge-base", work / "merge-batch.parquet"
    shutil.rmtree(base, ignore_errors=True)
    batch.unlink(missing_ok=True)
    measure.run([bench, "merge-table", "--lake", base, "--batch", batch, "--rows", rows, "--changes", changes,
                 *(["--shuffled"] if shuffled else [])])

    def side(command):
        def once():
            lake = work / "merge-lake"
            shutil.rmtree(lake, ignore_errors=True)
            shutil.copytree(base, lake)
            return measure.reported([*command, lake, batch])
        return once

    results = measure.in_turn({
        "cdc, merge by deletion vectors":
            side([bench, "merge", "--rows", rows, "--changes", changes]),
        "deltalake DeltaTable.merge": side([sys.executable, pathlib.Path(__file__).with_name("delta_merge.py")]),
    }, runs)
    ours, theirs = results.values()
    ratios = [(f"merge of {changes:,} changes into {rows:,} rows ({'keys in no order' if shuffled else 'keys in order'}) ÷ deltalake", measure.ratio(ours, theirs), "≥ 5")]
    return measure.table(results, changes, "changes"), ratios
