"""A change or a proposal as one self-contained page (`--html FILE`): no script, nothing from the network.

The two graphs show the definitions of the source and who uses whom, where they stand before and after; Graphviz lays
them out where it is installed, else the same is said in lists. Everything that came out of the project is escaped.
"""
