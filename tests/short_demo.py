"""The demo with two features of its data and a short training, for programs in which it is not the point."""

SHORT = """
from micrograd_lr.demo import tour
cases = tour.breast_cancer()
tour.STEPS, tour.breast_cancer = 30, lambda: cases.only(tour.TWO_FEATURES)
"""
