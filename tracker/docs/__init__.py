"""The generated pages of docs/: made from the code they describe, committed, and compared by `make check`."""
