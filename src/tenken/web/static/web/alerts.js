/* The live list of alerts. Without this file the list still comes anew by itself and works by Tab and Space.

   data-alerts-live   the part that is replaced when something changed
   data-alerts-new    shown instead while somebody is at work in the list: nothing moves under their hands
   data-alert-choose  a row's box; data-alert-take: its button */
(function () {
  "use strict";

  const list = () => document.querySelector("[data-alerts-live]");

  function atWork(part) {
    return part.contains(document.activeElement) || part.querySelector("[data-alert-choose]:checked") !== null;
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = list();
    if (!part || event.detail.target !== part || !event.detail.shouldSwap || !atWork(part)) return;
    event.detail.shouldSwap = false;
    const told = document.querySelector("[data-alerts-new]");
    if (told) told.hidden = false;
  });

  /* Keys count only while the focus is in a row. */
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest && event.target.closest("[data-alerts-live] tbody tr");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const other = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      const link = other && other.querySelector("a[href]");
      if (link) link.focus();
    } else if (event.key === "a") {
      const take = row.querySelector("[data-alert-take]");
      if (take) take.click();
    } else if (event.key === "x") {
      const box = row.querySelector("[data-alert-choose]");
      if (box) box.checked = !box.checked;
    } else {
      return;
    }
    event.preventDefault();
  });
})();
