"""Routes of imports and exports: tables, sheets of outside offices, bundles."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import bundles, imports

urlpatterns = [
    path("imports/", imports.home, name="imports"),
    path("imports/look/<str:token>/", imports.look, name="import_look"),
    path("imports/outside/", imports.outside_offices, name="outside"),
    path("imports/outside/<str:office>/replies/", imports.replies, name="replies"),
    path("imports/bundles/", bundles.home, name="bundles"),
    path("imports/bundles/export/", bundles.export, name="bundle_export"),
    path("imports/bundles/<str:token>/", bundles.look, name="bundle_look"),
    path("imports/<uuid:uid>/", imports.job, name="import_job"),
    path("imports/<uuid:uid>/step/", imports.step, name="import_step"),
    path("imports/<uuid:uid>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<uuid:uid>/errors.csv", imports.errors, name="import_errors"),
]
