"""A graph as a picture."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "boxes": ["Box", "Edge", "Picture", "write_formulas"],
    "builtin_layout": ["LONGEST_ROUTE", "Layout", "MARGIN", "text_width"],
    "drawing": ["Drawing", "draw", "viewed"],
    "graph": ["FOREIGN", "LIMIT", "boxes_of", "changed_since", "is_data", "picture"],
    "look": ["DIRECTIONS", "Look", "PARTIALS", "THEMES"],
    "renderers": ["RenderError", "choose"],
}  # fmt: skip
