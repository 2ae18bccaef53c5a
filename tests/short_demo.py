"""The demo with two features of its data and a short training, for tests in which it is not the point."""

import sys

SHORT = """
from micrograd_lr.demo import tour, training
cases = tour.breast_cancer()
training.ITERATIONS, tour.breast_cancer = 30, lambda: cases.only(tour.TWO_FEATURES)
"""
COMMAND = [sys.executable, "-c", f"{SHORT}import sys\nfrom micrograd_lr import cli\nsys.exit(cli.main())"]
