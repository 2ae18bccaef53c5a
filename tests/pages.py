"""What the script of a page reads, from the HTML: the rules of page/packed.py, in another way."""

import json
import re


def data_of(html):
    """The data of a page."""
    return unpacked(json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1]))


def unpacked(packed):
    def read(x):
        if not isinstance(x, list):
            return x
        if x[0] < 0:
            return read(packed["parts"][-x[0] - 1])
        inside = [*map(read, x[1:])]
        return dict(zip(packed["keys"][x[0] - 1], inside, strict=True)) if x[0] else inside

    return read(packed["data"])
