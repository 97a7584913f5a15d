"""Routes of the field door."""

from __future__ import annotations

from django.urls import path

from fengqiao.field.views import matters, note, today

app_name = "field"
urlpatterns = [
    path("", today.today, name="today"),
    path("me/", today.me, name="me"),
    path("note/", note.note, name="note"),
    path("note/<str:code>/", note.noted, name="noted"),
    path("matters/", matters.matters, name="matters"),
    path("matters/<str:number>/", matters.matter, name="matter"),
    path("matters/<str:number>/accept/", matters.accept, name="accept"),
    path("matters/<str:number>/progress/", matters.progress, name="progress"),
    path("matters/<str:number>/follow-up/<int:pk>/", matters.follow_up, name="follow_up"),
]
