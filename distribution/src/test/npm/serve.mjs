// Imports a folder with Helia's writer of UnixFS, and serves its blocks as a gateway does. Prints
// the root and the port, and serves until it is ended.
// node serve.mjs FOLDER
import { unixfs } from '@helia/unixfs'
import { MemoryBlockstore } from 'blockstore-core'
import { CID } from 'multiformats/cid'
import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

const blockstore = new MemoryBlockstore()
const fs = unixfs({ blockstore })

// A folder of a few hundred names is a HAMT, which Shoal reads and never writes.
const options = { rawLeaves: true, cidVersion: 1, shardSplitThresholdBytes: 4096 }

async function add (folder) {
  let cid = await fs.addDirectory()
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    const child = entry.isDirectory()
      ? await add(path)
      : await fs.addBytes(await readFile(path), options)
    cid = await fs.cp(child, cid, entry.name, options)
  }
  return cid
}

const root = await add(process.argv[2])

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://gateway')
  const [, cid] = /^\/ipfs\/([a-zA-Z0-9]+)$/.exec(url.pathname) ?? []
  if (cid === undefined || url.searchParams.get('format') !== 'raw') {
    response.writeHead(400).end()
    return
  }
  try {
    const block = Buffer.concat([...blockstore.get(CID.parse(cid))])
    response.writeHead(200, { 'content-type': 'application/vnd.ipld.raw' }).end(block)
  } catch {
    response.writeHead(404).end()
  }
})
server.listen(0, '127.0.0.1', () => console.log(`${root} ${server.address().port}`))
