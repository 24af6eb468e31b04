"""Search over what is held and what could be asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from hub.api.conditional import Conditional
from hub.api.paging import MOST, wrong_cursor
from hub.api.repos import KINDS
from hub.index.models import Entry
from hub.index.query import FACETS, SIZE_CLASSES, Page, Query, Sort
from hub.index.search import search
from hub.names import RepoId, RepoKind

USUAL = 50
MOST_VALUES = 20
"""Values of one condition."""


def _words(text: str, **options: Any) -> serializers.ListField:
    child = serializers.CharField(max_length=200)
    return serializers.ListField(
        child=child, required=False, default=list, max_length=MOST_VALUES, help_text=text, **options
    )


class SearchQuery(serializers.Serializer[Any]):
    """Conditions that are repeated hold where any of their values does; `tag` holds where all of them are there."""

    q = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=500, help_text="Words, in English or Chinese."
    )
    kind = serializers.ListField(
        child=serializers.ChoiceField(choices=KINDS), required=False, default=list, max_length=3
    )
    upstream = _words("Slugs of upstreams.")
    author = _words("Namespaces, as upstream writes them.")
    task = _words("Such as text-generation.")
    library = _words("Such as transformers.")
    licence = _words("Such as apache-2.0.")
    language = _words("Codes such as zh.")
    size = serializers.ListField(
        child=serializers.ChoiceField(choices=list(SIZE_CLASSES)),
        required=False,
        default=list,
        max_length=len(SIZE_CLASSES),
    )
    tag = _words("Tags that all have to be there.")
    parameters_from = serializers.FloatField(required=False, allow_null=True, min_value=0)
    parameters_to = serializers.FloatField(required=False, allow_null=True, min_value=0)
    held = serializers.BooleanField(required=False, allow_null=True, default=None)
    gated = serializers.BooleanField(required=False, allow_null=True, default=None)
    sort = serializers.ChoiceField(choices=[sort.value for sort in Sort], required=False, default=Sort.RELEVANCE.value)
    ascending = serializers.BooleanField(required=False, default=False)
    facets = serializers.BooleanField(
        required=False, default=False, help_text="Whether to count what could be narrowed by."
    )
    limit = serializers.IntegerField(required=False, default=USUAL, min_value=1, max_value=MOST)
    cursor = serializers.CharField(required=False, default="", allow_blank=True, max_length=1000)

    def query(self) -> Query:
        told = self.validated_data
        least, most = told.get("parameters_from"), told.get("parameters_to")
        bounds = None if least is None and most is None else (least or 0.0, float("inf") if most is None else most)
        return Query(
            text=told["q"].strip(),
            kinds=[RepoKind(kind) for kind in told["kind"]],
            upstreams=told["upstream"],
            authors=told["author"],
            tasks=told["task"],
            libraries=told["library"],
            licences=told["licence"],
            languages=told["language"],
            sizes=told["size"],
            tags=told["tag"],
            parameters=bounds,
            held=told["held"],
            gated=told["gated"],
            sort=Sort(told["sort"]),
            ascending=told["ascending"],
        )


class EntryRow(serializers.ModelSerializer[Entry]):
    """What an upstream's listing or the held copy tells of a repo; numbers are 0 where nobody told them."""

    name = serializers.SerializerMethodField()
    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    kind = serializers.ChoiceField(choices=KINDS)
    repo_id = serializers.SerializerMethodField()
    languages = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    base_models = serializers.ListField(child=serializers.CharField())
    repo = serializers.PrimaryKeyRelatedField[Any](
        read_only=True, allow_null=True, help_text="The `id` of the held repo."
    )

    class Meta:
        model = Entry
        fields = [
            "id",
            "name",
            "upstream",
            "kind",
            "repo_id",
            "title",
            "summary",
            "task",
            "library",
            "licence",
            "languages",
            "tags",
            "base_models",
            "gated",
            "parameters",
            "bytes",
            "downloads",
            "likes",
            "trending",
            "commit",
            "held",
            "repo",
            "created_at",
            "updated_at",
            "vanished_at",
            "seen_at",
        ]

    def get_name(self, row: Entry) -> str:
        return f"{row.upstream.slug}:{self.get_repo_id(row)}"

    def get_repo_id(self, row: Entry) -> str:
        # Not the model's own word for it: the column of the held repo has that name too.
        return str(RepoId(row.namespace, row.name))


class CountRow(serializers.Serializer[Any]):
    value = serializers.CharField()
    count = serializers.IntegerField()


class FacetRow(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=FACETS)
    values = CountRow(many=True)


class FoundRow(serializers.Serializer[Page]):
    next = serializers.SerializerMethodField()
    total = serializers.IntegerField(help_text="A lower bound where `exact` is false.")
    exact = serializers.BooleanField()
    corrected = serializers.CharField(
        allow_blank=True, help_text="What was searched for instead, where nothing matched what was written."
    )
    results = EntryRow(many=True, source="entries")
    facets = serializers.SerializerMethodField()

    def get_next(self, page: Page) -> str | None:
        """The address of the next page; null where this is the last."""
        if not page.after:
            return None
        return replace_query_param(self.context["request"].build_absolute_uri(), "cursor", page.after)

    @extend_schema_field(FacetRow(many=True))
    def get_facets(self, page: Page) -> list[dict[str, Any]]:
        return [
            {"name": name, "values": _counted(page.facets.counts, name)} for name in FACETS if self.context["facets"]
        ]


def _counted(counts: Mapping[str, Sequence[tuple[str, int]]], name: str) -> list[dict[str, Any]]:
    return [{"value": value, "count": count} for value, count in counts.get(name, ())]


@extend_schema(tags=["index"])
@extend_schema_view(
    retrieve=extend_schema(summary="One entry of the index", operation_id="index_retrieve"),
)
class Index(Conditional, RetrieveModelMixin, GenericViewSet[Entry]):
    """Everything that is known: what this hub holds, and what the indexed upstreams list."""

    queryset = Entry.objects.select_related("upstream")
    serializer_class = EntryRow
    filter_backends = []
    pagination_class = None

    @extend_schema(summary="Search", operation_id="index_search", parameters=[SearchQuery], responses=FoundRow)
    def search(self, request: ApiRequest) -> Response:
        asked = SearchQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        try:
            page = search(asked.query(), told["limit"], told["cursor"], told["facets"])
        except (ValueError, OverflowError) as error:
            raise wrong_cursor() from error
        return Response(FoundRow(page, context={"request": request, "facets": told["facets"]}).data)
