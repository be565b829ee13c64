"""The drawing of a map, as SVG: put together here, for a template takes some ten times as long for a hundred circles."""

import html
from collections.abc import Iterable

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from archive.pictures.map import Mark, Picture, Sample
from archive.pictures.map_drawing import WORLD, Name

register = template.Library()


@register.simple_tag
def map_picture(picture: Picture, label: str, size: str) -> SafeString:
    """The picture in a region that can be scrolled; `size` is the class that gives its width.

    Colours come from the stylesheet, in the shapes of the static file too: `<use>` inherits them.
    """
    return format_html(
        _FRAME,
        label=label,
        size=size,
        width=picture.frame.width,
        height=picture.frame.height,
        land=picture.frame.land,
        outlines=_outlines(picture),
        countries=_join(_country(name) for name in picture.countries),
        marks=_join(_mark(mark) for mark in picture.marks),
        names=_join(_name(mark) for mark in picture.marks),
        samples=_join(_sample(sample) for sample in picture.samples),
    )


_FRAME = """<div class="scroll" tabindex="0" role="region" aria-label="{label}">
<svg class="map {size}" viewBox="0 0 {width} {height}" role="group" aria-label="{label}">
<g class="land" transform="{land}">{outlines}</g>
<g class="countries" aria-hidden="true">{countries}</g>
{marks}<g class="names" aria-hidden="true">{names}</g>
<g class="samples" aria-hidden="true">{samples}</g>
</svg>
</div>"""


def _outlines(picture: Picture) -> str:
    world = static(WORLD)
    shaded = format_html('<use class="shaded" href="{}#{}"/>', world, picture.shaded) if picture.shaded else ""
    return format_html('<use href="{}#land"/>{}', world, shaded)


def _country(name: Name) -> str:
    return f'<text x="{name.x:.1f}" y="{name.y:.1f}">{html.escape(name.text)}</text>'


def _mark(mark: Mark) -> str:
    at = f'cx="{mark.circle.x:.1f}" cy="{mark.circle.y:.1f}"'
    text = html.escape(mark.text)
    spot = f'<title>{text}</title><circle class="spot" {at} r="{mark.circle.radius:.1f}"/>'
    if mark.is_here:
        return f'<g class="mark here">{spot}</g>\n'
    beyond = " beyond" if mark.is_beyond else ""
    target = f'<circle class="target" {at} r="{mark.target:.1f}"/>'
    return f'<a class="mark{beyond}" href="{html.escape(mark.url)}" aria-label="{text}">{target}{spot}</a>\n'


def _name(mark: Mark) -> str:
    name = mark.name
    if name is None:
        return ""
    classes = f"{name.anchor} here" if mark.is_here else name.anchor
    return f'<text class="{classes}" x="{name.x:.1f}" y="{name.y:.1f}">{html.escape(name.text)}</text>'


def _sample(sample: Sample) -> str:
    circle, text = sample.circle, html.escape(sample.text)
    return (
        f'<circle cx="{circle.x:.1f}" cy="{circle.y:.1f}" r="{circle.radius:.1f}"/>'
        f'<text x="{sample.text_x:.1f}" y="{circle.y - circle.radius:.1f}">{text}</text>'
    )


def _join(parts: Iterable[str]) -> SafeString:
    """Every part escapes what is not its own."""
    return SafeString("".join(parts))
