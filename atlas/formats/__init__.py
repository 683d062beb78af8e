"""How the admin writes dates: with the year, in 24 hours, and saying that they are UTC."""
