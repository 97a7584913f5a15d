"""Routes of people, teams, duty, partners and mechanisms."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import people, people_duty, people_teams

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/appointments/<int:pk>/certificate/", people.certificate, name="certificate"),
    path("people/teams/", people_teams.teams, name="teams"),
    path("people/teams/<int:pk>/", people_teams.team, name="team"),
    path("people/duty/", people_duty.duty, name="duty"),
    path("people/duty/<int:pk>/", people_duty.one, name="one_duty"),
    path("people/partners/", people_teams.partners, name="partners"),
    path("people/mechanisms/", people_teams.mechanisms, name="mechanisms"),
    path("people/mechanisms/<int:pk>/", people_teams.mechanism, name="mechanism"),
    path("people/do/<str:verb>/", people.verb, name="people_verb"),
    path("people/do/<str:verb>/<int:target>/", people.verb, name="people_verb_on"),
]
