"""What every room may use: late imports, files written whole, a progress bar, the standard streams."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "files": ["write_whole"],
    "late": ["need"],
    "lazily": ["lazily"],
    "progress": ["progress"],
    "streams": ["is_terminal", "prepare", "printable", "written"],
    "version": ["__version__"],
}  # fmt: skip
