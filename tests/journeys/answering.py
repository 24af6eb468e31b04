"""What the drivers share, which run inside a client's environment: only the standard library is there.

A line of stdin is a Python expression as JSON; the line of stdout its outcome: `{"value": ...}`, or
`{"error": [class names, the nearest first], "words": message}`. What the client itself prints goes to stderr.
"""

import json
import sys
from typing import Any

answers = sys.stdout
sys.stdout = sys.stderr


def outcome_of(expression: str, scope: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": eval(expression, scope)}
    except Exception as error:
        return {"error": [kind.__name__ for kind in type(error).__mro__], "words": str(error)}


def answer(scope: dict[str, Any]) -> None:
    for line in sys.stdin:
        print(json.dumps(outcome_of(json.loads(line), scope), default=str), file=answers, flush=True)
