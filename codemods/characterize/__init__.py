"""Characterization: record what code says to NATS, on a real server and a virtual clock.

A recording taken before a change must come out byte for byte after it. The fixtures are in `plugin`; the
parts, each usable alone: `server` runs a nats-server, `tap` listens on the wire between it and its
clients, `clock` moves time by hand, `tape` holds what was recorded, `render` writes it for people,
`faults` breaks things, `rehearsal` keeps what is not deterministic from being recorded, `picture` draws a tape.
"""
