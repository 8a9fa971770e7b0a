"""A real browser before the real server: the system's Chromium, driven by playwright.

Every page a test opens is watched: an error on its console (a script that failed, something the Content-Security-Policy
refused) fails the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests import chromium

if TYPE_CHECKING:
    from patients.models import User

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
HERE = Path(__file__).parent
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop running in this thread


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; without one they are skipped, and under CI=true they fail."""
    path = chromium.find()
    if path is None:
        reason = "no Chromium was found; `make test` installs one where it can, or set CHROMIUM"
        pytest.fail(reason) if chromium.must_have() else pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_window(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open a window on Vigil: `open_window(width=390, color_scheme="dark", java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            faults.append(message.text)

    def open_one(*, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, accept_downloads=True, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            # A page that still asks for a part of itself would meet the emptying of the tables, and lock each other out.
            with suppress(PlaywrightError):
                page.wait_for_load_state("networkidle", timeout=5_000)
        context.close()
    assert not faults


@pytest.fixture
def page(open_window: Callable[..., Page]) -> Page:
    """A window of an ordinary desk."""
    return open_window()


@pytest.fixture
def sign_in(request: pytest.FixtureRequest) -> Callable[..., Page]:
    """Sign a person in by the form, as they would; `on` another window than `page`. Gives the window back."""
    from tests.factories.people import PASSWORD  # models can be imported only once Django is set up

    def by_form(user: User, *, on: Page | None = None, password: str = PASSWORD) -> Page:
        page: Page = on or request.getfixturevalue("page")
        page.goto("/accounts/login/")
        page.locator("#id_login").fill(user.username)
        page.locator("#id_password").fill(password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
        return page

    return by_form
