"""Small charts as SVG, made here: no script, no style of their own, readable as text. Colours are in metrics.css.

Every chart stands beside the table of the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 720, 160
LEFT, BOTTOM, TOP = 36, 20, 8  # room for the numbers and the days
BAR, GAP, NAMES = 18, 8, 220  # of a bar chart: a bar, the space after it, the room for the names


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[float]


def line_chart(key: str, title: str, ends: tuple[str, str], series: Sequence[Series]) -> SafeString:
    """One line a series, over the same steps. ``ends``: what stands below the first and the last of them."""
    top = max((value for each in series for value in each.values), default=0) or 1
    description = "; ".join(
        f"{each.name}: {sum(each.values):g} together, at most {max(each.values, default=0):g}" for each in series
    )
    lines = format_html_join(
        "",
        '<polyline class="line line-{}" points="{}"/>',
        ((number, _points(each.values, top)) for number, each in enumerate(series)),
    )
    frame = format_html(
        '<line class="axis" x1="{0}" y1="{1}" x2="{2}" y2="{1}"/><text x="{3}" y="{4}" class="scale">{5}</text>'
        '<text x="{3}" y="{1}" class="scale">0</text><text x="{0}" y="{6}">{7}</text>'
        '<text x="{2}" y="{6}" class="end">{8}</text>',
        LEFT, HEIGHT - BOTTOM, WIDTH, LEFT - 6, TOP + 10, f"{top:g}", HEIGHT - 4, ends[0], ends[1],
    )  # fmt: skip
    legend = format_html_join(
        "", '<li><span class="key key-{}"></span>{}</li>', ((number, each.name) for number, each in enumerate(series))
    )
    return format_html('{}<ul class="legend">{}</ul>', _svg(key, title, description, HEIGHT, frame + lines), legend)


def _points(values: Sequence[float], top: float) -> str:
    step = (WIDTH - LEFT) / max(1, len(values) - 1)
    height = HEIGHT - BOTTOM - TOP
    return " ".join(
        f"{LEFT + i * step:.1f},{HEIGHT - BOTTOM - value / top * height:.1f}" for i, value in enumerate(values)
    )


def bar_chart(key: str, title: str, bars: Sequence[tuple[str, float]], unit: str) -> SafeString:
    """One bar a name, with its number at its end."""
    top = max((value for _, value in bars), default=0) or 1
    room = WIDTH - NAMES - 60
    drawn = format_html_join(
        "",
        "{}",
        ((_bar(number * (BAR + GAP), name, value, value / top * room),) for number, (name, value) in enumerate(bars)),
    )
    description = "; ".join(f"{name}: {value:g} {unit}" for name, value in bars)
    return _svg(key, title, description, len(bars) * (BAR + GAP), drawn)


def _bar(y: int, name: str, value: float, width: float) -> SafeString:
    return format_html(
        '<text x="0" y="{0}">{1}</text><rect class="bar" x="{2}" y="{3}" width="{4}" height="{5}"/>'
        '<text x="{6}" y="{0}">{7}</text>',
        y + 13, name, NAMES, y, f"{width:.1f}", BAR, f"{NAMES + width + 6:.1f}", f"{value:g}",
    )  # fmt: skip


def _svg(key: str, title: str, description: str, height: int, drawn: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{key}-title {key}-desc">'
        '<title id="{key}-title">{}</title><desc id="{key}-desc">{}</desc>{}</svg>',
        WIDTH, height, title, description, drawn, key=key,
    )  # fmt: skip
