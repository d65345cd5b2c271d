// A phone app with a sign-out button, as Clerk's guide for Expo has one, on @clerk/expo itself: it signs in, looks at the
// devices, and somebody presses the button. Prints what it saw, as JSON.
globalThis.window = globalThis; // clerk.native.js takes it for granted, as React Native has it
globalThis.IS_REACT_ACT_ENVIRONMENT = true;
const { opened, secrets } = require('./phone.cjs');
const React = require('react');
const { act, create } = require('react-test-renderer');
const { ClerkProvider, getClerkInstance, useAuth, useClerk } = require('@clerk/expo');
const { tokenCache } = require('@clerk/expo/token-cache');
const Linking = require('expo-linking');
const { Text, TouchableOpacity } = require('react-native');

const [url, publishableKey, identifier, password] = process.argv.slice(2);
const asked = [];
const h = React.createElement;

const ask = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  const { pathname, searchParams } = new URL(address);
  asked.push(`${searchParams.get('_method') ?? options?.method ?? 'GET'} ${pathname}`);
  return ask(address, options);
};

function SignOutButton() {
  const { signOut } = useClerk();
  const press = async () => {
    await signOut();
    Linking.openURL(Linking.createURL('/'));
  };
  return h(TouchableOpacity, { onPress: press }, h(Text, null, 'Sign out'));
}

function App() {
  const { isLoaded, sessionId } = useAuth();
  if (!isLoaded) return h(Text, null, 'Loading');
  return sessionId ? [h(Text, { key: 'id' }, sessionId), h(SignOutButton, { key: 'out' })] : h(Text, null, 'Signed out');
}

async function until(condition) {
  for (;;) {
    const value = await condition();
    if (value) return value;
    await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  }
}

async function main() {
  let app;
  await act(async () => {
    app = create(h(ClerkProvider, { publishableKey, proxyUrl: url, tokenCache, telemetry: false,
                                    __experimental_disableNativeClientSync: true }, h(App)));
  });
  const texts = () => app.root.findAllByType('Text').map(({ props }) => props.children);
  await until(() => texts().includes('Signed out'));
  const clerk = getClerkInstance();

  const done = await clerk.client.signIn.create({ identifier, password });
  await act(() => clerk.setActive({ session: done.createdSessionId }));
  await until(() => texts().includes(done.createdSessionId));
  const devices = (await clerk.user.getSessions()).map(({ id, latestActivity }) => ({ id, name: latestActivity.deviceType }));
  const token = await clerk.session.getToken();

  const button = app.root.findByType('TouchableOpacity');
  await act(() => button.props.onPress());
  await until(() => texts().includes('Signed out'));

  console.log(JSON.stringify({ session: done.createdSessionId, devices, token, opened, asked, keeps: [...secrets.keys()],
                               left: clerk.client.signedInSessions.length }));
  process.exit();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
