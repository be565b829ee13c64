"""What templates need beyond Django's own tags."""

from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse

register = template.Library()


@register.inclusion_tag("archive/includes/nav_item.html", takes_context=True)
def nav_item(context: dict[str, Any], url_name: str, label: str) -> dict[str, Any]:
    """An item of the main navigation; current where the page's address lies below its own."""
    url = reverse(url_name)
    path = context["request"].path if "request" in context else ""
    return {"url": url, "label": label, "is_current": path.startswith(url), "is_exact": path == url}


@register.filter
def kind_of(record: Model) -> str:
    """The record's model name, for templates that show records of several kinds."""
    return record._meta.model_name or ""


@register.filter
def share(number: int, most: int) -> int:
    """`number` as a percentage of `most`, rounded up, so that something is never drawn as nothing."""
    return -(-100 * number // most) if most else 0


@register.filter
def is_address(text: str) -> bool:
    """True for a plain web address, which can be a link; others carry words of explanation."""
    return text.startswith(("http://", "https://")) and " " not in text


@register.filter
def without(params: Any, name: str) -> list[tuple[str, str]]:
    """Name and value pairs of a query string but for one name, for the hidden fields of a form."""
    return [(key, value) for key, values in params.lists() if key not in name.split(",") for value in values]
