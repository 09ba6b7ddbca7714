"""JetStream consumers in lock-step: who waits for messages, what is due to be delivered, and their timers.

A pull request waits in the server for as long as it says, in real seconds. So the kit asks in the
client's place, under an inbox of its own, hands on what comes, and takes the request back when virtual
time says so. The waits for acknowledgements and the delays of naks are turned into virtual timers too:
when one is due, the kit says nak for the client.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from codemods.characterize.describe import API, AckSubject
from codemods.characterize.frames import Frame
from codemods.characterize.given_up import advisory_is_kept
from codemods.characterize.observer import PREFIX, Observer
from codemods.characterize.timers import Timer, Timers

NEXT = API + "CONSUMER.MSG.NEXT."
WITHIN = 10.0  # real seconds for a delivery that the server owes


@dataclass(slots=True)
class Pull:
    """A client's request for messages that has not been met yet."""

    link: Any
    reply: str
    inbox: str
    left: int
    sid: int = 0
    expiry: Timer | None = None


@dataclass(slots=True)
class Consumer:
    """What is known of one consumer."""

    stream: str
    name: str
    created: str = ""  # tells it from a later one of the same name
    config: dict[str, Any] = field(default_factory=dict)
    stale: bool = False  # its configuration may be another by now
    last: int = 0  # the last message of the stream that was delivered, or is before its start
    pulls: dict[str, Pull] = field(default_factory=dict)
    unacked: dict[int, Timer | None] = field(default_factory=dict)
    returned: set[int] = field(default_factory=set)  # said nak to, and not delivered again yet
    given_up: set[int] = field(default_factory=set)  # delivered for the last time, which the server has yet to say
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def filters(self) -> list[str]:
        one = self.config.get("filter_subject")
        return self.config.get("filter_subjects") or [one or ">"]

    def patience(self, attempt: int) -> float:
        """The seconds that a delivery may stay without acknowledgement."""
        backoff = self.config.get("backoff")
        nanoseconds = backoff[min(attempt, len(backoff)) - 1] if backoff else self.config.get("ack_wait", 30 * 10**9)
        return nanoseconds / 1e9

    def may_redeliver(self, attempt: int) -> bool:
        limit = self.config.get("max_deliver", -1)
        return limit <= 0 or attempt < limit

    def full(self) -> bool:
        limit = self.config.get("max_ack_pending", 0)
        return self.config.get("ack_policy") != "none" and 0 < limit <= len(self.unacked)


