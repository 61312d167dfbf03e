"""Runs the benchmarks and prints their tables and ratios as Markdown; see Benchmarks/RESULTS.md.

Usage: main.py CDC BENCH [--scale 1.0] [--runs 3] [--only load,capture,merge,memory,databricks]
"""

import argparse
import datetime
import os
import pathlib
import platform
import subprocess
import tempfile

import capture
import databricks
import load
import measure
import merge
from server import Server

BARS = []


def section(title, outcome):
    table, ratios = outcome
    print(f"\n## {title}\n\n{table}\n", flush=True)
    for name, value, bar in ratios:
        print(f"- {name}: **{value:.2f}** (the bar: {bar})", flush=True)
        BARS.append((name, value, bar))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cdc", type=pathlib.Path)
    parser.add_argument("bench", type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="load,capture,memory,merge,databricks")
    options = parser.parse_args()
    parts = options.only.split(",")

    def scaled(count):
        return max(int(count * options.scale) // 1000 * 1000, 1000)

    print(f"# Benchmarks of {datetime.date.today()}\n\n{machine()}; scale {options.scale}, {options.runs} runs in turn, "
          "PostgreSQL over a Unix socket on the same cores.")
    with tempfile.TemporaryDirectory(prefix="cdc-bench-work-") as name, Server() as server:
        work = pathlib.Path(name)
        if "load" in parts:
            section("Full load", load.benchmark(server, options.cdc, work, scaled(3_000_000), options.runs))
        if "capture" in parts:
            for size in (100, scaled(600_000)):
                section(f"CDC, transactions of {size:,} changes", capture.benchmark(
                    server, options.cdc, options.bench, work, scaled(600_000), size, scaled(300_000), options.runs))
        if "memory" in parts:
            section("Peak memory at two sizes", memory(server, options, work, scaled))
        if "merge" in parts:
            for shuffled in (False, True):
                order = "in no order" if shuffled else "in order"
                section(f"Merge, the table's keys {order}", merge.benchmark(
                    options.bench, work, scaled(10_000_000), scaled(60_000), options.runs, shuffled))
        if "databricks" in parts:
            for title, outcome in databricks.benchmark(
                    server, options.cdc, work, scaled(3_000_000), scaled(200_000), scaled(300_000), options.runs):
                section(title, outcome)
    print("\n## Ratios\n")
    for name, value, bar in BARS:
        print(f"- {name}: {value:.2f} ({bar})")


def memory(server, options, work, scaled):
    """The same load and the same capture at two sizes: what is held must not grow with the table or the backlog."""
    rows, ratios = [], []
    for factor in (1, 3):
        table, _ = load.benchmark(server, options.cdc, work, scaled(1_500_000) * factor, 1)
        rows += pick(table, "cdc full load, 2 readers", f"{scaled(1_500_000) * factor:,} rows")
    for size in (100, None):
        for factor in (1, 3):
            changes = scaled(400_000) * factor
            table, _ = capture.benchmark(
                server, options.cdc, options.bench, work, changes, size or changes, scaled(300_000), 1)
            what = f"{changes:,} changes in " + (f"transactions of {size}" if size else "one transaction")
            rows += pick(table, "cdc, merged into local Delta", what)
    for line in rows:
        ratios.append((line[0] + ", peak MB", line[1], "< 300"))
    return "Each line one run.", ratios


def pick(table, side, what):
    line = next(line for line in table.splitlines() if line.startswith(f"| {side}"))
    return [(f"{side}, {what}", float(line.split("|")[5].replace(",", "")))]


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    postgres = subprocess.check_output(["psql", "--version"], text=True).strip()
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}, {postgres}"


main()
