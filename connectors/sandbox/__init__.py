"""Both services on loopback: faithful to their pages, every guess a setting, every fault on demand."""
