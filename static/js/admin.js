/* Gives the search boxes that Django's admin draws (select2) the name of the field that they stand for, says which list they
   open, and opens it inside the page's main part: they come without. They are drawn some time after the page is there, again
   when a row is added, and their lists when they are opened; hence the observer. */
(() => {
  "use strict";
  const labelOf = (box) => {
    const select = box.closest(".select2-container").previousElementSibling;
    const label = select && document.querySelector(`label[for="${select.id}"]`);
    if (label) label.id ||= `${select.id}-name`;
    return label;
  };
  const name = () => {
    for (const box of document.querySelectorAll(".select2-selection[role=combobox]")) {
      const list = box.getAttribute("aria-owns");
      if (list && box.getAttribute("aria-controls") !== list) box.setAttribute("aria-controls", list);
      const label = labelOf(box);
      if (!label) continue;
      if (!box.dataset.named) {
        box.dataset.named = "1";
        for (const part of [box, ...box.querySelectorAll("[role=textbox]")]) {
          part.setAttribute("aria-labelledby", `${label.id} ${part === box ? part.getAttribute("aria-labelledby") : part.id}`);
        }
      }
      const search = list && document.querySelector(`.select2-search__field[aria-controls="${list}"]`);
      if (search && !search.hasAttribute("aria-labelledby")) search.setAttribute("aria-labelledby", label.id);
    }
  };
  for (const select of document.querySelectorAll("select.admin-autocomplete")) select.dataset.dropdownParent = "#content-start";
  new MutationObserver(name).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["aria-owns", "aria-controls"],
  });
  addEventListener("load", name);
})();
