/* A screenshot by pasting or dropping it, beside the file field that does the same without this file. The picture stays in
   the page until the form is sent, and where no picture may be kept it is not even put there. Texts come from the page. */
(() => {
  "use strict";
  const input = document.querySelector("input[type=file][data-paste]");
  const said = document.querySelector("[data-evidence]");
  if (!input || !said) return;
  const form = input.form;
  const category = form.querySelector("select[data-no-file]");
  const how = form.querySelector("input[name$=how]");
  const zone = input.closest(".field");
  const forbidden = () => Boolean(category) && category.value === category.dataset.noFile;
  const fill = (text, file) => text.replace("{name}", file.name).replace("{size}", Math.max(1, Math.round(file.size / 1024)));
  const say = (text, bad = false) => { said.textContent = text; said.classList.toggle("error", bad); };

  const take = (file, way) => {
    if (forbidden()) { say(said.dataset.refused, true); return; }
    const one = new DataTransfer();
    one.items.add(file);
    input.files = one.files;
    if (how) how.value = way;
    say(fill(said.dataset.taken, file));
  };
  const pictureIn = (data) => [...(data?.files || [])].find((file) => file.type.startsWith("image/") || file.type === "application/pdf");

  addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (!file) return; // text goes where the reader stands
    event.preventDefault();
    take(file, "pasted");
  });
  zone.classList.add("dropzone");
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    const file = pictureIn(event.dataTransfer);
    if (file) take(file, "uploaded"); else say(said.dataset.other, true);
  });
  input.addEventListener("change", () => {
    if (forbidden()) { input.value = ""; say(said.dataset.refused, true); return; }
    if (how) how.value = "uploaded";
    say(input.files.length ? fill(said.dataset.taken, input.files[0]) : "");
  });
  const guard = () => {
    zone.hidden = input.disabled = forbidden();
    if (!forbidden()) { if ([said.dataset.refused, said.dataset.choose].includes(said.textContent)) say(""); return; }
    input.value = "";
    say(said.dataset.refused, true);
  };
  category?.addEventListener("change", guard);
  if (forbidden()) guard();

  // The server takes no picture before it knows what it may be, so it is not sent before either. It stays where it is.
  addEventListener("submit", (event) => {
    const report = form.querySelector("input[name=kind]:checked")?.value === "report";
    if (event.target !== form || !category || category.value || !report || !input.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(said.dataset.choose, true);
    category.focus();
  }, true);

  // What a phone shared came with the page and has been kept nowhere else.
  const shared = document.getElementById("delad-bild");
  if (shared) {
    const { name, type, content } = JSON.parse(shared.textContent);
    take(new File([Uint8Array.from(atob(content), (char) => char.charCodeAt(0))], name, { type }), "shared");
    shared.remove();
  }
})();
