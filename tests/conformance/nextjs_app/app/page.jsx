import { auth } from '@clerk/nextjs/server'

import { SignOutButton } from './components/SignOutButton'

export default async function Home() {
  const { sessionId } = await auth()

  return (
    <main>
      <h1>Home</h1>
      <p id="server">{sessionId ?? 'nobody'}</p>
      <SignOutButton />
    </main>
  )
}
