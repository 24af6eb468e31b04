"""Runs inside the environment of a modelscope and evaluates expressions; see answering.py.

In scope are `modelscope`, a HubApi as `api`, the four download functions by their names, and `import_module`. Where the
client wants its endpoint as an argument, JOURNEY_ENDPOINT names it.
"""

import os
from functools import partial
from importlib import import_module

import answering
import modelscope
from modelscope.hub.api import HubApi
from modelscope.hub.file_download import dataset_file_download, model_file_download
from modelscope.hub.snapshot_download import dataset_snapshot_download, snapshot_download

named = {"endpoint": os.environ["JOURNEY_ENDPOINT"]} if "JOURNEY_ENDPOINT" in os.environ else {}
downloads = (snapshot_download, model_file_download, dataset_snapshot_download, dataset_file_download)
answering.answer(
    {
        "modelscope": modelscope,
        "api": HubApi(**named),
        "import_module": import_module,
        **{one.__name__: partial(one, **named) for one in downloads},
    }
)
