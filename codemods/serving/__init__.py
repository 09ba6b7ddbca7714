"""For agents (MCP) and editors (LSP). Both call `workspace.py`, and translate its answers into their protocol."""
