"""Tests of the build command: each of its promises is broken on purpose."""
