"""Threads that begin together and take turns very often."""

import sys
import threading


def together(calls):
    """What the calls raise, each made on a thread of its own."""
    interval, raised = sys.getswitchinterval(), []
    # The turns become short when all threads wait here. Earlier would be too early: while one thread sets the trace
    # function of coverage at its start, Python 3.11 lets no other thread set it.
    barrier = threading.Barrier(len(calls), action=lambda: sys.setswitchinterval(1e-6), timeout=60)

    def run(call):
        try:
            barrier.wait()
            call()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return raised
