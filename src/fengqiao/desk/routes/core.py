"""Routes of the core: inbox, new reports, matters and their verbs, lists, search, files."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import attachments, beside, inbox, lists, maps, matters, receive, search, veil

urlpatterns = [
    path("", inbox.home, name="inbox"),
    path("inbox/<int:pk>/", inbox.report, name="report"),
    path("inbox/<int:pk>/accept/", inbox.accept, name="accept"),
    path("inbox/<int:pk>/undo/", inbox.undo, name="undo"),
    path("inbox/<int:pk>/proposal/", inbox.proposal, name="proposal"),
    path("inbox/<int:pk>/contact/", inbox.contact, name="contact"),
    path("inbox/<int:pk>/received/", receive.received, name="received"),
    path("inbox/<int:pk>/beside/<str:other>/", beside.beside, name="beside"),
    path("inbox/<int:pk>/do/<str:verb>/", inbox.verb, name="report_verb"),
    path("inbox/<str:code>/", inbox.by_code, name="by_code"),
    path("new/", receive.new, name="new"),
    path("chat/", receive.chat, name="chat"),
    path("mine/", lists.mine, name="mine"),
    path("due/", lists.due, name="due"),
    path("veil/", veil.turn, name="veil"),
    path("search/", search.search, name="search"),
    path("matters/", lists.matters, name="matters"),
    path("matters/bookmarks/", lists.bookmark, name="bookmark"),
    path("matters/export/", lists.export, name="export"),
    path("matters/<str:number>/", matters.matter, name="matter"),
    path("matters/<str:number>/note/", matters.note, name="note"),
    path("matters/<str:number>/who/", matters.who, name="who"),
    path("matters/<str:number>/do/<str:verb>/", matters.verb, name="verb"),
    path("matters/<str:number>/do/<str:verb>/<int:target>/", matters.verb, name="verb_on"),
    path("files/<uuid:uid>/", attachments.photo, name="photo"),
    path("map/near.json", maps.near, name="map_near"),
]
