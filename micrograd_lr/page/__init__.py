"""Stepping as an HTML page: the Python that writes it, and in `web` its JavaScript, CSS and HTML."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "arithmetic": ["functions"],
    "content": ["Judged", "typed_names"],
    "document": ["document", "framed", "short_scripts"],
    "page": ["JUDGES"],
    "step_through": ["StepThrough"],
}
