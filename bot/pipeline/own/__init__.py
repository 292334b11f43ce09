"""Our own encoder's files, and the two readers of the wheel they rest on: word pieces, rows."""
