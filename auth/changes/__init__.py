"""How this process hears of every change, and what it knows of clients because of that."""
