from django.apps import AppConfig


class AtlasAppConfig(AppConfig):
    name = "atlas"
    verbose_name = "Archive and public atlas"
