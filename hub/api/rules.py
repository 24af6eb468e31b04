"""The rules, for those who may see them; and for everybody, why an id would be allowed, asked about or denied."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.accounts.staff import may
from hub.api.access import staff_with
from hub.api.conditional import Conditional
from hub.api.openapi import described
from hub.api.paging import NewestFirst
from hub.api.repos import KINDS
from hub.api.rows import each
from hub.index.models import Entry
from hub.names import RepoKind
from hub.policy.models import Action, Rule
from hub.policy.verdicts import Condition, Facts, Tried, Verdict, decide, explain
from hub.upstreams.registry import parse_named_id


class RuleRow(serializers.ModelSerializer[Rule]):
    """If every condition that is filled in holds, the action is taken; the first rule that matches decides."""

    licences = serializers.ListField(child=serializers.CharField())
    suffixes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Rule
        fields = [
            "id",
            "position",
            "name",
            "action",
            "reason",
            "enabled",
            "upstream",
            "kind",
            "id_pattern",
            "licences",
            "max_bytes",
            "gated",
            "suffixes",
        ]


class ByPosition(NewestFirst):
    """In the order in which they are tried."""

    ordering = ("position", "id")


@extend_schema(tags=["rules"])
@extend_schema_view(
    list=extend_schema(summary="Rules", description="In the order in which they are tried. For staff who may."),
    retrieve=extend_schema(summary="One rule"),
)
class Rules(Conditional, ReadOnlyModelViewSet[Rule]):
    queryset = Rule.objects.all()
    serializer_class = RuleRow
    permission_classes = [staff_with("policy.view_rule")]
    pagination_class = ByPosition
    filter_backends = []


class ConditionRow(serializers.Serializer[Condition]):
    name = serializers.CharField()
    wanted = serializers.CharField()
    found = serializers.CharField()
    holds = serializers.BooleanField()


class TriedRow(serializers.Serializer[Tried]):
    """A rule and how it went. Rules behind the one that decides are not reached."""

    rule = serializers.CharField(source="rule.name")
    action = serializers.ChoiceField(source="rule.action", choices=Action.choices)
    matches = serializers.BooleanField()
    reached = serializers.BooleanField()
    decides = serializers.BooleanField()
    conditions = ConditionRow(many=True)


class ExplainQuery(serializers.Serializer[Any]):
    """An id, and what is known of it. What is left out is taken from the index, where the id is in it."""

    upstream = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    kind = serializers.ChoiceField(choices=KINDS, required=False, default=RepoKind.MODEL.value)
    repo_id = serializers.CharField(max_length=250, help_text="namespace/name, or upstream:namespace/name.")
    licence = serializers.CharField(required=False, allow_null=True, default=None, allow_blank=True, max_length=100)
    bytes = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=1 << 62)
    gated = serializers.BooleanField(required=False, allow_null=True, default=None)
    suffix = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        default=list,
        max_length=50,
        help_text="Kinds of files in it, e.g. .safetensors",
    )


@dataclass(frozen=True)
class Explained:
    """`sources` says where each fact is from: asked, index, or assumed."""

    facts: Facts
    sources: Mapping[str, str]
    verdict: Verdict
    tried: tuple[Tried, ...]


class FactsRow(serializers.Serializer[Facts]):
    upstream = serializers.CharField()
    kind = serializers.CharField()
    repo_id = serializers.CharField()
    licence = serializers.CharField(allow_blank=True)
    bytes = serializers.IntegerField()
    gated = serializers.BooleanField()
    suffixes = serializers.SerializerMethodField()

    def get_suffixes(self, facts: Facts) -> list[str]:
        return sorted(facts.suffixes)


class ExplainedRow(serializers.Serializer[Explained]):
    """`sources` says where each fact is from: `asked` (you gave it), `index`, or `assumed` (nobody knows it: no
    licence, 0 bytes, not gated). A dry run asks upstream, and is exact."""

    verdict = serializers.ChoiceField(source="verdict.action", choices=Action.choices)
    reason = serializers.CharField(source="verdict.reason", allow_blank=True)
    rule = serializers.CharField(source="verdict.rule", allow_blank=True)
    facts = FactsRow()
    sources = serializers.DictField(child=serializers.CharField())
    rules = serializers.SerializerMethodField()

    @extend_schema_field(TriedRow(many=True))
    def get_rules(self, one: Explained) -> Any:
        """Rule by rule; empty for whoever may not see the rules."""
        sees_rules = may(self.context["request"], "policy.view_rule")
        return each(TriedRow, one.tried if sees_rules else ())


@described(
    tags=["rules"],
    summary="Why an id would be allowed, asked about or denied",
    operation_id="rules_explain",
    parameters=[ExplainQuery],
    responses=ExplainedRow,
)
class Explain(APIView):
    """By the rules and what is known here: nobody is asked, nothing is written."""

    def get(self, request: ApiRequest) -> Response:
        asked = ExplainQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(ExplainedRow(explained(asked.validated_data), context={"request": request}).data)


def explained(told: Mapping[str, Any]) -> Explained:
    """Raises BadInput for an upstream that is unknown or switched off, BadName for the id."""
    named = f"{told['upstream']}:{told['repo_id']}" if told["upstream"] else told["repo_id"]
    upstream, repo_id = parse_named_id(named)
    entry = Entry.objects.filter(upstream=upstream, kind=told["kind"], key=repo_id.key).first()
    facts: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, unknown in (("licence", ""), ("bytes", 0), ("gated", False)):
        of_index = getattr(entry, name) if entry else None
        if told[name] is not None:
            facts[name], sources[name] = told[name], "asked"
        elif of_index:
            facts[name], sources[name] = (True if name == "gated" else of_index), "index"
        else:
            facts[name], sources[name] = unknown, "index" if entry and name == "gated" else "assumed"
    facts["suffixes"] = frozenset(suffix.lower() for suffix in told["suffix"])
    sources["suffixes"] = "asked" if told["suffix"] else "assumed"
    whole = Facts(upstream=upstream.slug, kind=told["kind"], repo_id=str(repo_id), **facts)
    rules = list(Rule.objects.filter(enabled=True))
    return Explained(whole, sources, decide(whole, rules), tuple(explain(whole, rules)))
