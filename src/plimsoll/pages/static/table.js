"use strict";
/* Items of a run, or flips between two: searched, filtered, opened. Text only ever enters as text. */
(() => {
  const PAGE = 25, CUT = 4000;
  const { say, named } = page;
  const host = document.getElementById("browser");
  const count = (n) => n.toLocaleString("en-US");
  if (host) setTimeout(open, 0);

  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.flat().filter((child) => child != null && child !== "" && child !== false));
    return node;
  }

  /* ---- texts, with what hides or commands made visible ---- */
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;
  const picture = (character) =>
    `\u27e8U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
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
    button.addEventListener("click", () => { box.replaceChildren(reveal(text)); button.remove(); box.focus(); });
    return make("div", {}, box, button);
  }
  function folded(summary, text) {
    const fold = make("details", { class: "prefix" }, make("summary", {}, summary));
    fold.addEventListener("toggle", () => { if (fold.childElementCount === 1) fold.append(passage(text)); });
    return fold;
  }
  const heading = (...words) => make("h4", {}, words.filter(Boolean).join(" \u00b7 "));
  const held = (name) => make("p", { class: "held" }, say(name));

  function open() {
    const { prefixes, pictures, items } = JSON.parse(document.getElementById("data").textContent);
    const flips = items.some((item) => item.y);
    const FILTERS = flips ? ["direction", "category", "language"] : ["category", "language", "outcome", "verdict", "letter"];
    /* What a value of 1 and of 0 is called: right or wrong where there is a right answer. */
    const judged = (item) => (item.t != null ? { 1: "right", 0: "wrong" } : { 1: "event", 0: "no_event" });
    const fate = (item, value) => value == null ? "unscored" : judged(item)[value] ?? "graded";
    const keys = new Map(), pairs = new Map();
    for (const item of items) {
      item.key = item.i + (item.e ? `~${item.e}` : "");
      if (!keys.has(item.key)) keys.set(item.key, item);
      if (item.q) pairs.set(item.q, [...(pairs.get(item.q) ?? []), item]);
    }
    const values = {
      direction: (item) => (item.d < 0 ? "down" : "up"),
      category: (item) => item.c,
      language: (item) => item.s,
      outcome: (item) => (["right", "wrong", "event", "no_event", "graded", "unscored"].includes(item.o) ? "answered" : item.o),
      verdict: (item) => fate(item, item.v?.[0]?.[2]),
      letter: (item) => (values.outcome(item) === "answered" ? item.a ?? "" : ""),
    };
    const distinct = (name) => [...new Set(items.map(values[name]))].filter((value) => value !== "" && value != null);
    const options = Object.fromEntries(FILTERS.map((name) => [name, distinct(name)]));
    if (options.verdict) options.verdict = [...new Set([...options.verdict, "unscored", "differ"])];
    if (options.letter) options.letter = options.letter.sort().slice(0, 40);
    const state = { q: "", item: "", page: 0, ...Object.fromEntries(FILTERS.map((name) => [name, ""])) };

    const turns = (item) => [...(item.p ?? []), ...(item.r ?? []), ...(item.y ?? []).flatMap((side) => side[2])];
    const whole = (turn) => (turn.x >= 0 ? prefixes[turn.x] : "") + (turn.t ?? "");
    const holds = (item, text) => item.i.toLowerCase().includes(text)
      || turns(item).some((turn) => [flips ? whole(turn) : turn.t ?? "", turn.h ?? ""].some((each) => each.toLowerCase().includes(text)));
    function fits(item) {
      const other = (name) => state[name] && (state[name] === "differ" ? !item.d : values[name](item) !== state[name]);
      return !FILTERS.some(other) && (!state.q || holds(item, state.q.toLowerCase()));
    }

    /* ---- address ---- */
    function fromHash() {
      const given = new URLSearchParams(location.hash.slice(1));
      if (![...given.keys()].some((name) => name in state)) return false;
      for (const name of ["q", "item", ...FILTERS]) state[name] = given.get(name) ?? "";
      state.page = Math.max(0, (parseInt(given.get("page"), 10) || 1) - 1);
      return true;
    }
    function toHash() {
      const kept = new URLSearchParams();
      for (const name of ["q", ...FILTERS, "item"]) if (state[name]) kept.set(name, state[name]);
      if (state.page) kept.set("page", state.page + 1);
      try { history.replaceState(null, "", `#${kept.toString() || "items"}`); } catch { /* some viewers forbid it */ }
    }

    /* ---- the list ---- */
    let shown = [];
    const list = make("div", { id: "list" });
    const status = make("span", { role: "status", "aria-live": "polite" });
    const pages = make("span");
    const back = make("button", { type: "button", rel: "prev", onclick: () => turn(-1) });
    const next = make("button", { type: "button", rel: "next", onclick: () => turn(1) });
    const form = make("div", { class: "filters", role: "search" });
    const keysLine = make("p", { class: "keys" });
    host.replaceChildren(form, make("div", { class: "pager" }, status, make("span", { class: "grow" }), back, pages, next), list, keysLine);
    host.classList.toggle("flips", flips);
    host.hidden = false;

    const label = (name, value) => plain(
      name === "verdict" ? say(value === "differ" ? "items.differ" : `outcome.${value}`)
        : name === "direction" ? say(`cmp.direction.${value}`) : name === "letter" ? value : named(name, value));
    function drawForm() {
      const search = make("input", { type: "search", id: "search", value: state.q, maxlength: "400", autocomplete: "off" });
      let timer = 0;
      search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => change("q", search.value.trim()), 150); });
      const boxes = FILTERS.filter((name) => options[name].length > 1 || state[name]).map((name) => {
        const box = make("select", { id: `filter-${name}`, onchange: () => change(name, box.value) }, make("option", { value: "" }, say("items.any")));
        for (const value of options[name]) box.append(make("option", { value }, label(name, value)));
        box.value = state[name];
        return make("label", {}, say(name === "direction" ? "cmp.direction" : `items.${name}`), box);
      });
      const clear = make("button", { type: "button", id: "clear", onclick: () => {
        for (const name of ["q", "item", ...FILTERS]) state[name] = "";
        state.page = 0; redraw(); toHash();
      } }, say("items.clear"));
      form.replaceChildren(make("label", { class: "search" }, say("items.search"), search), ...boxes, clear);
      back.textContent = say("items.previous");
      next.textContent = say("items.next");
      keysLine.textContent = say("items.keys");
    }
    function change(name, value) { state[name] = value; state.page = 0; state.item = ""; draw(); toHash(); }
    function turn(step) { state.page += step; state.item = ""; draw(); toHash(); }
    function draw() {
      shown = items.filter(fits);
      const wanted = state.item && keys.get(state.item);
      if (wanted && shown.includes(wanted)) state.page = Math.floor(shown.indexOf(wanted) / PAGE);
      const last = Math.max(0, Math.ceil(shown.length / PAGE) - 1);
      state.page = Math.min(last, Math.max(0, state.page));
      status.textContent = say(flips ? "cmp.flips.count" : "items.found", count(shown.length), count(items.length));
      pages.textContent = say("items.page", count(state.page + 1), count(last + 1));
      back.disabled = state.page === 0; next.disabled = state.page === last;
      list.replaceChildren(...shown.slice(state.page * PAGE, (state.page + 1) * PAGE).map(row));
      if (shown.length) list.prepend(heads());
      else list.append(make("p", { class: "lead" }, say("items.empty")));
    }
    function heads() {
      const names = ["id", "what", "read", ...(flips ? [] : ["outcome"]), "start"];
      return make("div", { class: "heads" }, ...names.map((name) => make("span", {}, say(`items.column.${name}`))));
    }
    function redraw() { drawForm(); draw(); }

    function row(item) {
      const start = (item.p?.at(-1)?.t ?? "").trim().slice(0, 220).replace(/\s+/g, " ");
      const read = flips
        ? make("span", { class: `read ${values.direction(item)}` }, item.y.map((side) => plain(side[0])).join(" \u2192 "))
        : make("span", { class: "read" }, plain(values.letter(item) || "\u2013").slice(0, 12), item.t != null && item.o === "wrong" ? ` (${plain(item.t)})` : "");
      const button = make("button", { type: "button", "aria-expanded": "false" },
        make("bdi", { class: "id" }, plain(item.i) + (item.e ? ` ~${item.e}` : "")),
        make("span", { class: "what" }, plain([named("language", item.s), named("category", item.c)].filter(Boolean).join(" \u00b7 "))),
        read,
        flips ? null : make("span", { class: `tag ${/^[a-z_]+$/.test(item.o) ? item.o : ""}` }, named("outcome", item.o ?? "")),
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

    /* ---- one item ---- */
    function detail(item) {
      const asked = [
        ...(item.p ?? []).flatMap((each) => said(say("item.prompt"), each)),
        item.k && [heading(say("item.choices")), passage(item.k.map((text, n) => `${String.fromCharCode(65 + n)}  ${text}`).join("\n"))],
        item.x && held("cmp.flips.other"),
      ];
      const answered = flips ? [
        ...item.y.flatMap(([read, outcome, given], n) => [
          heading(say(n ? "cmp.column.after" : "cmp.column.before"), plain(read), outcome === "answered" ? "" : named("outcome", outcome)),
          given.length ? given.flatMap((each) => said(say("item.reply"), each)) : held("item.no_reply")]),
        item.t && heading(say("item.target"), plain(item.t)),
      ] : [
        ...(item.r ?? []).flatMap((each) => said(say("item.reply"), each)),
        item.r?.length ? null : [heading(say("item.reply")), held("item.no_reply")],
        item.m && heading(say("item.means"), named("means", item.m)),
        item.w?.length && [heading(say("item.weights")), weights(item)],
        item.v?.length && [heading(say("item.verdicts")), verdicts(item)],
        item.f?.length && [heading(say("item.failures")), ...item.f.map((failure) => passage(failure.join(" \u00b7 ")))],
        item.u && folded(say("item.state"), item.u),
      ];
      const kept = (parts) => parts.flat(Infinity).filter((part) => part instanceof Node);
      return make("div", { class: "detail" }, make("div", {}, kept(asked)), make("div", {}, kept(answered)), flips ? null : links(item));
    }
    /* One turn of a conversation, as `pages/transcript.py` has it. */
    function said(title, turn) {
      const empty = !turn.t && !turn.c && !turn.p && !(turn.x >= 0);
      return [
        heading(title, turn.m ?? "", named("role", turn.r), plain(turn.a ?? ""), turn.e ? say("item.failed") : "", turn.y ? say("item.taken_back") : ""),
        turn.h && folded(say("item.thought", count(turn.h.length)), turn.h),
        turn.x >= 0 && folded(say("item.prefix", count(prefixes[turn.x].length)), prefixes[turn.x]),
        ...(turn.p ?? []).map(([key, words]) => shownPicture(pictures[key], words)),
        turn.t ? passage(turn.t) : empty && held("item.empty_reply"),
        ...(turn.c ?? []).map(([name, given]) => make("div", { class: "call" }, make("b", {}, "\u2192 ", make("bdi", {}, plain(name))), given && passage(given))),
        turn.d && [heading(say("item.changed")), passage(turn.d.join("\n"))],
        ...(turn.n ?? []).map((note) => make("p", { class: "held" }, make("bdi", {}, plain(note)))),
        turn.k && tokens(turn.k),
        turn.b && [heading(say(turn.r === "assistant" ? "item.given" : "item.plain", count(turn.b.length))), passage(turn.b)],
      ];
    }
    function tokens(listed) {
      const shades = listed.map(([text, share]) => make("span", { class: `p${Math.floor(Math.min(0.999, share) * 5)}`, title: `${(100 * share).toFixed(1)} %` }, plain(text)));
      return make("details", { class: "prefix" }, make("summary", {}, say("item.tokens", count(listed.length))), make("pre", { class: "text tokens" }, shades));
    }
    const shownPicture = (source, words) => make("figure", { class: "picture" },
      source ? make("img", { src: source, alt: plain(words), loading: "lazy" }) : "", make("figcaption", {}, make("bdi", {}, plain(words))));
    function weights(item) {
      const top = Math.max(...item.w), parts = item.w.map((weight) => Math.exp(weight - top));
      const total = parts.reduce((sum, part) => sum + part, 0);
      return make("div", { class: "weights" }, parts.flatMap((part, n) => {
        const name = String.fromCharCode(65 + n), share = part / total, fill = make("i");
        const words = [name === values.letter(item) ? say("item.chosen") : "", name === item.t ? say("item.right") : ""].filter(Boolean).join(", ");
        fill.style.width = `${(100 * share).toFixed(2)}%`;
        return [make("b", {}, name), make("div", { class: "meter", "aria-hidden": "true" }, fill),
          make("span", {}, `${(100 * share).toFixed(1)} %`), make("span", { class: "held" }, words)];
      }));
    }
    function verdicts(item) {
      const head = ["judge", "label", "verdict", "how", "confidence"].map((name) => make("th", { scope: "col", class: "w" }, say(`item.${name}`)));
      const rows = item.v.map(([judge, read, value, kind, reason, sure, more]) => {
        const found = kind !== "answered" ? named("outcome", kind)
          : say(`outcome.${fate(item, value)}`) + (fate(item, value) === "graded" ? ` (${+value.toFixed(2)})` : "");
        const cells = [read, found, [reason, more].filter(Boolean).join("; "), sure == null ? "" : `${(100 * sure).toFixed(1)} %`];
        return make("tr", {}, make("th", { scope: "row" }, plain(judge)), cells.map((cell) => make("td", { class: "w" }, make("bdi", {}, reveal(cell.slice(0, 2000))))));
      });
      if (item.t != null) rows.unshift(make("tr", {}, make("th", { scope: "row" }, say("item.target")), make("td", { class: "w", colspan: "4" }, plain(item.t))));
      return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
    }
    function links(item) {
      const to = (other, text) => make("a", { href: `#${new URLSearchParams({ item: other.key })}` }, text);
      const twins = (pairs.get(item.q) ?? []).filter((other) => other !== item).slice(0, 6);
      return make("p", { class: "links" }, item.z ? make("span", {}, `${say("item.attempt")}: `, make("bdi", {}, plain(item.z))) : null, item.g ? `${say("item.trail")}: ${plain(item.g.join(" \u2192 "))}` : null,
        to(item, say("item.link")), twins.map((other) => to(other, say("item.pair", plain(other.i)))));
    }

    /* ---- addresses ---- */
    addEventListener("spoken", redraw);
    addEventListener("hashchange", () => { if (fromHash()) { redraw(); reach(); } });
    function reach() {
      const target = list.querySelector("[aria-expanded=true]");
      (target ?? document.getElementById("items")).scrollIntoView({ block: "start", behavior: "instant" });
    }
    const deep = fromHash();
    redraw();
    if (deep) reach();
  }
})();
