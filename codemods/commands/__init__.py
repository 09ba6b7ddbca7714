"""The command lines: one file a command, each with ``arguments(parser)`` and ``main(options) -> exit code``."""
