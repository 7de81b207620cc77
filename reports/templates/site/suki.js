/* The little the pages do by themselves: draw charts, sort and filter tables. Nothing is asked of
   the network. Without this file every picture, table and link is still there. */
(() => {
  "use strict";
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  // The colours of reports/drawing.py and what stands for them on dark paper.
  const DARK = {
    "#0f5e5a": "#63c7bd", "#e0a030": "#e9b44c", "#b9c5c3": "#64777b", "#17282b": "#e6eded",
    "#5b6b6f": "#a3b3b6", "#e2e8e7": "#2c393c", "#ffffff": "#182124", "#fff": "#182124",
  };

  function recoloured(part) {
    if (typeof part === "string") return DARK[part.toLowerCase()] || part;
    if (Array.isArray(part)) return part.map(recoloured);
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, recoloured(value)]));
  }

  function look(isDark, width) {
    const muted = isDark ? "#a3b3b6" : "#5b6b6f";
    const ink = isDark ? "#e6eded" : "#17282b";
    const line = isDark ? "#2c393c" : "#e2e8e7";
    const words = { labelColor: muted, titleColor: muted, labelFontSize: 13, titleFontSize: 13 };
    return {
      aria: false, // the figure is told by its label and its table
      background: "transparent",
      font: getComputedStyle(document.body).fontFamily,
      padding: { left: 4, right: 12, top: 8, bottom: 4 },
      axis: { ...words, domain: false, ticks: false, gridColor: line, labelPadding: 8,
              titleFontWeight: "normal", titlePadding: 10 },
      legend: { ...words, labelColor: ink, symbolSize: 110, ...(width < 440 && { columns: 2 }) },
      text: { color: ink },
      view: { stroke: null },
    };
  }

  async function draw(figure) {
    const place = figure.querySelector(".drawn");
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    place.hidden = false;
    try {
      const isDark = prefersDark.matches;
      await window.vegaEmbed(place, isDark ? recoloured(spec) : spec, {
        mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
        config: look(isDark, place.clientWidth), tooltip: { theme: "suki", disableDefaultStyle: true },
      });
      // Told by the label and the table: a thousand marks would only be noise.
      place.querySelector("svg").setAttribute("aria-hidden", "true");
      figure.classList.add("is-drawn");
    } catch (error) {
      place.hidden = true; // the picture is still there
      console.error(figure.id, error);
    }
  }

  function drawAll() {
    document.querySelectorAll("figure.chart .drawn").forEach((place) => draw(place.parentElement));
  }

  function loadCharts() {
    if (!document.querySelector("figure.chart .drawn")) return;
    const library = document.createElement("script");
    library.src = "assets/vega.js";
    library.addEventListener("load", () => {
      drawAll();
      prefersDark.addEventListener("change", drawAll);
    });
    document.head.append(library);
  }

  /* <table data-sortable>: a click on a column head sorts by it; cells may carry data-value. */
  function valueOf(row, column) {
    const cell = row.cells[column];
    const value = cell.dataset.value ?? cell.textContent.trim();
    return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value;
  }

  function sortBy(table, head, button) {
    const isDown = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows];
    const column = head.cellIndex;
    const way = isDown ? -1 : 1;
    rows.sort((one, other) => {
      const [a, b] = [valueOf(one, column), valueOf(other, column)];
      if (typeof a === "number" && typeof b === "number") return way * (a - b);
      return way * String(a).localeCompare(String(b), document.documentElement.lang);
    });
    table.tBodies[0].append(...rows);
    button.focus();
  }

  function makeSortable(table) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sortBy(table, head, button));
    }
  }

  /* <input type="search" data-filters="id of a table" hidden>: shows the rows that hold the words. */
  function makeFilter(field) {
    const table = document.getElementById(field.dataset.filters);
    field.closest("[hidden]")?.removeAttribute("hidden");
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLocaleLowerCase();
      for (const row of table.tBodies[0].rows) {
        row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
      }
    });
  }

  loadCharts();
  document.querySelectorAll("table[data-sortable]").forEach(makeSortable);
  document.querySelectorAll("input[data-filters]").forEach(makeFilter);
})();
