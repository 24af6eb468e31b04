"""Runs inside a client's environment. A line of stdin is a Python expression as JSON; the line of stdout its outcome.

`{"value": ...}`, or `{"error": [class names, the nearest first], "words": message}`. In scope are `hub` (the module
huggingface_hub), an HfApi as `api`, an HfFileSystem as `fs`, and `import_module`.
"""

import json
import sys
from importlib import import_module
from typing import Any

import huggingface_hub

answers = sys.stdout
sys.stdout = sys.stderr
scope = {
    "hub": huggingface_hub,
    "api": huggingface_hub.HfApi(),
    "fs": huggingface_hub.HfFileSystem(),
    "import_module": import_module,
}


def outcome_of(expression: str) -> dict[str, Any]:
    try:
        return {"value": eval(expression, scope)}
    except Exception as error:
        return {"error": [kind.__name__ for kind in type(error).__mro__], "words": str(error)}


for line in sys.stdin:
    print(json.dumps(outcome_of(json.loads(line)), default=str), file=answers, flush=True)
