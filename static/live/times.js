// How long a tab waits for what, as the server has told it: auth/timing.py. A tab that was told none shows nothing private.
const { dataset } = document.querySelector("script[data-deaf-after-ms]");

function told(name) {
  const ms = Number(dataset[name]);
  if (!(ms > 0)) throw new Error(`The page was not told ${name}.`);
  return ms;
}

export const DEAF_AFTER_MS = told("deafAfterMs"); // a tab that has heard nothing for longer hides what is private
export const HEARING_CHECK_MS = told("hearingCheckMs");
export const ACTIVITY_EVERY_MS = told("activityEveryMs");

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
