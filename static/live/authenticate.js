// The server gives a tab access only in a request that carries the cookie. This is that request, made until it is settled.
import { api } from "./api-path.js";
import { call } from "./api.js";
import { sleep } from "./times.js";

const RETRY_AFTER_MS = [0, 100, 300, 1000]; // the cookie of a sign-in may still be on its way to this browser
const PAUSE_MS = 1000;

// Resolves when the server has granted what the cookie grants, or there is no connection to be granted anything.
export async function authenticate(epochNow) {
  for (;;) {
    for (const wait of RETRY_AFTER_MS) {
      await sleep(wait);
      if (!window.socket?.connected) return;
      const final = wait === RETRY_AFTER_MS.at(-1) ? "1" : "";
      const socket = window.socket.id;
      try {
        const fields = { tab: window.clientId, socket, epoch: epochNow(), final };
        const { response } = await call("POST", api("/client/tabs"), fields);
        if (response.settled) return;
      } catch (error) {
        if (error.status !== 404) await sleep(PAUSE_MS);
        // The socket is long connected, and yet nobody knows it: another process answers for this browser by now.
        else if (final && window.socket.id === socket) return window.location.reload();
      }
    }
    await sleep(PAUSE_MS);
  }
}

// Runs work. Whoever asks while it runs has it run once more: only then is what they know of taken into account.
export function singleFlight(work) {
  let running = null, again = false;
  function run() {
    again = running !== null;
    running ??= work().finally(() => {
      running = null;
      if (again) return run();
    });
    return running;
  }
  return { run, isRunning: () => running !== null };
}
