"""Times whole processes: wall seconds, CPU seconds of the client, peak memory; and pairs of them in turn."""

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time


@dataclasses.dataclass
class Run:
    wall: float
    cpu: float
    peak_mb: float


def run(*commands, env=None):
    """Runs the commands side by side to their end. CPU is added up, memory too."""
    started = time.monotonic()
    with open(os.devnull, "wb") as null:
        children = [
            subprocess.Popen([str(word) for word in command], stdout=null, stderr=subprocess.PIPE,
                             env={**os.environ, **(env or {})})
            for command in commands
        ]
        cpu = peak = 0.0
        for child in children:
            errors = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            if status != 0:
                sys.exit(f"{child.args[:3]} failed: {errors.decode()[-2000:]}")
            child.returncode = 0
            cpu += usage.ru_utime + usage.ru_stime
            peak += usage.ru_maxrss / 1024
    return Run(time.monotonic() - started, cpu, peak)


def reported(command):
    """Runs a command that times the part of itself that counts and prints it as JSON on its last line."""
    output = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    return Run(**json.loads(output.splitlines()[-1]))


def in_turn(pairs, runs):
    """Calls each side's function in turn, `runs` times over: A B C, A B C, … so that drift hits all alike."""
    results = {name: [] for name in pairs}
    for _ in range(runs):
        for name, side in pairs.items():
            results[name].append(side())
    return results


def median(runs, field):
    return statistics.median(getattr(run, field) for run in runs)


def ratio(a, b):
    """The median over pairs of b's wall seconds to a's: how many times as fast a is."""
    return statistics.median(y.wall / x.wall for x, y in zip(a, b))


def table(results, count, unit):
    """A Markdown table, one side a row."""
    lines = [f"| side | {unit}/s (median) | wall s (min … max) | client CPU s | peak MB |", "|---|---|---|---|---|"]
    for name, runs in results.items():
        walls = [run.wall for run in runs]
        lines.append(
            f"| {name} | {count / statistics.median(walls):,.0f} | {statistics.median(walls):.2f} "
            f"({min(walls):.2f} … {max(walls):.2f}) | {median(runs, 'cpu'):.2f} | {median(runs, 'peak_mb'):,.0f} |")
    return "\n".join(lines)
