"""The built site in a real browser: narrow and wide, light and dark."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, Route, ViewportSize, expect

from secondhand.book import site_checks

pytestmark = pytest.mark.browser

WIDTHS = (360, 375, 1280)

RULES_AT = {(1280, "light"), (1280, "dark"), (360, "light")}
"""Where the rules of axe run, as they take long: colours depend on the scheme, the order of things on the width."""


@dataclass
class Visit:
    """A page of the browser, and what it complained about since it was opened."""

    page: Page
    complaints: list[str] = field(default_factory=list)


def open_page(browser: Browser, *, width: int = 1280, scheme: str = "light", home: str) -> Visit:
    """Open an empty page that notes errors, failed requests and requests to other hosts than `home`."""
    window: ViewportSize = {"width": width, "height": 900}
    context = browser.new_context(
        viewport=window,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",  # text that fades in has no contrast yet
    )
    visit = Visit(context.new_page())

    def refuse_others(route: Route) -> None:
        if route.request.url.startswith(home):
            route.continue_()
        else:
            visit.complaints.append(f"requests {route.request.url}")
            route.abort()

    def note_failure(response: Response) -> None:
        if response.status >= 400:
            visit.complaints.append(f"{response.status} for {response.url}")

    context.route("**/*", refuse_others)
    visit.page.on("response", note_failure)
    visit.page.on("pageerror", lambda error: visit.complaints.append(f"error: {error}"))
    visit.page.on("console", lambda m: visit.complaints.append(m.text) if m.type in {"error", "warning"} else None)
    return visit


def sideways(page: Page) -> list[str]:
    """Name what sticks out of the window to the right: the page must not scroll sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
        [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
        .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""
    )
    return found


def violations(page: Page) -> list[str]:
    """Run the rules of axe on a page."""
    result = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in result for node in rule["nodes"]]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def chapter(site: Path) -> str:
    """The address, within the site, of a chapter that offers a solution."""
    for path in site_checks.chapters_and_pages(site):
        if site_checks._soup(path).select_one("details.solution"):
            return path.relative_to(site).as_posix()
    pytest.fail("no page of the site offers a solution")


@pytest.fixture
def translated_chapter(site: Path) -> str:
    """The address, within the site, of a chapter that exists in both editions."""
    for path in site_checks.chapters_and_pages(site):
        name = path.relative_to(site).as_posix()
        if site_checks._soup(path).select_one("details.solution") and (site / "es" / name).is_file():
            return name
    pytest.fail("no chapter of the site exists in both editions")


def test_pages_are_sound(browser: Browser, site: Path, address: str, width: int, scheme: str) -> None:
    visit = open_page(browser, width=width, scheme=scheme, home=address)
    problems: list[str] = []
    for path in site_checks.pages(site):
        name = path.relative_to(site).as_posix()
        visit.page.goto(address + name, wait_until="networkidle")
        visit.page.evaluate("document.querySelectorAll('article details').forEach(d => d.open = true)")
        visit.page.wait_for_load_state("networkidle")
        if path.parent.name != "solutions":
            assert visit.page.evaluate("document.documentElement.dataset.theme") == scheme
        problems += [f"{name}: {problem}" for problem in visit.complaints + sideways(visit.page)]
        if (width, scheme) in RULES_AT:
            problems += [f"{name}: {problem}" for problem in violations(visit.page)]
        visit.complaints.clear()  # axe fetches style sheets by addresses of its own making
    visit.page.context.close()
    assert problems == []


def test_a_wide_element_is_noticed(browser: Browser) -> None:
    visit = open_page(browser, width=360, home="data:")
    visit.page.set_content('<html lang="en"><body><div style="width: 500px">wide</div></body></html>')
    assert sideways(visit.page) == ['<div style="width: 500px">wide</div>']


def test_a_violation_and_a_foreign_request_are_noticed(browser: Browser, address: str) -> None:
    visit = open_page(browser, home=address)
    visit.page.set_content('<html lang="en"><body><img src="https://other.example/a.png"></body></html>')
    assert any(problem.startswith("image-alt") for problem in violations(visit.page))
    assert "requests https://other.example/a.png" in visit.complaints


