"""Stepping through both passes in a terminal."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "app": ["step_through"],
}  # fmt: skip
