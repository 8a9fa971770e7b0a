"""Letters and messages: shipped wordings, what may stand in which, and the printed page. Pure.

One file of `wordings/` is one language: its dates, its names of tests, and the wording of every kind of letter.
"""
