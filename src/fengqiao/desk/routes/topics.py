"""Routes of what many people speak of."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import topics

urlpatterns = [
    path("topics/", topics.home, name="topics"),
    path("topics/refresh/", topics.refresh, name="topics_refresh"),
    path("topics/<int:first>/", topics.topic, name="topic"),
    path("topics/<int:first>/gather/", topics.gather, name="topic_gather"),
]
