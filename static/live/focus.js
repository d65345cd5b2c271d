// What is drawn anew, or hidden for a moment, loses the focus. It goes back to the control that had it, or to the one
// that reads the same in the same place, unless the person has pointed elsewhere since.
const CONTROLS = "a[href], button, summary";
const wordsOf = (control) => control.getAttribute("aria-label") ?? control.textContent.trim();
let focused = null;

document.addEventListener("focusin", ({ target }) => {
  const around = [];
  for (let place = target.parentElement; place; place = place.parentElement) around.push(place);
  focused = { control: target, words: target.matches(CONTROLS) ? wordsOf(target) : "", around };
});
document.addEventListener("pointerdown", () => (focused = null), { capture: true, passive: true });

new MutationObserver(() => {
  if (!focused || document.activeElement !== document.body) return;
  const { control, words, around } = focused;
  const place = around.find(({ isConnected }) => isConnected);
  const reads = (other) => words && wordsOf(other) === words;
  const found = control.isConnected ? control : [...place.querySelectorAll(CONTROLS)].find(reads);
  if (found?.checkVisibility?.()) found.focus({ preventScroll: true });
}).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-here", "disabled"] });
