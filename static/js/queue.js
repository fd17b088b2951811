/* Shortcuts in the queue. Off until somebody turns them on, and never where something is typed (WCAG 2.1.4). */
(() => {
  "use strict";
  const box = document.querySelector("[data-keys] input");
  if (!box) return;
  box.closest("[data-keys]").hidden = false;
  try { box.checked = localStorage.getItem("queue-keys") === "on"; } catch { /* off */ }
  box.addEventListener("change", () => {
    try { localStorage.setItem("queue-keys", box.checked ? "on" : "off"); } catch { /* holds for this page only */ }
  });

  let last = ""; // the list is replaced when something has happened in it, and then nothing in it has the focus
  const here = () => document.activeElement.closest("#ko .item") || document.querySelector(`#ko .item[id="${last}"]`);
  const move = (step) => {
    const items = [...document.querySelectorAll("#ko .item")];
    const at = items.indexOf(here());
    const next = items[at < 0 ? 0 : Math.min(Math.max(at + step, 0), items.length - 1)];
    if (!next) return;
    last = next.id;
    next.querySelector(".item__title a").focus();
  };
  const click = (element) => { if (element) element.click(); };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    x: () => click(here()?.querySelector("input[type=checkbox]")),
    z: () => click(document.querySelector("#flera button[value=angra]")),
  };
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
