"""Map layers around a point, for the small maps of inbox and matter."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from fengqiao.desk.mapdata import pinned, wide
from fengqiao.lib.policy import signed_in
from fengqiao.territory.queries import check_point


@signed_in
def near(request: HttpRequest) -> HttpResponse:
    """What is drawn around ?at=latitude,longitude (WGS-84 degrees), further out with &wide=1; kept for an hour."""
    try:
        lat, lon = (float(x) for x in request.GET.get("at", "").split(","))
    except ValueError as error:
        raise Http404 from error
    check_point(lat, lon)
    answer = JsonResponse(wide(lat, lon) if "wide" in request.GET else pinned(lat, lon))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
