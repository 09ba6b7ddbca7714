"""What runs in the user's interpreter: no imports of this project, and no Python newer than 3.8."""
