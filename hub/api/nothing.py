"""Addresses under the API that mean nothing."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request as ApiRequest
from rest_framework.views import APIView


@extend_schema(exclude=True)
class Nothing(APIView):
    """They get the API's error shape, not a page; whoever may not pull is told to log in first, as everywhere."""

    def get(self, request: ApiRequest, **kwargs: object) -> None:
        raise NotFound

    post = put = patch = delete = get
