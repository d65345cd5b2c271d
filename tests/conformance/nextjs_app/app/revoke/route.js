import { auth, clerkClient } from '@clerk/nextjs/server'

// Ends the session that it is asked by, as an administrator's page might end any.
export async function POST() {
  const { sessionId } = await auth()
  const client = await clerkClient()
  const { id, status } = await client.sessions.revokeSession(sessionId)

  return Response.json({ id, status })
}
