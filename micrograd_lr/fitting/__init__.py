"""A logistic regression is fitted to people's data, with the loss of one example that the lesson is about.

`loss` is that loss; `objective` is what is minimised, its mean with a penalty, over `examples`, wherever they are;
`solvers` find the minimum; `estimator` is `LogisticRegression`, as scikit-learn shapes it.
"""

PUBLIC: dict[str, list[str]] = {}  # what other rooms use, by module; everything else is this room's own affair
