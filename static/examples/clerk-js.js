// What stands for a bundler in the running example: main.js imports clerk-js by a name that browsers do not know. This is
// clerk-js as npm has it, told where its server is: over plain http the publishable key alone does not say that.
import { Clerk as ClerkJs } from "../../npm/@clerk/clerk-js@6/dist/clerk.mjs";

const here = new URL(import.meta.url);
const proxyUrl = here.origin + here.searchParams.get("api");

export class Clerk extends ClerkJs {
  constructor(publishableKey) {
    super(publishableKey, { proxyUrl });
    // The page around it shows what clerk-js says, since the guide's page has a button only.
    this.addListener(({ session }) => {
      if (session === undefined) return;
      window.frameElement?.dispatchEvent(new CustomEvent("clerk-says", { bubbles: true, detail: session?.id ?? "" }));
    });
  }
}

// The one line of docs/clients.md: with it, clerk-js hears at once of a session that was ended elsewhere.
document.head.append(Object.assign(document.createElement("script"), { src: `${proxyUrl}/v1/live.js`, async: true }));
