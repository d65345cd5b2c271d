'use client'

import { useAuth } from '@clerk/nextjs'

// What the browser's side knows, live.
export const Here = () => {
  const { isLoaded, sessionId } = useAuth()

  return <p id="here">{!isLoaded ? 'Loading' : sessionId ? `Active Session: ${sessionId}` : 'You are signed out'}</p>
}
