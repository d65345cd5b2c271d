"""What each example answers to, quoted from Clerk's documentation, “Build a custom sign-out flow”."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = 'https://clerk.com/docs'


@dataclass(frozen=True, slots=True)
class Quote:
    """A few lines of the guide."""

    file: str
    """In which file the guide has them."""
    language: str
    """As Pygments calls it."""
    code: str


NEXTJS = Quote('app/components/SignOutButton.tsx', 'tsx', '''\
export const SignOutButton = () => {
  const { signOut } = useClerk()

  return (
    // Clicking this button signs out a user
    // and redirects them to the home page "/".
    <button onClick={() => signOut({ redirectUrl: '/' })}>Sign out</button>
  )
}''')

JAVASCRIPT = Quote('main.js', 'javascript', '''\
if (clerk.isSignedIn) {
  // Attach signOut function to the sign-out button
  document.getElementById('sign-out').addEventListener('click', async () => {
    await clerk.signOut()
    // Optional: refresh page after sign-out
    window.location.reload()
  })
}''')

EXPO = Quote('Expo', 'text', '''\
The useClerk() hook is used to access the signOut() function,
which is called when the user clicks the "Sign out" button.''')

SWIFTUI = Quote('SignOutView.swift', 'swift', '''\
if let session = clerk.session {
  Text("Active Session: \\(session.id)")
  Button("Sign out") {
    Task { await signOut() }
  }
} else {
  Text("You are signed out")
}''')

ANDROID = Quote('MainViewModel.kt', 'kotlin', '''\
fun signOut() {
  viewModelScope.launch {
    Clerk.signOut()
      .onSuccess { _uiState.value = UiState.SignedOut }
      .onFailure {
        // See https://clerk.com/docs/guides/development/custom-flows/error-handling
        // for more info on error handling
      }
  }
}''')
