"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const root = document.documentElement;
  let language = root.lang.startsWith("zh") ? "zh" : "en";
  const say = (name, ...given) => (words[language][name] ?? name).replace(/\{(\d)\}/g, (_, n) => spoken(given[n]));
  const spoken = (said) => (Array.isArray(said) ? say(...said) : String(said ?? ""));
  const store = {
    get: (name) => { try { return localStorage.getItem(`plimsoll.${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`plimsoll.${name}`, value); } catch { /* private mode */ } },
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  if (["light", "dark"].includes(store.get("theme"))) root.dataset.theme = store.get("theme");
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    store.set("theme", root.dataset.theme);
  });
  function speak(next) {
    language = next;
    root.lang = next === "zh" ? "zh-Hans" : "en";
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = spoken(JSON.parse(node.dataset.t));
    for (const node of document.querySelectorAll("[data-t-label]"))
      node.setAttribute("aria-label", spoken(JSON.parse(node.dataset.tLabel)));
  }
  document.getElementById("language").addEventListener("click", () => {
    speak(language === "zh" ? "en" : "zh");
    store.set("language", language);
  });
  if (["en", "zh"].includes(store.get("language")) && store.get("language") !== language) speak(store.get("language"));
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll(".behind")) fold.open = true;
  });
})();
