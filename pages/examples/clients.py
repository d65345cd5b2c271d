"""Clerk's five clients, each with what points it at this server. Tests run what is said of them here."""

from __future__ import annotations

from auth.language import N_

from . import snippets
from .client import Client
from .quotes import Quote


def _javascript(key: str, url: str) -> tuple[Quote, ...]:
    return (
        Quote('.env', 'bash', f'VITE_CLERK_PUBLISHABLE_KEY={key}'),
        Quote('main.js', 'javascript',
              f"const clerk = new Clerk(pubKey, {{ proxyUrl: '{url}' }})  // over https, the key alone will do"),
    )


def _nextjs(key: str, url: str) -> tuple[Quote, ...]:
    return (
        Quote('.env.local', 'bash', f'''\
NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY={key}
NEXT_PUBLIC_CLERK_PROXY_URL=/__clerk
NEXT_PUBLIC_CLERK_SIGN_IN_URL=/sign-in
NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED=1
CLERK_FAPI_URL={url}
CLERK_API_URL={url}/backend
CLERK_SECRET_KEY=sk_live_…  # python -m auth keys create'''),
        Quote('proxy.js', 'javascript', '''\
import { clerkMiddleware } from '@clerk/nextjs/server'

export default clerkMiddleware({ frontendApiProxy: { enabled: true } })

export const config = { matcher: ['/((?!_next).*)', '/__clerk/(.*)'] }'''),
    )


def _expo(key: str, url: str) -> tuple[Quote, ...]:
    return (Quote('app/_layout.tsx', 'tsx', f'''\
<ClerkProvider
  publishableKey="{key}"
  proxyUrl="{url}"
  tokenCache={{tokenCache}}
>'''),)


def _ios(key: str, url: str) -> tuple[Quote, ...]:
    return (Quote('App.swift', 'swift', f'''\
Clerk.configure(
  publishableKey: "{key}",
  options: .init(proxyUrl: "{url}")
)'''),)


def _android(key: str, url: str) -> tuple[Quote, ...]:
    return (Quote('MyApplication.kt', 'kotlin', f'''\
Clerk.initialize(
  this,
  publishableKey = "{key}",
  options = ClerkConfigurationOptions(proxyUrl = "{url}")
)'''),)


JAVASCRIPT = Client(
    '@clerk/clerk-js', _javascript, (snippets.INDEX_HTML, snippets.MAIN_JS),
    N_('Our tests run it unmodified in Chromium: sign-in, sign-up, several accounts, devices, every form of signOut, '
       'and its own components. On this page it runs as well.'))

NEXTJS = Client(
    '@clerk/nextjs', _nextjs, (snippets.SIGN_OUT_BUTTON_TSX,),
    N_('Our tests run a production build of Next.js with this button, word for word. Its server asks this one through '
       'a proxy of its own, so name the address of the app in ALLOWED_ORIGINS here.'))

EXPO = Client(
    '@clerk/expo', _expo, (),
    N_('Our tests run the client and such a button in Node, without a phone: React Native and the storage of the phone '
       'are stood in for. On a phone, this server needs https.'))

IOS = Client(
    'clerk-ios', _ios, (snippets.SIGN_OUT_VIEW_SWIFT,),
    N_('It was not run: there is no Swift where our tests run. They check each answer against what its decoders '
       'require. The snippet is for an older version; now it is import ClerkKit, and clerk.auth.signOut(). A phone '
       'needs https.'))

ANDROID = Client(
    'clerk-android', _android, (snippets.MAIN_VIEW_MODEL_KT, snippets.MAIN_ACTIVITY_KT),
    N_('It was not run: there is no Android where our tests run. They check each answer against what its decoders '
       'require. The snippet is for an older version; now it is Clerk.auth.signOut(). A phone needs https.'))
