"""CDC of an orders-like table: against pg_recvlogical draining the same changes to nowhere."""

import shutil

import measure
import orders
from load import drop_slot

def benchmark(server, cdc, bench, work, changes, per_transaction, initial, runs):
    """The changes lie in a slot that is copied for every run; the lake is copied back as the full load left it."""
    orders.create(server, initial)
    loaded, lake = work / "lake-loaded", work / "lake-capture"
    shutil.rmtree(loaded, ignore_errors=True)
    for slot in ("cdc_bench", "master"):
        drop_slot(server, slot)
    measure.run([cdc, "run", "--mode", "full_load", "--source", server.url, "--lake", loaded,
                 "--tables", "public.orders", "--pipeline", "bench"])
    copy_slot(server, "cdc_bench", "master")
    orders.change(server, initial + 1, changes, per_transaction)
    end = server.sql("SELECT pg_current_wal_flush_lsn()")

    def recvlogical():
        copy_slot(server, "master", "rival")
        return measure.run([
            server.bin / "pg_recvlogical", "-d", server.url, "-S", "rival", "--start", "-f", "/dev/null",
            "--endpos", end, "--no-loop", "-o", "proto_version=1", "-o", "publication_names=cdc_bench",
            "-o", "binary=true"])

    def null():
        copy_slot(server, "master", "cdc_bench")
        return measure.run([bench, "capture", "--source", server.url, "--pipeline", "bench",
                            "--tables", "public.orders"])

    def local():
        copy_slot(server, "master", "cdc_bench")
        shutil.rmtree(lake, ignore_errors=True)
        shutil.copytree(loaded, lake)
        return measure.run([cdc, "run", "--mode", "cdc", "--source", server.url, "--lake", lake,
                            "--tables", "public.orders", "--pipeline", "bench"])

    results = measure.in_turn({
        "pg_recvlogical to nowhere": recvlogical,
        "cdc, decoded and dropped": null,
        "cdc, merged into local Delta": local,
    }, runs)
    rival, dropped, merged = results.values()
    what = f"transactions of {per_transaction:,}"
    ratios = [
        (f"decoded and dropped ÷ pg_recvlogical, changes/s, {what}", measure.ratio(dropped, rival), "≥ 1.0"),
        (f"merged into local Delta ÷ pg_recvlogical, changes/s, {what}", measure.ratio(merged, rival), "≥ 0.85"),
    ]
    return measure.table(results, changes, "changes"), ratios


def copy_slot(server, source, target):
    drop_slot(server, target)
    server.sql(f"SELECT pg_copy_logical_replication_slot('{source}', '{target}')")
