"use strict";
(() => {
  /* A page that shows something under way asks for itself again and takes over what changed. */
  const EVERY = 1000;
  async function follow() {
    if (!document.querySelector("[data-running]")) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the server is gone or busy: try again */ }
    setTimeout(follow, document.hidden ? 10 * EVERY : EVERY);
  }
  function take(next) {
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = next.getElementById(part.id);
      const busy = part.querySelector("details[open]") || part.contains(document.activeElement);
      if (fresh && !busy && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
  }

  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, .text")) return;
    const links = [...document.querySelectorAll(".item > a")];
    const at = links.indexOf(document.activeElement);
    const step = { j: 1, k: -1 }[event.key];
    const rel = { "[": "prev", "]": "next" }[event.key];
    if (step && links.length) links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
    else if (rel) document.querySelector(`a[rel=${rel}]`)?.click();
    else if (event.key === "/" && document.getElementById("search")) document.getElementById("search").focus();
    else return;
    event.preventDefault();
  }

  addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("[data-filters]"))
      form.addEventListener("change", (event) => { if (event.target.matches("select")) form.requestSubmit(); });
    addEventListener("keydown", keys);
    setTimeout(follow, EVERY);
  });
})();
