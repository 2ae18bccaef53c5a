"""Both passes move by move, as data, with questions and answers."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "answers": ["Judge", "SAID", "Verdict"],
    "elsewhere": ["saturated"],
    "derivations": ["derivation"],
    "frames": ["Frame", "Steps", "steps"],
    "latex": ["walk"],
    "leads": ["NOT_A_LABEL"],
    "lines": ["SHOWN"],
    "moves": ["Closed", "Line", "Node", "Payment"],
    "questions": ["Question", "questions"],
    "quiz": ["Asking", "Walk", "revealed"],
    "record": ["payments"],
    "shapes": ["dimensions", "in_numbers", "read"],
}  # fmt: skip
