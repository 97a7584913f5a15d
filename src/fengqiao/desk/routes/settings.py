"""Routes of the settings: one's own, notices, tokens, the station, categories, the model, templates."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import models, settings

urlpatterns = [
    path("settings/", settings.mine, name="settings"),
    path("settings/notices/", settings.notices, name="notices"),
    path("settings/notices/<int:pk>/", settings.notice, name="notice"),
    path("settings/tokens/", settings.tokens, name="tokens"),
    path("settings/station/", settings.station_page, name="station"),
    path("settings/categories/", settings.categories, name="categories"),
    path("settings/templates/", settings.templates, name="templates"),
    path("settings/templates/<str:kind>/", settings.template, name="template"),
    path("settings/templates/<str:kind>/builtin/", settings.builtin, name="template_builtin"),
    path("settings/models/", models.models, name="models"),
    path("settings/models/training/<uuid:uid>/", models.training, name="training"),
    path("settings/do/<str:verb>/", settings.verb, name="settings_verb"),
    path("settings/do/<str:verb>/<int:target>/", settings.verb, name="settings_verb_on"),
]
