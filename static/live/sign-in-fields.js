// The address that somebody has typed goes along from signing in to signing up or resetting, and back. It is in the memory of this page
// only: in no address, no log, no history and no storage.
import { at } from "./base.js";

const FIELD = "input[data-address]";
const PAGES = ["/sign-in", "/sign-up", "/forgot-password"].map((path) => `a[href^="${at(path)}"]`).join(", ");

let carried = "";
const seen = new WeakSet();

function take() {
  carried = document.querySelector(FIELD)?.value.trim() ?? "";
}

document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("a[href]");
  if (link?.matches(PAGES)) take();
  else if (link) carried = "";
}, { capture: true });
window.addEventListener("popstate", take);

function look() {
  for (const field of document.querySelectorAll(FIELD)) {
    if (seen.has(field)) continue;
    seen.add(field);
    if (carried && !field.value) {
      field.value = carried;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    carried = "";
  }
  begin();
}

// ------------------------------------------------------------ where to begin

// A page that was loaded for its form begins in the first empty field of it. On a phone that would open the keyboard over
// the page; and who has put the focus somewhere by then, or came here by a link within the app, is left alone.
let hasBegun = false;

const isEmpty = (field) => !field.value && !field.matches(":autofill");

function begin() {
  const form = hasBegun ? null : document.querySelector("form[data-begin]");
  if (!form) return;
  hasBegun = true;
  const isFree = [null, document.body].includes(document.activeElement);
  if (!isFree || !matchMedia("(hover: hover) and (pointer: fine)").matches) return;
  [...form.elements].find((field) => field.matches("input") && isEmpty(field))?.focus({ preventScroll: true });
}

for (const type of ["pointerdown", "keydown", "popstate"]) {
  window.addEventListener(type, () => (hasBegun = true), { capture: true, passive: true });
}

new MutationObserver(look).observe(document, { subtree: true, childList: true });
