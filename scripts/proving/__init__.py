"""How the prover is measured: good moves damaged on purpose, and the moves of another tool."""
