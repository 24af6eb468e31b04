"""What a pickle would import when it is loaded: whatever it likes. Nothing is loaded here; its opcodes are read."""

import io
import pickletools
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.catalog.previews.reading import Bounded, Unreadable

MOST_READ = 24_000_000
MOST_PICKLE = 8_000_000
MOST_OPCODES = 500_000
MOST_SECONDS = 2.0

HARMLESS = frozenset({"collections.OrderedDict", "_codecs.encode", "builtins.set", "builtins.bytearray"})
_HARMLESS_STARTS = (
    "torch._utils._rebuild_",
    "torch.storage._load_from_bytes",
    "torch.FloatStorage",
    "torch.HalfStorage",
    "torch.BFloat16Storage",
    "torch.DoubleStorage",
    "torch.LongStorage",
    "torch.IntStorage",
    "torch.ByteStorage",
    "torch.BoolStorage",
    "torch.float",
    "torch.bfloat16",
    "torch.Size",
    "torch.device",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.ndarray",
    "numpy.dtype",
)
_TEXTS = frozenset(
    {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "SHORT_BINSTRING", "BINSTRING", "STRING"}
)


@dataclass(frozen=True)
class Imports:
    """Names that loading would import. `unusual` are those that tensors do not need; `whole` says that all was seen."""

    usual: tuple[str, ...]
    unusual: tuple[str, ...]
    whole: bool


def read_imports(file: Bounded) -> Imports:
    """Raises Unreadable where it is neither a pickle nor an archive of PyTorch with one."""
    begin = file.read(min(4, file.size))
    file.seek(0)
    data = _from_archive(file) if begin == b"PK\x03\x04" else file.read(min(file.size, MOST_PICKLE))
    names: dict[str, None] = {}
    whole = False
    try:
        for name in _imports(data):
            names[name] = None
            if len(names) > 500:
                break
        else:
            whole = True
    except (ValueError, IndexError, KeyError, OverflowError, UnicodeError, MemoryError, RecursionError):
        if not names:
            raise Unreadable("the file is no pickle that can be read", "treat it as code, and do not load it") from None
    usual = [name for name in names if name in HARMLESS or name.startswith(_HARMLESS_STARTS)]
    return Imports(tuple(usual), tuple(name for name in names if name not in usual), whole)


def _from_archive(file: Bounded) -> bytes:
    """The pickle of a PyTorch archive; its tensors lie beside it and are not read."""
    try:
        with zipfile.ZipFile(file) as archive:
            name = next((one for one in archive.namelist() if one.endswith("data.pkl")), "")
            if not name:
                raise Unreadable("the archive has no pickle of PyTorch in it", "treat it as code, and do not load it")
            with archive.open(name) as member:
                return member.read(MOST_PICKLE)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, KeyError):
        raise Unreadable("the archive cannot be read", "treat it as code, and do not load it") from None


def _imports(data: bytes) -> Iterator[str]:
    """The names of GLOBAL and of STACK_GLOBAL, which takes the two texts that were pushed last."""
    texts: list[str] = []
    memo: dict[int, str] = {}
    pushed = ""
    end = time.monotonic() + MOST_SECONDS
    for number, (opcode, value, _) in enumerate(pickletools.genops(io.BytesIO(data))):
        if number > MOST_OPCODES or (number % 4096 == 0 and time.monotonic() > end):
            raise ValueError("it is too long")
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            yield ".".join(str(value).split(" ", 1))[:300]
        elif name == "STACK_GLOBAL":
            yield ".".join(texts[-2:])[:300]
        pushed = _note(name, value, texts, memo, pushed)
        if opcode.name == "STOP":
            return


def _note(name: str, value: Any, texts: list[str], memo: dict[int, str], pushed: str) -> str:
    """Keeps up with the texts on the stack and in the memo, as far as the names of imports need it."""
    if name in _TEXTS:
        pushed = str(value)[:300]
        texts.append(pushed)
    elif name in ("BINGET", "LONG_BINGET", "GET"):
        pushed = memo.get(int(value), "")
        texts.append(pushed)
    elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
        memo[int(value)] = pushed
    elif name == "MEMOIZE":
        memo[len(memo)] = pushed
    else:
        pushed = ""
    del texts[:-4]
    return pushed
