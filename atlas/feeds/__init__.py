"""What readers subscribe to: announced changes and approved analyses, as Atom."""
