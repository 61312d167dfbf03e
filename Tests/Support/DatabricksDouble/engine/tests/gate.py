"""Where a slow statement waits: `pause` runs in Spark's Python worker, the test opens the gate."""

import os
import time

PATIENCE = 20


def pause(value, gate):
    """A deterministic function that is slow: it says that it was reached and waits to be let through."""
    open(os.path.join(gate, "reached"), "w").close()
    wait_for(os.path.join(gate, "open"))
    return str(value)


def wait_for(file, given_up=lambda: False):
    end = time.monotonic() + PATIENCE
    while not os.path.exists(file) and not given_up() and time.monotonic() < end:
        time.sleep(0.01)
