// Shows the municipality's channels where this script stands:
//   <script src="https://…{% url "channels:embedded_script" %}" data-verksamhet="biblioteket" async></script>
(() => {
  const script = document.currentScript;
  if (!script) return;
  const address = new URL("{% url "channels:embedded" %}", script.src);
  for (const key of ["verksamhet", "plattform"]) {
    if (script.dataset[key]) address.searchParams.set(key, script.dataset[key]);
  }
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.titel || "{% filter escapejs %}{% translate "Våra kanaler i sociala medier" %}{% endfilter %}";
  frame.style.cssText = "width: 100%; border: 0; height: 20rem";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-top-navigation-by-user-activation");
  addEventListener("message", (event) => {
    const height = event.origin === address.origin && event.source === frame.contentWindow && event.data?.kanalkollen;
    if (Number.isFinite(height) && height > 0) frame.style.height = `${Math.min(height, 20000)}px`;
  });
  script.after(frame);
})();
