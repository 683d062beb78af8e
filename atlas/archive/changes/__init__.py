"""What a change means: substantive or cosmetic, and why. Pure."""
