// Another tab of this browser had its cookie replaced at the same moment. The new one is on its way to this browser.
import { sleep } from "./times.js";

const TRY_AFTER_MS = [0, 100, 300, 800, 1800]; // 3 s together

// Does work; again, with whatever cookie has arrived by then, while it is refused because the cookie was replaced.
export async function withTheNewestCookie(work) {
  for (const wait of TRY_AFTER_MS) {
    await sleep(wait);
    try {
      return await work();
    } catch (error) {
      if (error.errors?.[0]?.code !== "client_renewed" || wait === TRY_AFTER_MS.at(-1)) throw error;
    }
  }
}
