"""Routes of mediation on the desk."""

from __future__ import annotations

from django.urls import path

from fengqiao.desk.views import mediation

urlpatterns = [
    path("mediation/", mediation.cases, name="mediation"),
    path("mediation/figures/", mediation.figures, name="mediation_figures"),
    path("matters/<str:number>/mediation/", mediation.open_case, name="open_case"),
    path("mediation/<uuid:uid>/", mediation.case, name="case"),
    path("mediation/<uuid:uid>/do/<str:verb>/", mediation.verb, name="case_verb"),
    path("mediation/<uuid:uid>/do/<str:verb>/<int:target>/", mediation.verb, name="case_verb_on"),
    path("mediation/<uuid:uid>/papers/<str:kind>/", mediation.make_paper, name="make_paper"),
    path("mediation/<uuid:uid>/papers/open/<uuid:document>/", mediation.read_paper, name="read_paper"),
]
