// The card that stands in place of what is hidden while the server cannot be heard. It stands in the page itself, and
// app.css shows it, so it needs nothing of this; fail-closed.js hears its button.
import { isAway, whenCurrent } from "./connection.js";
import { isPublic } from "./drawn.js";
import { reconnect } from "./reach.js";
import { text } from "./texts.js";
import { sleep } from "./times.js";

const PATIENCE_MS = 5000;
const SEEN_MS = 500; // progress that is shown for less is not seen

const card = document.getElementById("ls-away");

export async function tryNow() {
  const button = card.querySelector("button");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  tell(text("trying"));
  await Promise.all([reach(), sleep(SEEN_MS)]);
  button.removeAttribute("aria-busy");
  tell(isAway() ? text("stillLost") : "");
}

function reach() {
  if (!window.socket) return sleep(SEEN_MS);
  const failed = new Promise((resolve) => window.socket.once("connect_error", resolve));
  reconnect();
  return Promise.race([whenCurrent(PATIENCE_MS), failed]);
}

const tell = (words) => (card.querySelector("[role=status]").textContent = words);

// It comes a moment after what is private was hidden. A modal dialog would keep its button from being pressed.
card.addEventListener("animationend", ({ target }) => {
  if (target !== card) return;
  for (const dialog of document.querySelectorAll("dialog:modal")) if (!isPublic(dialog)) dialog.close();
});
