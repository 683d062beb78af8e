"""What a text says: folding, sentences, quotes, dates, language. Pure."""
