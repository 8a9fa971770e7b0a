"""How well follow-up works: done in time, came after a call, lost, waiting for a result. One file a measure.

Every measure is counted in the database in one pass over the scheduled tests (a parallel sequential scan with hashed
groups, whatever the number of patients), and held by `tests/labs/selectors/measures/` to a plain computation of its
words.
"""
