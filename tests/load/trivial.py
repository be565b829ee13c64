"""A Django that answers everything with two letters: what any page of this server costs, before it has anything on it.

`gunicorn --config scosite/gunicorn.py tests.load.trivial`
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path


def ok(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [re_path("", ok)]

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="of nothing",
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
)
application = get_wsgi_application()
