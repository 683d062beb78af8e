"""What verify_archive checks of drafts. What a model answered is stored, not hashed: its revision is what is hashed."""

from analysis.models import DraftJob, DraftRun
from atlas.archive.verifying.verifying import references

CHECKS = [references(DraftJob, DraftRun)]
