"""Composition: what happens in which order, and how a person starts it."""

import os

# Before any library looks: they would write the keys of every connection there, for whoever can set a variable.
os.environ.pop("SSLKEYLOGFILE", None)
