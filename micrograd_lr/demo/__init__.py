"""The report of `micrograd-lr demo`."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "tour": ["demo"],
}  # fmt: skip