def test_mathematics_is_typeset(browser: Browser, site: Path, address: str) -> None:
    visit = open_page(browser, home=address)
    pages = [path for path in site_checks.chapters_and_pages(site) if site_checks._soup(path).select_one(".math")]
    assert pages
    for path in pages:
        visit.page.goto(address + path.relative_to(site).as_posix(), wait_until="networkidle")
        formulas = visit.page.locator("article .math")
        for number in range(formulas.count()):
            expect(formulas.nth(number).locator("mjx-container").first).to_be_attached()
        assert visit.page.locator("mjx-merror, [data-mjx-error]").count() == 0


def test_mathematics_is_typeset_from_a_folder(browser: Browser, site: Path, chapter: str) -> None:
    visit = open_page(browser, home="file:")
    visit.page.goto((site / chapter).as_uri(), wait_until="networkidle")
    expect(visit.page.locator("article .math mjx-container").first).to_be_attached()
    assert not [complaint for complaint in visit.complaints if complaint.startswith(("requests", "error"))]


def test_solution_comes_on_demand_and_not_before(browser: Browser, site: Path, address: str, chapter: str) -> None:
    visit = open_page(browser, home=address)
    requested: list[str] = []
    visit.page.on("request", lambda request: requested.append(request.url))
    visit.page.goto(address + chapter, wait_until="networkidle")
    assert not [url for url in requested if "/solutions/" in url]
    solution = visit.page.locator("details.solution").first
    expect(solution.locator("pre")).to_have_count(0)
    solution.locator("summary").click()
    expect(solution.locator("pre")).to_be_visible()
    expect(solution.locator("pre")).to_contain_text("def ")
    assert len([url for url in requested if "/solutions/" in url]) == 1


def test_solution_is_a_link_without_scripts(browser: Browser, address: str, chapter: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(address + chapter)
    solution = page.locator("details.solution").first
    solution.locator("summary").click()
    solution.locator("a").click()
    expect(page.locator("pre")).to_contain_text("def ")


def test_hints_come_one_at_a_time(browser: Browser, address: str, chapter: str) -> None:
    page = open_page(browser, home=address).page
    page.goto(address + chapter)
    box = page.locator(".worked-solution").filter(has=page.locator("details.hint details.hint")).first
    first, second = box.locator("summary").nth(0), box.locator("summary").nth(1)
    expect(second).not_to_be_visible()
    first.click()
    expect(second).to_be_visible()
    expect(box.locator("details.hint p").nth(1)).not_to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_language_switch_keeps_the_page(browser: Browser, address: str, translated_chapter: str, width: int) -> None:
    page = open_page(browser, width=width, home=address).page
    page.goto(address + translated_chapter)
    switch = page.locator("a.language-switch")
    expect(switch).to_be_in_viewport(ratio=1)
    switch.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}es/{translated_chapter}")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.locator("a.language-switch").click()
    page.wait_for_url(address + translated_chapter)


def test_language_switch_of_a_page_without_translation_leads_home(browser: Browser, site: Path, address: str) -> None:
    pages = [path.relative_to(site).as_posix() for path in site_checks.chapters_and_pages(site)]
    untranslated = [name for name in pages if not name.startswith("es/") and not (site / "es" / name).is_file()]
    for name in untranslated:
        page = open_page(browser, home=address).page
        page.goto(address + name)
        page.locator("a.language-switch").click()
        page.wait_for_url(f"{address}es/index.html")


def test_launch_menu_opens_and_closes_from_the_keyboard(browser: Browser, address: str, chapter: str) -> None:
    page = open_page(browser, width=360, home=address).page
    page.goto(address + chapter)
    menu = page.locator("details.launch-menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    for link in menu.locator("a").all():
        expect(link).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    expect(menu.locator("a").first).not_to_be_visible()


@pytest.fixture(autouse=True)
def _close_contexts(browser: Browser) -> Iterator[None]:
    yield
    for context in browser.contexts:
        context.close()
