"""Debian's Chromium under Playwright: pages that are watched for complaints and for what they ask for."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = os.environ.get("PLIMSOLL_CHROMIUM") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CONTRAST = """
() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = (colour) => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const ground = (node) => { for (; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor;
    if (!/, 0\\)$/.test(colour)) return colour; } return "rgb(255,255,255)"; };
  const poor = [];
  for (const node of document.querySelectorAll("main *, header *, footer *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
    if (node.closest(":disabled, noscript, option, title") || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const ink = node instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const name = node.className?.baseVal ?? node.className;
    if (ratio < 4.5) poor.push(`${node.tagName} ${name} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}
"""
"""Finds text that is too faint for its ground (WCAG AA)."""

CROWDED = """
() => {
  const seen = (node) => node.getClientRects().length && getComputedStyle(node).visibility !== "hidden";
  const width = document.documentElement.clientWidth, found = [];
  const said = (node) => JSON.stringify(node.textContent.trim().slice(0, 40));
  for (const drawing of document.querySelectorAll("svg.plot")) {
    const all = [...drawing.querySelectorAll("text")];
    const texts = all.filter((node) => seen(node) && node.textContent.trim());
    const boxes = texts.map((node) => node.getBoundingClientRect());
    boxes.forEach((box, place) => {
      if (box.left < -1 || box.right > width + 1) found.push(`off the page: ${said(texts[place])}`);
      boxes.slice(place + 1).forEach((other, next) => {
        const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        const under = texts[place + 1 + next];
        if (across > 1.5 && down > 3) found.push(`${said(texts[place])} over ${said(under)}`);
      });
    });
  }
  for (const node of document.querySelectorAll("main *")) {
    if (!seen(node) || node.children.length || node.closest("svg, .unseen, caption")) continue;
    if (!node.textContent.trim()) continue;
    const box = node.getBoundingClientRect();
    if (box.width < 14 && box.height > 80) found.push(`letter by letter: ${said(node)}`);
  }
  if (width > 1200)
    for (const node of document.querySelectorAll(".scroll"))
      if (seen(node) && node.scrollWidth > node.clientWidth + 1) found.push(`a table scrolls: ${said(node)}`);
  return [...new Set(found)];
}
"""
"""Finds words that lie over one another, stand off the page or fall letter by letter, and, on a wide screen,
tables of which a part is out of sight."""


@contextmanager
def chromium() -> Generator[Any]:
    """A browser; skips where there is none."""
    play = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no chromium on this machine (PLIMSOLL_CHROMIUM names one)")
    with play.sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class Watched:
    """A page with everything it complained about or asked for."""

    def __init__(self, browser: Any, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def width(self) -> int:
        """How wide the page really is."""
        return self.page.evaluate("document.documentElement.scrollWidth")
