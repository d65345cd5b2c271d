import { ClerkProvider } from '@clerk/nextjs'

import { Here } from './components/Here'

// Settings are read when the server runs, not when it is built.
export const dynamic = 'force-dynamic'

export default function Layout({ children }) {
  return (
    <ClerkProvider telemetry={false}>
      <html lang="en">
        <body>
          <Here />
          {children}
          {process.env.LIVE_SCRIPT === 'no' ? null : <script src="/__clerk/v1/live.js" async></script>}
        </body>
      </html>
    </ClerkProvider>
  )
}
