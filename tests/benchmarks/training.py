"""``micrograd-lr train`` on a large table: its time beside that of reading the table and of the fit; and its memory.

`make bench` runs this. The contestants run in turns, each in a process of its own; every figure is a median over
rounds. Memory is what a process has of its own (RssAnon) at its highest; files that the system has mapped do not count.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

M, N, ROUNDS = 1_000_000, 30, 5
WANTED = 1.5  # times reading and the fit
IMPORTS = """\
import micrograd_lr.fitting.report, micrograd_lr.fitting.predicting, polars, numba, time
start = time.perf_counter()
"""
END = "\nprint(time.perf_counter() - start)"
READ = "for batch in open_table(Path({table!r})).batches(range({n}), {n}, 'error'): pass"
CLI = "from micrograd_lr import cli\nassert cli.main("
CONTESTANTS = {  # {table}: the file, {folder}: a place to write to
    "nothing": "",
    "Polars, read_csv": "polars.read_csv({table!r})",
    "reading": f"from micrograd_lr.fitting.table import open_table\nfrom pathlib import Path\n{READ}",
    "fit": "import numpy as np\nX, y = np.load({folder!r} + '/X.npy'), np.load({folder!r} + '/y.npy')\n"
    "start = time.perf_counter()\nfrom micrograd_lr import LogisticRegression\n"
    "LogisticRegression(solver='newton', tol=1e-6).fit(X, y)",
    "train": CLI + "['train', {table!r}, '--target', 'y', '-o', {folder!r} + '/m.json']) == 0",
    "predict": CLI + "['predict', {folder!r} + '/m.json', {table!r}, '-o', {folder!r} + '/p.csv']) == 0",
}


def write_table(folder: Path) -> None:
    """A CSV and a Parquet file, and the rows that train fits, standardised, as arrays."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(0)
    X = rng.normal(size=(M, N)).round(6)
    y = (X @ rng.normal(size=N) + rng.logistic(size=M) > 0).astype(int)
    frame = pl.DataFrame({f"x{j}": X[:, j] for j in range(N)} | {"y": y})
    frame.write_csv(folder / "table.csv")
    frame.write_parquet(folder / "table.parquet")
    np.save(folder / "X.npy", X[: M * 4 // 5])
    np.save(folder / "y.npy", y[: M * 4 // 5])


def run(code: str) -> tuple[float, float, float]:
    """Seconds without the imports, MB of memory, and CPU seconds of the whole process."""
    process = subprocess.Popen([sys.executable, "-c", IMPORTS + code + END], stdout=subprocess.PIPE, text=True)
    highest = 0
    ended = 0
    while not ended:
        status = Path(f"/proc/{process.pid}/status").read_text()
        own = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")]
        highest = max(highest, *own, 0)
        time.sleep(0.005)
        ended, exit_code, usage = os.wait4(process.pid, os.WNOHANG)
    assert process.stdout is not None
    last = process.stdout.read().split()[-1]
    assert exit_code == 0, code
    return float(last), highest / 1000, usage.ru_utime + usage.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder)
        size = 8 * M * (N + 1) / 1e6
        print(f"{M:,} × {N}: {size:.0f} MB of numbers, {(folder / 'table.csv').stat().st_size / 1e6:.0f} MB of CSV; "
              f"{platform.python_version()}, load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
        jobs = {
            (kind, who): code.format(table=str(folder / f"table.{kind}"), folder=name, n=N)
            for kind in ("csv", "parquet")
            for who, code in CONTESTANTS.items()
            if kind == "csv" or who in ("reading", "train", "predict")
        }
        found: dict[tuple[str, str], list[tuple[float, float, float]]] = {job: [] for job in jobs}
        for round_ in range(ROUNDS + 1):  # the first one compiles, and warms the caches
            for job, code in jobs.items():
                figures = run(code)
                if round_:
                    found[job].append(figures)
        medians = {job: [statistics.median(column) for column in zip(*figures)] for job, figures in found.items()}
        _, usual, imports = medians["csv", "nothing"]
        print("| | seconds | CPU seconds | MB over the imports | of the numbers |\n|---|--:|--:|--:|--:|")
        for (kind, who), (seconds, memory, used) in medians.items():
            more = memory - usual
            print(f"| {kind}: {who} | {seconds:.2f} | {used - imports:.2f} | {more:.0f} | {more / size:.2f} |")
        for name, column, of in (
            ("seconds", 0, statistics.median),
            ("the fewest seconds", 0, min),
            ("CPU seconds", 2, statistics.median),
        ):
            best = {
                who: of(figure[column] for figure in figures) for (kind, who), figures in found.items() if kind == "csv"
            }
            best = {who: x - (imports if column else 0) for who, x in best.items()}
            for reading in ("reading", "Polars, read_csv"):
                ratio = best["train"] / (best[reading] + best["fit"])
                print(f"\n{name}: train is {ratio:.2f} times ({reading}) + fit; wanted: {WANTED}")
        print(json.dumps({f"{kind} {who}": figures for (kind, who), figures in found.items()}), file=sys.stderr)


if __name__ == "__main__":
    main()
