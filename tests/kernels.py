"""Kernels that are kept, and what may become of them."""

import hashlib
import logging
import os
import re
from contextlib import contextmanager

import pytest

from micrograd_lr.compiler import kernel_cache

STRANGER = 12345
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act for two users")


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


@contextmanager
def refused(reason):
    """What is inside says once that nothing is kept, for this reason."""
    kernel_cache._warned.clear()
    log, logger = Log(), logging.getLogger("micrograd_lr")
    logger.addHandler(log)
    try:
        yield
    finally:
        logger.removeHandler(log)
    (message,) = log.messages
    assert re.match(
        rf"compiled kernels are not kept for the next run: .*{reason}.*\. Set MICROGRAD_LR_CACHE to", message
    )


def linked(kept, bomb):
    kept.unlink()
    kept.symlink_to("bomb")
    signed(kept, bomb)


def signed(path, content):
    path.write_bytes(hashlib.sha256(path.stem.encode() + content).digest() + content)
