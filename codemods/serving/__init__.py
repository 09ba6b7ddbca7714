"""The tool for programs that stay: agents (MCP) and editors (LSP). Both ask `workspace.py`, and say it their way."""
