"""The product's settings with a queue that looks more often, so that tests need not wait for it."""

from atlas.settings import *  # noqa: F403
from atlas.settings import Q_CLUSTER

Q_CLUSTER = {**Q_CLUSTER, "poll": 0.05, "guard_cycle": 0.1}
