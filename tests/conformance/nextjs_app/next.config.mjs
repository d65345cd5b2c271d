import { dirname } from 'node:path'

export default {
  turbopack: { root: dirname(import.meta.dirname) }, // where npm has installed the packages
  typescript: { ignoreBuildErrors: true },
}
