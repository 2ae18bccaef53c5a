"""From a table to a model and back: a CSV file, `micrograd-lr train`, `micrograd-lr predict`; then in Python alone."""

import csv
import json

from micrograd_lr import cli
from micrograd_lr.logistic.breast_cancer import breast_cancer

FEATURES = ["mean radius", "mean texture", "mean smoothness", "worst concavity"]

cases = breast_cancer().only(FEATURES)
with open("cases.csv", "w", newline="", encoding="utf-8") as file:  # or a table of your own
    table = csv.writer(file)
    table.writerow([*FEATURES, "diagnosis"])
    table.writerows([*row, "M" if label else "B"] for row, label in zip(cases.rows, cases.labels))

print("$ micrograd-lr train cases.csv --target diagnosis --plots plots")
cli.main(["train", "cases.csv", "--target", "diagnosis", "--plots", "plots"])

print("\n$ micrograd-lr predict model.json cases.csv -o predictions.csv")
cli.main(["predict", "model.json", "cases.csv", "-o", "predictions.csv"])
with open("predictions.csv", encoding="utf-8") as file:
    print(*file.readlines()[:3], sep="", end="")

# The model is a few numbers, which anything can read.
with open("model.json", encoding="utf-8") as file:
    model = json.load(file)
standardised = [(x - mean) / sd for x, mean, sd in zip(cases.rows[0], model["means"], model["deviations"])]
z = sum(w * x for w, x in zip(model["coefficients"][0], standardised)) + model["intercepts"][0]
print(f"\nby hand, the first case: z = wx + b = {z:.4f}, which is above 0, so it is {model['classes'][z > 0]}")
