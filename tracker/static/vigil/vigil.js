/* Keyboard, dialogs and the sign-out warning. Every page works without this file; nothing here is inline or evaluated. */
(() => {
  "use strict";

  const KEYS_OFF = "vigil-keys-off";
  const WARN_BEFORE_SECONDS = 120;
  const SEQUENCE_MS = 1200;
  const LIVE_MS = 60_000;

  const byId = (id) => document.getElementById(id);
  const rows = () => Array.from(document.querySelectorAll("[data-row]")).filter((row) => row.offsetParent !== null);
  const currentRow = () => document.querySelector('[data-row][aria-current="true"]');
  const keysAreOn = () => localStorage.getItem(KEYS_OFF) !== "1";
  const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  /* Rows and cards: j and k move, Enter opens, single keys press the control marked data-key. */
  function select(row) {
    for (const other of document.querySelectorAll('[data-row][aria-current="true"]')) other.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    if (!row.contains(document.activeElement)) {
      row.setAttribute("tabindex", "-1");
      row.focus({ preventScroll: true });
    }
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const now = all.indexOf(currentRow());
    select(all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + step))]);
  }

  /* Within the row or card one is on; keys of the whole page (data-page-key) wherever one is. */
  function press(selector, ofPage) {
    const control = currentRow()?.querySelector(selector) ?? (ofPage && document.querySelector(ofPage));
    if (control) control.click();
    return Boolean(control);
  }

  let goPressedAt = 0;
  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]") || !keysAreOn()) return;
    const key = event.key;
    let done = true;
    if (goPressedAt && event.timeStamp - goPressedAt < SEQUENCE_MS) {
      goPressedAt = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
      if (link) link.click();
    } else if (key === "g") goPressedAt = event.timeStamp;
    else if (key === "/") byId("search")?.select();
    else if (key === "?") openDialog("keys");
    else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (key === "Enter") done = event.target.matches("a, button, summary") ? false : press("[data-open]");
    else done = /^[a-z]$/.test(key) && press(`[data-key="${key}"]`, `[data-page-key="${key}"]`);
    if (done) event.preventDefault();
    if (key === "/") byId("search")?.focus();
  }

  /* Dialogs */
  function openDialog(id) {
    const dialog = byId(id);
    if (dialog && !dialog.open) dialog.showModal();
  }

  function prepareKeysDialog() {
    const box = byId("keys-on");
    if (!box) return;
    box.checked = keysAreOn();
    box.addEventListener("change", () => localStorage.setItem(KEYS_OFF, box.checked ? "0" : "1"));
    for (const button of document.querySelectorAll("[data-open-dialog]")) {
      button.hidden = false;
      button.addEventListener("click", () => openDialog(button.dataset.openDialog));
    }
  }

  /* The session: warn before it ends, keep what was typed, renew the form tokens after signing in again. */
  async function renewSession() {
    const answer = await fetch(document.body.dataset.sessionUrl, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!answer.ok) return false;
    const session = await answer.json();
    for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = session.csrf;
    document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": session.csrf }));
    watchSession();
    return true;
  }

  let sessionTimers = [];
  let sessionOver = false;
  function watchSession() {
    const seconds = Number(document.body.dataset.sessionSeconds);
    sessionOver = false;
    sessionTimers.forEach(clearTimeout);
    sessionTimers = [
      setTimeout(() => openDialog("session-ending"), Math.max(0, seconds - WARN_BEFORE_SECONDS) * 1000),
      setTimeout(() => { sessionOver = true; byId("session-ending")?.close(); openDialog("session-ended"); }, seconds * 1000),
    ];
  }

  async function beforeSubmit(event) {
    const form = event.target;
    if (!sessionOver || form.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await renewSession()) form.requestSubmit(event.submitter);
    else openDialog("session-ended");
  }

  function prepareSession() {
    if (!document.body.dataset.sessionUrl) return;
    watchSession();
    document.addEventListener("submit", beforeSubmit, true);
    document.querySelector("[data-stay]")?.addEventListener("click", async () => {
      byId("session-ending").close();
      if (!(await renewSession())) openDialog("session-ended");
    });
    document.addEventListener("visibilitychange", () => { if (sessionOver && !document.hidden) renewSession().then((alive) => alive && byId("session-ended")?.close()); });
    document.addEventListener("htmx:after:request", (event) => { if (!event.target.closest?.("[data-live]")) watchSession(); });
  }

  /* What a page asks by itself: once a minute while somebody can see it, and never after the session is over. */
  function prepareLive() {
    setInterval(() => {
      if (document.hidden || sessionOver) return;
      for (const part of document.querySelectorAll("[data-live]")) part.dispatchEvent(new CustomEvent("vigil:live"));
    }, LIVE_MS);
  }

  /* Small conveniences of forms: filters apply at once, questions show when their decision is chosen, "why?" closes again. */
  function showQuestions(form) {
    const chosen = form.querySelector('[name="decision"]:checked')?.value ?? "";
    for (const part of form.querySelectorAll("[data-shown-for]")) part.hidden = !part.dataset.shownFor.split(" ").includes(chosen);
  }

  function prepareForms() {
    for (const form of document.querySelectorAll("[data-decision]")) {
      showQuestions(form);
      form.addEventListener("change", () => showQuestions(form));
    }
    for (const form of document.querySelectorAll("[data-submit-on-change]")) {
      form.addEventListener("change", () => form.requestSubmit());
      form.querySelector("button").hidden = true;
    }
  }

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest?.("[data-toggles]");
    const place = toggle && byId(toggle.dataset.toggles);
    if (!place?.firstElementChild || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    place.replaceChildren();
    toggle.setAttribute("aria-expanded", "false");
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    for (const toggle of document.querySelectorAll("[data-toggles]")) {
      if (byId(toggle.dataset.toggles)?.firstElementChild) toggle.setAttribute("aria-expanded", "true");
    }
  });

  /* Links that need scripts to be better than a page of their own fall back to that page when a request fails. */
  document.addEventListener("htmx:error", (event) => {
    const link = event.target.closest?.("a[href][hx-get]");
    if (link) window.location.assign(link.href);
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.v-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const row = event.target.closest?.("[data-row]");
    if (row) select(row);
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row && row !== currentRow()) select(row);
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.v-menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  prepareKeysDialog();
  prepareSession();
  prepareLive();
  prepareForms();
})();
