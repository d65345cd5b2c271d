// Fields of passwords: a button shows what is in them, and a hint tells that Caps Lock is on.
import { text } from "./texts.js";

const fieldOf = (button) => document.getElementById(button.dataset.shows);

function toggle(button, isShown) {
  const field = fieldOf(button);
  if (!field) return;
  const { selectionStart: start, selectionEnd: end } = field;
  field.type = isShown ? "text" : "password";
  if (document.activeElement === field) field.setSelectionRange(start, end);
  button.toggleAttribute("data-shown", isShown);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-shows]");
  if (button) toggle(button, !button.hasAttribute("data-shown"));
});

// Who points at the button goes on typing where they were.
document.addEventListener("mousedown", (event) => {
  const button = event.target.closest?.("[data-shows]");
  if (button && document.activeElement === fieldOf(button)) event.preventDefault();
});

// Browsers save what was sent in a field of text among its suggestions, and look for passwords in hidden fields only.
function hideAll(within) {
  for (const button of within.querySelectorAll("[data-shows][data-shown]")) toggle(button, false);
}

for (const type of ["submit", "reset"]) {
  document.addEventListener(type, ({ target }) => hideAll(target), { capture: true });
}
window.addEventListener("pagehide", () => hideAll(document));

// ------------------------------------------------------------ Caps Lock

function hintOf({ target }) {
  if (!target.matches?.("input")) return null;
  return target.closest(".ls-field")?.querySelector("[data-caps]") ?? null;
}

function look(event) {
  const hint = hintOf(event);
  if (!hint || !event.getModifierState) return; // a browser that fills in a field makes up keys that have none
  const words = event.getModifierState("CapsLock") ? text("capsLock") : "";
  if (hint.textContent !== words) hint.textContent = words;
}

for (const type of ["keydown", "keyup", "pointerdown"]) document.addEventListener(type, look, { capture: true });
document.addEventListener("focusout", (event) => {
  const hint = hintOf(event);
  if (hint?.textContent) hint.textContent = "";
});
