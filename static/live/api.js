// The Frontend API, called with the cookie of this browser.
import { text } from "./texts.js";

// Returns the body of the answer, or throws an error with its status (0: there was no answer) and the API's errors.
export async function call(method, path, fields) {
  let response;
  try {
    response = await fetch(path, {
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

export async function signOut(sessionId) {
  if (sessionId) return call("POST", `/v1/client/sessions/${encodeURIComponent(sessionId)}/remove`);
  return call("DELETE", "/v1/client/sessions");
}

// Nobody waits for it, and it is sent even if this page is left at once.
export function clearCache() {
  fetch("/v1/client/cache", { method: "DELETE", keepalive: true }).catch(() => {});
}
