"""The command `thalweg`: what the user typed is read, handed to the rooms below, and printed."""
