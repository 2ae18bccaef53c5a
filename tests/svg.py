"""What an SVG of ours shows, whoever laid it out: its nodes and edges with their texts."""

from __future__ import annotations

from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def groups(svg: str, kind: str) -> dict[str, ET.Element]:
    """The groups of a kind (node, edge) by id."""
    return {g.get("id", ""): g for g in ET.fromstring(svg).iter(f"{SVG}g") if kind in g.get("class", "").split()}


def texts(group: ET.Element) -> list[tuple[str | None, str | None]]:
    """The lines of a group: what each is, and its text."""
    return [(text.get("class"), text.text) for text in group.iter(f"{SVG}text")]


def shown(svg: str) -> dict[str, object]:
    """Everything but the coordinates: the description, and for each node and edge its tooltip and its lines."""
    found: dict[str, object] = {"description": [element.text for element in ET.fromstring(svg)[:2]]}
    for kind in ("node", "edge"):
        for name, group in groups(svg, kind).items():
            found[name] = (group.get("class"), group.findtext(f"{SVG}title"), texts(group))
    return found
