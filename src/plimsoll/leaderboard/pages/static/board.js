"use strict";
(() => {
  /* The checker's answer comes into the page, so that the chosen file stays chosen. */
  for (const form of document.querySelectorAll("[data-answer]")) {
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (button?.value !== "check" || !form.elements.file.files.length) return;
      event.preventDefault();
      const sent = new FormData(form, button);
      button.disabled = true;
      try {
        const answer = await fetch(form.getAttribute("action"), { method: "POST", body: sent });
        const next = new DOMParser().parseFromString(await answer.text(), "text/html");
        const said = next.getElementById(form.dataset.answer) ?? next.querySelector("main .result");
        document.getElementById(form.dataset.answer).replaceChildren(...said.childNodes);
      } catch {
        form.requestSubmit();
      } finally {
        button.disabled = false;
      }
    });
  }

  /* Two to eight rows can be compared. */
  const boxes = [...document.querySelectorAll("input[type=checkbox][name=id]")];
  const compare = document.querySelector("button.compare");
  function count() {
    const chosen = boxes.filter((box) => box.checked).length;
    compare.disabled = chosen < 2;
    for (const box of boxes) box.disabled = !box.checked && chosen >= 8;
  }
  if (compare) { for (const box of boxes) box.addEventListener("change", count); count(); addEventListener("pageshow", count); }
})();
