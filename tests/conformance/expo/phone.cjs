// What a phone has and Node has not, as far as @clerk/expo asks for it: a system that says it is iOS, a store for secrets,
// and links. Everything else is real.
const Module = require('node:module');

const secrets = new Map();
const opened = [];

const phone = {
  'react-native': {
    Platform: { OS: 'ios', Version: '18', select: (by) => by.ios ?? by.native ?? by.default },
    AppState: { currentState: 'active', addEventListener: () => ({ remove() {} }) },
    NativeModules: {},
    NativeEventEmitter: class { addListener() { return { remove() {} }; } },
    TurboModuleRegistry: { get: () => null },
    Text: 'Text',
    TouchableOpacity: 'TouchableOpacity',
    View: 'View',
  },
  expo: { requireOptionalNativeModule: () => null, requireNativeModule: () => null },
  'expo-constants': { default: { expoConfig: {} } },
  'expo-linking': { createURL: (path) => `app://${path}`, openURL: async (url) => { opened.push(url); } },
  'expo-secure-store': {
    AFTER_FIRST_UNLOCK: 0,
    getItemAsync: async (name) => secrets.get(name) ?? null,
    setItemAsync: async (name, value) => { secrets.set(name, value); },
    deleteItemAsync: async (name) => { secrets.delete(name); },
  },
  'react-native-url-polyfill/auto.js': {},
};

const load = Module._load;
Module._load = function (name, ...more) {
  return Object.hasOwn(phone, name) ? phone[name] : load.call(this, name, ...more);
};

module.exports = { opened, secrets };
