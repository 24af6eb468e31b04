"""Runs inside the environment of a huggingface_hub and evaluates expressions; see answering.py.

In scope are `hub` (the module huggingface_hub), an HfApi as `api`, an HfFileSystem as `fs`, and `import_module`.
"""

from importlib import import_module

import answering
import huggingface_hub

answering.answer(
    {
        "hub": huggingface_hub,
        "api": huggingface_hub.HfApi(),
        "fs": huggingface_hub.HfFileSystem(),
        "import_module": import_module,
    }
)
