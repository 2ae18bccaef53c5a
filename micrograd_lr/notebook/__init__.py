"""A page as a live widget of a notebook: the Python that a cell reads and sets, and the JavaScript around the page."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "shown": ["bundle"],
    "widget": ["SheetWidget", "Widget"],
}
