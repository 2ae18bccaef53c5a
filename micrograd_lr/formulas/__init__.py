"""The rules as text: numbers and formulas written out, as MathML and LaTeX too, and text that is read as a graph."""

PUBLIC = {  # what other rooms use, by module; everything else is this room's own affair
    "expression": ["Expression"],
    "format": [
        "DIGITS", "check_digits", "clean", "format_formula", "format_number", "is_rounded", "letters", "subscript",
        "superscript",
    ],
    "keys": ["VALUE", "gradient_key", "ids", "node_id", "payment_key", "value_key"],
    "language": ["MAX_DEPTH", "MAX_LENGTH", "functions"],
    "latex": ["aligned", "latex_text", "latex"],
    "mathml": ["mathml"],
    "rules": ["FOR_NUMBERS_ONLY", "formula_of", "slopes_of"],
    "templates": ["as_factor", "different", "equation", "filled", "signed", "slot"],
    "text": ["IF", "SLOT", "Text", "as_text"],
    "tokens": ["FormulaError", "quoted", "said", "spellings", "tokens"],
    "typed": ["NoValue", "by_name", "evaluated", "inputs", "separated"],
}  # fmt: skip
