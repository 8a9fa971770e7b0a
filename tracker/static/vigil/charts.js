/* Draws each [data-chart] frame from the option JSON beside it (tracker/web/charts). The table below says the same without scripts. */
(() => {
  "use strict";

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();

  const options = (frame) => JSON.parse(document.getElementById(frame.dataset.chart).textContent);

  /* Puts the colours of tokens.css where the server wrote var(--v-...). */
  function coloured(value, styles) {
    if (typeof value === "string") return value.startsWith("var(--") ? styles.getPropertyValue(value.slice(4, -1)).trim() : value;
    if (Array.isArray(value)) return value.map((item) => coloured(item, styles));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, styles)]));
    return value;
  }

  function tip(point) {
    const box = document.createElement("div");
    box.className = "v-chart__tip";
    (point.data?.tip ?? []).forEach((line, index) => {
      const part = document.createElement(index ? "div" : "strong");
      part.textContent = line;
      box.append(part);
    });
    return box;
  }

  function draw(frame) {
    const all = options(frame);
    if (!all.linear) return;
    const scale = frame.dataset.scale || all.start;
    const option = coloured(all[scale], getComputedStyle(document.documentElement));
    option.tooltip.formatter = tip;
    let chart = drawn.get(frame);
    if (!chart) {
      chart = echarts.init(frame, null, { renderer: "svg" });
      drawn.set(frame, chart);
      new ResizeObserver(() => chart.resize()).observe(frame);
    }
    chart.setOption(option, true);
    frame.dataset.scale = scale;
    const button = document.querySelector(`[data-chart-scale="${frame.dataset.chart}"]`);
    if (button) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(scale === "log"));
    }
  }

  function drawAll(root) {
    for (const frame of root.querySelectorAll("[data-chart]")) draw(frame);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-chart-scale]");
    if (!button) return;
    const frame = document.querySelector(`[data-chart="${button.dataset.chartScale}"]`);
    frame.dataset.scale = frame.dataset.scale === "log" ? "linear" : "log";
    draw(frame);
  });
  /* The drawn picture as a file, in the colours it has on the screen. */
  function save(button) {
    const frame = document.querySelector(`[data-chart="${button.dataset.chartSave}"]`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([drawn.get(frame).renderToSVGString()], { type: "image/svg+xml" }));
    link.download = `${button.dataset.name}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  for (const button of document.querySelectorAll("[data-chart-save]")) {
    button.hidden = false;
    button.addEventListener("click", () => save(button));
  }
  document.addEventListener("htmx:after:swap", () => drawAll(document));
  /* Dark or light, and on paper always light: the colours are read anew when the medium changes. */
  for (const medium of [dark, window.matchMedia("print")]) medium.addEventListener("change", () => drawn.forEach((_, frame) => draw(frame)));
  drawAll(document);
})();
