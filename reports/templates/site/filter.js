/* A search over a page of entries: <div class="seek" hidden><input data-seeks="#terms > div">.
   Entries without the words are hidden, and with them a section in which nothing is left. */
(() => {
  "use strict";
  const folded = (text) => text.normalize("NFKD").replace(/\p{Diacritic}/gu, "").toLowerCase();

  function makeSeek(field) {
    const entries = [...document.querySelectorAll(field.dataset.seeks)];
    const texts = entries.map((entry) => folded(`${entry.textContent} ${entry.dataset.also ?? ""}`));
    const groups = new Set(entries.map((entry) => entry.closest("[data-group]")).filter(Boolean));
    const told = document.getElementById(field.getAttribute("aria-describedby"));

    function seek() {
      const words = folded(field.value).split(/\s+/).filter(Boolean);
      let found = 0;
      entries.forEach((entry, i) => {
        entry.hidden = !words.every((word) => texts[i].includes(word));
        found += entry.hidden ? 0 : 1;
      });
      for (const group of groups) {
        group.hidden = !group.querySelector("[data-entry]:not([hidden])");
      }
      told.textContent = !words.length ? "" : found ? `${found} / ${entries.length}` : told.dataset.none;
    }

    field.closest("[hidden]")?.removeAttribute("hidden");
    field.addEventListener("input", seek);
    // A link to an entry that the search hides shows it again.
    addEventListener("hashchange", () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!target?.closest("[hidden]")) return;
      field.value = "";
      seek();
      target.scrollIntoView();
    });
  }

  document.querySelectorAll("input[data-seeks]").forEach(makeSeek);
})();
