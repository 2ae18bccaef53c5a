"""What is said to answers: the table that Python and the page are both held to, and how each judges."""

import json
from pathlib import Path

from stepped import all_steps

from micrograd_lr import Expression
from micrograd_lr.formulas.tokens import FormulaError
from micrograd_lr.stepping.answers import Judge
from micrograd_lr.stepping.questions import questions

TABLE = Path(__file__).parent / "stepping" / "verdicts.json"


class Case:
    """An expression at some numbers and at a level of detail, its questions, and the judge of answers to them."""

    def __init__(self, expression, numbers, detail, **_):
        text = Expression(expression)
        self.root = root = text(**numbers)
        self.options = {"detail": detail, "gradients": "parameters" if detail == "names" else "all"}
        self.steps = all_steps(root, **self.options)
        self.judge = Judge(text, numbers, self.steps)
        self.questions = {question.prompt: question for frame in self.steps for question in questions(frame)}

    def said(self, prompt, mode, answer):
        """What Python says to an answer."""
        try:
            return self.judge.verdict(answer, self.questions[prompt], mode).said
        except FormulaError as error:
            return str(error)


# What the page says to answers. The questions are found by what is asked, as `questions` does it.
IN_JAVASCRIPT = """answers => {
    const asked = new Map(frames.flatMap((frame) => frame.questions).map((question) => [question.text, question]));
    return answers.map(([prompt, mode, answer]) => {
        try {
            return judged(asked.get(prompt.replaceAll("-", "−")), answer, mode).said;
        } catch (error) {
            if (!(error instanceof FormulaError)) throw error;
            return error.message;
        }
    });
}"""


def table():
    """Expressions with their numbers and level, and answers: the prompt, number or formula, what is typed and said."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def main():
    """Write the table again, as Python judges its answers now: to be looked through before it is kept."""
    rows = []
    for case in table():
        said = Case(**case).said
        answers = [[*answer[:3], said(*answer[:3])] for answer in case.pop("answers")]
        lines = ",\n".join(f"   {json.dumps(answer, ensure_ascii=False)}" for answer in answers)
        rows.append(f'{json.dumps(case, ensure_ascii=False)[:-1]}, "answers": [\n{lines}\n ]}}')
    TABLE.write_text("[\n" + ",\n".join(f" {row}" for row in rows) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
