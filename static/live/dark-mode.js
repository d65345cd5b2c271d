// The theme of our shell and NiceGUI's dark mode agree: whoever has spoken last is right, the person at the switch or the
// page with its ui.dark_mode. Without our shell there is no theme of ours, and all is NiceGUI's.
const { liveTheme: ours } = window; // static/theme.js
const root = document.documentElement;
function choose(theme) {
  ours.show(theme);
  window.setDark?.(theme === "system" ? null : theme === "dark");
}

function hear() {
  const { mode } = Quasar.Dark;
  const theme = mode === "auto" ? "system" : mode ? "dark" : "light";
  if (root.dataset.theme !== theme) ours.show(theme);
}

function follow() {
  const create = window.createApp;
  window.createApp = (...given) => {
    const app = create(...given);
    const mount = app.mount;
    app.mount = (...where) => {
      if (ours.stored()) choose(ours.stored()); // before a ui.dark_mode of the page has its say
      const mounted = mount(...where);
      hear();
      new MutationObserver(hear).observe(document.body, { attributeFilter: ["class"] });
      return mounted;
    };
    return app;
  };
  window.addEventListener("load", () => ours.show(root.dataset.theme)); // the switch is there now
  window.addEventListener("storage", () => choose(ours.stored() ?? ours.given));
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-theme-switch]")) choose(ours.next());
  });
}

if (ours) follow();
