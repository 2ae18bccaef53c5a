"""Levels of detail: the graph of the names alone, and the closed form that logistic regression comes to."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "closed_form": ["closed_forms", "multiplied_out", "slope_of_loss"],
    "examples": ["EXAMPLES_OPENED", "Examples", "examples_in"],
    "given_names": ["named", "spare_names"],
    "names": ["Composite", "INSIDE", "Inside", "LEVELS", "MOST_WAYS", "at_level", "usual_level"],
    "once": ["logits_without_names", "written_once"],
}  # fmt: skip
