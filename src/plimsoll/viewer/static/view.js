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

  addEventListener("DOMContentLoaded", () => setTimeout(follow, EVERY));
})();
