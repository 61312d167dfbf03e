"""Answers the tests' questions about Delta tables and Parquet files: one JSON object a line in, one out.
Runs until its input ends, so that the engines are imported once for all tests."""

import json
import os
import sys
import traceback

import compare
import engines


def read(request):
    if request["format"] == "delta":
        table = engines.read_delta(request["engine"], request["path"], request.get("version"))
    else:
        table = engines.read_parquet(request["engine"], request["path"])
    return answer_table(table, request.get("sorted", True))


def query(request):
    return answer_table(engines.query(request["sql"], request["tables"]), False)


def answer_table(table, is_sorted):
    rows = [compare.text(row) for row in compare.canonical_rows(table)]
    return {"columns": compare.described(table), "rows": sorted(rows) if is_sorted else rows}


def differences(request):
    found, count = compare.differences(
        request["engine"], request["path"], json.loads(request["columns"]), request["copy"], request.get("version")
    )
    return {"differences": found, "rowCount": count}


def script(request):
    """Runs Python that a test brings; what it leaves in `result` is the answer."""
    scope = {"args": request["arguments"], "engines": engines, "compare": compare}
    exec(compile(request["source"], "<test>", "exec"), scope)
    return {"result": json.dumps(scope.get("result"), ensure_ascii=False, sort_keys=True)}


OPERATIONS = {"read": read, "query": query, "differences": differences, "script": script}


def main():
    # Whatever a library prints must not look like an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        try:
            request = json.loads(line)
            answer = OPERATIONS[request["operation"]](request)
        except BaseException as error:
            trace = traceback.format_exc().strip().splitlines()
            answer = {"error": f"{type(error).__name__}: {error}\n" + "\n".join(trace[-6:])}
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
