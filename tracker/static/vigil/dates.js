/* Days in words beside every date field: browsers print 11/07/2026 in the order of their own language, and people misread it. */
(() => {
  "use strict";

  const words = new Intl.DateTimeFormat(document.documentElement.lang || "en", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

  function said(input) {
    const day = input.valueAsDate;
    return day ? words.format(day) : "";
  }

  function echo(input) {
    const place = document.createElement("span");
    place.className = "v-day-echo";
    place.setAttribute("aria-live", "polite");
    place.textContent = said(input);
    input.after(place);
    input.addEventListener("input", () => { place.textContent = said(input); });
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll('input[type="date"]').forEach(echo));
})();
