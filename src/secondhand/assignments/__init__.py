"""Assignments for classes: personal, released without solutions, and graded beside hostile code."""
