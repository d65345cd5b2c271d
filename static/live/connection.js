// Whether what this tab shows may be believed: a state machine, drawn in docs/tab-protocol.md. It fails closed. What is
// private is hidden, by the class "ls-away", while the tab is away and until the server says that it is current again.
import { authenticate, singleFlight } from "./authenticate.js";
import { tryUntilReached } from "./reach.js";
import { DEAF_AFTER_MS, HEARING_CHECK_MS, sleep } from "./times.js";

const root = document.documentElement;

let state = "connecting"; // or "current", "away", "re-authenticating"
let epoch = 0; // counts how often this tab lost the server
const waiting = []; // for the server to say that this tab is current

function enter(next) {
  state = next;
  if (next === "away") {
    epoch += 1; // what the server has said until now says nothing of what comes
    heardAt = now(); // silence is counted anew
    hide();
  } else if (next === "current") {
    root.classList.remove("ls-away");
  }
}

const hide = () => root.classList.add("ls-away");
export const isAway = () => root.classList.contains("ls-away");

// ------------------------------------------------------------ what the server says

// It has sent everything that changed up to this epoch. If it was on its way since an earlier one, it says nothing of this.
export function currentAsOf(ofEpoch) {
  if (ofEpoch === epoch) enter("current");
  for (const resolve of waiting.splice(0)) resolve();
}

// The tab may gain something, or has lost the server: it has to show its cookie.
export function reAuthenticate() {
  enter("re-authenticating");
  return authentication.run();
}

const authentication = singleFlight(() => authenticate(() => epoch));

// For a form, to go on with the page as it is after it was sent.
export function whenCurrent(patienceMs) {
  return Promise.race([new Promise((resolve) => waiting.push(resolve)), sleep(patienceMs)]);
}

// ------------------------------------------------------------ whether it can be heard

// Date.now() goes on while a laptop sleeps, and may be set; performance.now() may stand still then, and can't be set.
// So the longer of both times counts. A clock that was set back by so much says nothing of how long it has been.
const SET_BACK_MS = 1000;
const now = () => ({ clock: Date.now(), steady: performance.now() });

function since(moment) {
  const { clock, steady } = now();
  if (clock < moment.clock - SET_BACK_MS) return Infinity;
  return Math.max(clock - moment.clock, steady - moment.steady);
}

// A page is as old as its request. One that was fetched ahead is older than that.
const navigation = performance.getEntriesByType("navigation")[0];
const requestedAt = navigation?.requestStart ?? 0;
let heardAt = { clock: Date.now() - (performance.now() - requestedAt), steady: requestedAt };

function checkHearing() {
  const silence = since(heardAt);
  if (silence <= DEAF_AFTER_MS || state === "away") return;
  if (!window.socket?.connected && state === "connecting") return hide(); // it is late, and has nothing to lose yet
  enter("away");
  if (silence === Infinity) reAuthenticate(); // the clock was set: the server may well be there
}

function heard() {
  checkHearing(); // first: after a sleep, hide before anything that was waiting is shown
  heardAt = now();
  if (state === "away") reAuthenticate();
}

function pinged() {
  heard();
  if (state === "re-authenticating" && !authentication.isRunning()) reAuthenticate(); // nothing came of it
}

// ------------------------------------------------------------ the socket

function listen() {
  const { socket } = window;
  if (!socket) return setTimeout(listen, 10);
  // The page is built; the text that it was built from would outlive what is taken off the screen.
  for (const script of document.querySelectorAll("body script:not([src])")) script.remove();
  tryUntilReached(socket);
  socket.io.on("ping", pinged);
  socket.onAny(heard);
  if (socket.connected) joined();
  else socket.once("connect", joined);
  // The server throws a socket out when another one was granted this tab, such as one of before the network changed.
  socket.on("disconnect", (reason) => reason === "io server disconnect" && socket.connect());
}

function joined() {
  window.socket.on("connect", rejoined);
  if (state === "connecting" && since(heardAt) > DEAF_AFTER_MS) hide(); // late: now, not between here and the first word
  else checkHearing();
  if (isAway()) heardAt = now(); // it shows nothing that could be out of date
  if (state === "re-authenticating") reAuthenticate(); // there was no connection yet
}

function rejoined() {
  enter("away"); // until the server has told what was missed
  reAuthenticate();
}

if (document.prerendering || navigation?.activationStart || navigation?.deliveryType) hide(); // until it is current
listen();
setInterval(checkHearing, HEARING_CHECK_MS);
for (const type of ["visibilitychange", "resume"]) document.addEventListener(type, checkHearing);
for (const type of ["focus", "online"]) window.addEventListener(type, checkHearing);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    hide();
    window.location.reload(); // a page out of the back-forward cache shows what was true then
  }
});
