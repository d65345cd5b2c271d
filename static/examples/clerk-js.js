// What stands for a bundler in the running example: main.js imports clerk-js by a name that browsers do not know. This is
// clerk-js as npm has it, told where its server is: over plain http the publishable key alone does not say that.
import { Clerk as ClerkJs } from "../../npm/@clerk/clerk-js@6/dist/clerk.mjs";

const here = new URL(import.meta.url);
const proxyUrl = here.origin + here.searchParams.get("api");
const frame = window.frameElement; // of the page around it, which shows what clerk-js says: the guide's has a button only

let said; // the session that clerk-js shows, "" for none, and undefined while it loads

function show() {
  for (const line of frame?.ownerDocument.querySelectorAll("[data-clerk-says]") ?? []) {
    const words = said === undefined ? line.dataset.loads : said ? line.dataset.session : line.dataset.nobody;
    line.textContent = words.replace("{id}", said ?? "");
  }
}

export class Clerk extends ClerkJs {
  constructor(publishableKey) {
    super(publishableKey, { proxyUrl });
    this.addListener(({ session }) => {
      if (session === undefined) return;
      said = session?.id ?? "";
      show();
    });
  }
}

// After a sign-in elsewhere it is loaded anew: clerk-js learns of one only then.
if (frame) new MutationObserver(() => {
  const wanted = frame.dataset.clerkSession;
  if (!wanted || said === undefined || said === wanted) return;
  said = undefined;
  show();
  location.reload();
}).observe(frame, { attributeFilter: ["data-clerk-session"] });

// The one line of docs/clients.md: with it, clerk-js hears at once of a session that was ended elsewhere.
document.head.append(Object.assign(document.createElement("script"), { src: `${proxyUrl}/v1/live.js`, async: true }));
