// What is drawn anew, or hidden for a moment, loses the focus. It goes back to the control that had it, or to the one that
// reads the same in the same place. While there is none, it waits on the nearest element that is marked data-takes-focus,
// such as a heading. When the person has pointed elsewhere, or gone there with a key, it stays there; and pages.js sees
// to it that it goes to the heading of a page that somebody goes to.
import { isArriving } from "./pages.js";

const CONTROLS = "a[href], button, summary, input, select, textarea";
const LANDINGS = "[data-takes-focus]";

let focused = null; // what the person has put the focus on, and where that was
let isMissed = false; // something changed meanwhile
let isMoving = false; // it has left one control and not arrived at the next: the browser is at it
let landing = null; // what has the focus in place of it

// How a control reads, and to which form it belongs.
function nameOf(control) {
  const label = control.getAttribute("aria-label") ?? (control.name || control.textContent.trim());
  return [control.localName, control.closest("form")?.getAttribute("action"), label].join(" ");
}

const namesakes = (place, name) => [...place.querySelectorAll(CONTROLS)].filter((other) => nameOf(other) === name);
const isShown = (element) => element.checkVisibility?.({ visibilityProperty: true, checkVisibilityCSS: true });

// The card of away.js, where the focus waits like on a landing, whatever is pressed there.
const isOnCard = (element) => element?.closest?.("#ls-away") ?? false;

document.addEventListener("focusin", ({ target }) => {
  isMoving = false;
  if (target === landing || isOnCard(target)) return;
  landing = null;
  const name = target.matches(CONTROLS) ? nameOf(target) : null;
  const alike = name === null ? [] : namesakes(document, name);
  const around = [];
  for (let place = target.parentElement; place; place = place.parentElement) {
    const within = alike.filter((other) => place.contains(other));
    around.push({ place, index: within.indexOf(target), count: within.length });
  }
  focused = { control: target, name, around };
});

document.addEventListener("pointerdown", ({ target }) => {
  if (!isOnCard(target)) focused = landing = null;
}, { capture: true, passive: true });

function bringBack() {
  const { activeElement } = document;
  const hasLeftCard = isOnCard(activeElement) && !isShown(activeElement);
  isMissed = isMoving || isArriving();
  if (!focused || isMissed) return;
  if (!hasLeftCard && ![null, document.body, landing].includes(activeElement)) return;
  const { control } = focused;
  if (control.isConnected && control.disabled) return; // it is at work
  const found = isShown(control) ? control : namesake();
  landing = found ? null : land();
  (found ?? landing)?.focus({ preventScroll: true });
}

// If there are more or fewer of the name than there were, nobody knows which one it was: one may be for another device.
function namesake() {
  const { name, around } = focused;
  const nearest = around.find(({ place }) => place.isConnected);
  if (name === null || !nearest) return null;
  const alike = namesakes(nearest.place, name);
  return alike.length === nearest.count && isShown(alike[nearest.index]) ? alike[nearest.index] : null;
}

function land() {
  for (const { place } of focused.around) {
    if (!place.isConnected) continue;
    const found = [place, ...place.querySelectorAll(LANDINGS)].find((one) => one.matches(LANDINGS) && isShown(one));
    if (found) return found;
  }
  return null;
}

const changes = new MutationObserver(bringBack);
changes.observe(document, { subtree: true, childList: true, attributeFilter: ["data-here", "disabled", "open"] });
changes.observe(document.documentElement, { attributeFilter: ["class"] });

document.addEventListener("animationend", ({ target }) => isOnCard(target) && bringBack()); // the card has come

// A stylesheet that hides what has the focus changes no element.
document.addEventListener("focusout", () => {
  isMoving = true;
  requestAnimationFrame(() => {
    isMoving = false;
    if (focused && (isMissed || !isShown(focused.control))) bringBack();
  });
});