class Consumers:
    """All consumers that clients of the tap use."""

    def __init__(
        self, observer: Observer, timers: Timers, now: Callable[[], float], listens: Callable[[str], bool]
    ) -> None:
        self.observer, self.timers, self.now, self.listens = observer, timers, now, listens
        self.known: dict[tuple[str, str], Consumer] = {}
        self._pulls: dict[str, tuple[Consumer, Pull]] = {}
        self._count = 0

    async def get(self, stream: str, name: str) -> Consumer | None:
        """The consumer, asked for when it is not known yet; None when there is none."""
        known = self.known.get((stream, name))
        if known is not None and not known.stale:
            return known
        info = json.loads((await self.observer.request(f"{API}CONSUMER.INFO.{stream}.{name}")).body)
        if "config" not in info:
            return None
        if known is not None and known.created == info["created"]:
            known.config, known.stale = info["config"], False
            return known
        known = self.known[stream, name] = Consumer(stream, name, info["created"], info["config"])
        known.last = info["delivered"]["stream_seq"]
        if known.config.get("deliver_policy", "all") not in ("all", "last_per_subject"):
            state = json.loads((await self.observer.request(f"{API}STREAM.INFO.{stream}")).body)
            known.last = max(known.last, state["state"]["last_seq"] - info["num_pending"])
        return known

    def changed(self, stream: str) -> None:
        """A consumer of the stream was made anew, or was there and maybe has another configuration now."""
        for consumer in self.known.values():
            consumer.stale = consumer.stale or consumer.stream == stream

    def forget(self, stream: str, name: str = "") -> None:
        """A consumer, or all of a stream's, was removed."""
        for key in [one for one in self.known if one[0] == stream and name in ("", one[1])]:
            self.known.pop(key)

    def end(self) -> None:
        """JetStream is gone: nobody waits for anything any more."""
        for consumer, pull in list(self._pulls.values()):
            self._drop(consumer, pull)
        self.known.clear()

    # -- pulls -------------------------------------------------------------------------------------

    async def pull(self, link: Any, frame: Frame) -> bool:
        """Ask in the client's place. False: not a pull that can wait, pass it on as it is."""
        stream, _, name = frame.subject[len(NEXT) :].partition(".")
        consumer = await self.get(stream, name)
        if consumer is None or not frame.reply:
            return False
        request = json.loads(frame.body) if frame.body[:1] == b"{" else {"batch": int(frame.body or b"1")}
        self._count += 1
        inbox = f"{PREFIX}pull.{self._count}"
        pull = Pull(link, frame.reply, inbox, request.get("batch", 1))
        expires = request.pop("expires", 0) / 1e9
        request.pop("idle_heartbeat", None)
        no_wait = request.pop("no_wait", False)
        pull.sid = await self.observer.subscribe(inbox)
        consumer.pulls[inbox] = pull
        self._pulls[inbox] = consumer, pull
        if expires:
            pull.expiry = self.timers.at(self.now() + expires, lambda: self._expire(consumer, pull))
        await self.observer.publish(frame.subject, inbox, json.dumps(request).encode())
        await self.settle({stream})
        if no_wait:  # the server's own judgement may come before it has noticed the last message
            await self._end_with(consumer, pull, Frame("MSG", status="404 No Messages"))
        return True

    async def _expire(self, consumer: Consumer, pull: Pull) -> None:
        headers = {"Nats-Pending-Messages": str(pull.left), "Nats-Pending-Bytes": "0"}
        await self._end_with(consumer, pull, Frame("MSG", status="408 Request Timeout", headers=headers))

    async def _end_with(self, consumer: Consumer, pull: Pull, status: Frame) -> None:
        if pull.inbox in consumer.pulls:
            await self._end(consumer, pull)
            status.subject = pull.reply
            pull.link.give(status)

    async def _end(self, consumer: Consumer, pull: Pull) -> None:
        self._drop(consumer, pull)
        await self.observer.unsubscribe(pull.sid)
        await self.observer.ping()  # or what comes on another connection next may still be given to this pull

    def _drop(self, consumer: Consumer, pull: Pull) -> None:
        consumer.pulls.pop(pull.inbox, None)
        self._pulls.pop(pull.inbox, None)
        if pull.expiry:
            pull.expiry.cancel()

    async def left(self, link: Any) -> None:
        """A client is gone, and with it what it waited for."""
        for consumer, pull in [one for one in self._pulls.values() if one[1].link is link]:
            await self._end(consumer, pull)

    async def unheard(self, link: Any) -> None:
        """A client listens to less than before: the server forgets requests whose answer nobody would hear."""
        for consumer, pull in [one for one in self._pulls.values() if one[1].link is link]:
            if not link.hears(pull.reply):
                await self._end(consumer, pull)

    def came(self, frame: Frame) -> bool:
        """A message for one of the pulls: hand it on to the client. False when it is for none."""
        if frame.subject in self._pulls:  # a status, not a message
            consumer, pull = self._pulls[frame.subject]
            if not frame.status.startswith("100"):
                self._drop(consumer, pull)
            frame.subject = pull.reply
        else:
            found = [one for one in self._pulls.values() if str(one[1].sid) == frame.sid]
            if not found:
                return False
            consumer, pull = found[0]
            pull.left -= 1
            if pull.left <= 0:
                self._drop(consumer, pull)
        frame.changed()
        pull.link.give(frame, pull.reply)
        consumer.arrived.set()
        return True

    # -- deliveries and acknowledgements -----------------------------------------------------------

    def delivered(self, place: AckSubject, subject: str) -> None:
        """A message of a consumer is on its way to a client; `subject` is where its ack goes."""
        consumer = self.known.get((place.stream, place.consumer))
        if consumer is None:
            return
        consumer.last = max(consumer.last, place.seq)
        consumer.returned.discard(place.seq)
        if consumer.config.get("ack_policy", "none") != "none":
            self._wait_for_ack(consumer, place, subject, consumer.patience(place.attempt))
        consumer.arrived.set()

    def _wait_for_ack(self, consumer: Consumer, place: AckSubject, subject: str, delay: float) -> None:
        if old := consumer.unacked.get(place.seq):
            old.cancel()

        async def due() -> None:
            self._return(consumer, place)  # before the server can deliver it again
            await self.observer.request(subject, b"-NAK")
            await self.settle({place.stream})

        consumer.unacked[place.seq] = self.timers.at(self.now() + delay, due)

    def _return(self, consumer: Consumer, place: AckSubject) -> None:
        if consumer.may_redeliver(place.attempt):
            consumer.returned.add(place.seq)
        else:
            consumer.given_up.add(place.seq)

    async def acked(self, subject: str, frame: Frame) -> bool:
        """A client answered a delivery. True: the server is told later, when virtual time says so."""
        place = AckSubject.parse(subject)
        consumer = await self.get(place.stream, place.consumer)
        if consumer is None:
            return False
        word, _, rest = frame.body.partition(b" ")
        if word == b"+WPI":
            self._wait_for_ack(consumer, place, subject, consumer.patience(place.attempt))
        elif word == b"-NAK" and rest:
            delay = json.loads(rest).get("delay", 0) if rest[:1] == b"{" else 0
            self._wait_for_ack(consumer, place, subject, delay / 1e9)
            return True
        else:
            acknowledged = [place.seq]
            if consumer.config.get("ack_policy") == "all":
                acknowledged = [seq for seq in consumer.unacked if seq <= place.seq]
            for seq in acknowledged:
                consumer.given_up.discard(seq)
                if timer := consumer.unacked.pop(seq, None):
                    timer.cancel()
            if word == b"-NAK":
                self._return(consumer, place)
        return False

    # -- quiescence --------------------------------------------------------------------------------

    async def settle(self, streams: set[str] | None = None) -> None:
        """Return when the server owes no delivery: of these streams, or of any."""
        for consumer in list(self.known.values()):
            if streams is None or consumer.stream in streams:
                while consumer.given_up and self._wanted(consumer):  # it looks when somebody asks for messages
                    await advisory_is_kept(self.observer, consumer.stream, consumer.name, consumer.given_up.pop())
                while await self._owed(consumer):
                    await self._arrival(consumer)

    async def _arrival(self, consumer: Consumer) -> None:
        try:
            await asyncio.wait_for(consumer.arrived.wait(), WITHIN)
        except TimeoutError:
            raise TimeoutError(f"the server owes a delivery on {consumer.stream} {consumer.name}") from None

    async def _owed(self, consumer: Consumer) -> bool:
        """Whether the server is about to deliver something; what comes from now on sets `arrived`."""
        consumer.arrived.clear()
        if not self._wanted(consumer):
            return False
        if consumer.returned:
            return True
        if consumer.full():
            return False
        return await self._any_next(consumer)

    def _wanted(self, consumer: Consumer) -> bool:
        inbox = consumer.config.get("deliver_subject")
        return self.listens(inbox) if inbox else bool(consumer.pulls)

    async def _any_next(self, consumer: Consumer) -> bool:
        asks: list[Awaitable[Frame]] = []
        for one in consumer.filters():
            body = json.dumps({"seq": consumer.last + 1, "next_by_subj": one}).encode()
            asks.append(self.observer.request(f"{API}STREAM.MSG.GET.{consumer.stream}", body))
        seen = consumer.last
        answers = await asyncio.gather(*asks)
        return consumer.last != seen or any(b'"message":' in answer.body for answer in answers)
