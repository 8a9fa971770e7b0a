/* The worklist: what opens beside it takes the focus, Escape gives it back to the row, and an answered row keeps its place. */
(() => {
  "use strict";

  const beside = document.getElementById("beside");
  if (!beside) return;
  const current = () => document.querySelector('[data-row][aria-current="true"]');
  let rowId = "";

  function remember() { rowId = current()?.id || rowId; }

  function focusRow() {
    const row = rowId && document.getElementById(rowId);
    if (!row) return;
    row.setAttribute("tabindex", "-1");
    row.setAttribute("aria-current", "true");
    row.focus({ preventScroll: true });
  }

  function close() {
    if (!beside.firstElementChild) return false;
    beside.replaceChildren();
    focusRow();
    return true;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-row]")) remember();
    if (event.target.closest?.("[data-close-beside]") && close()) event.preventDefault();
  });

  /* Links marked so open beside the list; forms answer with their row. Both work as pages of their own without this file. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-beside]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    remember();
    window.htmx.ajax("GET", link.href, { source: link, target: "#beside", swap: "innerHTML", select: "#act" });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches?.("form[data-in-list]")) return;
    event.preventDefault();
    const values = new FormData(form);
    if (event.submitter?.name) values.append(event.submitter.name, event.submitter.value);
    const row = form.dataset.inList ? document.getElementById(form.dataset.inList) : form.closest("[data-row]");
    rowId = row?.id || rowId;
    window.htmx.ajax("POST", form.action, { source: form, target: row, swap: "outerHTML", values });
  });
  document.addEventListener("htmx:after:swap", () => {
    if (beside.firstElementChild && !beside.contains(document.activeElement)) {
      const first = beside.querySelector("[autofocus], input:not([type=hidden]), select, textarea, h2");
      if (first) {
        if (first.matches("h2")) first.setAttribute("tabindex", "-1");
        first.focus();
      }
    } else if (!beside.firstElementChild && document.activeElement === document.body) focusRow();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
})();
