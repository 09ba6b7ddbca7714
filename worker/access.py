"""Where the servers are, and what lets us in. Nothing of it that is secret is ever shown."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from worker.exceptions import WorkerError

SCHEMES = ("nats", "tls", "ws", "wss")


def split_urls(urls: str | Sequence[str]) -> list[str]:
    """The servers of a cluster: `nats://a:4222,nats://b:4222`, or a list of them."""
    found = urls.split(",") if isinstance(urls, str) else list(urls)
    found = [url.strip() for url in found if url.strip()]
    if not found:
        raise WorkerError("no URL of a server is given")
    for url in found:
        _check(url)
    return found


def shown(urls: str | Sequence[str]) -> str:
    """The servers as they may be shown: without user, password or token."""
    found = urls.split(",") if isinstance(urls, str) else urls
    return ", ".join(_without_secret(url.strip()) for url in found)


def _without_secret(url: str) -> str:
    scheme, separator, rest = url.rpartition("://")
    return scheme + separator + rest.rpartition("@")[2]


def _check(url: str) -> None:
    try:
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        good = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise WorkerError(f"{_without_secret(url)!r} is no URL of a NATS server: write nats://host:4222")


_SEED = re.compile(rb"\A\s*(?P<seed>\S+)\s*\Z")
_CREDENTIALS = re.compile(
    rb"^-+BEGIN NATS USER JWT-+\r?\n[\w.-]+\r?\n.*^-+BEGIN USER NKEY SEED-+\r?\n(?P<seed>\w+)\r?\n",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Access:
    """What lets us in, besides user and password in the URL: files, as nats-py takes them."""

    creds: str | None = field(default=None, repr=False)
    nkey: str | None = field(default=None, repr=False)
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Access:
        """From the variables of the program `nats`: NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY."""
        found = os.environ if environment is None else environment
        names = ("NATS_CREDS", "NATS_NKEY", "NATS_CA", "NATS_CERT", "NATS_KEY")
        return cls(*(found.get(name) or None for name in names))

    def options(self) -> dict[str, Any]:
        """What `nats.connect` is told."""
        options: dict[str, Any] = {}
        if self.creds:
            options["user_credentials"] = _with_a_seed(self.creds, _CREDENTIALS, "credentials")
        if self.nkey:
            options["nkeys_seed"] = _with_a_seed(self.nkey, _SEED, "the seed of an NKEY")
        if self.tls_ca or self.tls_cert:
            options["tls"] = self._tls()
        return options

    def _tls(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=_readable(self.tls_ca) if self.tls_ca else None)
            if self.tls_cert:
                key = _readable(self.tls_key) if self.tls_key else None
                context.load_cert_chain(_readable(self.tls_cert), key)
        except ssl.SSLError as error:
            raise WorkerError(f"the certificates cannot be used: {error}") from error
        return context


def _with_a_seed(path: str, pattern: re.Pattern[bytes], what: str) -> str:
    """A file that holds what it should: the library looks for the first line of credentials for ever."""
    try:
        import nkeys
    except ImportError:
        raise WorkerError(f"{path}: nkeys is not installed; `pip install nkeys` brings it") from None
    found = pattern.search(Path(_readable(path)).read_bytes())
    try:
        if found is None:
            raise nkeys.NkeysError
        nkeys.from_seed(bytearray(found["seed"])).wipe()
    except nkeys.NkeysError:
        raise WorkerError(f"{path} does not hold {what}") from None
    return path


def _readable(path: str) -> str:
    try:
        with Path(path).open("rb"):
            return path
    except OSError as error:
        raise WorkerError(f"{path} cannot be read: {error.strerror}") from error
