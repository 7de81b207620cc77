/* The cohort table reads out the cell pointed at, or reached with the arrow keys. */
(() => {
  "use strict";
  const readout = document.querySelector(".readout");
  if (!readout) return;
  readout.hidden = false;

  function tell(cell) {
    if (!cell?.dataset.t) return;
    const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent;
    const period = readout.dataset.column.replace("{k}", column);
    readout.textContent = `${cell.parentElement.cells[0].textContent}, ${period}: ${cell.dataset.t}`;
  }

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function move(event) {
    const step = STEPS[event.key];
    const here = event.target.closest("td[data-t]");
    if (!step || !here) return;
    const rows = here.closest("tbody").rows;
    const row = rows[here.parentElement.sectionRowIndex + step[0]];
    const there = row?.cells[here.cellIndex + step[1]];
    if (!there?.dataset.t) return;
    event.preventDefault();
    here.tabIndex = -1;
    there.tabIndex = 0;
    there.focus();
  }

  for (const table of document.querySelectorAll("table[data-heat]")) {
    const first = table.querySelector("td[data-t]");
    if (first) first.tabIndex = 0;
    table.addEventListener("pointerover", (event) => tell(event.target.closest("td")));
    table.addEventListener("click", (event) => tell(event.target.closest("td")));
    table.addEventListener("focusin", (event) => tell(event.target.closest("td")));
    table.addEventListener("keydown", move);
  }
})();
