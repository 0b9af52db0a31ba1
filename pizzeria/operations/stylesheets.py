"""
The style sheets of the shop's three audiences: guests, staff and the admin.

Every page links one of them. In `static/css/` each is a list of imports of files about one thing, which the demo serves
as they are; `collectstatic` writes them with the files in their place, so that a browser asks once.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLES = ("css/guest.css", "css/staff.css", "css/admin.css")

_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);\n?')


class ImportRefused(ValueError):
    """A bundle contains something other than imports of files beside it."""


def bundled(name: str, read: Callable[[str], str]) -> str:
    """
    Return a bundle with the imported files in place of their imports.

    :param read: returns the text of a file by its name
    :raises ImportRefused: it contains anything else, or a file imports another
    """
    imports = _COMMENT.sub("", read(name))
    if rest := _IMPORT.sub("", imports).strip():
        raise ImportRefused(f"{name} contains more than imports and comments: {rest[:60]}")
    parts = [read(posixpath.join(posixpath.dirname(name), imported)) for imported in _IMPORT.findall(imports)]
    if any("@import" in part for part in parts):
        raise ImportRefused(f"{name}: a file that it imports has an import of its own.")
    return "\n".join(parts)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """
    WhiteNoise's storage: fingerprints in names, compressed copies; and the bundles, each as one file.

    An address is composed once for each name: the manifest is read when a process starts, and does not change.
    """

    @cache  # noqa: B019 - there is one storage for the process
    def url(self, name: str, force: bool = False) -> str:
        return str(super().url(name, force))

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], *args: Any, **options: Any
    ) -> Iterator[tuple[str, str | None, Any]]:
        def read(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        bundles = InMemoryStorage()
        for name in BUNDLES:
            if name in paths:
                bundles.save(name, ContentFile(bundled(name, read).encode()))
        in_place = {name: (bundles, name) for name in BUNDLES if name in paths}
        yield from super().post_process(paths | in_place, *args, **options)
