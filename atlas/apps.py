from django.apps import AppConfig


class AtlasAppConfig(AppConfig):
    name = "atlas"
    verbose_name = "Archive and public atlas"

    def ready(self) -> None:
        from atlas import system_checks  # noqa: F401 (importing registers them)
