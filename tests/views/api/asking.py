"""Asking the API in tests: answers and problems as they are read by a program."""

from typing import Any
from urllib.parse import urlsplit

from django.test import Client


def answer(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200, (address, response.content)
    assert response["Content-Type"] == "application/json"
    return response.json()


def problem(client: Client, address: str, status: int) -> Any:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code, response.content)
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == status
    assert {"type", "title", "detail", "instance"} <= told.keys()
    return told


def everything(client: Client, address: str) -> list[Any]:
    """All items of a list, page by page as `next` leads; as many as it says."""
    found: list[Any] = []
    following: str | None = address
    while following:
        page = answer(client, following)
        found += page["items"]
        parts = urlsplit(page["next"]) if page["next"] else None
        following = f"{parts.path}?{parts.query}" if parts else None
    return found
