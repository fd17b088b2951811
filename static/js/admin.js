/* Gives the search boxes that Django's admin draws (select2) the name of the field that they stand for: they come without one.
   They are drawn some time after the page is there, and again when a row is added; hence the observer. */
(() => {
  "use strict";
  const name = () => {
    for (const box of document.querySelectorAll(".select2-selection[role=combobox]:not([data-named])")) {
      const select = box.closest(".select2-container").previousElementSibling;
      const label = select && document.querySelector(`label[for="${select.id}"]`);
      if (!label) continue;
      box.dataset.named = "1";
      label.id ||= `${select.id}-name`;
      for (const part of [box, ...box.querySelectorAll("[role=textbox]")]) {
        part.setAttribute("aria-labelledby", `${label.id} ${part === box ? part.getAttribute("aria-labelledby") : part.id}`);
      }
    }
  };
  new MutationObserver(name).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("load", name);
})();
