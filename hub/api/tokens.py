"""A person's own tokens: listed without their text, made once, revoked."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from hub.accounts.models import AccessToken, User
from hub.accounts.tokens import issue, revoke
from hub.api.access import LoggedIn
from hub.api.callers import caller_behind
from hub.api.idempotency import idempotent
from hub.api.throttle import Writes
from hub.errors import BadInput, TokenNeeded

MOST = 50
"""Valid tokens of one person."""
LONGEST_DAYS = 3650


class TokenRow(serializers.ModelSerializer[AccessToken]):
    current = serializers.SerializerMethodField()

    class Meta:
        model = AccessToken
        fields = ["id", "name", "prefix", "current", "created_at", "expires_at", "revoked_at", "last_used_at"]

    def get_current(self, row: AccessToken) -> bool:
        """Whether it is the one that this request came with."""
        auth = self.context["request"].auth
        return isinstance(auth, AccessToken) and auth.pk == row.pk


class NewTokenRow(TokenRow):
    token = serializers.SerializerMethodField()

    class Meta(TokenRow.Meta):
        fields = [*TokenRow.Meta.fields, "token"]

    def get_token(self, row: AccessToken) -> str:
        """Its text, this once: it cannot be had again."""
        return str(self.context["text"])


class TokenInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100, help_text="What it is for, e.g. my laptop")
    days = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_DAYS,
        required=False,
        allow_null=True,
        default=None,
        help_text="After so many days it ends; null = never by itself.",
    )


@extend_schema(tags=["account"])
@extend_schema_view(
    list=extend_schema(summary="Your tokens", description="Never with their text."),
    retrieve=extend_schema(summary="One of your tokens"),
)
class Tokens(ListModelMixin, RetrieveModelMixin, GenericViewSet[AccessToken]):
    """Of other people's tokens it knows nothing."""

    queryset = AccessToken.objects.none()
    serializer_class = TokenRow
    permission_classes = [LoggedIn]
    throttle_classes = [Writes]
    filter_backends = []

    def get_queryset(self) -> QuerySet[AccessToken]:
        user = self.request.user
        return AccessToken.objects.filter(user=user) if isinstance(user, User) else AccessToken.objects.none()

    @extend_schema(
        summary="Make a token",
        description="Its text is in this answer and nowhere else. One that is made with a token ends with it.",
        request=TokenInput,
        responses={201: NewTokenRow},
    )
    @idempotent
    def create(self, request: ApiRequest) -> Response:
        asked = TokenInput(data=request.data)
        asked.is_valid(raise_exception=True)
        user, told = _person(request), asked.validated_data
        if user.tokens.filter(revoked_at=None).exclude(expires_at__lte=timezone.now()).count() >= MOST:
            raise BadInput(f"you have {MOST} valid tokens", "revoke one that you no longer need")
        ends = timezone.now() + timedelta(days=told["days"]) if told["days"] else None
        if isinstance(request.auth, AccessToken) and request.auth.expires_at:
            # Else whoever finds a token that ends soon could make one of it that does not.
            ends = min(ends or request.auth.expires_at, request.auth.expires_at)
        text = issue(user, told["name"], ends, by=caller_behind(request))
        row = user.tokens.order_by("-pk")[0]
        context = {**self.get_serializer_context(), "text": text}
        return Response(NewTokenRow(row, context=context).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Revoke a token", description="Once and for all.", request=None, responses={204: None})
    @idempotent
    def destroy(self, request: ApiRequest, pk: int) -> Response:
        revoke(self.get_object(), caller_behind(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _person(request: ApiRequest) -> User:
    if not isinstance(request.user, User):
        raise TokenNeeded("this hub wants to know who asks", "log in")
    return request.user
