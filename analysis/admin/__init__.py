"""Drafting in the admin: what waits and why, what became of each job, and the whole trace of each run."""

from analysis.admin import holds, jobs, runs

__all__ = ["holds", "jobs", "runs"]
