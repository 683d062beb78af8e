"""The people of the sample: one for each role, all with the password that `up` prints."""

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from atlas.models import User
from review.sample.story import Person

GROUPS: dict[Person, str] = {
    "editor": "Editor",
    "reviewer": "Reviewer",
    "senior": "Senior reviewer",
    "auditor": "Auditor",
    "admin": "Managing editor",
}
PUBLIC: dict[Person, tuple[str, str]] = {
    "editor": ("Sample editor (Ines)", "Legal analyst (sample)"),
    "reviewer": ("Sample reviewer (Ada)", "Technology lawyer (sample)"),
    "senior": ("Sample senior reviewer (Grace)", "Head of technology law (sample)"),
    "auditor": ("Sample auditor (Joan)", "Auditor (sample)"),
    "admin": ("Sample administrator", "Managing editor (sample)"),
}


class UsernameTaken(Exception):
    """A person who is not a sample user has a name that the sample needs."""


def make_people() -> dict[Person, User]:
    """The sample users by username. One password hash for all: it is printed anyway, and hashing takes long.

    Raises:
        UsernameTaken: if a real person has one of the names.
    """
    password = make_password(settings.ATLAS_SAMPLE_PASSWORD)
    return {username: _make(username, password) for username in GROUPS}


def _make(username: Person, password: str) -> User:
    name, role = PUBLIC[username]
    is_admin = username == "admin"
    user, created = User.objects.get_or_create(
        username=username,
        defaults={
            "password": password,
            "public_name": name,
            "public_role": role,
            "is_sample": True,
            "is_staff": True,
            "is_superuser": is_admin,
        },
    )
    if not user.is_sample:
        raise UsernameTaken(f"A real person is called {username!r}: load the sample into another database.")
    if created:
        user.groups.set(Group.objects.filter(name=GROUPS[username]))
    return user
