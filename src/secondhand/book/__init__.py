"""The book's workshop: it executes the chapters, keeps what they computed and assembles the site.

It knows nothing of the science, and no chapter imports it: editing it re-executes no chapter.
"""
