"""A page that does for widgets what a notebook does: it gives each a model and an element."""

import json

NAMES = ("_html", "_inputs", "values", "step", "score", "code")  # what notebook and page both know
HOST = """<!doctype html><meta charset="utf-8"><title>Host</title>
<style>body {{ margin: 0 }}</style>
<script type="module">
{esm}
class Model {{
  constructor(state) {{ [this.state, this.sent, this.hearers] = [state, [], []]; }}
  get(name) {{ return this.state[name]; }}
  on(event, hearer) {{ this.hearers.push([event, hearer]); }}
  off(event, hearer) {{ this.hearers = this.hearers.filter(([e, h]) => e !== event || h !== hearer); }}
  set(name, value) {{
    this.state[name] = value;
    for (const [event, hearer] of this.hearers) if (event === "change:" + name) hearer();
  }}
  save_changes() {{ this.sent.push(JSON.stringify([this.state.values, this.state.step, this.state.score])); }}
}}
const made = {states}.map((state) => new Model(state));
window.models = {order}.map((i) => made[i]);
window.ends = window.models.map((model) => {{
  const el = document.createElement("div");
  document.body.append(el);
  return ({{ render }}).render({{ model, el }});
}});
</script>"""


def host(*widgets):
    """The text of such a page, with these widgets."""
    own = list(dict.fromkeys(widgets))  # a widget that stands in two cells has one model
    states = [{name: getattr(widget, name) for name in NAMES if widget.has_trait(name)} for widget in own]
    esm = widgets[0]._esm.replace("export default", "//")
    return HOST.format(
        esm=esm,
        order=[own.index(widget) for widget in widgets],
        states=json.dumps(states).replace("</", "<\\/").replace("<!", "\\u003c!"),
    )
