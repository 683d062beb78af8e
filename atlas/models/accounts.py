"""People."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person with a log-in. ``public_name`` and ``public_role`` stand on what they approve."""

    public_name = models.CharField(max_length=200, blank=True, help_text="Shown to readers on approvals.")
    public_role = models.CharField(
        max_length=200, blank=True, help_text="Shown to readers on approvals, e.g. Technology lawyer."
    )
    is_sample = models.BooleanField(default=False, editable=False, help_text="Made with the sample data.")

    @property
    def shown_name(self) -> str:
        return self.public_name or self.get_full_name() or self.username
