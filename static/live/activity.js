// The server hears of what it handles. Who fills in a form that is sent at its end is not idle, either. A click without a
// key or a pointer is that of an assistive technology; what a script does is no activity of anybody.
import { ACTIVITY_EVERY_MS } from "./times.js";

let toldAt = -ACTIVITY_EVERY_MS;

function tell({ isTrusted }) {
  if (isTrusted && performance.now() - toldAt >= ACTIVITY_EVERY_MS) tellNow();
}

export function tellNow() {
  if (!window.socket?.connected) return;
  toldAt = performance.now();
  window.socket.emit("activity", { client_id: window.clientId });
}

for (const type of ["keydown", "pointerdown", "click"]) {
  document.addEventListener(type, tell, { capture: true, passive: true });
}
