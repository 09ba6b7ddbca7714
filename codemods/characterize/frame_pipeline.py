"""The pipeline of one frame: recorded, perhaps broken by a fault, passed on, and waited for to the end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from codemods.characterize.consumers import NEXT
from codemods.characterize.describe import API, AckSubject, answer, decode, describe, describe_interest
from codemods.characterize.frames import Frame, matches
from codemods.characterize.observer import settle
from codemods.characterize.ports import Connection, Proxy
from codemods.characterize.records import Answer, Delivery, Operation
from codemods.characterize.rules import Rule
from codemods.characterize.servertime import is_api_answer

WITHIN = 10.0  # real seconds for an answer of the server


class Asked:
    """A request on its way: who asked what, and whether the server has done its part."""

    def __init__(self, link: Connection, operation: Operation, rule: Rule | None) -> None:
        self.link, self.operation, self.rule = link, operation, rule
        several = any(key in operation.details for key in ("multi_last", "batch"))
        self.many = several and operation.op == "get direct"
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.body: dict[str, Any] = {}


class FramePipeline:
    """Handles frames in both directions, those of clients and those of the server."""

    def __init__(self, tap: Proxy) -> None:
        self.tap = tap
        self.rules: list[Rule] = []
        self.asked: dict[str, Asked] = {}
        self._acks: dict[str, str] = {}  # as the client knows them -> as the server does

    def forget(self, link: Connection) -> None:
        """Nobody waits for answers to this connection any more."""
        for asked in self.asked.values():
            if asked.link is link:
                settle(asked.done, None)

    async def client_frame(self, link: Connection, frame: Frame, wait: bool) -> None:
        """Something that a client says."""
        if frame.verb in ("PUB", "HPUB"):
            await self._message(link, frame, wait)
            return
        if frame.verb == "END":
            await self.tap.lost(link)
            return
        if frame.verb == "CONNECT":
            link.introduce(frame)
            link.to_server(frame)
            return
        if frame.verb in ("SUB", "UNSUB"):
            if interest := describe_interest(frame, link.subscriptions, self.tap.elapsed(), link.name):
                self.tap.records.append(interest)
            link.note_subscription(frame)
            await self.tap.consumers.unheard(link)
        if frame.verb == "PING":
            await link.ping(for_client=True)
            return
        link.to_server(frame)
        if wait:
            await self.tap.barrier(link)
            await self.tap.consumers.settle()

    async def _message(self, link: Connection, frame: Frame, wait: bool) -> None:
        operation = describe(frame, self.tap.elapsed(), link.name)
        self.tap.records.append(operation)
        rule = next((one for one in self.rules if one.applies(operation)), None)
        if rule:
            rule.strike(operation)
            if await rule.before(self.tap, link, frame, operation):
                return
        await self.forward(link, frame, operation, rule, wait)

    async def forward(
        self, link: Connection, frame: Frame, operation: Operation, rule: Rule | None, wait: bool
    ) -> None:
        """Pass a message on to the server, and wait for what follows."""
        if await self._in_the_clients_place(link, frame, wait):
            return
        asked = None
        if frame.reply:
            asked = self.asked[frame.reply] = Asked(link, operation, rule)
        link.to_server(frame)
        if not wait:
            return
        await self.tap.barrier(link)
        if self.tap.going:  # what it does not answer at once, it does not answer
            return
        if asked:
            try:
                await asyncio.wait_for(asked.done, WITHIN)
            except TimeoutError:
                raise TimeoutError(f"the server did not answer {operation.op} {operation.target}") from None
        if rule:
            await rule.after(self.tap, link)
        await self._follow(operation, asked.body if asked else {})

    async def _in_the_clients_place(self, link: Connection, frame: Frame, wait: bool) -> bool:
        """Pulls and acknowledgements in lock-step are the kit's to do; True when done."""
        consumers = self.tap.consumers
        wait = wait and not self.tap.going
        if frame.subject.startswith("$JS.ACK."):
            frame.subject = self._acks.get(frame.subject, frame.subject)
            frame.changed()
            if not wait:
                return False
            if await consumers.acked(frame.subject, frame):
                return True
            if not frame.reply:  # the answer tells when the server has done it
                await self.tap.observer.request(frame.subject, frame.body)
                await self.tap.barrier(link)
                await consumers.settle({AckSubject.parse(frame.subject).stream})
                return True
        elif wait and frame.subject.startswith(NEXT) and await consumers.pull(link, frame):
            return True
        return False

    async def _follow(self, operation: Operation, body: dict[str, Any]) -> None:
        """The operation is done; see to what it sets in motion, and wait until it has come to rest."""
        touched: set[str] | None = None
        if operation.subject.startswith(API):
            words = operation.subject[len(API) :].split(".")
            if words[0] == "STREAM" and len(words) > 2:
                self.tap.ages.forget(words[2])
            if words[0] == "CONSUMER" and words[1] in ("CREATE", "DURABLE", "DELETE"):
                stream = words[3] if words[1] == "DURABLE" else words[2]
                if words[1] == "DELETE":
                    self.tap.consumers.forget(stream)
                else:
                    self.tap.consumers.changed(stream)
                if "name" in body and "config" in body:
                    await self.tap.consumers.get(stream, body["name"])
            if words[1:2] == ["INFO"] or words[0] == "DIRECT" or words[1:3] == ["MSG", "GET"]:
                return
        elif "stream" in body and "seq" in body:
            await self.tap.ages.stored(operation, body)
            touched = {body["stream"]}
        await self.tap.consumers.settle(touched)
        if touched is None or self.tap.consumers.known:
            await self.tap.barrier()

    # -- the other way -----------------------------------------------------------------------------

    def server_frame(self, link: Connection, frame: Frame) -> None:
        """Something that the server says to a client."""
        asked = self.asked.get(frame.subject)
        if frame.reply in self.asked:  # the question reached somebody: the answer is theirs, not the server's
            settle(self.asked[frame.reply].done, None)
        original = frame.reply
        self.tap.server_time.rewrite(frame, bool(asked) and is_api_answer(asked.operation.subject if asked else ""))
        if asked is None:
            self._deliver(link, frame, original)
        else:
            self._answered(asked, frame)
        if asked and asked.rule:
            asked.rule.answered(self.tap, link, frame)
        else:
            link.to_client(frame.encode())

    def _answered(self, asked: Asked, frame: Frame) -> None:
        """Put the answer on record."""
        found = answer(asked.operation, frame)
        if not (asked.many and found.status == "status"):
            asked.operation.answers.append(found)
        body = decode(frame.body)
        asked.body = body if isinstance(body, dict) and "error" not in body else {}
        if not asked.many or frame.status:
            self.asked.pop(frame.subject, None)
            settle(asked.done, None)

    def _deliver(self, link: Connection, frame: Frame, original: str) -> None:
        value = decode(frame.body)
        record = Delivery(self.tap.elapsed(), link.name, frame.subject, value, dict(frame.headers), raw=frame.body)
        if original.startswith("$JS.ACK."):
            place = AckSubject.parse(original)
            self._acks[frame.reply] = original
            record.attempt, record.seq = place.attempt, place.seq
            record.consumer = f"{place.stream} {place.consumer}"
            self.tap.consumers.delivered(place, original)
        elif frame.status:
            record.value = frame.status
        self.tap.records.append(record)

    def refuse(self, link: Connection, operation: Operation, error: Answer, code: int) -> None:
        """Answer in the server's place, with an error as JetStream writes it."""
        operation.answers.append(error)
        if operation.op == "get direct":  # of which the server answers by a status alone
            status = f"{code} {error.text}"
            self.give_quietly(link, Frame("MSG", subject=operation.reply, status=status))
        elif operation.reply:
            body = {"error": {"code": code, "err_code": error.code, "description": error.text}}
            made = Frame("MSG", subject=operation.reply, body=json.dumps(body).encode())
            self.give_quietly(link, made)

    def give_quietly(self, link: Connection, frame: Frame) -> None:
        """Send a client an answer of our own making, which is on record already."""
        for sid, pattern in link.subscriptions.items():
            if matches(pattern, frame.subject):
                frame.sid = sid
                link.to_client(frame.encode())
                return
