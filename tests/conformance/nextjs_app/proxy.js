import { clerkMiddleware } from '@clerk/nextjs/server'

// Whatever is below /__clerk goes to the server that CLERK_FAPI_URL names.
export default clerkMiddleware({ frontendApiProxy: { enabled: true } })

export const config = { matcher: ['/((?!_next).*)', '/__clerk/(.*)'] }
