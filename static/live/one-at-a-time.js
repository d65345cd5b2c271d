// Each sign-in gives this browser a new cookie. Two tabs that sent the old one at once would get in each other's way.
// There are no locks over plain http, and none are given where cookies are blocked.
export async function oneAtATime(work) {
  let begun = false;
  const begin = () => ((begun = true), work());
  try {
    return await navigator.locks.request("live-sessions", begin);
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}
