"""One request of a client of Hugging Face."""

import re

from django.http import HttpRequest

from hub.dialects.asked import Asked as AnyAsked

_CLIENT = re.compile(r"hf_hub/(\d+)\.(\d+)")


class Asked(AnyAsked):
    family = "huggingface"

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.is_api = self.segments[:1] == ("api",)

    @property
    def hub_version(self) -> tuple[int, int] | None:
        """Which huggingface_hub asks; None for other clients."""
        match = _CLIENT.search(self.client)
        return (int(match[1]), int(match[2])) if match else None
