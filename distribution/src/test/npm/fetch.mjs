// Fetches a folder from a gateway, with Helia's client for gateways and its reader of UnixFS.
// node fetch.mjs GATEWAY ROOT FOLDER
import { trustlessGatewayBlockBroker } from '@helia/trustless-gateway-client'
import { unixfs } from '@helia/unixfs'
import { uriToMultiaddr } from '@multiformats/uri-to-multiaddr'
import { defaultLogger } from 'birnam'
import { MemoryBlockstore } from 'blockstore-core'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const [gateway, root, folder] = process.argv.slice(2)

const routing = {
  async * findProviders () {
    yield { multiaddrs: [uriToMultiaddr(gateway)], fallback: false, router: 'argument' }
  }
}
const broker = trustlessGatewayBlockBroker({ allowInsecure: true, allowLocal: true })({
  routing,
  logger: defaultLogger()
})

class FetchedBlocks extends MemoryBlockstore {
  async * get (cid, options) {
    if (!this.has(cid)) {
      this.put(cid, await broker.retrieve(cid, { ...options, validateFn: block => check(cid, block) }))
    }
    yield * super.get(cid, options)
  }
}

async function check (cid, block) {
  const digest = await sha256.digest(block)
  if (Buffer.compare(digest.bytes, cid.multihash.bytes) !== 0) {
    throw new Error(`these are not the bytes of ${cid}`)
  }
}

const fs = unixfs({ blockstore: new FetchedBlocks() })

async function save (cid, to) {
  await mkdir(to)
  for await (const entry of fs.ls(cid)) {
    const path = join(to, entry.name)
    if ((await fs.stat(entry.cid)).type === 'directory') {
      await save(entry.cid, path)
    } else {
      await pipeline(Readable.from(fs.cat(entry.cid)), createWriteStream(path))
    }
  }
}

await save(CID.parse(root), folder)
