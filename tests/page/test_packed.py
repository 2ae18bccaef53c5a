"""The data of a page in short: Python and the script read it as what it was."""

import json
import math
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from javascript import run_in_node
from pages import unpacked

from micrograd_lr.page.packed import packed

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DATA = st.recursive(
    SCALARS, lambda inside: st.lists(inside) | st.dictionaries(st.sampled_from("abc") | st.text(), inside)
)
SAME = [  # equal in Python, and not the same data
    [1, True, 1.0, [1], [True], [1.0], {"a": 1}, {"a": True}], [0, False, -0.0, 0.0, [0], [-0.0], ["0"], [[0]], [-1]],
    {"a": {}, "b": [], "c": [{}, {}, [], []], "__proto__": {"constructor": [1, 2, 3]}},
    [{"a": 1, "b": 2}, {"b": 2, "a": 1}],
    ["</script>", "", "⟦v1⟧", "\u2028", '"', {"": ""}], [[[[[1, 2, 3]]]], [[1, 2, 3]], [1, 2, 3]],
]  # fmt: skip


def text_of(x):
    return json.dumps(x, ensure_ascii=False)  # tells 1, 1.0 and true apart, and the order of keys


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(DATA) | st.dictionaries(st.text(), DATA))
def test_any_data_is_read_as_it_was(data):
    assert text_of(unpacked(json.loads(packed(data)))) == text_of(data)


@pytest.mark.parametrize("data", SAME, ids=range(len(SAME)))
def test_what_is_equal_and_not_the_same(data):
    assert text_of(unpacked(json.loads(packed(data)))) == text_of(data)


def test_the_script_reads_it_too():
    script = (files("micrograd_lr.page") / "web" / "packed.js").read_text(encoding="utf-8")
    cases = [*SAME, {"views": SAME * 2, "more": SAME}]
    given = ",".join(f"unpacked({packed(case)})" for case in cases)
    assert text_of(run_in_node(f"{script}\nconsole.log(JSON.stringify([{given}]))")) == text_of(
        json.loads(text_of(cases).replace("1.0", "1").replace("-0.0", "0").replace("0.0", "0"))
    )


def test_what_is_repeated_stands_once():
    box = {"id": "n1", "rows": ["title", "value"]}
    assert packed([box, box, {"id": "n2", "rows": []}]) == (
        '{"keys":[["id","rows"]],"parts":[[1,"n1",[0,"title","value"]]],"data":[0,[-1],[-1],[1,"n2",[0]]]}'
    )
    text = packed([{"id": str(i), "where": (1, 2)} for i in range(100)])
    assert len(text) < 0.6 * len(text_of([{"id": str(i), "where": (1, 2)} for i in range(100)]))


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_that_json_does_not_have(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        packed([number])
