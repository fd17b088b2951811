/* Sets the reader's choice of light or dark before the page is painted. Loaded in head, without defer, for that reason. */
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch { /* storage is closed to us: the page follows the system */ }
})();
