"""The same load and the same changes into the Databricks double and into a local lake, in turn.

The double is Spark on the same two cores, so its seconds say nothing about a warehouse. What travels is the client's side:
its CPU seconds, how much of the run it waits, and whether uploads go on beside the reading.
"""

import shutil
import statistics

import lineitem
import measure
import orders
from double import Double
from load import drop_slot


def benchmark(server, cdc, work, rows, changes, initial, runs):
    with Double() as double:
        return [load(server, cdc, work, double, rows, runs), *[
            capture(server, cdc, work, double, changes, size, initial, runs) for size in (100, changes)]]


def load(server, cdc, work, double, rows, runs):
    lineitem.create(server, rows)
    waits = []

    def command(*arguments):
        drop_slot(server, "cdc_bench")
        return [cdc, "run", "--mode", "full_load", "--source", server.url, "--tables", "public.lineitem", "--pipeline",
                "bench", "--readers", 2, *arguments]

    def local():
        shutil.rmtree(work / "lake-load", ignore_errors=True)
        return measure.run(command("--lake", work / "lake-load"))

    def databricks():
        before = double.last
        run = measure.run(command(), env=double.settings(f"load_{len(waits)}"))
        waits.append((run, double.waiting(before)))
        return run

    results = measure.in_turn({"cdc full load, local Delta": local, "cdc full load, the double": databricks}, runs)
    return f"Databricks: full load of {rows:,} rows, 16 columns", outcome(results, rows, "rows", waits)


def capture(server, cdc, work, double, changes, per_transaction, initial, runs):
    """Every run has a slot and a target of its own, loaded before the changes are made."""
    orders.create(server, initial)
    waits = []

    def command(mode, side, number):
        return [cdc, "run", "--mode", mode, "--source", server.url, "--tables", "public.orders", "--pipeline",
                f"bench_{side}_{number}"] + (["--lake", work / f"lake-{number}"] if side == "local" else [])

    def dataset(number):
        return double.settings(f"changes_{per_transaction}_{number}")

    for number in range(runs):
        shutil.rmtree(work / f"lake-{number}", ignore_errors=True)
        for side in ("local", "double"):
            drop_slot(server, f"cdc_bench_{side}_{number}")
            measure.run(command("full_load", side, number), env=dataset(number) if side == "double" else None)
    orders.change(server, initial + 1, changes, per_transaction)
    numbers = {"local": iter(range(runs)), "double": iter(range(runs))}

    def local():
        return measure.run(command("cdc", "local", next(numbers["local"])))

    def databricks():
        number, before = next(numbers["double"]), double.last
        run = measure.run(command("cdc", "double", number), env=dataset(number))
        waits.append((run, double.waiting(before)))
        return run

    results = measure.in_turn({"cdc, local Delta": local, "cdc, the double": databricks}, runs)
    for number in range(runs):
        for side in ("local", "double"):
            drop_slot(server, f"cdc_bench_{side}_{number}")
    title = f"Databricks: CDC of {changes:,} changes, transactions of {per_transaction:,}"
    return title, outcome(results, changes, "changes", waits)


def outcome(results, count, unit, waits):
    local, double = results.values()
    millions = count / 1e6

    def middle(value):
        return statistics.median(value(run, waiting) for run, waiting in waits)

    ratios = [
        (f"the double ÷ local Delta, {unit}/s", measure.ratio(double, local), "no bar: Spark on the same cores"),
        ("client CPU seconds, the double ÷ local Delta",
         measure.median(double, "cpu") / measure.median(local, "cpu"), "no bar"),
        (f"client CPU seconds a million {unit}, the double", measure.median(double, "cpu") / millions, "no bar"),
        ("share of the run in which a statement was under way", middle(lambda run, w: w.statements / run.wall), "no bar"),
        ("seconds in which a file was being uploaded", middle(lambda _, w: w.uploads), "no bar"),
        ("of them, those before the last upload began", middle(lambda _, w: w.overlapping), "no bar"),
        ("requests", middle(lambda _, w: w.requests), "no bar"),
        ("megabytes uploaded", middle(lambda _, w: w.megabytes), "no bar"),
    ]
    return measure.table(results, count, unit), ratios
