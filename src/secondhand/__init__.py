"""Secondhand Data: the tested helpers behind an executable book about models that learn from models.

Each room of the package is one step of the same flow: `sources` give human data, `learners` are fitted to them,
`generations` refit learners on what learners produced, `measures` turn the result into numbers, `figures` draw them,
`claims` hold them against published values, and `exercises` ask the reader to do it again. `book` builds the site.
"""
