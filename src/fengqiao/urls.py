"""All doors in one place."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from fengqiao.desk.views.signin import signin, signout

urlpatterns = [
    path("", include("fengqiao.portal.urls")),
    path("signin/", signin, name="signin"),
    path("signout/", signout, name="signout"),
    path("desk/", include("fengqiao.desk.urls")),
    path("field/", include("fengqiao.field.urls")),
    path("board/", include("fengqiao.board.urls")),
    path("api/", include("fengqiao.api.urls")),
    path("language/", set_language, name="set_language"),
]

handler400 = "fengqiao.lib.web.bad_request"
