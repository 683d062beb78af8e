"""What django-q2 wakes in this room. Without arguments: the rows say what there is to do."""

from review import actions, following


def follow_changes() -> int:
    """Bring the desk in step with changed provisions, then queue their drafts. Returns how many were queued."""
    following.follow_changes()
    return following.queue_what_changed()


def take_in() -> int:
    """Give finished draft runs their editions."""
    return actions.take_in()


def publish_due() -> int:
    """Publish approved editions whose hour has come."""
    return actions.publish_due()
