// The server hears of what it handles. Who fills in a form that is sent at its end is not idle, either.
import { ACTIVITY_EVERY_MS } from "./times.js";

let toldAt = -ACTIVITY_EVERY_MS;

function tell() {
  if (performance.now() - toldAt < ACTIVITY_EVERY_MS || !window.socket?.connected) return;
  toldAt = performance.now();
  window.socket.emit("activity", { client_id: window.clientId });
}

for (const type of ["keydown", "pointerdown"]) document.addEventListener(type, tell, { capture: true, passive: true });
