"""Keys by which programs act as a person. Only their hash is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from atlas.models import User
from review.models import ApiToken

PREFIX = "atlas_"  # so that scanners for leaked secrets can know one
NOTED_EVERY = timedelta(minutes=10)  # a busy program does not write at each call


def make_token(user: User, name: str) -> tuple[ApiToken, str]:
    """A new token of ``user``, and the key itself: it is shown once and kept nowhere."""
    key = PREFIX + secrets.token_urlsafe(32)
    return ApiToken.objects.create(user=user, name=name, sha256=_sha256(key)), key


def revoke(token: ApiToken) -> None:
    """Let ``token`` open nothing any more. Revoked twice, it stays as it was."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def holder_of(key: str) -> User | None:
    """The active person whose key this is; None if nobody's, or if it was revoked."""
    tokens = ApiToken.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    token = tokens.filter(sha256=_sha256(key)).first()
    if token is None:
        return None
    now = timezone.now()
    seldom = Q(used_at=None) | Q(used_at__lt=now - NOTED_EVERY)
    ApiToken.objects.filter(seldom, pk=token.pk).update(used_at=now)
    return token.user


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
