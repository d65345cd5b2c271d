// What @clerk/backend makes of tokens, cookies and users of a server. It is told what to look at, and prints JSON.
const { createRequire } = require('node:module')

const { createClerkClient, verifyToken } = createRequire(`${process.cwd()}/package.json`)('@clerk/backend')

const given = JSON.parse(process.argv[2])
const options = { secretKey: given.secretKey, publishableKey: given.publishableKey, apiUrl: given.apiUrl }
const clerk = createClerkClient({ ...options, telemetry: { disabled: true } })

// A browser asks for a page of the app.
async function page(cookies, more = {}) {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ')
  const request = new Request('http://localhost:3000/protected', {
    headers: { cookie, accept: 'text/html', 'sec-fetch-dest': 'document' },
  })
  const state = await clerk.authenticateRequest(request, { ...options, proxyUrl: given.proxyUrl, ...more })
  const auth = state.toAuth()
  return {
    status: state.status,
    reason: state.reason,
    sessionId: auth?.sessionId ?? null,
    userId: auth?.userId ?? null,
    to: state.headers.get('location'),
  }
}

// Does something as if it were so many milliseconds later.
async function later(ms, act) {
  const now = Date.now
  Date.now = () => now() + ms
  try {
    return await act()
  } finally {
    Date.now = now
  }
}

async function main() {
  const session = { __session: given.token }
  const both = { ...session, __client_uat: String(given.since) }
  const elsewhere = `pk_live_${Buffer.from('other.example.com$').toString('base64')}`
  const claims = await verifyToken(given.token, options)
  const user = await clerk.users.getUser(claims.sub)
  return {
    nobody: await page({}),
    here: await page(both),
    hereByTheKey: await page(both, { jwtKey: given.jwtKey, apiUrl: 'http://localhost:1' }),
    withoutTheMoment: await page(session),
    withoutTheToken: await page({ __client_uat: String(given.since) }),
    ofAnotherParty: await page(both, { authorizedParties: ['https://evil.example'] }),
    ofAnotherSite: await page(both, { publishableKey: elsewhere }),
    shaken: await page({ __clerk_handshake: given.handshake }),
    replayed: await later(120_000, () => page({ __clerk_handshake: given.handshake })),
    forged: await page({ __clerk_handshake: `${given.handshake.slice(0, -8)}AAAAAAAA` }),
    claims,
    user: { type: typeof user, id: user.id, address: user.primaryEmailAddress?.emailAddress },
    count: await clerk.users.getCount(),
    listed: (await clerk.sessions.getSessionList({ userId: claims.sub })).data.map(({ id, status }) => ({ id, status })),
    revoked: (await clerk.sessions.revokeSession(claims.sid)).status,
    after: (await clerk.sessions.getSession(claims.sid)).status,
    nobodys: await clerk.users.getUser('user_nobody').catch((error) => ({ status: error.status })),
    wrongKey: await createClerkClient({ ...options, secretKey: 'sk_live_wrong' })
      .users.getUser(claims.sub)
      .catch((error) => ({ status: error.status })),
  }
}

main().then((found) => console.log(JSON.stringify(found)))
