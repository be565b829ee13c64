"""The door for harvesters."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from archive.formats.oai import Repository, answer


@csrf_exempt  # reads only, and harvesters have no cookie
def oai(request: HttpRequest) -> HttpResponse:
    """OAI-PMH 2.0. Errors of the protocol are answers, with status 200."""
    given = [(name, value) for sent in (request.GET, request.POST) for name, values in sent.lists() for value in values]
    repository = Repository(
        settings.SITE_URL, settings.SITE_URL + reverse("oai"), settings.CONTACT_EMAIL, timezone.now()
    )
    return HttpResponse(
        answer(given, repository),
        content_type="text/xml; charset=utf-8",
        headers={"Access-Control-Allow-Origin": "*"},
    )
