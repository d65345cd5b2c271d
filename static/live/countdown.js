// The countdown before a session ends. The server says how long that is from now, and again when it moves; the tab counts
// by a clock that nobody can set. After a sleep the tab re-authenticates, and is told anew. The card stands in the page
// itself (pages/countdown.py); it takes the focus from nobody.
import { tellNow } from "./activity.js";
import { text } from "./texts.js";

const HOUR_MS = 3_600_000; // browsers can't wait for more than 24 days
const SAID_AT_S = [10, 30]; // and when it begins
const PATIENCE_MS = 4000;

const card = document.getElementById("ls-ending"); // there is none in a page that is shown in a frame
const said = document.getElementById("ls-ending-said");
let end = null; // by performance.now(), how long to count down, and whether activity moves it
let timer = 0;
let toSay = []; // seconds at which it is said how many are left
let focusWas = null; // on what, before it came onto the card

export function endsIn(ms, warningMs, mayStay) {
  if (!card) return;
  end = ms === null ? null : { at: performance.now() + ms, warningMs, mayStay };
  look();
}

const isOpen = () => card.classList.contains("ls-open");

function look() {
  clearTimeout(timer);
  const left = end === null ? Infinity : Math.max(0, end.at - performance.now());
  if (end === null || left > end.warningMs) {
    if (isOpen()) close();
    if (end !== null) timer = setTimeout(look, Math.min(left - end.warningMs, HOUR_MS));
  } else {
    show(Math.ceil(left / 1000));
    if (left > 0) timer = setTimeout(look, left % 1000 || 1000);
  }
}

function show(seconds) {
  if (!isOpen() || card.dataset.mayStay !== `${end.mayStay}`) open(seconds);
  const clock = `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
  for (const place of card.querySelectorAll("[data-left]")) place.textContent = clock;
  if (seconds > toSay.at(-1)) return;
  while (seconds <= toSay.at(-1)) toSay.pop();
  say(text(end.mayStay ? "endsSoon" : "expiresSoon").replace("{seconds}", seconds));
}

function open(seconds) {
  card.dataset.mayStay = end.mayStay;
  toSay = [...SAID_AT_S.filter((one) => one < seconds), seconds];
  answer("");
  card.classList.add("ls-open");
  if (!card.matches(":popover-open")) card.showPopover?.(); // above dialogs, too
}

function close() {
  const hadFocus = card.contains(document.activeElement);
  card.classList.remove("ls-open");
  if (card.matches(":popover-open")) card.hidePopover();
  say(end === null ? "" : text("staysSignedIn"));
  if (hadFocus) (focusWas?.isConnected ? focusWas : document.getElementById("ls-content"))?.focus({ preventScroll: true });
}

const say = (words) => (said.textContent = words);

function answer(words) {
  const button = card.querySelector("button");
  clearTimeout(button.timer);
  button.removeAttribute("aria-busy");
  card.querySelector("[data-answer]").textContent = words;
}

// Activity like any other: the server writes it, and tells every tab of this browser that the end has moved.
function stay(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  answer("");
  button.setAttribute("aria-busy", "true");
  tellNow();
  button.timer = setTimeout(() => answer(text("stayUnanswered")), PATIENCE_MS);
}

// The server asks for the password, in a dialog: see auth/components/sign_in_again.py. The focus goes back to the page.
function renew() {
  const content = document.getElementById("ls-content");
  (focusWas?.isConnected ? focusWas : content).focus({ preventScroll: true });
  content.dispatchEvent(new CustomEvent("renew"));
}

card?.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button && "renew" in button.dataset) renew();
  else if (button) stay(button);
});
card?.addEventListener("focusin", ({ relatedTarget }) => {
  if (!card.contains(relatedTarget)) focusWas = relatedTarget;
});
if (card) document.addEventListener("visibilitychange", look); // a hidden tab is woken rarely
