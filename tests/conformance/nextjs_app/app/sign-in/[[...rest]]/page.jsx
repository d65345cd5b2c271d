'use client'

import { useClerk } from '@clerk/nextjs'
import { useSearchParams } from 'next/navigation'
import { Suspense, useState } from 'react'

// In onSubmit, not in the form's action: React holds a navigation back until an action has ended, and setActive waits
// for the navigation.
const Form = () => {
  const clerk = useClerk()
  const redirectUrl = useSearchParams().get('redirect_url') ?? '/'
  const [problem, setProblem] = useState('')

  const submit = async (event) => {
    event.preventDefault()
    const fields = new FormData(event.target)
    try {
      const done = await clerk.client.signIn.create({
        identifier: fields.get('identifier'),
        password: fields.get('password'),
      })
      await clerk.setActive({ session: done.createdSessionId, redirectUrl })
    } catch (error) {
      setProblem(error.errors?.[0]?.longMessage ?? error.message)
    }
  }

  return (
    <form onSubmit={submit}>
      <input name="identifier" aria-label="Email address" />
      <input name="password" type="password" aria-label="Password" />
      <button>Sign in</button>
      <p id="problem">{problem}</p>
    </form>
  )
}

export default function SignIn() {
  return (
    <Suspense>
      <h1>Sign in</h1>
      <Form />
    </Suspense>
  )
}
