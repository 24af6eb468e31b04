"""The read-only start of our REST API."""

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.request import Request as ApiRequest
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.api.rows import RepoDetail, RepoRow, RequestDetail, RequestRow, TransferRow
from hub.catalog.models import Repo
from hub.mirroring.models import Request, Transfer


class Requests(ReadOnlyModelViewSet[Request]):
    """`?state=` keeps the requests in one state; one request comes with its progress."""

    queryset = Request.objects.select_related("upstream", "revision")

    def get_queryset(self) -> QuerySet[Request]:
        state = self.request.query_params.get("state", "")
        rows = super().get_queryset()
        return rows.filter(state=state) if state else rows

    def get_serializer_class(self) -> type[RequestRow]:
        return RequestDetail if self.action == "retrieve" else RequestRow


class Transfers(ReadOnlyModelViewSet[Transfer]):
    queryset = Transfer.objects.select_related("upstream")
    serializer_class = TransferRow


class Repos(ReadOnlyModelViewSet[Repo]):
    """Held repos. `?kind=`, `?repo_id=`, `?upstream=` choose; one repo comes with the others that have its weights."""

    queryset = Repo.objects.filter(held=True).select_related("upstream")

    def get_queryset(self) -> QuerySet[Repo]:
        asked = self.request.query_params
        columns = {"kind": "kind", "repo_id": "key", "upstream": "upstream__slug"}
        chosen = {column: asked[name].lower() for name, column in columns.items() if asked.get(name)}
        return super().get_queryset().filter(**chosen)

    def get_serializer_class(self) -> type[RepoRow]:
        return RepoDetail if self.action == "retrieve" else RepoRow


class Nothing(APIView):
    """Addresses under the API that mean nothing get its error shape, not a page."""

    def get(self, request: ApiRequest, **kwargs: object) -> None:
        raise NotFound("There is nothing at this address of the API.")

    post = put = patch = delete = get
