"""Full load of a lineitem-like table: against COPY to nowhere, and against duckdb's scanner writing Parquet."""

import pathlib
import shutil
import sys

import lineitem
import measure


def benchmark(server, cdc, work, rows, runs):
    lineitem.create(server, rows)
    first, second = lineitem.ctid_halves(server)

    def copy(*conditions):
        return lambda: measure.run(*[
            [*server.psql, "-c", f"COPY (SELECT * FROM lineitem WHERE {where}) TO STDOUT (FORMAT binary)"]
            if where else [*server.psql, "-c", "COPY lineitem TO STDOUT (FORMAT binary)"]
            for where in conditions])

    def load(readers):
        def once():
            lake = work / "lake-load"
            shutil.rmtree(lake, ignore_errors=True)
            drop_slot(server, "cdc_bench")
            return measure.run([cdc, "run", "--mode", "full_load", "--source", server.url, "--lake", lake,
                                "--tables", "public.lineitem", "--pipeline", "bench", "--readers", readers])
        return once

    def duckdb():
        scan = pathlib.Path(__file__).with_name("scan.py")
        return measure.reported([sys.executable, scan, server.url, work / "lineitem.parquet"])

    results = measure.in_turn({
        "COPY binary to nowhere, 1 connection": copy(None),
        "cdc full load, 1 reader": load(1),
        "COPY binary to nowhere, 2 connections": copy(first, second),
        "cdc full load, 2 readers": load(2),
        "duckdb scanner to Parquet zstd": duckdb,
    }, runs)
    copy1, one, copy2, two, duck = results.values()
    ratios = [
        ("1 reader ÷ COPY over 1 connection, rows/s", measure.ratio(one, copy1), "≥ 0.9"),
        ("2 readers ÷ two COPYs side by side, rows/s", measure.ratio(two, copy2), "≥ 0.6"),
        ("2 readers ÷ duckdb, rows/s", measure.ratio(two, duck), "> 1"),
        ("2 readers ÷ duckdb, client CPU seconds",
         measure.median(two, "cpu") / measure.median(duck, "cpu"), "≤ 0.75"),
    ]
    return measure.table(results, rows, "rows"), ratios


def drop_slot(server, name):
    server.sql(f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{name}'")
