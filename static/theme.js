// The colour theme: the system's choice, unless this browser was told otherwise. Runs before anything is painted.
(() => {
  const THEMES = ["system", "light", "dark"];
  const root = document.documentElement;

  // What the browser paints around the page, light and dark; a theme that was chosen is both.
  const around = [...document.querySelectorAll('meta[name="theme-color"]')].map((meta) => [meta, meta.content]);

  function apply(theme) {
    root.dataset.theme = theme;
    for (const [meta, own] of around) meta.content = theme === "system" ? own : around[THEMES.indexOf(theme) - 1][1];
    const button = document.querySelector("[data-theme-switch]");
    if (button) button.setAttribute("aria-label", button.dataset[theme]);
    if (window.Quasar?.Dark) window.Quasar.Dark.set(theme === "system" ? "auto" : theme === "dark");
  }

  function stored() {
    try {
      return THEMES.includes(localStorage.theme) ? localStorage.theme : "system";
    } catch {
      return "system"; // storage is switched off
    }
  }

  apply(stored());
  window.addEventListener("load", () => apply(stored()));
  window.addEventListener("storage", () => apply(stored()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    try {
      localStorage.theme = next;
    } catch {
      // it holds for this page only
    }
    apply(next);
  });
})();
