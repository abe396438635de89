"use strict";
/* Theme, words and folds of every page. Pages of a file hold both languages, those of a server one. */
const page = (() => {
  const root = document.documentElement;
  const held = document.getElementById("words");
  const words = held && JSON.parse(held.textContent);
  let language = root.lang.startsWith("zh") ? "zh" : "en";
  const store = {
    get: (name) => { try { return localStorage.getItem(`plimsoll.${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`plimsoll.${name}`, value); } catch { /* private mode */ } },
  };

  /* ---- words ---- */
  const say = (name, ...given) =>
    (words[language][name] ?? name).replace(/\{(\d)\}/g, (_, n) => spoken(given[n]));
  const spoken = (said) => (Array.isArray(said) ? say(...said) : String(said ?? ""));
  const named = (kind, value) => (words.en[`${kind}.${value}`] ? say(`${kind}.${value}`) : value);
  function speak(next) {
    language = next;
    root.lang = next === "zh" ? "zh-Hans" : "en";
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = spoken(JSON.parse(node.dataset.t));
    for (const node of document.querySelectorAll("[data-t-label]"))
      node.setAttribute("aria-label", spoken(JSON.parse(node.dataset.tLabel)));
    dispatchEvent(new Event("spoken"));
  }

  /* ---- theme ---- */
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  if (["light", "dark"].includes(store.get("theme"))) root.dataset.theme = store.get("theme");

  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      store.set("theme", root.dataset.theme);
    });
    if (!words) return;
    document.getElementById("language").addEventListener("click", () => {
      speak(language === "zh" ? "en" : "zh");
      store.set("language", language);
    });
    const kept = store.get("language");
    if (["en", "zh"].includes(kept) && kept !== language) speak(kept);
  });

  /* ---- filters apply at once; a published model is highlighted ---- */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-filters] select")) event.target.form.requestSubmit();
    if (event.target.id !== "highlight") return;
    for (const dot of document.querySelectorAll("[data-ref]")) {
      dot.classList.toggle("lit", dot.dataset.ref === event.target.value);
      dot.classList.toggle("dim", event.target.value !== "" && dot.dataset.ref !== event.target.value);
    }
  });

  /* ---- keys: search, move in a list, turn the page ---- */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const found = () => [...document.querySelectorAll(".item > button, .item > a")];
    const at = found().indexOf(document.activeElement?.closest(".item")?.firstElementChild);
    const step = { j: 1, k: -1, ...(at >= 0 ? { ArrowDown: 1, ArrowUp: -1 } : {}) }[event.key];
    const way = { "[": "prev", "]": "next" }[event.key];
    if (step && found().length && !event.target.closest(".text")) found()[Math.min(found().length - 1, Math.max(0, at + step))].focus();
    else if (way) { document.querySelector(`[rel=${way}]`)?.click(); found()[0]?.focus(); }
    else if (event.key === "/" && document.getElementById("search")) document.getElementById("search").focus();
    else return;
    event.preventDefault();
  });
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll(".behind, .fold")) fold.open = true;
  });
  return { say, named };
})();
