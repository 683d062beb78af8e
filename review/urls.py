"""The editors' addresses outside of the admin: the API for programs."""

from django.urls import path

from review import api

app_name = "review"
urlpatterns = [
    path("requests/", api.requests, name="requests"),
    path("reanalyses/", api.reanalyses, name="reanalyses"),
    path("reanalyses/<str:public_id>/", api.reanalysis, name="reanalysis"),
]
