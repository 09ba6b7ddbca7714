"""What a plan, a proof, a refusal or a review says: lines for a terminal, and one file for each format of machines.

A format of `prove` is a file ``as_<format>.py`` with ``review_text(review) -> str``, and a word in ``FORMATS`` of
``commands/proving.py``.
"""
