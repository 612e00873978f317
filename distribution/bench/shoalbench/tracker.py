#!/usr/bin/python3
"""A BitTorrent tracker (BEP 3, compact answers of BEP 23) that tells each client of all others.

Usage: tracker.py ADDRESS PORT
Prints a line for each announcement: the client's address, its port, and the bytes that it still lacks.
"""
import http.server
import socket
import struct
import sys
import urllib.parse

# As often as clients are willing: who comes later is heard of soon.
INTERVAL_SECONDS = 1


class Tracker(http.server.BaseHTTPRequestHandler):
    swarms = {}

    def do_GET(self):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query, encoding='latin-1')
        if 'info_hash' not in asked or 'port' not in asked:
            self.send_error(400)
            return
        swarm = self.swarms.setdefault(asked['info_hash'][0], set())
        peer = (self.client_address[0], int(asked['port'][0]))
        if asked.get('event') == ['stopped']:
            swarm.discard(peer)
        else:
            swarm.add(peer)
        print(*peer, asked.get('left', ['?'])[0], flush=True)
        others = b''.join(socket.inet_aton(host) + struct.pack('>H', port) for host, port in swarm if (host, port) != peer)
        body = b'd8:intervali%de12:min intervali%de5:peers%d:%se' % (
            INTERVAL_SECONDS, INTERVAL_SECONDS, len(others), others)
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass  # the lines above are enough


http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Tracker).serve_forever()
