"""Assignments for classes: personal, released without solutions, and graded beside code that may be hostile.

    source ──> release ──> collect ──> grade ──> report
                                         │
                      judge ── questions ──> session ──> sandbox, a student's own process
                            <── plain values ──

`source` reads a problem set, `variants` make it personal, `notebooks` hand it out and take it back; `judging` asks and
compares, `session` and `codec` carry questions and plain values, `sandbox` keeps the student's process in; `gradebook`
is the only module that drives nbgrader. Import what you need from its module: most need what only instructors install.
"""
