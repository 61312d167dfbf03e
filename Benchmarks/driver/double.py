"""The Databricks double for the benchmarks, and what its record of requests says about a run."""

import contextlib
import dataclasses
import json
import pathlib
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Double:
    def __enter__(self):
        script = ROOT / "Tests/Support/DatabricksDouble/run.sh"
        self.process = subprocess.Popen(["sh", script, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline().split()[1])
        while not self.ask("/_double/health")["ready"]:
            time.sleep(0.2)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()

    def ask(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}",
                                         headers={"Authorization": "Bearer dapi-admin"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def settings(self, dataset):
        return {
            "DATABRICKS_HOST": f"http://127.0.0.1:{self.port}", "DATABRICKS_WAREHOUSE_ID": "d0ub1e0000000001",
            "DATABRICKS_CLIENT_ID": "00000000-0000-4000-8000-0000000000ad",
            "DATABRICKS_CLIENT_SECRET": "dose-admin-secret", "TARGET_CATALOG": "main", "TARGET_DATASET": dataset,
        }

    @property
    def last(self):
        return self.ask("/_double/requests?path=^$")["last"]

    def waiting(self, since):
        """Where the run that has just ended spent its time at the double."""
        return Waiting.of(self.ask(f"/_double/requests?since={since}")["requests"])


@dataclasses.dataclass
class Waiting:
    """Seconds in which at least one such request was under way; requests side by side count once."""

    requests: int
    statements: float
    uploads: float
    megabytes: float
    # Of the uploads' seconds, those before the last upload began: rows were still being read and encoded.
    overlapping: float

    @staticmethod
    def of(requests):
        statements = [spanned(request) for request in requests if "/sql/" in request["path"]]
        sent = [request for request in requests if request["method"] == "PUT" and "/rows/" in request["path"]]
        uploads = [spanned(request) for request in sent]
        last = max((begin for begin, _ in uploads), default=0)
        early = [(begin, min(end, last)) for begin, end in uploads if begin < last]
        return Waiting(len(requests), covered(statements), covered(uploads),
                       sum(request["bytes_in"] for request in sent) / 1e6, covered(early))


def spanned(request):
    return request["time"], request["time"] + request["seconds"]


def covered(spans):
    """The length of the union of spans."""
    total, reached = 0.0, 0.0
    for begin, end in sorted(spans):
        total += max(end - max(begin, reached), 0)
        reached = max(reached, end)
    return total
