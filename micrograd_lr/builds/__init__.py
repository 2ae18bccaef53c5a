"""One picture per move of both passes, for the builds of a slide."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "frames": ["FORMS", "DrawnFrames", "draw_frames"],
}  # fmt: skip
