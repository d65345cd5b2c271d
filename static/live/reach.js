// How the socket reaches the server again. NiceGUI reloads the page when its socket has timed out twice; without a network
// that would put an error page of the browser's in its place, which does not come back by itself.
import { api } from "./api-path.js";
import { at } from "./base.js";

const PROBE_MS = 5000;

// Where a websocket gets no answer, a poll may.
function poll({ io }) {
  io.opts.transports = ["polling", "websocket"];
}

async function answers() {
  try {
    return (await fetch(at(api("/client")), { signal: AbortSignal.timeout(PROBE_MS) })).ok;
  } catch {
    return false;
  }
}

// In place of what NiceGUI does when a connection fails; Socket.IO tries again by itself.
export function tryUntilReached(socket) {
  socket.off("connect_error");
  socket.on("connect_error", async ({ message }) => {
    const hasPolled = socket.io.opts.transports[0] === "polling";
    if (message === "Implicit handshake failed") window.location.reload(); // the server does not know this page
    else if (message === "timeout" && !hasPolled) poll(socket);
    else if (message === "timeout" && (await answers())) window.location.reload();
  });
  window.addEventListener("online", () => socket.connected || reconnect());
}

// Drops the connection that there may be, and makes another one at once instead of after a pause.
export function reconnect() {
  const { socket } = window;
  socket.io.opts.query.next_message_id = window.nextMessageId; // or the server would not know what was missed
  socket.disconnect().connect();
}
