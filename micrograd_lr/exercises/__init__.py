"""Exercises on the board: what is asked, the key from the engine, and what each usual mistake gives."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "command": ["exercise_command"],
}
