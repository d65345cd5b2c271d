// The colour theme of our shell: what this browser was told, else what the page says, else the system's choice. Runs before
// anything is painted; static/live/dark-mode.js goes on when NiceGUI is there. A page without our shell does without it.
(() => {
  const THEMES = ["system", "light", "dark"];
  const root = document.documentElement;
  const given = { True: "dark", False: "light" }[document.currentScript.dataset.dark] ?? "system";

  // What the browser paints around the page, light and dark; a theme that was chosen is both.
  const around = [...document.querySelectorAll('meta[name="theme-color"]')].map((meta) => [meta, meta.content]);

  function show(theme) {
    root.dataset.theme = theme;
    for (const [meta, own] of around) meta.content = theme === "system" ? own : around[THEMES.indexOf(theme) - 1][1];
    const button = document.querySelector("[data-theme-switch]");
    if (button) button.setAttribute("aria-label", button.dataset[theme]);
  }

  // null if nobody has chosen
  function stored() {
    try {
      return THEMES.includes(localStorage.theme) ? localStorage.theme : null;
    } catch {
      return null; // storage is switched off
    }
  }

  function next() {
    const theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    try {
      localStorage.theme = theme;
    } catch {
      // it holds for this page only
    }
    return theme;
  }

  show(stored() ?? given);
  window.liveTheme = { show, stored, next, given };
})();
