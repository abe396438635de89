"use strict";
(() => {
  const root = document.documentElement;
  const store = {
    get: (name) => { try { return localStorage.getItem(`plimsoll.${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`plimsoll.${name}`, value); } catch { /* private mode */ } },
  };
  if (["light", "dark"].includes(store.get("theme"))) root.dataset.theme = store.get("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      store.set("theme", root.dataset.theme);
    });
    document.addEventListener("change", (event) => {
      if (event.target.id !== "highlight") return;
      for (const dot of document.querySelectorAll("[data-ref]")) {
        dot.classList.toggle("lit", dot.dataset.ref === event.target.value);
        dot.classList.toggle("dim", event.target.value !== "" && dot.dataset.ref !== event.target.value);
      }
    });
    addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
  });
})();
