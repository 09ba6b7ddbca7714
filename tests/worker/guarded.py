"""Servers that do not let everybody in: by password, token, NKEY, credentials, or certificates made here."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nkeys
import trustme

from codemods.characterize.server import binary
from worker.access import Access

SECRET = "S3cret"
SIZES = ("mem_storage", "disk_storage", "streams", "consumer")
COUNTS = ("subs", "data", "payload", "imports", "exports", "conn", "leaf")
UNLIMITED = dict.fromkeys((*COUNTS, *SIZES), -1)


@dataclass(frozen=True)
class Door:
    """How a server is configured, and what lets us in: something in the URL, or files."""

    config: str
    user: str = ""
    access: Access = field(default_factory=Access)
    options: tuple[str, ...] = ()  # the same, for the command line
    scheme: str = "nats"


def by_password(folder: Path) -> Door:
    return Door(f'authorization {{ user: bob, password: "{SECRET}" }}', user=f"bob:{SECRET}@")


def by_token(folder: Path) -> Door:
    return Door(f'authorization {{ token: "{SECRET}" }}', user=f"{SECRET}@")


def by_nkey(folder: Path) -> Door:
    user, seed = _key_pair(nkeys.PREFIX_BYTE_USER)
    file = _write(folder / "user.nk", seed)
    config = f"authorization {{ users: [{{ nkey: {user.public_key.decode()} }}] }}"
    return Door(config, access=Access(nkey=file), options=("--nkey", file))


def by_credentials(folder: Path) -> Door:
    """An operator, his account, and a user of it: each signs the next one's JWT."""
    operator, _ = _key_pair(nkeys.PREFIX_BYTE_OPERATOR)
    account, _ = _key_pair(nkeys.PREFIX_BYTE_ACCOUNT)
    system, _ = _key_pair(nkeys.PREFIX_BYTE_ACCOUNT)
    user, seed = _key_pair(nkeys.PREFIX_BYTE_USER)
    of_account = {"type": "account", "version": 2, "limits": {**UNLIMITED, "wildcards": True}}
    of_system = {"type": "account", "version": 2, "limits": {"subs": -1, "conn": -1, "data": -1, "payload": -1}}
    config = f"""
        operator: {_jwt(operator, operator, {"type": "operator", "version": 2})}
        system_account: {system.public_key.decode()}
        resolver: MEMORY
        resolver_preload: {{
            {account.public_key.decode()}: {_jwt(operator, account, of_account)}
            {system.public_key.decode()}: {_jwt(operator, system, of_system)}
        }}
    """
    said = _jwt(account, user, {"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1})
    text = f"-----BEGIN NATS USER JWT-----\n{said}\n------END NATS USER JWT------\n\n"
    text += f"-----BEGIN USER NKEY SEED-----\n{seed.decode()}\n------END USER NKEY SEED------\n"
    file = _write(folder / "user.creds", text.encode())
    return Door(config, access=Access(creds=file), options=("--creds", file))


def by_tls(folder: Path) -> Door:
    """The server shows a certificate, which only those take who know its signer."""
    return _certified(folder, mutual=False)


def by_mutual_tls(folder: Path) -> Door:
    """Both show a certificate."""
    return _certified(folder, mutual=True)


DOORS: dict[str, Callable[[Path], Door]] = {
    "password": by_password,
    "token": by_token,
    "nkey": by_nkey,
    "credentials": by_credentials,
    "tls": by_tls,
    "mutual tls": by_mutual_tls,
}


@contextlib.asynccontextmanager
async def guarded_server(folder: Path, door: Door) -> AsyncIterator[str]:
    """A server behind such a door; its URL, with what of it stands in a URL."""
    (folder / "server.conf").write_text(door.config)
    command = [binary(), "-c", str(folder / "server.conf"), "-a", "127.0.0.1", "-p", "-1", "-js"]
    command += ["-sd", str(folder / "store"), "--ports_file_dir", str(folder), "-l", str(folder / "log")]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        while (port := _port(folder)) is None:
            assert process.returncode is None, (folder / "log").read_text()
            await asyncio.sleep(0.02)
        yield f"{door.scheme}://{door.user}127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _port(folder: Path) -> int | None:
    """Where the server listens; None as long as it has not said so."""
    said = "".join(file.read_text() for file in folder.glob("*.ports"))
    return urlsplit(json.loads(said)["nats"][0]).port if said else None


def _certified(folder: Path, *, mutual: bool) -> Door:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    for name, who in (("server", "127.0.0.1"), ("client", "bob@example.org")):
        certificate = authority.issue_cert(who)
        certificate.private_key_pem.write_to_path(folder / f"{name}.key")
        certificate.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")
    ours, config = {"tls_ca": str(folder / "ca.pem")}, f"cert_file: {folder}/server.pem, key_file: {folder}/server.key"
    if mutual:
        ours |= {"tls_cert": str(folder / "client.pem"), "tls_key": str(folder / "client.key")}
        config += f", ca_file: {folder}/ca.pem, verify: true"
    options = [part for name, file in ours.items() for part in ("--" + name.replace("_", "-"), file)]
    return Door(f"tls {{ {config} }}", access=Access(**ours), options=tuple(options), scheme="tls")


def _key_pair(kind: int) -> tuple[nkeys.KeyPair, bytes]:
    seed = nkeys.encode_seed(os.urandom(32), kind)
    return nkeys.from_seed(bytearray(seed)), bytes(seed)


def _jwt(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, said: dict[str, object]) -> str:
    """https://docs.nats.io/running-a-nats-service/nats_admin/security/jwt: claims, signed with an NKEY."""
    who = {"iss": issuer.public_key.decode(), "sub": subject.public_key.decode(), "name": "test"}
    claims = {"jti": "test", "iat": int(time.time()), **who, "nats": said}
    signed = f"{_base64({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_base64(claims)}"
    return f"{signed}.{_unpadded(issuer.sign(signed.encode()))}"


def _base64(value: object) -> str:
    return _unpadded(json.dumps(value).encode())


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _write(file: Path, data: bytes) -> str:
    file.write_bytes(data)
    return str(file)
