// Dialogs that ask (auth/components/confirmation.py). The server draws one when it asks, and takes it away when it was left.
const TWO_CLICKS_MS = 500;
const asked = new WeakSet(); // one that was left stays away until it is taken away
let pressed = null; // the last button outside of them
let changedAt = -TWO_CLICKS_MS; // when one was opened or left

function open(dialog) {
  asked.add(dialog);
  if (document.documentElement.matches(".ls-away")) return leave(dialog);
  if (pressed?.isConnected && [null, document.body].includes(document.activeElement)) {
    pressed.disabled = false; // it was at work until now; the focus goes back to where it is at this moment
    pressed.focus({ preventScroll: true });
  }
  dialog.showModal();
  changedAt = performance.now();
}

function leave(dialog) {
  if (dialog.open) dialog.close();
  else dialog.dispatchEvent(new Event("close"));
}

document.addEventListener("close", ({ target }) => {
  if (asked.has(target)) changedAt = performance.now();
}, { capture: true });

new MutationObserver(() => {
  for (const dialog of document.querySelectorAll("dialog[data-asks]")) if (!asked.has(dialog)) open(dialog);
}).observe(document, { subtree: true, childList: true });

// What waits for the server can't be answered without it, and would stand before what says so.
new MutationObserver(() => {
  if (!document.documentElement.matches(".ls-away")) return;
  for (const dialog of document.querySelectorAll("dialog[data-asks][open]")) leave(dialog);
}).observe(document.documentElement, { attributeFilter: ["class"] });

function isBeside(dialog, { target, clientX: x, clientY: y }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && (x < left || x > right || y < top || y > bottom);
}

// The second click of two is meant for what was there at the first: it answers nothing, and presses nothing behind it.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && performance.now() - changedAt < TWO_CLICKS_MS) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const dialog = event.target.closest?.("dialog[data-asks]");
  if (!dialog) pressed = event.target.closest?.("button");
  if (dialog && (isBeside(dialog, event) || event.target.closest("[data-cancel]"))) leave(dialog);
}, { capture: true });

// A key that is held down presses a button once. What is under way has to be told of before it can be left.
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter" && event.target.closest?.("button")) event.preventDefault();
  const isAtWork = event.target.closest?.("dialog[data-asks]")?.querySelector("[disabled], [aria-busy]");
  if (event.key === "Escape" && isAtWork) event.preventDefault();
}, { capture: true });
