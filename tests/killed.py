"""Command lines in processes that are killed: at a chosen moment of writing a file, or from outside.

As a program: forks itself for each line of stdin, so that a new process has everything imported already. A line is
JSON, [folder, arguments, moment, count]; answered are the number of the process and then its exit code.
"""

import io
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

MOMENTS = [
    "half",
    "before",
    "after",
]  # half of a file is written; it is written, and is to get its name; it has its name


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(moment, count):
    """This process is killed when it writes its `count`-th file."""
    opened, renamed, left = Path.open, Path.replace, [count]

    class Half(io.FileIO):
        def write(self, content):
            super().write(content[: len(content) // 2])
            die()

    def open_(self, mode="r", *rest, **more):
        if mode != "xb":
            return opened(self, mode, *rest, **more)
        left[0] -= 1
        return Half(self, "x") if moment == "half" and not left[0] else opened(self, mode)

    def replace(self, target):
        if moment == "before" and not left[0]:
            die()
        renamed(self, target)
        if moment == "after" and not left[0]:
            die()

    Path.open, Path.replace = open_, replace


class Forks:
    """Processes that run `micrograd-lr`, one after the other."""

    def __init__(self):
        self.server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder, arguments, moment="", count=0, seconds=None):
        """The exit code. The process is killed at a moment, or after so many seconds."""
        print(json.dumps([str(folder), [*map(str, arguments)], moment, count]), file=self.server.stdin, flush=True)
        process = int(self.server.stdout.readline())
        if seconds is not None and not select.select([self.server.stdout], [], [], seconds)[0]:
            os.kill(process, signal.SIGKILL)
        return int(self.server.stdout.readline())

    def close(self):
        self.server.communicate()


def main():
    import numpy as np
    import polars  # not used before the forks: they would miss its threads

    import micrograd_lr.fitting.report
    from micrograd_lr import LogisticRegression, cli

    assert polars and micrograd_lr.fitting.report
    LogisticRegression(solver="gd").fit(np.eye(2), [0, 1])  # loads the kernels

    for line in sys.stdin:
        folder, arguments, moment, count = json.loads(line)
        process = os.fork()
        if not process:
            os.chdir(folder)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            if moment:
                die_at(moment, count)
            os._exit(cli.main(arguments))
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
