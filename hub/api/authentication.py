"""`Authorization: Bearer` with a token of this hub."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request as ApiRequest

from hub.accounts.models import AccessToken, User
from hub.accounts.tokens import caller_of
from hub.errors import TokenWrong


class TokenAuthentication(BaseAuthentication):
    """A token that this hub does not know is refused here: nobody calls our own API with a foreign one on purpose."""

    def authenticate(self, request: ApiRequest) -> tuple[User, AccessToken | None] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        caller = caller_of(header, request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))
        if caller.user is None:
            raise TokenWrong(
                "the Authorization header holds no token of this hub", "make one with `manage.py token USER`"
            )
        return caller.user, caller.token

    def authenticate_header(self, request: ApiRequest) -> str:
        return "Bearer"
