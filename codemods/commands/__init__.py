"""The command lines: one file a command, each with ``arguments(parser)`` and ``main(options) -> exit code``.

``__main__.py`` lists the commands. Options of all commands that move stand in ``moving.add_options``; what is a part
of the request is a field of ``Move`` too, and a key in ``configured.py``.
"""
