"""A graph as a picture."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "boxes": ["Box", "Picture", "write_formulas"],
    "drawing": ["Drawing", "draw"],
    "graph": ["EXAMPLES_OPENED", "LIMIT", "boxes_of", "changed_since", "is_data", "picture"],
    "look": ["DIRECTIONS", "Look", "PARTIALS", "THEMES"],
    "renderers": ["RenderError", "choose"],
}  # fmt: skip
