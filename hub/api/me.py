"""Who is asking, as this hub sees it."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from hub.accounts.models import AccessToken, User
from hub.accounts.staff import may
from hub.api.openapi import described
from hub.api.tokens import TokenRow

MAY = {
    "decide": "mirroring.decide_request",
    "operate": "mirroring.operate_hub",
    "see_rules": "policy.view_rule",
    "see_events": "accounts.view_event",
    "see_upstreams": "upstreams.view_upstream",
}


class MayRow(serializers.Serializer[Any]):
    decide = serializers.BooleanField()
    operate = serializers.BooleanField()
    see_rules = serializers.BooleanField()
    see_events = serializers.BooleanField()
    see_upstreams = serializers.BooleanField()


class MeRow(serializers.Serializer[Any]):
    """`username` is null for somebody without an account; `token` is the one that this request came with."""

    username = serializers.CharField(allow_null=True)
    staff = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    may = MayRow()
    token = TokenRow(allow_null=True)


@described(tags=["account"], summary="Who you are", operation_id="me", responses=MeRow)
class Me(APIView):
    """And what you may do beside pulling and asking."""

    def get(self, request: ApiRequest) -> Response:
        user = request.user if isinstance(request.user, User) else None
        told = {
            "username": user.get_username() if user else None,
            "staff": bool(user and user.is_staff),
            "roles": sorted(user.groups.values_list("name", flat=True)) if user else [],
            "may": {name: may(request._request, permission) for name, permission in MAY.items()},
            "token": request.auth if isinstance(request.auth, AccessToken) else None,
        }
        return Response(MeRow(told, context={"request": request}).data)
