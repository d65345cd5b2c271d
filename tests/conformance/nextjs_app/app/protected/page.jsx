import { auth } from '@clerk/nextjs/server'

import { SignOutButton } from '../components/SignOutButton'

export default async function Protected() {
  const { userId, sessionId } = await auth.protect()

  return (
    <main>
      <h1>Protected</h1>
      <p id="user">{userId}</p>
      <p id="server">{sessionId}</p>
      <SignOutButton />
    </main>
  )
}
