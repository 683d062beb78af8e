"""All that is known of a provision as one PDF: to file, hand on, and print."""
