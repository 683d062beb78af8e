"""How good are drafts? Cases about fictional platforms that any drafter can be run over, and what editors changed.

`cases` are contexts with assertions, `running` drafts them the way jobs are drafted, `judging` holds the assertions
against what came, `reporting` counts. `editors` compares stored drafts with what was published. Nothing is written.
"""
