"""The report of `micrograd-lr demo`."""
