"""What is done to a request: decided about, withdrawn, cancelled, retried, paused, hurried, talked about."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import BasePermission
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from hub.accounts.callers import Caller
from hub.api.access import LoggedIn, MayPull, staff_with
from hub.api.callers import caller_behind
from hub.api.idempotency import idempotent
from hub.api.openapi import described
from hub.api.paging import OldestFirst
from hub.api.requests import RequestDetail, all_requests, answered
from hub.api.throttle import Writes
from hub.mirroring import decisions, steering
from hub.mirroring.comments import LONGEST, comment, comments_of
from hub.mirroring.models import Comment, Request
from hub.mirroring.pauses import LOW, URGENT
from hub.mirroring.withdrawing import withdraw

OPERATES: list[type[BasePermission]] = [MayPull, staff_with("mirroring.operate_hub")]


class DecisionInput(serializers.Serializer[Any]):
    """`commit` is the one that was shown to whoever decides: where the request has moved on since, nothing is decided
    and the answer is 409 with the code `Moved`. A refusal needs a reason."""

    decision = serializers.ChoiceField(choices=["approve", "refuse"])
    commit = serializers.CharField(
        max_length=40, allow_blank=True, help_text="The `commit` of the request; empty where it was not looked up yet."
    )
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class PriorityInput(serializers.Serializer[Any]):
    priority = serializers.IntegerField(min_value=LOW, max_value=URGENT, help_text="-10 low, 0 normal, 10 urgent.")


class Step(GenericAPIView[Request]):
    """One POST that does one thing, and answers with the request as it is then."""

    queryset = all_requests()
    throttle_classes = [Writes]
    filter_backends = []
    input_class: type[serializers.Serializer[Any]] = ReasonInput

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        raise NotImplementedError

    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        row = get_object_or_404(all_requests(), pk=pk)
        asked = self.input_class(data=request.data)
        asked.is_valid(raise_exception=True)
        self.take(row, caller_behind(request), asked.validated_data)
        return answered(row)


def _step(name: str, summary: str, description: str, body: type[serializers.Serializer[Any]], **more: Any) -> Any:
    return described(
        "post",
        tags=["requests"],
        operation_id=f"requests_{name}",
        summary=summary,
        description=description,
        request=body,
        responses=RequestDetail,
        **more,
    )


@_step(
    "decide",
    "Approve or refuse",
    "Of the commit that was shown. Approving what was not looked up yet looks it up first: then decide again.",
    DecisionInput,
    examples=[
        OpenApiExample(
            "Approve",
            value={"decision": "approve", "commit": "c" * 40, "reason": "for the search team"},
            request_only=True,
        )
    ],
)
class Decision(Step):
    permission_classes = [MayPull, staff_with("mirroring.decide_request")]
    input_class = DecisionInput

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        if told["decision"] == "approve":
            decisions.approve(row, caller, told["reason"], told["commit"])
        else:
            decisions.refuse(row, caller, told["reason"], told["commit"])


@_step("cancel", "Cancel", "It stays cancelled until an operator retries it. For operators.", ReasonInput)
class Cancel(Step):
    permission_classes = OPERATES

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        steering.cancel(row, caller, told["reason"])


@_step("pause", "Pause", "Its files that others wait for too go on. For operators.", ReasonInput)
class Pause(Step):
    permission_classes = OPERATES

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        steering.pause(row, caller, told["reason"])


class Nothing(serializers.Serializer[Any]):
    """No members: send `{}`, or no body at all."""


@_step("resume", "Resume", "It goes on where it stopped. For operators.", Nothing)
class Resume(Step):
    permission_classes = OPERATES
    input_class = Nothing

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        steering.resume(row, caller)


@_step("retry", "Retry", "A failed or cancelled request goes on where it stopped. For operators.", Nothing)
class Retry(Step):
    permission_classes = OPERATES
    input_class = Nothing

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        decisions.retry(row, caller)


@_step("withdraw", "Withdraw", "You no longer want it; it ends where nobody else does.", Nothing)
class Withdraw(Step):
    permission_classes = [MayPull, LoggedIn]
    input_class = Nothing

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        withdraw(row, caller)


@_step("prioritise", "Set the priority", "Of the request and of the files it waits for. For operators.", PriorityInput)
class Priority(Step):
    permission_classes = OPERATES
    input_class = PriorityInput

    def take(self, row: Request, caller: Caller, told: dict[str, Any]) -> None:
        steering.prioritise(row, caller, told["priority"])


class CommentRow(serializers.ModelSerializer[Comment]):
    author = serializers.CharField(source="author_name", read_only=True)

    class Meta:
        model = Comment
        fields = ["id", "author", "text", "created_at"]
        read_only_fields = ["id", "created_at"]


class CommentInput(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)


@extend_schema(tags=["requests"])
class Comments(ListModelMixin, GenericViewSet[Comment]):
    """Between those who asked and those who review; nobody else reads them."""

    queryset = Comment.objects.none()
    serializer_class = CommentRow
    permission_classes = [MayPull, LoggedIn]
    throttle_classes = [Writes]
    pagination_class = OldestFirst
    filter_backends = []

    def get_queryset(self) -> QuerySet[Comment]:
        row = get_object_or_404(all_requests(), pk=self.kwargs["pk"])
        return comments_of(row, self.request.user)

    @extend_schema(summary="Comments on a request", operation_id="comments_list", description="The oldest first.")
    def list(self, request: ApiRequest, pk: int) -> Response:
        return super().list(request)

    @extend_schema(
        summary="Comment on a request",
        operation_id="comments_create",
        request=CommentInput,
        responses={201: CommentRow},
    )
    @idempotent
    def create(self, request: ApiRequest, pk: int) -> Response:
        row = get_object_or_404(all_requests(), pk=pk)
        asked = CommentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        said = comment(row, request.user, asked.validated_data["text"])
        return Response(CommentRow(said).data, status=status.HTTP_201_CREATED)
