// A wire between the browser and the server that can be slow and can be cut.
import { connect, createServer } from 'node:net'

export class Wire {
  #server
  #sockets = new Set()
  #is_cut = false
  sent_bytes = 0
  origin = ''

  /** `slow_bytes` per 10 ms towards the server, so that there is time to cut. */
  constructor(port, slow_bytes = Infinity) {
    this.#server = createServer(client => {
      if (this.#is_cut) return client.destroy()
      const server = connect(port, '127.0.0.1')
      for (const socket of [client, server]) {
        this.#sockets.add(socket)
        socket.on('error', () => {}).on('close', () => {
          this.#sockets.delete(socket)
          client.destroy()
          server.destroy()
        })
      }
      client.on('data', chunk => {
        this.sent_bytes += chunk.length
        server.write(chunk)
        if (slow_bytes === Infinity) return
        client.pause()
        setTimeout(() => client.resume(), (chunk.length / slow_bytes) * 10)
      })
      server.pipe(client)
    })
  }

  async open() {
    await new Promise(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    this.origin = `http://127.0.0.1:${this.#server.address().port}`
    return this
  }

  cut() {
    this.#is_cut = true
    for (const socket of this.#sockets) socket.destroy()
  }

  mend() {
    this.#is_cut = false
  }

  close() {
    this.cut()
    this.#server.close()
  }
}
