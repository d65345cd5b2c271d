// Loaded into Node before anything else: it connects to this machine only, and tells what else was tried.
const { Socket } = require('node:net')

const connect = Socket.prototype.connect
const HERE = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/

Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0]
  const host = typeof options === 'object' ? options.host : typeof given[1] === 'string' ? given[1] : 'localhost'
  if ((typeof options === 'object' && options.path) || HERE.test(host ?? 'localhost')) {
    return connect.apply(this, given)
  }
  console.error(`REFUSED to connect to ${host}`)
  process.nextTick(() => this.destroy(new Error(`no connection to ${host} in tests`)))
  return this
}
