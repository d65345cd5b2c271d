import { currentUser } from '@clerk/nextjs/server'

export default async function Me() {
  const user = await currentUser()

  return (
    <main>
      <h1>Me</h1>
      <p id="address">{user?.primaryEmailAddress?.emailAddress ?? 'nobody'}</p>
    </main>
  )
}
