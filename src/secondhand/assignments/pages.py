"""A page of its own: one file, without scripts, for wide and narrow screens, light and dark, and for paper.

It knows nothing of what stands on it.
"""

import html

_STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --raised: #f4f5f7; --ink: #22262b; --quiet: #555c66;
  --line: #c9ced6; --accent: #0062a3; --warning: #9c3d00; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181c; --raised: #22262c; --ink: #e8eaed; --quiet: #b3bac4; --line: #464d57; --accent: #7cc4f5;
    --warning: #ffab7a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { font-size: 1.6rem; margin-top: .5em; }
h2 { font-size: 1.25rem; }
h3 { font-size: 1.05rem; }
a { color: var(--accent); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.anchor-link { display: none; }
pre, code { font: .875rem/1.5 ui-monospace, monospace; }
pre { margin: .5rem 0; padding: .6rem .8rem; background: var(--raised); border-radius: .3rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
pre.shown { background: none; border-left: 3px solid var(--line); border-radius: 0; padding: .1rem .8rem; }
img { display: block; max-width: 100%; height: auto; background: #ffffff; border-radius: .3rem; }
figure { margin: 1.2rem 0; break-inside: avoid; }
figcaption { color: var(--quiet); font-size: .9375rem; margin-top: .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th.n, td.n { text-align: right; }
.task { border: 1px solid var(--line); border-left: .3rem solid var(--accent); border-radius: .3rem;
  padding: .6rem .9rem; margin: 1rem 0; break-inside: avoid; }
.task > h2, .task > h3 { margin-top: 0; }
.warning { border-left-color: var(--warning); }
.quiet { color: var(--quiet); }
@media screen and (min-width: 48rem) {
  .scroll { width: max-content; max-width: calc(50vw + 21rem); }
  td.n { white-space: nowrap; }
}
@media print {
  table { font-size: 8.5pt; }
  :root { color-scheme: light; --ground: #ffffff; --raised: #f4f5f7; --ink: #000000; --quiet: #333333; --line: #999999;
    --accent: #000000; --warning: #000000; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  .scroll { overflow: visible; }
  h1, h2, h3 { break-after: avoid; }
}
"""


def page(title: str, body: str, language: str, head: str = "") -> str:
    """Return a page.

    Args:
        title: its title, as text.
        body: what stands on it, as HTML.
        language: the language of its words.
        head: what else stands in its head, as HTML.
    """
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n{head}</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
