"""Addresses of the desk's figures: pages of the admin that belong to no model."""

from django.contrib import admin
from django.urls import path

from review.admin.metrics_pages import export_table, show_metrics

urlpatterns = [
    path("", admin.site.admin_view(show_metrics), name="review_metrics"),
    path("<slug:name>.csv", admin.site.admin_view(export_table), name="review_metrics_csv"),
]
