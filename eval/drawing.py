"""Drawings for a page: matplotlib figures that become inline SVG in the colours and letters of the page."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eval.page import slug
from eval.record import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Drawn in these colours, each of which stands for one of the page's.
INK, SOFT, LINE, ACCENT, SECOND, THIRD = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
OF_VERDICT = {verdict: f"#0a0a{number:02x}" for number, verdict in enumerate(Verdict)}
ON_THE_PAGE = {
    INK: "currentColor",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    ACCENT: "var(--accent)",
    SECOND: "var(--second)",
    THIRD: "var(--third)",
    **{colour: f"var(--{slug(verdict)})" for verdict, colour in OF_VERDICT.items()},
}
WIDTH = 5.6
POINTS = 10.5
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"


@dataclass
class Drawing:
    """A figure under way; ``told`` maps the id of a drawn thing to what is said when it is pointed at."""

    figure: Figure
    axes: Axes
    told: dict[str, str] = field(default_factory=dict)

    def tell(self, artist: Any, text: str) -> None:
        """Say ``text`` when ``artist`` is pointed at."""
        name = f"told-{len(self.told)}"
        artist.set_gid(name)
        self.told[name] = text


def new_drawing(height: float) -> Drawing:
    """Return an empty drawing of ``height`` inches; drawings are shown as wide as there is room."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasSVG(figure)
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    axes.set_axisbelow(True)
    axes.grid(color=LINE, linewidth=0.7)
    axes.tick_params(colors=SOFT, labelsize=POINTS, length=0, pad=5)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(LINE)
    return Drawing(figure=figure, axes=axes)


def name_axes(axes: Axes, *, x: str = "", y: str = "") -> None:
    """Write what the axes show."""
    axes.set_xlabel(x, color=SOFT, fontsize=POINTS)
    axes.set_ylabel(y, color=SOFT, fontsize=POINTS)


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Give the vertical axis one row for each name, the first on top."""
    axes.set_yticks(range(len(names)), [name if len(name) <= 24 else f"{name[:23]}…" for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    for label in axes.get_yticklabels():
        label.set_color(INK)
        label.set_parse_math(False)  # a dollar sign in a name is a dollar sign


def svg(drawing: Drawing, name: str) -> str:
    """Return the drawing as markup for a page: its colours by name, its letters inherited, its ids its own."""
    import matplotlib
    from lxml import etree

    written = io.BytesIO()
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    # The salt makes the same drawing the same bytes; letters stay letters, which can be read out and found.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        drawing.figure.savefig(written, format="svg", metadata=unsaid)
    root = etree.fromstring(written.getvalue(), etree.XMLParser(remove_comments=True, resolve_entities=False))
    for item in root.findall(f"{_SVG}metadata"):
        root.remove(item)
    for item in root.iter(etree.Element):
        _rename(item, name)
        if "style" in item.attrib:
            item.set("style", _on_the_page(item.get("style", "")))
        told = drawing.told.get(item.get("id", "").removeprefix(f"{name}-"))
        if told is not None:
            title = etree.Element(f"{_SVG}title")
            title.text = told
            item.insert(0, title)
    for attribute in ("width", "height", "version"):
        del root.attrib[attribute]
    root.set("aria-hidden", "true")
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _rename(item: Any, name: str) -> None:
    if "id" in item.attrib:
        item.set("id", f"{name}-{item.get('id')}")
    if item.get(_HREF, "").startswith("#"):
        item.set(_HREF, f"#{name}-{item.get(_HREF)[1:]}")
    if item.get("clip-path", "").startswith("url(#"):
        item.set("clip-path", f"url(#{name}-{item.get('clip-path')[5:]}")


def _on_the_page(style: str) -> str:
    coloured = re.sub(r"#[0-9a-f]{6}", lambda found: ON_THE_PAGE.get(found[0], found[0]), style)
    return re.sub(r"font: ([\d.]+px)[^;]*", r"font-size: \1", coloured)
