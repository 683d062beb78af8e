"""Expression → words without which it cannot match."""


def words_needed(expression: str) -> tuple[str, ...]:
    """Lower-case words one of which every match of ``expression`` contains; empty if none can be told."""
    return ()
