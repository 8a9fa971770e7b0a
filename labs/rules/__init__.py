"""Published relapse criteria over columns of results. Pure: numpy and Python, no Django. See README.md."""
