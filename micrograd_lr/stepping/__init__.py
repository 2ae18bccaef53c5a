"""Both passes move by move, as data, with questions and answers."""
