// The other tabs of this browser. A sign-in gives the browser a cookie of which the server cannot tell them.
const channel = "BroadcastChannel" in window ? new BroadcastChannel("live-sessions") : null;

export const tellOfNewCookie = () => channel?.postMessage("new cookie");
export const whenCookieIsNew = (then) => channel?.addEventListener("message", then);
