"""What `codemods prove` says of commits that others made, beside the judgement of people."""
