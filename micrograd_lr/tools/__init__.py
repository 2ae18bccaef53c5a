"""What every room may use: late imports, lazy names, the version, whole files, a progress bar, standard streams."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "files": ["write_whole", "written_whole"],
    "late": ["need"],
    "lazily": ["lazily"],
    "progress": ["progress"],
    "streams": ["flushed", "is_terminal", "prepare_streams", "printable"],
    "version": ["__version__"],
}  # fmt: skip
