"""Routes of this door."""

from __future__ import annotations

from django.urls import path

from fengqiao.portal.views import files, home, pages, progress, receipt, report, scam

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("report/", report.report, name="report"),
    path("report/send/", report.report, name="send"),
    path("report/start/", report.start, name="start"),
    path("scam/", scam.scam, name="scam"),
    path("progress/", progress.progress, name="progress"),
    path("r/<str:code>/", receipt.receipt, name="receipt"),
    path("r/<str:code>/110/", receipt.danger, name="danger"),
    path("r/<str:code>/add/", receipt.add, name="add"),
    path("r/<str:code>/again/", receipt.again, name="again"),
    path("r/<str:code>/rate/", receipt.rate, name="rate"),
    path("r/<str:code>/qr.png", receipt.picture, name="picture"),
    path("r/<str:code>/photo/<uuid:uid>/", receipt.photo, name="photo"),
    path("how/", pages.how, name="how"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("big-text/", pages.big_text, name="big_text"),
    path("map/areas.json", files.areas, name="areas"),
    path("map/where.json", files.where, name="where"),
    path("robots.txt", files.robots, name="robots"),
    path("favicon.ico", files.favicon, name="favicon"),
    path("healthz", files.health, name="health"),
]
