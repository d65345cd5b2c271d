// Who is here, as the server has said in data-here; see who_is_here in auth/components/current_tab.py.
export const said = () => document.querySelector("[data-here]")?.dataset.here;

// A word that differs from session to session, "nobody", or null while it is not known.
export function whoIsHere() {
  const words = said()?.split(" ") ?? [];
  if (words.includes("signed_in")) return words.find((word) => word.startsWith("session-")) ?? null;
  return words.includes("signed_out") ? "nobody" : null;
}
