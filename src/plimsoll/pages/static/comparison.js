"use strict";
(() => {
  const PAGE = 25, CUT = 4000;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words");
  const root = document.documentElement;
  let language = root.lang.startsWith("zh") ? "zh" : "en";
  let redraw = () => {};

  /* ---- words ---- */
  const say = (name, ...given) => (words[language][name] ?? name).replace(/\{(\d)\}/g, (_, n) => spoken(given[n]));
  const spoken = (said) => (Array.isArray(said) ? say(...said) : String(said ?? ""));
  const named = (kind, value) => (words.en[`${kind}.${value}`] ? say(`${kind}.${value}`) : plain(value));
  const count = (n) => n.toLocaleString("en-US");

  /* ---- preferences ---- */
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
    redraw();
  }
  document.getElementById("language").addEventListener("click", () => {
    speak(language === "zh" ? "en" : "zh");
    store.set("language", language);
  });
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll(".behind")) fold.open = true;
  });

  /* ---- making elements; text only ever enters as text ---- */
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;
  const picture = (character) => `\u27e8U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
  const plain = (text) => text.replace(HIDDEN, picture);
  function reveal(text) {
    const made = document.createDocumentFragment();
    let from = 0;
    for (const found of text.matchAll(HIDDEN)) {
      made.append(text.slice(from, found.index), make("span", { class: "hidden" }, picture(found[0])));
      from = found.index + found[0].length;
    }
    made.append(text.slice(from));
    return made;
  }
  function passage(text) {
    const box = make("pre", { class: "text", dir: "auto", tabindex: text.length > 600 ? "0" : null });
    if (text.length <= CUT) { box.append(reveal(text)); return box; }
    box.append(reveal(text.slice(0, CUT)), "\u2026");
    const button = make("button", { type: "button", class: "more" }, say("item.all", count(text.length)));
    button.addEventListener("click", () => { box.replaceChildren(reveal(text)); button.remove(); });
    return make("div", {}, box, button);
  }

  /* ---- the flips ---- */
  const host = document.getElementById("browser");
  if (host) setTimeout(open, 0);
  if (["en", "zh"].includes(store.get("language")) && store.get("language") !== language) speak(store.get("language"));

  function open() {
    const { prefixes, items } = read("data");
    for (const item of items) item.d ??= 1; // what is usual is left out of the file
    const state = { direction: "", category: "", language: "", text: "", page: 0 };
    const opened = new Set();
    const list = make("div", { id: "list" });
    const filters = make("div", { class: "filters" });
    const status = make("span", { role: "status" });
    const pager = make("div", { class: "pager" });
    const distinct = (pick) => [...new Set(items.map(pick))].filter(Boolean);
    const prompt = (item) => item.p.map(([role, number, rest]) => (number < 0 ? rest : prefixes[number] + rest)).join("\n\n");
    host.id = "flips";
    host.replaceChildren(filters, pager, list);
    host.hidden = false;

    function matches(item) {
      if (state.direction && (item.d === -1) !== (state.direction === "down")) return false;
      if (state.category && item.c !== state.category) return false;
      if (state.language && item.s !== state.language) return false;
      const text = state.text.toLowerCase();
      return !text || [item.i, prompt(item), item.b[2], item.a[2]].some((each) => each.toLowerCase().includes(text));
    }
    function select(name, label, options) {
      if (options.length < 2) return null;
      const made = make("select", { id: `by-${name}` });
      for (const [value, text] of [["", say("cmp.direction.any")], ...options]) made.append(make("option", { value, selected: state[name] === value }, text));
      made.addEventListener("change", () => { state[name] = made.value; state.page = 0; show(); });
      return make("label", {}, label, made);
    }
    function controls() {
      const box = make("input", { type: "search", id: "search", value: state.text, autocomplete: "off" });
      box.addEventListener("input", () => { state.text = box.value; state.page = 0; show(); });
      filters.replaceChildren(...[
        make("label", { class: "search" }, say("cmp.flips.search"), box),
        select("direction", say("cmp.direction"), ["up", "down"].map((each) => [each, say(`cmp.direction.${each}`)])),
        select("category", say("items.category"), distinct((item) => item.c).map((each) => [each, named("category", each)])),
        select("language", say("column.language"), distinct((item) => item.s).map((each) => [each, named("language", each)])),
      ].filter(Boolean));
    }
    function show() {
      const found = items.filter(matches);
      const pages = Math.max(1, Math.ceil(found.length / PAGE));
      state.page = Math.min(state.page, pages - 1);
      status.textContent = say("cmp.flips.count", count(found.length), count(items.length));
      const turn = (by, text) => {
        const button = make("button", { type: "button", disabled: state.page + by < 0 || state.page + by >= pages }, text);
        button.addEventListener("click", () => { state.page += by; show(); });
        return button;
      };
      pager.replaceChildren(status, make("span", { class: "grow" }), turn(-1, say("cmp.flips.previous")),
        `${state.page + 1} / ${pages}`, turn(1, say("cmp.flips.next")));
      list.replaceChildren(...found.slice(state.page * PAGE, (state.page + 1) * PAGE).map(line));
    }
    function line(item) {
      const what = [item.c && named("category", item.c), item.s && named("language", item.s)].filter(Boolean).join(" \u00b7 ");
      const last = item.p.at(-1)?.[2] ?? "";
      const button = make("button", { type: "button", "aria-expanded": String(opened.has(item)) },
        make("span", { class: "id" }, plain(item.i) + (item.e ? ` #${item.e}` : "")),
        make("span", { class: "what" }, what),
        make("span", { class: `read ${item.d > 0 ? "up" : "down"}` }, `${plain(item.b[0])} \u2192 ${plain(item.a[0])}`),
        make("span", { class: "start" }, plain(last.trim().slice(0, 160))));
      const row = make("div", { class: "item" }, button);
      button.addEventListener("click", () => {
        if (opened.delete(item)) row.lastChild.remove();
        else { opened.add(item); row.append(detail(item)); }
        button.setAttribute("aria-expanded", String(opened.has(item)));
      });
      if (opened.has(item)) row.append(detail(item));
      return row;
    }
    function detail(item) {
      const asked = make("div"), answered = make("div");
      asked.append(make("h4", {}, say("item.prompt")), passage(prompt(item)));
      if (item.k) asked.append(make("h4", {}, say("item.choices")), passage(item.k.map((text, n) => `${String.fromCharCode(65 + n)}  ${text}`).join("\n")));
      if (item.o) asked.append(make("p", { class: "held" }, say("cmp.flips.other")));
      for (const [name, [label, outcome, reply]] of [["cmp.column.before", item.b], ["cmp.column.after", item.a]]) {
        const kind = outcome === "answered" ? "" : ` \u00b7 ${named("outcome", outcome)}`;
        answered.append(make("h4", {}, `${say(name)} \u00b7 ${plain(label)}${kind}`), reply ? passage(reply) : make("p", { class: "held" }, say("item.empty_reply")));
      }
      if (item.t) answered.append(make("h4", {}, `${say("item.target")} \u00b7 ${plain(item.t)}`));
      return make("div", { class: "detail" }, asked, answered);
    }
    redraw = () => { controls(); show(); };
    redraw();
  }
})();
