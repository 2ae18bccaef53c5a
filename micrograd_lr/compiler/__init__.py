"""The loss of one example becomes a function over millions."""
