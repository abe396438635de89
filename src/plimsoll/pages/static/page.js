"use strict";
(() => {
  const PAGE = 25, CUT = 4000;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("words");
  const root = document.documentElement;
  let language = root.lang.startsWith("zh") ? "zh" : "en";

  /* ---- words ---- */
  const say = (name, ...given) =>
    (words[language][name] ?? name).replace(/\{(\d)\}/g, (_, n) => spoken(given[n]));
  const spoken = (said) => (Array.isArray(said) ? say(...said) : String(said ?? ""));
  const named = (kind, value) => (words.en[`${kind}.${value}`] ? say(`${kind}.${value}`) : value);
  const count = (n) => n.toLocaleString("en-US");

  function translate() {
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = spoken(JSON.parse(node.dataset.t));
    for (const node of document.querySelectorAll("[data-t-label]"))
      node.setAttribute("aria-label", spoken(JSON.parse(node.dataset.tLabel)));
  }

  /* ---- preferences ---- */
  const store = {
    get: (name) => { try { return localStorage.getItem(`plimsoll.${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`plimsoll.${name}`, value); } catch { /* private mode */ } },
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  if (["light", "dark"].includes(store.get("theme"))) root.dataset.theme = store.get("theme");
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    store.set("theme", root.dataset.theme);
  });
  function speak(next) {
    language = next;
    root.lang = next === "zh" ? "zh-Hans" : "en";
    translate();
    browser?.redraw();
  }
  document.getElementById("language").addEventListener("click", () => {
    speak(language === "zh" ? "en" : "zh");
    store.set("language", language);
  });

  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll(".behind, .fold")) fold.open = true;
  });

  /* ---- highlighting a published model ---- */
  const picker = document.getElementById("highlight");
  picker?.addEventListener("change", () => {
    for (const dot of document.querySelectorAll("[data-ref]")) {
      dot.classList.toggle("lit", dot.dataset.ref === picker.value);
      dot.classList.toggle("dim", picker.value !== "" && dot.dataset.ref !== picker.value);
    }
  });

  /* ---- making elements; text only ever enters as text ---- */
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }

  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;
  const picture = (character) =>
    `\u27e8U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
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
  const plain = (text) => text.replace(HIDDEN, picture);

  function passage(text) {
    const box = make("pre", { class: "text", dir: "auto", tabindex: text.length > 600 ? "0" : null });
    if (text.length <= CUT) { box.append(reveal(text)); return box; }
    box.append(reveal(text.slice(0, CUT)), "\u2026");
    const button = make("button", { type: "button", class: "more" }, say("item.all", count(text.length)));
    button.addEventListener("click", () => { box.replaceChildren(reveal(text)); button.remove(); box.focus(); });
    return make("div", {}, box, button);
  }

  /* ---- the items ---- */
  const FILTERS = ["category", "language", "outcome", "verdict", "letter"];
  const host = document.getElementById("browser");
  let browser = null;

  function open() {
    const { prefixes, items } = read("data");
    const judged = items.some((item) => item.t != null) ? ["right", "wrong"] : ["event", "no_event"];
    const keys = new Map(), pairs = new Map();
    for (const item of items) {
      item.key = item.i + (item.e ? `~${item.e}` : "") + (item.g ? `~${item.g.join("~")}` : "");
      if (!keys.has(item.key)) keys.set(item.key, item);
      if (item.q) pairs.set(item.q, [...(pairs.get(item.q) ?? []), item]);
    }
    const outcome = (item) => (["right", "wrong", "event", "no_event", "unscored"].includes(item.o) ? "answered" : item.o);
    const letter = (item) => (outcome(item) === "answered" ? item.a ?? "" : "");
    const distinct = (pick) => [...new Set(items.map(pick))].filter((value) => value !== "" && value != null);
    const options = {
      category: distinct((item) => item.c), language: distinct((item) => item.s),
      outcome: distinct(outcome), verdict: [...judged, "unscored", "differ"], letter: distinct(letter).sort().slice(0, 40),
    };
    const state = { q: "", category: "", language: "", outcome: "", verdict: "", letter: "", page: 0, item: "" };

    function fits(item) {
      if (state.category && item.c !== state.category) return false;
      if (state.language && item.s !== state.language) return false;
      if (state.outcome && outcome(item) !== state.outcome) return false;
      if (state.letter && letter(item) !== state.letter) return false;
      if (state.verdict === "differ" ? !item.d : state.verdict && verdict(item) !== state.verdict) return false;
      return !state.q || holds(item, state.q.toLowerCase());
    }
    function verdict(item) {
      const value = item.v?.[0]?.[2];
      return value === 1 ? judged[0] : value === 0 ? judged[1] : "unscored";
    }
    const holds = (item, text) => item.i.toLowerCase().includes(text)
      || (item.p ?? []).some((part) => part[2].toLowerCase().includes(text))
      || (item.r ?? []).some((part) => part[1].toLowerCase().includes(text));

    /* address */
    function fromHash() {
      const given = new URLSearchParams(location.hash.slice(1));
      if (![...given.keys()].some((name) => name in state)) return false;
      for (const name of ["q", ...FILTERS]) state[name] = given.get(name) ?? "";
      state.page = Math.max(0, (parseInt(given.get("page"), 10) || 1) - 1);
      state.item = given.get("item") ?? "";
      return true;
    }
    function toHash() {
      const kept = new URLSearchParams();
      for (const name of ["q", ...FILTERS, "item"]) if (state[name]) kept.set(name, state[name]);
      if (state.page) kept.set("page", state.page + 1);
      try { history.replaceState(null, "", `#${kept.size === 0 && !kept.toString() ? "items" : kept}`); } catch { /* some viewers forbid it */ }
    }

    /* drawing */
    let shown = [];
    const list = make("div", { id: "list" });
    const status = make("span", { role: "status", "aria-live": "polite" });
    const pages = make("span");
    const back = make("button", { type: "button", onclick: () => turn(-1) });
    const next = make("button", { type: "button", onclick: () => turn(1) });
    const form = make("div", { class: "filters", role: "search" });
    const keysLine = make("p", { class: "keys" });
    host.replaceChildren(form, make("div", { class: "pager" }, status, make("span", { class: "grow" }), back, pages, next), list, keysLine);
    host.hidden = false;

    function drawForm() {
      const search = make("input", { type: "search", id: "search", value: state.q, maxlength: "400", autocomplete: "off" });
      let timer = 0;
      search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => change("q", search.value.trim()), 150); });
      const boxes = FILTERS.filter((name) => options[name].length > 1 || state[name]).map((name) => {
        const box = make("select", { id: `filter-${name}`, onchange: () => change(name, box.value) }, make("option", { value: "" }, say("items.any")));
        for (const value of options[name]) box.append(make("option", { value }, label(name, value)));
        box.value = state[name];
        return make("label", {}, say(`items.${name}`), box);
      });
      const clear = make("button", { type: "button", id: "clear", onclick: () => { for (const name of ["q", ...FILTERS]) state[name] = ""; state.page = 0; state.item = ""; redraw(); toHash(); } }, say("items.clear"));
      form.replaceChildren(make("label", { class: "search" }, say("items.search"), search), ...boxes, clear);
      back.textContent = say("items.previous");
      next.textContent = say("items.next");
      keysLine.textContent = say("items.keys");
    }
    const label = (name, value) => name === "verdict" ? (value === "differ" ? say("items.differ") : say(`outcome.${value}`))
      : name === "letter" ? plain(value) : plain(named(name, value));

    function change(name, value) { state[name] = value; state.page = 0; state.item = ""; draw(); toHash(); }
    function turn(step, focus = false) {
      const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
      state.page = Math.min(last, Math.max(0, state.page + step)); state.item = "";
      draw(); toHash();
      if (focus) list.querySelector("button")?.focus();
    }
    function draw() {
      shown = items.filter(fits);
      const wanted = state.item && keys.get(state.item);
      if (wanted && shown.includes(wanted)) state.page = Math.floor(shown.indexOf(wanted) / PAGE);
      const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
      state.page = Math.min(state.page, last);
      status.textContent = say("items.found", count(shown.length), count(items.length));
      pages.textContent = say("items.page", count(state.page + 1), count(last + 1));
      back.disabled = state.page === 0; next.disabled = state.page === last;
      list.replaceChildren(...shown.slice(state.page * PAGE, (state.page + 1) * PAGE).map(row));
      if (!shown.length) list.append(make("p", { class: "lead" }, say("items.empty")));
    }
    function redraw() { drawForm(); draw(); }

    function row(item) {
      const start = (item.p?.at(-1)?.[2] ?? "").trim().slice(0, 220).replace(/\s+/g, " ");
      const read = letter(item) || "\u2013";
      const button = make("button", { type: "button", "aria-expanded": "false" },
        make("bdi", { class: "id" }, plain(item.i) + (item.e ? ` ~${item.e}` : "")),
        make("span", { class: "what" }, [named("category", item.c), item.s].filter(Boolean).map((text) => plain(text ?? "")).join(" \u00b7 ")),
        make("span", { class: "read" }, plain(read).slice(0, 12), item.t != null && item.o === "wrong" ? ` (${plain(item.t)})` : ""),
        make("span", { class: `tag ${/^[a-z_]+$/.test(item.o) ? item.o : ""}` }, named("outcome", item.o ?? "")),
        make("bdi", { class: "start" }, reveal(start)));
      const box = make("article", { class: "item" }, button);
      const toggle = () => {
        const closed = button.getAttribute("aria-expanded") === "false";
        button.setAttribute("aria-expanded", String(closed));
        if (closed) box.append(detail(item)); else box.lastChild.remove();
        state.item = closed ? item.key : "";
      };
      button.addEventListener("click", () => { toggle(); toHash(); });
      if (state.item === item.key) toggle();
      return box;
    }

    const heading = (name) => make("h4", {}, say(name));
    function detail(item) {
      const asked = make("div"), answered = make("div");
      for (const [role, prefix, rest] of item.p ?? []) {
        asked.append(make("h4", {}, `${say("item.prompt")} \u00b7 ${named("role", role)}`));
        if (prefix >= 0) asked.append(shared(prefixes[prefix]));
        asked.append(passage(rest));
      }
      if (item.k) asked.append(heading("item.choices"), passage(item.k.map((text, n) => `${String.fromCharCode(65 + n)}  ${text}`).join("\n")));
      if (item.h) answered.append(heading("item.thought"), passage(item.h));
      for (const [role, text] of item.r ?? [])
        answered.append(make("h4", {}, `${say("item.reply")} \u00b7 ${named(item.m && item.r.length === 1 ? "means" : "role", item.m && item.r.length === 1 ? item.m : role)}`),
          text ? passage(text) : make("p", { class: "held" }, say("item.empty_reply")));
      if (!item.r?.length) answered.append(heading("item.reply"), make("p", { class: "held" }, say("item.no_reply")));
      if (item.w?.length) answered.append(heading("item.weights"), weights(item));
      if (item.v?.length) answered.append(heading("item.verdicts"), verdicts(item));
      if (item.f?.length) answered.append(heading("item.failures"), ...item.f.map((failure) => passage(failure.join(" \u00b7 "))));
      return make("div", { class: "detail" }, asked, answered, links(item));
    }
    function shared(text) {
      const fold = make("details", { class: "prefix" }, make("summary", {}, say("item.prefix", count(text.length))));
      fold.addEventListener("toggle", () => { if (fold.childElementCount === 1) fold.append(passage(text)); });
      return fold;
    }
    function weights(item) {
      const top = Math.max(...item.w), parts = item.w.map((weight) => Math.exp(weight - top));
      const total = parts.reduce((sum, part) => sum + part, 0);
      return make("div", { class: "weights" }, ...parts.flatMap((part, n) => {
        const name = String.fromCharCode(65 + n), share = part / total;
        const said = [name === letter(item) ? say("item.chosen") : "", name === item.t ? say("item.right") : ""].filter(Boolean).join(", ");
        return [make("b", {}, name), meter(share),
          make("span", {}, `${(100 * share).toFixed(1)} %`), make("span", { class: "held" }, said)];
      }));
    }
    function meter(share) {
      const fill = make("i");
      fill.style.width = `${(100 * share).toFixed(2)}%`;
      return make("div", { class: "meter", "aria-hidden": "true" }, fill);
    }
    function verdicts(item) {
      const head = ["judge", "label", "verdict", "how", "confidence"].map((name) => make("th", { scope: "col", class: "w" }, say(`item.${name}`)));
      const rows = item.v.map(([judge, read, value, kind, reason, sure, more]) => {
        const found = kind !== "answered" ? named("outcome", kind)
          : value == null ? say("outcome.unscored") : say(`outcome.${judged[value === 1 ? 0 : 1]}`);
        const cells = [read, found, [reason, more].filter(Boolean).join("; "), sure == null ? "" : `${(100 * sure).toFixed(1)} %`];
        return make("tr", {}, make("th", { scope: "row" }, plain(judge)), ...cells.map((cell) => make("td", { class: "w" }, make("bdi", {}, reveal(cell.slice(0, 2000))))));
      });
      if (item.t != null) rows.unshift(make("tr", {}, make("th", { scope: "row" }, say("item.target")), make("td", { class: "w", colspan: "4" }, plain(item.t))));
      return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
    }
    function links(item) {
      const to = (other, text) => make("a", { href: `#${new URLSearchParams({ item: other.key })}` }, text);
      const twins = (pairs.get(item.q) ?? []).filter((other) => other !== item).slice(0, 6);
      return make("p", { class: "links" }, item.g ? `${say("item.trail")}: ${plain(item.g.join(" \u2192 "))}` : null,
        to(item, say("item.link")), ...twins.map((other) => to(other, say("item.pair", plain(other.i)))));
    }

    /* keys and addresses */
    addEventListener("hashchange", () => { if (fromHash()) { redraw(); reach(); } });
    function reach() {
      const target = list.querySelector("[aria-expanded=true]");
      (target ?? document.getElementById("items")).scrollIntoView({ block: "start", behavior: "instant" });
    }
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
      const buttons = [...list.querySelectorAll(".item > button")];
      const at = buttons.indexOf(document.activeElement?.closest(".item")?.querySelector("button"));
      const moves = { j: 1, k: -1, ...(at >= 0 ? { ArrowDown: 1, ArrowUp: -1 } : {}) };
      if (event.key === "/") document.getElementById("search").focus();
      else if (event.key in moves && !event.target.closest(".text")) buttons[Math.min(buttons.length - 1, Math.max(0, at + moves[event.key]))]?.focus();
      else if (event.key === "[" || event.key === "]") turn(event.key === "[" ? -1 : 1, true);
      else return;
      event.preventDefault();
    });
    const deep = fromHash();
    redraw();
    if (deep) reach();
    return { redraw };
  }

  if (["en", "zh"].includes(store.get("language"))) { if (store.get("language") !== language) speak(store.get("language")); }
  if (host) setTimeout(() => { browser = open(); }, 0);
})();
