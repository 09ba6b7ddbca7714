"""What a plan, a proof, a refusal or a review says: lines for a terminal, and one file for each format of machines."""
