"""Plans: what to pair with what, what that changes, how far it may go, and the way back."""
