"""Signing in to the API with the key of a service account: `Authorization: Bearer vigil_...`."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from patients.actions.issue_api_token import digest_of
from patients.models import ApiToken, Role, User


class ApiTokenAuthentication(BaseAuthentication):
    """The service account whose key the request carries."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The account and its key; None when the request carries no key."""
        scheme, _space, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != self.keyword.lower().encode():
            return None
        now = timezone.now()
        token = (
            ApiToken.objects.select_related("user")
            .filter(digest=digest_of(key.strip().decode("latin-1")), revoked_at=None, expires_on__gte=now.date())
            .filter(user__is_active=True, user__role=Role.SERVICE)
            .first()
        )
        if token is None:
            raise AuthenticationFailed(
                _("This key is not known, or no longer valid. Ask an administrator for a new one.")
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answer says is expected."""
        return self.keyword


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI description names these keys."""

    target_class = ApiTokenAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer key."""
        return {"type": "http", "scheme": "bearer"}
