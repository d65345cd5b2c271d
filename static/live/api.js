// The Frontend API, called with the cookie of this browser.
import { api } from "./api-path.js";
import { at } from "./base.js";
import { oneAtATime } from "./one-at-a-time.js";
import { withTheNewestCookie } from "./renewed.js";
import { text } from "./texts.js";

// Returns the body of the answer, or throws an error with its status (0: there was no answer) and the API's errors.
export async function call(method, path, fields) {
  let response;
  try {
    response = await fetch(at(path), {
      method,
      body: fields && new URLSearchParams(fields),
      headers: { Accept: "application/json" },
    });
  } catch {
    throw Object.assign(new Error(text("unreachable")), { status: 0, errors: [] });
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const errors = body.errors ?? [];
  throw Object.assign(new Error(errors[0]?.message ?? text("unreachable")), { status: response.status, errors });
}

// A browser may refuse the cookie of a sign-in. The server is asked whether it comes back; where it does not, it ends
// the session that nobody can use, and says so. Where nothing can be learned, the sign-in counts.
export async function confirmed(answer) {
  const { created_session_id: id, take_back_proof } = answer.response ?? {};
  if (!take_back_proof) return answer;
  try {
    await call("POST", api(`/client/sessions/${encodeURIComponent(id)}/confirm`), { take_back_proof });
  } catch (error) {
    if (["cookie_not_kept", "client_renewed"].includes(error.errors[0]?.code)) throw error;
  }
  return answer;
}

export async function signOut(sessionId) {
  if (!sessionId) return withTheNewestCookie(() => call("DELETE", api("/client/sessions")));
  const answer = await call("POST", api(`/client/sessions/${encodeURIComponent(sessionId)}/remove`));
  if (answer.client?.sessions.length) renewCookie();
  return answer;
}

// Who has signed out may have been the one for whom the cookie was kept. Not while a sign-in brings another cookie.
export function renewCookie() {
  oneAtATime(() => fetch(at(api("/client/cookie")), { method: "PUT", keepalive: true })).catch(() => {});
}

// Nobody waits for it, and it is sent even if this page is left at once.
export function clearCache() {
  fetch(at(api("/client/cache")), { method: "DELETE", keepalive: true }).catch(() => {});
}
