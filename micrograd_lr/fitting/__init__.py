"""A logistic regression is fitted to people's data, with the loss of one example that the lesson is about."""

PUBLIC = {}  # what other rooms use, by module; everything else is this room's own affair
