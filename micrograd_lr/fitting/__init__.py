"""A logistic regression is fitted to people's data, with the loss of one example that the lesson is about.

`loss` is that loss; `objective` is what is minimised, its mean with a penalty, over `examples`, wherever they are;
`solvers` find the minimum; `estimator` is `LogisticRegression`, as scikit-learn shapes it.

The command line: `table` reads CSV (`csv_file`, `cells`) and Parquet; `preparing` makes examples of its rows;
`training` can be interrupted; `model_file` is what is kept; `report` and `charts` say what was found; `predicting`
applies it.
"""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "charts": ["loss_curves"],
    "command": ["fitting_commands"],
    "estimator": ["LogisticRegression"],
}
