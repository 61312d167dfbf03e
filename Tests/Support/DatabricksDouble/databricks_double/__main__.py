"""python -m databricks_double: serves until it is stopped, or until its standard input ends (--until-eof)."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import threading

from .server import Server
from .workspace import WAREHOUSE, Workspace


def _print_settings(workspace: Workspace) -> None:
    admin = workspace.auth.principals[0]
    print("Point cdc at it from another terminal:\n")
    for name, value in {
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_CLIENT_ID": admin.client_id,
        "DATABRICKS_CLIENT_SECRET": admin.secret,
        "DATABRICKS_WAREHOUSE_ID": WAREHOUSE,
        "TARGET_CATALOG": "main",
        "TARGET_DATASET": "shop",
    }.items():
        print(f"export {name}={value}")
    print(
        "\nStatements wait until Spark is up. Ctrl-C stops it; its tables go with it unless --root keeps them.",
        flush=True,
    )


def _wait_for_eof(ended: threading.Event) -> None:
    sys.stdin.buffer.read()
    ended.set()


def main() -> None:
    options = argparse.ArgumentParser(prog="databricks_double")
    options.add_argument(
        "--root", help="the folder of tables and volumes (default: a temporary one, removed at the end)"
    )
    options.add_argument("--port", type=int, default=0, help="0: any free one")
    options.add_argument("--jar", required=True, help="the Delta connector")
    options.add_argument("--settings", action="store_true", help="say how to point cdc at it")
    options.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    given = options.parse_args()
    root = os.path.realpath(given.root or tempfile.mkdtemp(prefix="databricks-double."))
    os.makedirs(root, exist_ok=True)
    if not given.settings:  # what the JVM says is for those who look for it
        log = os.open(os.path.join(root, "double.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 2)
    server = Server(given.port)
    workspace = Workspace(root, os.path.realpath(given.jar), "127.0.0.1", server.server_address[1])
    server.workspace = workspace
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    if given.settings:
        _print_settings(workspace)
    else:
        print(f"listening {workspace.port} {root}", flush=True)
    workspace.engine.start()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    if given.until_eof:
        threading.Thread(target=_wait_for_eof, args=(ended,), daemon=True).start()
    ended.wait()
    workspace.engine.stop()
    if not given.root:
        shutil.rmtree(root, ignore_errors=True)
    os._exit(0)


main()
